"""Which place a byte of JSON text belongs to, found going forward; it must not know what is searched for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from results.domain.outputs import jsontext, levels, places
from results.domain.outputs.levels import Member
from results.domain.outputs.places import Place, Places
from results.domain.outputs.scanner import Span
from results.domain.pathfilter import NOWHERE, PathFilter

DEEPEST = 1_000
"""Steps; pages show no more, and longer pointers would cost memory squared."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as the tree shows it, and whether a byte is in its key or in its value.

    ``mask`` is how far the filter got here, ``end`` where the place ends in the text, ``parent`` the
    container that it is shown in (None at the root).
    """

    place: Place
    mask: int
    end: int
    is_key: bool = False
    parent: Container | None = None

    @property
    def ends(self) -> tuple[int, ...]:
        """Where in its pointer the pointers of the places above end, from the root down."""
        found: list[int] = []
        above = self.parent
        while above is not None:
            found.append(len(above.place.pointer))
            above = above.parent
        return tuple(reversed(found))

    @property
    def start(self) -> int:
        """Where its value begins in the text."""
        value = self.place.value
        return value.start if isinstance(value, Span) else 0

    @property
    def opens(self) -> bool:
        """Whether the tree shows children of it."""
        return self.place.is_container and places.shape(self.place).container


class Container:
    """A place that is open, and which of its children was looked at last."""

    def __init__(self, tree: Places, filter_: PathFilter, spot: Spot, value: Span) -> None:
        self.place = spot.place
        self.parent = spot.parent
        self.end = value.end
        self.depth: int = 1 if spot.parent is None else spot.parent.depth + 1
        self._tree = tree
        self._filter = filter_
        self._mask = spot.mask
        self._pieces = value.pieces()
        self._level = levels.of_pieces(self._pieces)
        self.is_map = spot.place.row or places.shape(spot.place).type == "map"
        """Whether its children go by more than their name or index."""
        self._last: tuple[int, Span, Spot] | None = None

    def at(self, offset: int) -> Spot | None:
        """The child whose key or value is at ``offset``; never one before that of the last call."""
        before = None
        if self._last is not None:
            index, span, spot = self._last
            if offset < span.end:
                return _in_key(spot, offset)
            before = index, span
        found = self._pieces.holding(offset, before)
        if found is None:
            return None
        index, name, span = found
        spot = self.spot(index, name, span)
        self._last = index, span, spot
        return _in_key(spot, offset)

    def children(self) -> Iterator[tuple[int, bytes | None, Span]]:
        """All children, cheaply: index, name as spelt, value. ``spot`` makes places of them."""
        for index, (name, span) in enumerate(self._pieces.starting_at(0)):
            yield index, name, span

    def spot(self, index: int, name: bytes | None, span: Span) -> Spot:
        """One child as a place."""
        if self.place.row:
            child = self._tree.half(self.place, index) or self.place
        else:
            member = (
                Member(None, 1, span)
                if name is None
                else Member(jsontext.string_value(name), self._pieces.occurrence(index, name), span)
            )
            child = self._tree.child(self.place, index, member, self._level)
            child = self._tree.entry(child) or child
        key = child.key if name is not None or child.key_place is not None else None
        position = index if name is None else None
        size = len(self._pieces) if self._filter.counts_from_end else 0
        mask = self._filter.below(self._mask, key, position, size)
        return Spot(child, mask, span.end, False, self)


class Trail:
    """The places that were asked for, one after the other; goes forward only."""

    def __init__(self, tree: Places, root: Span, filter_: PathFilter) -> None:
        self._tree = tree
        self._filter = filter_
        self.root = Spot(Place(root, "", tree.types.root), filter_.start, root.end)
        self._open: Container | None = None
        self.is_complete = True
        """False once something was too deep to be shown."""

    def locate(self, offset: int) -> Spot | None:
        """The place at ``offset``; a container only where the filter or the depth allows no further step."""
        container = self._open
        while container is not None and offset >= container.end:
            container = container.parent
        spot: Spot | None = self.root
        if container is not None:
            spot = container.at(offset)
        while spot is not None and not spot.is_key and spot.mask != NOWHERE and spot.opens:
            container = self.opened(spot)
            if container is None:
                spot = replace(spot, mask=NOWHERE)
                break
            spot = container.at(offset)
        self._open = spot.parent if spot is not None else container
        return spot

    def opened(self, spot: Spot) -> Container | None:
        """The children of a place; None when they are too deep."""
        if spot.parent is not None and spot.parent.depth >= DEEPEST:
            self.is_complete = False
            return None
        value = spot.place.value
        if not isinstance(value, Span):
            return None
        return Container(self._tree, self._filter, spot, value)


def _in_key(spot: Spot, offset: int) -> Spot:
    """The spot with the right half of it chosen; a Map row begins with its key, as a member with its name."""
    value = spot.place.value
    is_key = isinstance(value, Span) and not spot.place.row and offset < value.start
    return replace(spot, is_key=True) if is_key else spot
