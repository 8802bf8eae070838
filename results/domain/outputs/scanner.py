"""A scanner over valid JSON text that needs a few bytes a child and no recursion; it must not know what any value means."""

from __future__ import annotations

import operator
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from itertools import islice

from results.domain.outputs.jsontext import string_value
from results.domain.outputs.shallow import (
    CHILDREN,
    EACH_CHILD,
    EASY_ITEM,
    EASY_MEMBER,
    NAME,
    NAMES,
    SHALLOW,
    SOME_BRACKET,
    SPACE,
    STRIDE,
    STRIDE_OF_CHILDREN,
)

_BRACKETS_A_PAUSE = 64
_WINDOW = 256 * 1024
_EASY_SIZE = 64 * 1024
_SMALL = 4_096
_MANY_NAMES = 4_096
_PORTIONS = 4


class Text:
    """One valid JSON text, and where its containers end.

    ``pause`` is called now and then while much is read.
    """

    def __init__(self, data: bytes, pause: Callable[[], None] = lambda: None) -> None:
        self.data = data
        self.pause = pause
        self._opens: array[int] | None = None
        self._closes: array[int] = array("Q")

    def end_of(self, start: int) -> int:
        """Where the value that starts at ``start`` ends.

        The ends of all containers that nest deeply are found in one pass, when the first is asked for.
        """
        if self.data[start] in b"[{":
            if self._opens is None:
                self._opens = self._match_brackets()
            index = bisect_left(self._opens, start)
            if index < len(self._opens) and self._opens[index] == start:
                return self._closes[index]
        easy = SHALLOW.match(self.data, start)
        return easy.end() if easy else len(self.data)

    def _match_brackets(self) -> array[int]:
        opens = array("Q")
        unfinished: list[int] = []
        for count, found in enumerate(SOME_BRACKET.finditer(self.data)):
            if not count % _BRACKETS_A_PAUSE:
                self.pause()
            if found[1] in (b"[", b"{"):
                unfinished.append(len(opens))
                opens.append(found.start(1))
                self._closes.append(0)
            elif found[1] and unfinished:
                self._closes[unfinished.pop()] = found.end()
        return opens


class Span:
    """A value inside a scanned text."""

    __slots__ = ("_text", "end", "start")

    def __init__(self, text: Text, start: int, end: int) -> None:
        self._text = text
        self.start = start
        self.end = end

    @property
    def first(self) -> int:
        """The first byte, which tells the kind of the value."""
        return self._text.data[self.start]

    def __len__(self) -> int:
        return self.end - self.start

    def __bytes__(self) -> bytes:
        return self._text.data[self.start : self.end]

    @property
    def whole_text(self) -> bytes:
        """The text that the value is in; ``start`` and ``end`` are places in it."""
        return self._text.data

    def again(self, pause: Callable[[], None]) -> Span:
        """The same value, to be read with pauses."""
        return Span(Text(self._text.data, pause), self.start, self.end)

    def view(self) -> memoryview:
        """The text of the value, not copied."""
        return memoryview(self._text.data)[self.start : self.end]

    def pieces(self) -> Pieces:
        """The children; the value must be a container."""
        return Pieces(self._text, self.start, self.end)


class Pieces:
    """The children of one container; a small one is not counted before that is asked for."""

    def __init__(self, text: Text, start: int, end: int) -> None:
        self._text = text
        self._start = start + 1
        self._end = end - 1
        self._has_names = text.data[start] == 0x7B
        self._starts = array("Q")
        self._repeated: dict[int, int] = {}
        # Hashes instead of names: far smaller, and repeated names are rare.
        self._hashes = array("q")
        self._known_count: int | None = None
        if end - start > _SMALL:
            self._count_all()

    def __len__(self) -> int:
        return self._count

    def occurrence(self, index: int, name: bytes) -> int:
        """Which member of its name the child at ``index`` is, from 1; ``name`` as spelt."""
        if self._known_count is None and self._occurs_once(name):
            return 1
        return self._repeated.get(index, 1) if self._count else 1

    def starting_at(self, index: int) -> Iterator[tuple[bytes | None, Span]]:
        """The children from ``index`` on, each with the spelling of its name (None in a list)."""
        if index == 0 and self._known_count is None:
            # Nothing needs to be counted; only an empty container must be told apart.
            space = SPACE.match(self._text.data, self._start, self._end)
            position, skip = (space.end() if space else self._start), 0
        elif index >= self._count:
            return
        else:
            stride, skip = divmod(index, STRIDE)
            position = self._starts[stride]
        while position < self._end:
            name, start, end, position = self._child(position)
            if skip:
                skip -= 1
            else:
                yield name, Span(self._text, start, end)

    def holding(
        self, offset: int, before: tuple[int, Span] | None = None
    ) -> tuple[int, bytes | None, Span] | None:
        """The child whose name or value is at ``offset`` of the text: its index, its name as spelt, its value.

        ``before`` may be a child that comes before it, to go on from there. None when there is no
        child so far on.
        """
        data, index, position = self._text.data, 0, self._start
        if self._known_count is not None:
            stride = bisect_right(self._starts, offset) - 1
            if stride < 0:
                return None
            index, position = stride * STRIDE, self._starts[stride]
        if before is not None and before[0] >= index:
            index, position = before[0] + 1, self._after_comma(before[1].end)
        while position < self._end:
            passed = CHILDREN.match(data, position, min(offset, position + _WINDOW))
            if passed and passed.end() > position:
                index += len(EACH_CHILD.findall(data, position, passed.end()))
                position = passed.end()
                continue
            name, start, end, following = self._child(position)
            if offset < end:
                return index, name, Span(self._text, start, end)
            index, position = index + 1, following
        return None

    @property
    def _count(self) -> int:
        return self._count_all() if self._known_count is None else self._known_count

    def _count_all(self) -> int:
        self._known_count = self._index(self._start)
        if self._may_repeat_names():
            self._find_repeated_names()
        self._hashes = array("q")
        return self._known_count

    def _occurs_once(self, name: bytes) -> bool:
        """Whether a glance shows that no other member has this name."""
        data, start, end = self._text.data, self._start, self._end
        return (
            b"\\" not in name
            and name.isascii()
            and data.count(name, start, end) == 1
            and data.find(b"\\u", start, end) < 0
            and data.find(b"\\/", start, end) < 0
        )

    def _index(self, position: int) -> int:
        data, count = self._text.data, 0
        if SPACE.match(data, position, self._end).end() == self._end:  # type: ignore[union-attr]
            return 0
        while position < self._end:
            self._starts.append(position)
            self._text.pause()
            names: list[bytes] = []
            reach = min(position + _WINDOW, self._end)
            stride = None
            if reach - position > 2 * STRIDE:
                stride = STRIDE_OF_CHILDREN.match(data, position, reach)
            if stride:
                if self._has_names:
                    names = NAMES.findall(data, position, stride.end())
                position = stride.end()
                count += STRIDE
            else:
                position, children = self._short_stride(position, reach, names)
                count += children
            if len(self._starts) > 1 or position < self._end or not _are_plainly_distinct(names):
                self._hashes.extend(map(hash, map(_meant, names)))
        return count

    def _short_stride(self, position: int, reach: int, names: list[bytes]) -> tuple[int, int]:
        """Pass one stride that is the last, or has children that are large or deep: where it ends, how many."""
        data, count = self._text.data, 0
        few = CHILDREN.match(data, position, reach)
        if few and few.end() > position:
            if self._has_names:
                names += NAMES.findall(data, position, few.end())
                count = len(names)
            else:
                count = len(EACH_CHILD.findall(data, position, few.end()))
            position = few.end()
        while count < STRIDE and position < self._end:
            name, _start, _end, position = self._child(position)
            if name is not None:
                names.append(name)
            count += 1
        return position, count

    def _child(self, position: int) -> tuple[bytes | None, int, int, int]:
        """The child at ``position``: its name, the span of its value, where the next one begins."""
        data = self._text.data
        one = EASY_MEMBER if self._has_names else EASY_ITEM
        easy = one.match(data, position, min(position + _EASY_SIZE, self._end))
        if easy and easy.end() < position + _EASY_SIZE:
            start, end = easy.span(2)
            return (easy[1] if self._has_names else None), start, end, easy.end()
        name = None
        if self._has_names:
            found = NAME.match(data, position, self._end)
            if found:
                name, position = found[1], found.end()
        space = SPACE.match(data, position, self._end)
        start = space.end() if space else position
        end = self._text.end_of(start)
        return name, start, end, self._after_comma(end)

    def _after_comma(self, position: int) -> int:
        comma = self._text.data.find(b",", position, self._end)
        return self._end if comma < 0 else comma + 1

    def _may_repeat_names(self) -> bool:
        # Sorted and not put into a set, which would take twice the memory; many of them in portions.
        if len(self._hashes) < _MANY_NAMES:
            return _has_equal(sorted(self._hashes))
        return any(
            _has_equal(sorted(number for number in self._hashes if number % _PORTIONS == portion))
            for portion in range(_PORTIONS)
        )

    def _find_repeated_names(self) -> None:
        seen: dict[bytes, int] = {}
        for index, (name, _) in enumerate(self.starting_at(0)):
            meant = _meant(name)
            seen[meant] = seen.get(meant, 0) + 1
            if seen[meant] > 1:
                self._repeated[index] = seen[meant]


def _are_plainly_distinct(names: list[bytes]) -> bool:
    """Whether no name is repeated, judged by simple spellings only; False when that cannot be told."""
    joined = b"".join(names)
    return joined.isascii() and b"\\" not in joined and len(set(names)) == len(names)


def _has_equal(ordered: list[int]) -> bool:
    return any(map(operator.eq, ordered, islice(ordered, 1, None)))


def _meant(name: bytes | None) -> bytes:
    """A spelling that two spellings of one name share."""
    if name is None or (name.isascii() and b"\\" not in name):
        return name or b""
    return b'"' + string_value(name).encode() + b'"'


def whole(data: bytes, pause: Callable[[], None] = lambda: None) -> Span:
    """The value that ``data`` holds, white space around it left out; ``pause`` as for Text."""
    start = len(data) - len(data.lstrip(b" \t\r\n"))
    return Span(Text(data, pause), start, len(data.rstrip(b" \t\r\n")))
