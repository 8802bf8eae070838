"""A list of objects as a page shows it: sortable columns, a range of rows; it decodes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from results.domain.document import Document, Node
from results.domain.row_filter import RowFilter
from results.domain.table import Row, Table, table_of
from results.pages.ranges import place_in
from results.pages.tree import Address
from results.right_of_way import give_way

ROWS = 100
# How many items are looked at before a list is offered as a table; building one reads them all.
_LOOKED_AT = 20
_LONGEST_SORT = 500
_LONGEST_TEXT = 500

Named = tuple[tuple[str, str], ...]
"""Names and values of an address, in order."""


@dataclass(frozen=True, slots=True)
class AskedTable:
    """Which rows an address asks for, and in which order.

    ``text`` keeps the rows that hold it, anywhere or in the ``column`` of this number, from one on.
    """

    sort: str | None = None
    descending: bool = False
    after: int = 0
    text: str = ""
    column: int = 0

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Self:
        """Read `sort`, `desc`, `after`, `rows` and `column`; what is malformed asks for the beginning."""
        sort = asked.get("sort")
        return cls(
            sort[:_LONGEST_SORT] if sort is not None else None,
            asked.get("desc") == "1",
            place_in(asked.get("after", "")),
            asked.get("rows", "").strip()[:_LONGEST_TEXT],
            place_in(asked.get("column", "")),
        )

    def filter_of(self, table: Table) -> RowFilter:
        """What the rows must hold; a column that is not there is as if none were named."""
        within = 0 < self.column <= len(table.columns)
        return RowFilter(self.text, table.columns[self.column - 1] if within else None)


FIRST_ROWS = AskedTable()


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, what its head leads to, and how it is sorted now (for `aria-sort`).

    ``is_number`` when all that is shown in it are numbers, which stand at its right.
    ``is_looked_in`` when it is the one that a filter names.
    """

    name: str
    url: str
    order: str = "none"
    is_number: bool = False
    is_looked_in: bool = False


@dataclass(frozen=True, slots=True)
class TablePlace:
    """Which list a table is of, as addresses say it: before the rows, and behind `#`.

    ``items`` names the page of each item; without it they are in the tree of the page itself.
    ``download_url`` is where the list is as CSV; empty where it is not.
    """

    named: Named = ()
    anchor: str = "#output"
    items: Address | None = None
    download_url: str = ""


OUTPUT = TablePlace()


@dataclass(frozen=True, slots=True)
class TablePart:
    """Some rows of a list, and the ways to the others.

    ``total`` counts the rows of the list, ``found`` those that hold what was looked for. ``kept``
    is what a form must say again besides the text.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: int
    found: int
    first: int
    others: int
    more_columns: int
    place: TablePlace = OUTPUT
    text: str = ""
    kept: Named = ()
    all_url: str = ""
    csv_url: str = ""
    previous_url: str = ""
    next_url: str = ""

    @property
    def last(self) -> int:
        """The number of the last row shown, counted from one."""
        return self.first + len(self.rows)

    @property
    def range_words(self) -> str:
        """Which rows these are."""
        if not self.rows:
            return f"none of the {self.total:,} rows holds that"
        if not self.text:
            return f"rows {self.first + 1:,}–{self.last:,} of {self.total:,}"
        verb = "holds" if self.found == 1 else "hold"
        held = f"{self.found:,} of {self.total:,} rows {verb} that"
        is_all = len(self.rows) == self.found
        return held if is_all else f"{held}; here are {self.first + 1:,}–{self.last:,} of them"


def looks_like_a_table(document: Document, pointer: str = "") -> bool:
    """Whether most of the first items of a list are objects."""
    node = document.node_at(pointer)
    if node.type not in ("array", "set", "map") or not node.count:
        return False
    items = document.children_at(pointer, 0, _LOOKED_AT).nodes
    return 2 * sum(map(_is_object, items)) > len(items)


def table_part(
    document: Document, asked: AskedTable, *, pointer: str = "", place: TablePlace = OUTPUT
) -> TablePart | None:
    """Return the rows that were asked for; None when the value is no list of objects."""
    table = table_of(document, pointer, checkpoint=give_way)
    if table is None:
        return None
    sort = asked.sort if asked.sort in table.names else None
    only = asked.filter_of(table)
    found = table.count(only)
    after = asked.after if asked.after < found else 0
    rows = table.rows(after, ROWS, sort=sort, descending=asked.descending, only=only)
    text = asked.text if only.needle else ""
    held: Named = (("rows", text),) if text else ()
    held += (("column", str(asked.column)),) if held and only.column is not None else ()

    def sorting(sort: str | None, descending: bool) -> Named:
        named: Named = (("view", "table"), *place.named)
        named += (("sort", sort),) if sort is not None else ()
        return (*named, ("desc", "1")) if descending else named

    def url(named: Named, after: int = 0) -> str:
        within: Named = (("after", str(after)),) if after else ()
        return f"?{urlencode((*named, *within), errors='replace')}{place.anchor}"

    def column(at: int, name: str) -> Column:
        order, descends = "none", False
        if name == sort:
            order, descends = (
                "descending" if asked.descending else "ascending",
                not asked.descending,
            )
        way = url((*sorting(name, descends), *held))
        is_named = bool(held) and asked.column == at + 1
        return Column(name, way, order, _holds_numbers(rows, at), is_named)

    here = sorting(sort, asked.descending)
    end = after + len(rows)
    # What is asked for comes last, so that a template can name another form of it.
    csv = urlencode((*place.named, *held, ("as", "csv")), errors="replace")
    return TablePart(
        tuple(column(at, name) for at, name in enumerate(table.columns)),
        rows,
        table.total,
        found,
        after,
        table.others,
        table.more_columns,
        place,
        text,
        here,
        url(here),
        f"{place.download_url}?{csv}" if place.download_url else "",
        url((*here, *held), max(0, after - ROWS)) if after else "",
        url((*here, *held), end) if end < found else "",
    )


def _holds_numbers(rows: Sequence[Row], at: int) -> bool:
    types = {cell.type for row in rows if row.cells and (cell := row.cells[at]) is not None}
    return bool(types) and types <= {"number", "bigint"}


def _is_object(node: Node) -> bool:
    return node.type == "object" and bool(node.count)
