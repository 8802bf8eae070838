"""A list of objects as a page shows it: sortable columns, a range of rows; it decodes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from results.domain.document import Document, Node
from results.domain.table import Row, table_of
from results.pages.ranges import place_in
from results.right_of_way import give_way

ROWS = 100
# How many items are looked at before a list is offered as a table; building one reads them all.
_LOOKED_AT = 20
_LONGEST_SORT = 500


@dataclass(frozen=True, slots=True)
class AskedTable:
    """Which rows an address asks for, and in which order."""

    sort: str | None = None
    descending: bool = False
    after: int = 0

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Self:
        """Read `sort`, `desc` and `after`; what is malformed asks for the beginning."""
        sort = asked.get("sort")
        return cls(
            sort[:_LONGEST_SORT] if sort is not None else None,
            asked.get("desc") == "1",
            place_in(asked.get("after", "")),
        )


FIRST_ROWS = AskedTable()


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, what its head leads to, and how it is sorted now (for `aria-sort`).

    ``is_number`` when all that is shown in it are numbers, which stand at its right.
    """

    name: str
    url: str
    order: str = "none"
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class TablePart:
    """Some rows of a list, and the ways to the others."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: int
    first: int
    others: int
    more_columns: int
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
            return f"no rows of {self.total:,} here"
        return f"rows {self.first + 1:,}–{self.last:,} of {self.total:,}"


def looks_like_a_table(document: Document) -> bool:
    """Whether most of the first items of the value are objects."""
    root = document.root
    if root.type not in ("array", "set", "map") or not root.count:
        return False
    items = document.children_at("", 0, _LOOKED_AT).nodes
    return 2 * sum(map(_is_object, items)) > len(items)


def table_part(document: Document, asked: AskedTable) -> TablePart | None:
    """Return the rows that were asked for; None when the value is no list of objects."""
    table = table_of(document, checkpoint=give_way)
    if table is None:
        return None
    sort = asked.sort if asked.sort in table.names else None
    after = asked.after if asked.after < table.total else 0
    rows = table.rows(after, ROWS, sort=sort, descending=asked.descending)

    def url(sort: str | None, descending: bool, after: int) -> str:
        named = {"view": "table"}
        named |= {"sort": sort} if sort is not None else {}
        named |= {"desc": "1"} if descending else {}
        named |= {"after": str(after)} if after else {}
        return f"?{urlencode(named, errors='replace')}#output"

    def column(at: int, name: str) -> Column:
        is_number = _holds_numbers(rows, at)
        if name != sort:
            return Column(name, url(name, False, 0), is_number=is_number)
        order = "descending" if asked.descending else "ascending"
        return Column(name, url(name, not asked.descending, 0), order, is_number)

    end = after + len(rows)
    return TablePart(
        tuple(column(at, name) for at, name in enumerate(table.columns)),
        rows,
        table.total,
        after,
        table.others,
        table.more_columns,
        url(sort, asked.descending, max(0, after - ROWS)) if after else "",
        url(sort, asked.descending, end) if end < table.total else "",
    )


def _holds_numbers(rows: Sequence[Row], at: int) -> bool:
    types = {cell.type for row in rows if row.cells and (cell := row.cells[at]) is not None}
    return bool(types) and types <= {"number", "bigint"}


def _is_object(node: Node) -> bool:
    return node.type == "object" and bool(node.count)
