"""Which children of two objects, Maps or lists belong together; it must not judge how they differ."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from zlib import crc32

from results.domain.alignment import (
    Likeness,
    Pair,
    alike,
    common_ends,
    gaps,
    kept_in_order,
    merged,
    paired,
)
from results.domain.item_ids import ids_of
from results.domain.opened import Notes, leaf_text
from results.domain.outputs import levels, shapes
from results.domain.outputs.levels import Level, Member, Value
from results.domain.outputs.places import Place, Places
from results.domain.outputs.shapes import Shape

PairOfPlaces = tuple[Place | None, Place | None, bool]

_MOST_FEATURES = 200
_MOST_LIKENESSES = 2_500
_CHEAP = 8
"""An item that is only hashed costs this many times less than one that is compared."""


@dataclass(frozen=True, slots=True)
class Children:
    """Two containers' children, put together.

    ``entries`` are those that may differ, in reading order: before, after, and whether it moved.
    ``same`` counts those that are known to be equal; ``size`` is the work done; ``reordered`` is 1 when
    members that both sides have stand in another order.
    """

    entries: list[PairOfPlaces] = field(default_factory=list)
    same: int = 0
    size: int = 0
    reordered: int = 0


class Side:
    """One of the two values, with its types at hand."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.is_plain = places.types.empty
        self._notes = Notes(places.types)

    def types_at(self, place: Place) -> Hashable:
        """All types at and below a place: equal for places that have the same ones."""
        if self.is_plain:
            return ()
        path = place.position.path
        if path is not None and "\\" in path:
            # Its notes may be spelt in two ways, so it has to be looked into.
            return object()
        target = self.places.target(place) if _is_elsewhere(place) else None
        own = place.position.kind, target
        notes = self._notes.below(path)
        return (own, notes) if notes or own != (None, None) else ()

    def shape(self, place: Place) -> Shape:
        """How a place presents itself; one that only repeats another value is a reference."""
        if place.row:
            return shapes.ENTRY
        if _is_elsewhere(place):
            return Shape("reference")
        return shapes.shape(place.value, place.position.kind)

    def text(self, place: Place, shape: Shape) -> str:
        """The complete text of a leaf; "" for a container."""
        if shape.container:
            return ""
        if shape.type == "reference":
            return self.places.target(place) or ""
        return leaf_text(place.value, shape)

    def key_of(self, place: Place) -> Hashable:
        """The key of a Map's row, equal for equal keys."""
        key = place.key_place
        if key is None:
            pair = self.places.pair(place)
            key = pair[0] if pair else place
        return key.text, key.position.kind


def _is_elsewhere(place: Place) -> bool:
    """Whether nothing was sent at a place but that another value belongs there."""
    return place.position.is_reference and place.first == 0x6E


def children_of(one: Side, a: Place, other: Side, b: Place, *, most: int) -> Children | None:
    """The children of two containers of one type; None when there are too many for ``most`` steps."""
    first, second = one.places.level(a), other.places.level(b)
    every = len(first) + len(second)
    is_map = one.shape(a).type == "map"
    if (every if is_map else every // _CHEAP) > most:
        return None
    if is_map:
        rows = one.places.children(a, 0, len(first)), other.places.children(b, 0, len(second))
        keys = [one.key_of(row) for row in rows[0]], [other.key_of(row) for row in rows[1]]
        return _by_key(keys, _Rows(rows[0]), _Rows(rows[1]), every)
    if levels.is_list(a.value):
        return _of_lists(_Members(one, a, first), _Members(other, b, second), most)
    before, after = _Members(one, a, first), _Members(other, b, second)
    names = before.names(), after.names()
    return _by_key(names, before, after, every)


class _Rows:
    """Children that are at hand as places."""

    def __init__(self, rows: list[Place]) -> None:
        self.rows = rows

    def place(self, index: int) -> Place:
        return self.rows[index]

    def plain(self, index: int) -> bytes | None:
        return None


class _Members:
    """Children that become places only when they are asked for."""

    def __init__(self, side: Side, parent: Place, level: Level) -> None:
        self.side = side
        self.count = len(level)
        self._parent = parent
        self._level = level
        self._start = 0
        self._held: list[Member] = []

    def hold(self, start: int, count: int) -> None:
        """Fetch some members at once; only these can then be asked for, by their index in the whole."""
        self._start = start
        self._held = self._level.page(start, count)

    def names(self) -> list[tuple[str | None, int]]:
        """Name and occurrence of each member; holds all of them."""
        self.hold(0, self.count)
        return [(member.name, member.occurrence) for member in self._held]

    def keys(self) -> list[int]:
        """A hash of each item with its types, equal for equal items."""
        if self.side.is_plain:
            return [hash(bytes(member.value)) for member in self._level]
        return [
            hash((place.text, self.side.types_at(place)))
            for place in self.side.places.raw_children(self._parent)
        ]

    def value(self, index: int) -> Value:
        return self._held[index - self._start].value

    def place(self, index: int) -> Place:
        member = self._held[index - self._start]
        return self.side.places.child(self._parent, index, member, self._level)

    def plain(self, index: int) -> bytes | None:
        """The text of a member, where it has no types."""
        return bytes(self.value(index)) if self.side.is_plain else None


def _by_key(
    keys: tuple[list[Hashable], list[Hashable]] | tuple[list[tuple[str | None, int]], ...],
    before: _Rows | _Members,
    after: _Rows | _Members,
    size: int,
) -> Children:
    pairs = paired(keys[0], keys[1])
    kept = _kept(pairs, keys[0])
    entries: list[PairOfPlaces] = []
    same = 0
    for entry in merged(len(keys[0]), len(keys[1]), pairs, kept):
        if entry.before is not None and entry.after is not None:
            text = before.plain(entry.before)
            if text is not None and text == after.plain(entry.after):
                same += 1
                continue
        entries.append(
            (
                None if entry.before is None else before.place(entry.before),
                None if entry.after is None else after.place(entry.after),
                False,
            )
        )
    return Children(entries, same, size, int(len(kept) < len(pairs)))


def _kept(pairs: list[Pair], keys: Iterable[Hashable]) -> list[Pair]:
    named = list(keys)
    ties = [crc32(repr(named[i]).encode("utf-8", "replace")) for i, _ in pairs]
    return kept_in_order(pairs, ties)


def _of_lists(before: _Members, after: _Members, most: int) -> Children | None:
    keys = before.keys(), after.keys()
    first, last = common_ends(*keys)
    here, there = (keys[0][first : before.count - last], keys[1][first : after.count - last])
    size = len(here) + len(there) + (before.count + after.count) // _CHEAP
    if size > most:
        return None
    before.hold(first, len(here))
    after.hold(first, len(there))
    pairs, kept = _aligned(before, here, after, there, first)
    entries: list[PairOfPlaces] = []
    same = first + last
    for entry in merged(len(here), len(there), pairs, kept):
        i, j = entry.before, entry.after
        if i is not None and j is not None and not entry.moved and here[i] == there[j]:
            same += 1
            continue
        entries.append(
            (
                None if i is None else before.place(first + i),
                None if j is None else after.place(first + j),
                entry.moved,
            )
        )
    return Children(entries, same, size)


def _aligned(
    before: _Members, here: list[int], after: _Members, there: list[int], first: int
) -> tuple[list[Pair], list[Pair]]:
    """All pairs, and those of them that are in order on both sides."""
    ids = ids_of(
        [before.value(first + i) for i in range(len(here))],
        [after.value(first + j) for j in range(len(there))],
    )
    if ids is not None:
        pairs = paired(*ids)
        return pairs, _kept(pairs, ids[0])
    pairs = paired(here, there)
    ties = [crc32(bytes(before.value(first + i))) for i, _ in pairs]
    kept = kept_in_order(pairs, ties)
    taken = {i for i, _ in pairs}, {j for _, j in pairs}
    similar: list[Pair] = []
    for old, new in gaps(len(here), len(there), kept):
        left = [i for i in old if i not in taken[0]], [j for j in new if j not in taken[1]]
        if left[0] and left[1]:
            closely = len(left[0]) * len(left[1]) <= _MOST_LIKENESSES
            found = alike(
                [_likeness(before.value(first + i), closely=closely) for i in left[0]],
                [_likeness(after.value(first + j), closely=closely) for j in left[1]],
            )
            similar += [(left[0][i], left[1][j]) for i, j in found]
    return sorted(pairs + similar), sorted(kept + similar)


def _likeness(value: Value, *, closely: bool) -> Likeness:
    """What tells whether an item could be another one, changed; ``closely`` also looks into it."""
    tie = crc32(bytes(value))
    if not levels.is_container(value):
        return Likeness("scalar", tie=tie)
    kind = "list" if levels.is_list(value) else "object"
    if not closely:
        return Likeness(kind, tie=tie)
    members = levels.split(value).page(0, _MOST_FEATURES)
    features: set[Hashable] = {(member.name, bytes(member.value)) for member in members}
    if kind == "object":
        features |= {member.name for member in members}
    return Likeness(kind, frozenset(features), tie)
