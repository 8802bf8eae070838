"""JSON text opened one level at a time, so that a page of a large document costs a page, not the document.

Two ways to the same answer. The fast one lets msgspec cut a container into unparsed pieces. It costs
about 70 bytes a piece, stops at about 1000 levels, and drops repeated names, so there is a scanner
for containers that are crowded or deep, and a slower decoding for objects that repeat a name.
Must not know what outputs or annotations are, and is only given text that is known to be valid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

import msgspec

from results.domain.outputs import jsontext, scanner
from results.domain.outputs.scanner import Span

Value = msgspec.Raw | Span
"""A JSON value that has not been looked into. ``bytes(value)`` is its text, ``len(value)`` its size."""

_SMALL = 128 * 1024
"""Containers up to this size in bytes are never worth a thought about memory."""

_WINDOW = 16 * 1024
_BYTES_A_PIECE = 12
"""With fewer bytes than this from comma to comma, unparsed pieces would outweigh the text six times."""


@dataclass(frozen=True, slots=True)
class Member:
    """A child: its name (None in a list), which one of that name it is (from 1), and its value."""

    name: str | None
    occurrence: int
    value: Value


class Level(Protocol):
    """The children of one container, in the order in which they were sent."""

    def __len__(self) -> int: ...

    def page(self, after: int, limit: int) -> list[Member]:
        """At most ``limit`` children, the first ``after`` left out."""
        ...

    def named(self, name: str, occurrence: int) -> Value | None:
        """The member of an object with this name; None in a list."""
        ...

    def __iter__(self) -> Iterator[Member]: ...


class _Items:
    """A list cut into pieces."""

    def __init__(self, pieces: list[msgspec.Raw]) -> None:
        self._pieces = pieces

    def __len__(self) -> int:
        return len(self._pieces)

    def page(self, after: int, limit: int) -> list[Member]:
        return [Member(None, 1, piece) for piece in self._pieces[after : after + limit]]

    def named(self, name: str, occurrence: int) -> Value | None:
        return None

    def __iter__(self) -> Iterator[Member]:
        return (Member(None, 1, piece) for piece in self._pieces)


class _Members:
    """An object cut into pieces, known to repeat no name."""

    def __init__(self, pieces: dict[str, msgspec.Raw]) -> None:
        self._pieces = pieces

    def __len__(self) -> int:
        return len(self._pieces)

    def page(self, after: int, limit: int) -> list[Member]:
        chosen = islice(self._pieces.items(), after, after + limit)
        return [Member(name, 1, piece) for name, piece in chosen]

    def named(self, name: str, occurrence: int) -> Value | None:
        return self._pieces.get(name) if occurrence == 1 else None

    def __iter__(self) -> Iterator[Member]:
        return (Member(name, 1, piece) for name, piece in self._pieces.items())


class _RepeatedMembers:
    """An object cut into pieces, with every member of a repeated name kept."""

    def __init__(self, pieces: list[tuple[str, Value]]) -> None:
        self._members: list[Member] = []
        seen: dict[str, int] = {}
        for name, piece in pieces:
            seen[name] = seen.get(name, 0) + 1
            self._members.append(Member(name, seen[name], piece))

    def __len__(self) -> int:
        return len(self._members)

    def page(self, after: int, limit: int) -> list[Member]:
        return self._members[after : after + limit]

    def named(self, name: str, occurrence: int) -> Value | None:
        for member in self._members:
            if member.name == name and member.occurrence == occurrence:
                return member.value
        return None

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members)


class _Scanned:
    """A container read by the scanner: slower, but it remembers only a few bytes a child."""

    def __init__(self, pieces: scanner.Pieces) -> None:
        self._pieces = pieces

    def __len__(self) -> int:
        return len(self._pieces)

    def page(self, after: int, limit: int) -> list[Member]:
        return list(islice(self._from(after), limit))

    def named(self, name: str, occurrence: int) -> Value | None:
        for member in self:
            if member.name == name:
                occurrence -= 1
                if occurrence == 0:
                    return member.value
        return None

    def __iter__(self) -> Iterator[Member]:
        return self._from(0)

    def _from(self, after: int) -> Iterator[Member]:
        for index, (name, span) in enumerate(self._pieces.starting_at(after), start=after):
            if name is None:
                yield Member(None, 1, span)
            else:
                yield Member(
                    jsontext.string_value(name), self._pieces.occurrence(index, name), span
                )


class _Name:
    """A member's name that is equal only to itself, so that a dict keeps repeated names apart."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def _name(_wanted: type, text: Any) -> _Name:
    return _Name(text)


_items = msgspec.json.Decoder(list[msgspec.Raw])
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_repeated_members = msgspec.json.Decoder(dict[_Name, msgspec.Raw], dec_hook=_name)


def first_byte(value: Value) -> int:
    """The byte that tells the kind of a value; it has no white space before it."""
    return value.first if isinstance(value, Span) else memoryview(value)[0]


def view(value: Value) -> memoryview:
    """The text of a value, not copied."""
    return value.view() if isinstance(value, Span) else memoryview(value)


def is_list(value: Value) -> bool:
    """Whether the value is a JSON list."""
    return first_byte(value) == 0x5B


def is_container(value: Value) -> bool:
    """Whether the value is a JSON object or list."""
    return first_byte(value) in (0x5B, 0x7B)


def split(value: Value) -> Level:
    """The children of an object or list; the value must be one, and be valid."""
    if isinstance(value, Span):
        return _Scanned(value.pieces())
    if len(value) > _SMALL and is_crowded(view(value)):
        return scanned(bytes(value))
    try:
        return _split_fast(value)
    except (RecursionError, ValueError, msgspec.MsgspecError):
        # Too deep, or a name that is no valid UTF-8.
        return scanned(bytes(value))


def open_whole(text: bytes) -> tuple[Value, Level | None]:
    """The value that ``text`` holds and, for a container, its children, in one reading.

    The text has not been checked: raises as msgspec does when it is refused. No white space around it.
    """
    if text[:1] not in (b"[", b"{"):
        return msgspec.json.decode(text, type=msgspec.Raw), None
    if len(text) > _SMALL and is_crowded(text):
        msgspec.json.decode(text, type=msgspec.Raw)
        return scanned_whole(text)
    return msgspec.Raw(text), _split_fast(text)


def scanned_whole(text: bytes) -> tuple[Value, Level | None]:
    """As ``open_whole``, by the scanner, of text that is known to be valid."""
    value = scanner.whole(text)
    return value, (split(value) if is_container(value) else None)


def scanned(text: bytes) -> Level:
    """As ``split``, by the scanner."""
    return _Scanned(scanner.whole(text).pieces())


def of_pieces(pieces: scanner.Pieces) -> Level:
    """A level that the caller has had scanned."""
    return _Scanned(pieces)


def from_pieces(pieces: list[msgspec.Raw] | dict[str, msgspec.Raw], size: int) -> Level | None:
    """A level that the caller has cut from ``size`` bytes; None unless the pieces account for every byte."""
    if isinstance(pieces, dict):
        return _Members(pieces) if _nothing_dropped(pieces, size) else None
    filled = sum(map(len, pieces)) + len(pieces) + (1 if pieces else 2)
    return _Items(pieces) if filled == size else None


def _split_fast(text: msgspec.Raw | bytes) -> Level:
    view = memoryview(text)
    if view[0] == 0x5B:
        return _Items(_items.decode(view))
    pieces = _members.decode(view)
    if _nothing_dropped(pieces, len(view)):
        return _Members(pieces)
    kept = _repeated_members.decode(view)
    if len(kept) == len(pieces):
        return _Members(pieces)
    return _RepeatedMembers([(name.text, piece) for name, piece in kept.items()])


def _nothing_dropped(pieces: dict[str, msgspec.Raw], size: int) -> bool:
    """Whether the pieces account for every byte, as they do in text without white space and escapes.

    A dropped member, an escape in a name and white space all leave bytes over and none can make up
    for another, so equality proves that no name was repeated.
    """
    names = len("".join(pieces).encode("utf-8", "surrogatepass"))
    values = sum(map(len, pieces.values()))
    return size == names + values + 4 * len(pieces) + (1 if pieces else 2)


def is_crowded(text: bytes | memoryview) -> bool:
    """Whether so many small values are likely in ``text`` that a piece for each would take too much memory."""
    commas = size = 0
    for start in range(0, len(text), 64 * _WINDOW):
        # Only what is looked at is copied.
        window = bytes(text[start : start + _WINDOW])
        commas += window.count(b",")
        size += len(window)
    return commas * _BYTES_A_PIECE > size
