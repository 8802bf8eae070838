"""A list of objects as a table: columns, pages of rows, exact sorting; it must not know how tables look."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from results.domain.checkpoints import pausing
from results.domain.document import MOST_CHILDREN, Document, Node, NodeType
from results.domain.matching import Needle
from results.domain.opened import Notes, below, folded, leaf_text, members_of, opened
from results.domain.ordering import Group, Key, sort_key
from results.domain.outputs import jsontext, levels, shapes
from results.domain.outputs.levels import Value
from results.domain.outputs.places import Place, Places
from results.domain.outputs.typenotes import Position
from results.domain.row_filter import RowFilter, Sieve
from results.domain.row_order import in_order, kept

MOST_COLUMNS = 60
"""A page of a table shows no more columns than this."""

MOST_NAMES = 1_000
"""No more different member names than this are told apart."""

_PAGE = MOST_CHILDREN
_STRETCH = 500
_LISTS = ("array", "set", "map")
_NOWHERE = Position()
_NO_KEY: Key = 0
_IN_DATES = frozenset("0123456789-:.TZ")


class Cell(NamedTuple):
    """A value as complete text: leaves as spelt, objects and lists as compact clean JSON."""

    type: NodeType
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One item of the list.

    ``item`` is the whole item (its ``key`` the index, or the key of a Map); ``cells`` are its members
    in the order of the table's columns, None where it has no such member (null and undefined are
    nodes). ``hidden`` counts its members outside the columns. An item that is no object has no cells.
    When an object repeats a name, the last member of that name is shown, as JavaScript would.
    """

    item: Node
    cells: tuple[Node | None, ...]
    hidden: int = 0


class _Item(NamedTuple):
    value: Value
    position: Position
    is_object: bool


class Table:
    """A list (or Set, or Map by its values) whose items are mostly objects.

    ``columns`` are the first MOST_COLUMNS member names in order of first appearance, ``names`` up to
    MOST_NAMES of them; ``more_columns`` counts the names beyond the columns, and when
    ``names_complete`` is False there are more than that. ``total`` is the number of rows and
    ``others`` how many of them are no objects.
    """

    def __init__(
        self,
        document: Document,
        places: Places,
        place: Place,
        checkpoint: Callable[[], None],
    ) -> None:
        """``place`` is a list of ``places``, which belong to the document; ``table_of`` finds them."""
        self._checkpoint = checkpoint
        self.pointer = place.pointer
        self.total = len(places.level(place))
        self._document = document
        self._places = places
        self._place = place
        self._is_map = shapes.shape(place.value, place.position.kind).type == "map"
        self._changing: Notes | None = None
        self._order: tuple[str, bool, array[int]] | None = None
        self._found: tuple[RowFilter, array[int]] | None = None
        self.others, self.names, self.names_complete = self._looked_over()
        self.columns = self.names[:MOST_COLUMNS]
        self.more_columns = len(self.names) - len(self.columns)

    def count(self, only: RowFilter | None = None) -> int:
        """How many rows there are that a filter lets through."""
        found = self._let_through(only)
        return self.total if found is None else len(found)

    def rows(
        self,
        after: int = 0,
        limit: int = 100,
        *,
        sort: str | None = None,
        descending: bool = False,
        only: RowFilter | None = None,
    ) -> tuple[Row, ...]:
        """At most ``limit`` rows (held between 1 and MOST_CHILDREN), the first ``after`` left out.

        ``sort`` is a member name; one that no row has changes nothing. Ascending order: numbers by
        exact value, NaN, dates by moment, text (by code point, case ignored), false before true,
        then objects and lists. Descending is the reverse. In both, null, undefined and missing come
        last, in this order, and rows that are equal stay in the order in which they were sent.
        ``only`` leaves out the rows that do not hold its text, in a cell as ``records`` spells it.
        """
        after, limit = max(0, after), min(max(1, limit), MOST_CHILDREN)
        order = self._let_through(only)
        if sort is not None:
            by_key, among = self._sorted(sort, descending), order
            order = by_key if among is None else kept(by_key, frozenset(among))
        if order is None:
            nodes = self._document.children_at(self.pointer, after, limit).nodes
        else:
            nodes = tuple(
                self._document.children_at(self.pointer, index, 1).nodes[0]
                for index in order[after : after + limit]
            )
        return tuple(self._row(node) for node in nodes)

    def records(
        self, names: Sequence[str], *, with_rest: bool = False, only: RowFilter | None = None
    ) -> Iterator[list[Cell | None]]:
        """Every row in the order sent: a complete cell for each of ``names``, None where it is missing.

        ``only`` leaves out rows as in ``rows``. ``with_rest`` adds a last cell: compact JSON of the
        members that ``names`` leaves out, the item itself where it is no object, None where nothing
        is left.
        """
        chosen = frozenset(names)
        found = self._let_through(only)
        among = None if found is None else frozenset(found)
        for index, item in enumerate(self._items()):
            if among is not None and index not in among:
                continue
            if not item.is_object:
                rest = [self._cell(item.value, item.position, index, None)] if with_rest else []
                yield [*([None] * len(names)), *rest]
                continue
            members = members_of(item.value)
            cells = [
                None
                if (value := members.get(name)) is None
                else self._cell(value, self._below(item, name, members), index, name)
                for name in names
            ]
            if with_rest:
                cells.append(self._rest(item, members, chosen))
            yield cells

    def _rest(self, item: _Item, members: dict[str, Value], chosen: frozenset[str]) -> Cell | None:
        parts = []
        for name, value in members.items():
            if name not in chosen and (text := self._json(value, self._below(item, name, members))):
                parts.append(f"{jsontext.quoted(name).decode()}:{text}")
        return Cell("object", "{" + ",".join(parts) + "}") if parts else None

    def _row(self, node: Node) -> Row:
        if node.type in ("array", "set", "map", "entry", "bytes") or not node.count:
            return Row(node, (None,) * len(self.columns))
        members: dict[str, Node] = {}
        branch = self._document.children_at(node.pointer, 0, _PAGE)
        for child in branch.nodes:
            members[child.key or ""] = child
        if branch.next_after is not None:
            members = self._wide_row(node, members, branch.next_after)
        cells = tuple(members.get(name) for name in self.columns)
        shown = sum(cell is not None for cell in cells)
        return Row(node, cells, node.count - shown)

    def _wide_row(self, node: Node, members: dict[str, Node], after: int | None) -> dict[str, Node]:
        while after is not None:
            branch = self._document.children_at(node.pointer, after, _PAGE)
            wanted = set(self.columns)
            members |= {child.key or "": child for child in branch.nodes if child.key in wanted}
            after = branch.next_after
        return members

    def _items(self) -> Iterator[_Item]:
        return pausing(self._all_items(), self._checkpoint, every=_STRETCH)

    def _all_items(self) -> Iterator[_Item]:
        types, parent = self._places.types, self._place.position
        if self._is_map:
            for after in range(0, self.total, _PAGE):
                for child in self._places.children(self._place, after, _PAGE):
                    yield _Item(
                        child.value, child.position, _is_object(child.value, child.position)
                    )
        elif types.empty:
            for member in self._places.level(self._place):
                yield _Item(member.value, _NOWHERE, levels.first_byte(member.value) == 0x7B)
        else:
            for index, member in enumerate(self._places.level(self._place)):
                position = types.below(parent, str(index))
                yield _Item(member.value, position, _is_object(member.value, position))

    def _below(self, item: _Item, name: str, members: dict[str, Value]) -> Position:
        return below(self._places.types, item.position, name, members)

    def _looked_over(self) -> tuple[int, tuple[str, ...], bool]:
        """How many items are no objects, the members' names, and whether these are all names."""
        names: dict[str, None] = {}
        others = 0
        for item in self._items():
            if not item.is_object:
                others += 1
            elif len(names) <= MOST_NAMES:
                members = members_of(item.value)
                if not members.keys() <= names.keys():
                    names |= dict.fromkeys(members)
        return others, tuple(names)[:MOST_NAMES], len(names) <= MOST_NAMES

    def _let_through(self, only: RowFilter | None) -> array[int] | None:
        """The indexes of the rows that a filter lets through; None where it lets all through."""
        needle = None if only is None else only.needle
        if only is None or needle is None:
            return None
        if self._found is None or self._found[0] != only:
            sieve = Sieve(needle, bytes(self._place.value) if self._is_shown(needle) else None)
            found = (
                index
                for index, item in enumerate(self._items())
                if sieve.may_hold(item.value) and sieve.holds(self._texts(index, item, only.column))
            )
            self._found = (only, array("I", found))
        return self._found[1]

    def _is_shown(self, needle: Needle) -> bool:
        """Whether a text stands in a cell only where it was sent; a Date that was sent as a number is respelt."""
        types = self._places.types
        may_be_date = _IN_DATES.issuperset(needle.text.upper())
        return types.empty or not (types.may_change or may_be_date)

    def _texts(self, index: int, item: _Item, column: str | None) -> Iterator[str]:
        """What a row says: all of its cells, or the one in a column."""
        if not item.is_object:
            if column is None:
                yield self._cell(item.value, item.position, index, None).text
            return
        members = members_of(item.value)
        for name, value in members.items():
            if column in (None, name):
                yield self._cell(value, self._below(item, name, members), index, name).text

    def _cell(self, value: Value, position: Position, index: int, name: str | None) -> Cell:
        if position.is_reference and levels.first_byte(value) == 0x6E:
            return self._repeated(index, name)
        shape = shapes.shape(value, position.kind)
        if not shape.container:
            return Cell(shape.type, leaf_text(value, shape))
        return Cell(shape.type, self._json(value, position))

    def _json(self, value: Value, position: Position) -> str:
        """Compact clean JSON; "" for undefined, which JSON cannot say."""
        types = self._places.types
        if types.empty or not types.may_change:
            return folded(value, None, ())
        if self._changing is None:
            self._changing = Notes(types, only_changing=True)
        return folded(value, position.kind, self._changing.below(position.path))

    def _repeated(self, index: int, name: str | None) -> Cell:
        """A value that was sent only once and stands here again: named, not copied."""
        node = self._document.children_at(self.pointer, index, 1).nodes[0]
        if name is not None:
            children = self._document.children_at(node.pointer, 0, _PAGE).nodes
            node = next((child for child in children if child.key == name), node)
        return Cell("reference", node.chip or "")

    def _sorted(self, name: str, descending: bool) -> array[int]:
        if self._order is None or self._order[:2] != (name, descending):
            order = in_order(self._keys(name), descending=descending)
            self._order = (name, descending, order)
        return self._order[2]

    def _keys(self, name: str) -> Iterator[tuple[Group, Key]]:
        for item in self._items():
            members = members_of(item.value) if item.is_object else {}
            if (value := members.get(name)) is None:
                yield Group.MISSING, _NO_KEY
            else:
                yield sort_key(value, self._below(item, name, members))


def _is_object(value: Value, position: Position) -> bool:
    return levels.first_byte(value) == 0x7B and shapes.shape(value, position.kind).container


def table_of(
    document: Document, pointer: str = "", *, checkpoint: Callable[[], None] = lambda: None
) -> Table | None:
    """The table at ``pointer``; None where there is no list, or not most of its items are objects with members.

    Raises PointerNotFound. Reads all of the list once, so keep the table for as long as it is asked.
    ``checkpoint`` is called every few milliseconds of work, then and when it sorts or lists records.
    """
    node = document.node_at(pointer)
    if node.type not in _LISTS or not node.count:
        return None
    places = opened(document)
    place = None if places is None else places.find(pointer)
    if places is None or place is None:
        return None
    table = Table(document, places, place, checkpoint)
    return table if table.columns and 2 * table.others < table.total else None
