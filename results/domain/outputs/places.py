"""Places in a typed JSON value: walking down by pointer, page by page; it must not draw nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from results.domain.outputs import levels, shapes
from results.domain.outputs.levels import Level, Value
from results.domain.outputs.shapes import ENTRY, Shape
from results.domain.outputs.typenotes import Position, Types

_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")
_OCCURRENCE = re.compile(r"^(.*)~\.([1-9][0-9]{0,8})$", re.DOTALL)
_KEPT_LEVELS = 8
_WORTH_KEEPING = 500
# Cutting so many bytes takes long, also into a single member: most outputs hold their list under a name.
_LONG = 128 * 1024
_MOST_STEPS = 1_000
_MOST_DOTS = 8


@dataclass(frozen=True, slots=True)
class Place:
    """A value, where it is, and what the type notes say of it.

    ``row`` marks one [key, value] pair of a Map; ``key`` is the label, ``key_place`` the Map's own key.
    """

    value: Value
    pointer: str
    position: Position
    key: str | None = None
    row: bool = False
    key_place: Place | None = None

    @property
    def first(self) -> int:
        """The first byte of the text, which tells its JSON kind."""
        return levels.first_byte(self.value)

    @property
    def is_container(self) -> bool:
        """Whether the text is a JSON object or list."""
        return levels.is_container(self.value)

    @property
    def text(self) -> bytes:
        """The JSON text of the value as sent."""
        return bytes(self.value)


class Places:
    """The places of one document. Remembers the few large levels that were opened last."""

    def __init__(self, value: Value, types: Types, level: Level | None = None) -> None:
        self.types = types
        self.root = Place(value, "", types.root)
        self._levels: dict[str, Level] = {} if level is None else {"": level}

    def level(self, place: Place) -> Level:
        """The children of a place as sent; the place must be a container."""
        level = self._levels.get(place.pointer)
        if level is None:
            level = levels.split(place.value)
            if len(level) >= _WORTH_KEEPING or len(place.value) >= _LONG:
                while len(self._levels) >= _KEPT_LEVELS:
                    self._levels.pop(next(iter(self._levels), ""), None)
                self._levels[place.pointer] = level
        return level

    def find(self, pointer: str) -> Place | None:
        """The place that a pointer names."""
        found: Place | None = None
        for place in self.way(pointer):
            found = place
        return found

    def way(self, pointer: str) -> Iterator[Place | None]:
        """The places from the root down to the one that a pointer names; the last is None when it names none."""
        if pointer and not pointer.startswith("/"):
            yield None
            return
        place: Place | None = self.root
        yield place
        for token in pointer.split("/")[1:]:
            if place is not None:
                place = self._step(place, token) if place.is_container else None
                yield place

    def children(self, place: Place, after: int, limit: int) -> list[Place]:
        """Some children, Map rows with a simple key already opened to their value."""
        level = self.level(place)
        found = [
            self.child(place, index, member, level)
            for index, member in enumerate(level.page(after, limit), start=after)
        ]
        return [self._opened(child) for child in found] if _is_map(place) else found

    def raw_children(self, place: Place) -> Iterator[Place]:
        """All children as sent, Map rows as rows."""
        level = self.level(place)
        for index, member in enumerate(level):
            yield self.child(place, index, member, level)

    def pair(self, row: Place) -> tuple[Place, Place] | None:
        """Key and value of a Map row; None when the place is no row."""
        if not row.row:
            return None
        level = levels.split(row.value)
        key, value = (
            Place(member.value, f"{row.pointer}/{index}", self._below(row, str(index), level))
            for index, member in enumerate(level.page(0, 2))
        )
        return key, value

    def entry(self, row: Place) -> Place | None:
        """The value of a Map row whose key is simple, named by that key; None for other places."""
        opened = self._opened(row)
        return None if opened is row else opened

    def half(self, row: Place, index: int) -> Place | None:
        """Key (0) or value (1) of a Map row, as its pointer names it."""
        return self._in_row(row, str(index))

    def target(self, place: Place) -> str | None:
        """The pointer of the value that this place repeats; None when it repeats none."""
        if not place.position.is_reference:
            return None
        path = place.position.target
        found = self.address(path)
        return _pointer(self.types.steps(path)) if found is None else found

    def address(self, path: str | None) -> str | None:
        """The pointer that a path of the type notes means; None when it leads nowhere."""
        steps = self.types.steps(path)
        if len(steps) > _MOST_STEPS:
            return None
        pointer = _pointer(steps)
        if self.find(pointer) is not None:
            return pointer
        # A last name with dots may have been written without escaping them.
        for index in range(max(0, len(steps) - _MOST_DOTS), len(steps) - 1):
            pointer = _pointer([*steps[:index], ".".join(steps[index:])])
            if self.find(pointer) is not None:
                return pointer
        return None

    def _opened(self, child: Place) -> Place:
        """A Map row shown as its value when its key is simple, so that a Map reads like an object."""
        pair = self.pair(child)
        if pair is None:
            return child
        key, value = pair
        if key.is_container or key.position.is_reference:
            return child
        return Place(value.value, value.pointer, value.position, leaf_text(key), False, key)

    def child(self, parent: Place, index: int, member: levels.Member, level: Level) -> Place:
        """The place of one member of the parent's level; ``index`` counts in a list."""
        row = _is_map(parent) and _is_pair(member.value)
        if member.name is None:
            token = name = str(index)
            address = token
        else:
            name = member.name
            token = name
            address = escaped(name)
            if member.occurrence > 1:
                address += f"~.{member.occurrence}"
        position = self._below(parent, token, level)
        return Place(member.value, f"{parent.pointer}/{address}", position, name, row)

    def _below(self, parent: Place, token: str, level: Level) -> Position:
        # An unescaped dotted name can only be meant when the path leads nowhere otherwise.
        loose = (
            self.types.reads_loosely
            and "." in token
            and level.named(token.partition(".")[0], 1) is None
        )
        return self.types.below(parent.position, token, loose=loose)

    def _step(self, parent: Place, token: str) -> Place | None:
        if parent.row:
            return self._in_row(parent, token)
        level = self.level(parent)
        if levels.is_list(parent.value):
            if not _INDEX.fullmatch(token):
                return None
            index = int(token)
            members = level.page(index, 1)
            return self.child(parent, index, members[0], level) if members else None
        repeated = _OCCURRENCE.match(token)
        name, occurrence = (repeated[1], int(repeated[2])) if repeated else (token, 1)
        name = name.replace("~1", "/").replace("~0", "~")
        value = level.named(name, occurrence)
        if value is None:
            return None
        return self.child(parent, 0, levels.Member(name, occurrence, value), level)

    def _in_row(self, row: Place, token: str) -> Place | None:
        pair = self.pair(row)
        if pair is None or token not in ("0", "1"):
            return None
        opened = self._opened(row)
        half = int(token)
        if opened is not row and half == 1:
            return opened
        chosen, label = pair[half], ("key", "value")[half]
        return Place(chosen.value, chosen.pointer, chosen.position, label)


def escaped(name: str) -> str:
    """A member name as one token of a pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def _pointer(steps: list[str]) -> str:
    return "".join(f"/{escaped(step)}" for step in steps)


def _is_pair(value: Value) -> bool:
    return levels.is_list(value) and len(levels.split(value)) == 2


def _is_map(place: Place) -> bool:
    kind = place.position.kind
    return kind is not None and kind.name == "map" and levels.is_list(place.value)


def leaf_text(place: Place) -> str:
    """The text of a leaf: what a string says, anything else as it is spelt."""
    return shapes.leaf_text(place.value)


def shape(place: Place) -> Shape:
    """The type of a value, by its note if that fits what was sent, else by the JSON."""
    if place.row:
        return ENTRY
    return shapes.shape(place.value, place.position.kind)
