"""Typed values folded into plain JSON text: what Map, undefined or a circle become; it must not know documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from results.domain.outputs import jsontext, levels, printing
from results.domain.outputs.places import Place, Places, leaf_text, shape
from results.domain.outputs.typenotes import CHANGING

_MOST_STEPS = 150
_LONGEST_PATH = 16_384
_MOST_PIECES = 4_096
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_plain(places: Places) -> bool:
    """Whether the value as sent already is its clean JSON."""
    kind = places.root.position.kind
    return (kind is None or kind.name not in CHANGING) and next(_changed(places), None) is None


def is_above(target: str, pointer: str) -> bool:
    """Whether the pointer leads through the target, so that repeating it would never end."""
    return pointer == target or pointer.startswith(f"{target}/")


def date_text(number: bytes) -> str:
    """A Date that was sent as a number of milliseconds since 1970, as JavaScript prints it."""
    try:
        moment = _EPOCH + timedelta(milliseconds=float(number))
    except (ValueError, OverflowError):
        return number.decode("utf-8", "replace")
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def fold(places: Places, place: Place) -> bytes:
    """The clean JSON of a place, laid out; ``b""`` when it is undefined."""
    if shape(place).type == "undefined":
        return b""
    if is_plain(places) and not place.position.is_reference:
        return printing.plain(place.text)
    touched: set[str] = set()
    for path in _changed(places):
        end = len(path)
        while end >= 0 and path[:end] not in touched:
            touched.add(path[:end])
            end = path.rfind(".", 0, end)
    allowed = printing.allowance(len(places.root.value))
    folder = _Folder(places, touched, allowed)
    if folder.run(place):
        return folder.written
    folder = _Folder(places, touched, None, compact=True)
    folder.run(place)
    return folder.written


def beginning(places: Places, limit: int) -> tuple[bytes, bool]:
    """The first ``limit`` bytes or slightly more of the whole value, and whether more would follow."""
    if shape(places.root).type == "undefined":
        return b"", False
    folder = _Folder(places, None, limit)
    complete = folder.run(places.root)
    return folder.written, not complete


def _changed(places: Places) -> Iterator[str]:
    """The paths at which clean JSON differs from what was sent."""
    types = places.types
    if types.empty or not types.may_change:
        return
    for path, kind in types.noted():
        if kind.name in CHANGING and _is_sane(path):
            yield path
    for path in types.repeats:
        if _is_sane(path):
            yield path


def _is_sane(path: str) -> bool:
    # Real values do not nest so deep; a hostile path must not cost memory squared.
    return len(path) <= _LONGEST_PATH and path.count(".") <= _MOST_STEPS


class _EnoughError(Exception):
    """The layout has become longer than was allowed."""


class _Folder:
    """Writes the layout of places.

    ``touched`` are the paths that lead to something that folding changes; all else is copied as
    sent. None looks at everything, which is right when only the beginning is wanted.
    """

    def __init__(
        self,
        places: Places,
        touched: set[str] | None,
        allowed: int | None,
        *,
        compact: bool = False,
    ) -> None:
        self._joined: list[bytes] = []
        self._pieces: list[bytes] = []
        self._places = places
        self._touched = touched
        self._allowed = allowed
        self._size = 0
        self._compact = compact
        self._copies_left = len(places.root.value) + 1024 * 1024

    def run(self, place: Place) -> bool:
        """Write one place and all below; False when it had to stop because that is longer than allowed."""
        try:
            self._print(place, 0)
        except _EnoughError:
            return False
        return True

    @property
    def written(self) -> bytes:
        """All that was written so far."""
        return b"".join((*self._joined, *self._pieces))

    def _write(self, piece: bytes) -> None:
        self._pieces.append(piece)
        if len(self._pieces) >= _MOST_PIECES:
            # Small pieces take several times the memory of the text in them.
            self._joined.append(b"".join(self._pieces))
            self._pieces.clear()
        if self._allowed is not None:
            self._size += len(piece)
            if self._size > self._allowed:
                raise _EnoughError

    def _print(self, place: Place, level: int) -> None:
        """Write a place ``level`` steps in; undefined prints as null."""
        if place.position.is_reference and place.first == 0x6E:
            self._reference(place, level)
            return
        found = shape(place)
        if found.type == "undefined":
            self._write(b"null")
        elif found.name == "-0":
            self._write(b"-0")
        elif found.type == "map":
            self._map(place, level)
        elif found.name == "Buffer":
            self._write(b"{" + self._line(level + 1) + b'"type": "Buffer",')
            self._write(self._line(level + 1) + b'"data": ')
            self._as_sent(place.value, level + 1)
            self._write(self._line(level) + b"}")
        elif place.is_container and level < _MOST_STEPS:
            self._container(place, level)
        else:
            self._as_sent(place.value, level)

    def _as_sent(self, value: levels.Value, level: int) -> None:
        if not levels.is_container(value) or len(value) == 2:
            self._write(bytes(value))
        elif self._compact:
            self._write(printing.squeezed(bytes(value)))
        elif self._touched is None and self._allowed is not None:
            room = self._allowed - self._size + 1
            self._write(printing.indented(printing.beginning(bytes(value), room)[0], level))
        else:
            self._write(printing.indented(printing.plain_part(bytes(value)), level))

    def _container(self, place: Place, level: int) -> None:
        is_list = levels.is_list(place.value)
        opening, closing = (b"[", b"]") if is_list else (b"{", b"}")
        line = self._line(level + 1)
        separator = opening + line
        members = self._places.level(place)
        for index, member in enumerate(members):
            name = str(index) if member.name is None else member.name
            head = b"" if member.name is None else jsontext.quoted(name) + b": "
            if self._is_untouched(place, name):
                self._write(separator + head)
                self._as_sent(member.value, level + 1)
            else:
                child = self._places.child(place, index, member, members)
                if not is_list and shape(child).type == "undefined":
                    continue
                self._write(separator + head)
                self._print(child, level + 1)
            separator = b"," + line
        empty = separator == opening + line
        self._write(opening + closing if empty else self._line(level) + closing)

    def _is_untouched(self, parent: Place, name: str) -> bool:
        # A name with a dot or backslash may be spelt in two ways, so it is always looked at.
        if self._touched is None or "." in name or "\\" in name:
            return False
        path = parent.position.path
        return (name if path is None else f"{path}.{name}") not in self._touched

    def _map(self, place: Place, level: int) -> None:
        rows = list(self._places.raw_children(place))
        pairs = [pair for row in rows if (pair := self._places.pair(row)) is not None]
        if len(pairs) < len(rows):
            self._as_sent(place.value, level)
        elif all(shape(key).type == "string" for key, _ in pairs):
            members = (
                (jsontext.quoted(leaf_text(key)) + b": ", value)
                for key, value in pairs
                if shape(value).type != "undefined"
            )
            self._laid_out(members, b"{", b"}", level)
        else:
            self._pairs(pairs, level)

    def _pairs(self, pairs: list[tuple[Place, Place]], level: int) -> None:
        separator = b"["
        for pair in pairs:
            self._write(separator + self._line(level + 1))
            self._laid_out(((b"", half) for half in pair), b"[", b"]", level + 1)
            separator = b","
        self._write(self._line(level) + b"]")

    def _laid_out(
        self, parts: Iterable[tuple[bytes, Place]], opening: bytes, closing: bytes, level: int
    ) -> None:
        separator = opening
        for head, place in parts:
            self._write(separator + self._line(level + 1) + head)
            self._print(place, level + 1)
            separator = b","
        self._write(opening + closing if separator == opening else self._line(level) + closing)

    def _line(self, level: int) -> bytes:
        return b"" if self._compact else b"\n" + b"  " * level

    def _reference(self, place: Place, level: int) -> None:
        target = self._places.target(place) or ""
        if is_above(target, place.pointer):
            self._write(b'"[Circular]"')
            return
        original = self._places.find(target)
        if original is None:
            self._write(b"null")
            return
        self._copies_left -= len(original.value)
        if self._copies_left < 0:
            # Copies of copies could grow without end.
            self._write(jsontext.quoted(f"[Same as {target}]"))
        else:
            self._as_sent(original.value, level)
