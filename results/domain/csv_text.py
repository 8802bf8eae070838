"""A table as CSV that opens in a spreadsheet as it is: nothing runs, nothing is rounded; it must not know pages.

RFC 4180: CRLF, commas, quotes where they are needed. What a cell holds:

* Missing and undefined: nothing. null: ``null``. Empty text: ``""``.
* Numbers as spelt, where a spreadsheet keeps them: at most 15 significant digits and no extreme
  exponent. ``-2`` and ``-1.5e3`` are numbers. Spreadsheets keep 15 digits of a number and silently
  put zeros for the rest, so any other number is written as text: ``'9223372036854775808``.
* Text as it is. Text that a spreadsheet would run or change gets a leading apostrophe: what begins
  like a formula (= + - @ and their full-width forms, a tab or line end; white space or invisible
  characters before it do not help), and what looks like a number but would not stay as written
  (``007``, ``1e5``, ``1.10``, twenty digits). So does text that begins with an apostrophe, hence
  the rule for programs: take one leading apostrophe off every cell and the text is exact.
* Objects and lists as compact JSON. Spreadsheets cut cells beyond 32,767 characters; the file does not.

Texts that look like dates (``2026-01-02``) are left alone: a spreadsheet shows them in its own form.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import Literal

from results.domain.row_filter import RowFilter
from results.domain.table import MOST_COLUMNS, MOST_NAMES, Cell, Table

CONTENT_TYPE = "text/csv; charset=utf-8"

REST = "(other)"
"""The heading of the last column, which holds what has no column of its own; absent when nothing is left."""

_MOST_CELLS = 20_000_000
_PIECE = 64 * 1024

_DIGITS_KEPT = 15
_LARGEST_EXPONENT = 300
_NUMBER = re.compile(r"-?([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")
_STAYS_AS_TEXT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?")
# White space and characters that no eye sees, which some programs drop before they look for a formula.
_UNSEEN = r"\s\x00-\x1f\x7f-\x9f\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
_RUNS = re.compile(rf"[\t\r\n]|[{_UNSEEN}]*+[=+\-@＝＋－＠\u2212\ufe62\ufe63\ufe66\ufe6b]|'")
_LIKE_A_NUMBER = re.compile(
    rf"(?=[{_UNSEEN}+\-.,']*+[0-9])[{_UNSEEN}]*+[+-]?+[0-9.,'\s]*+(?:[eE][+-]?+[0-9]++)?+[%{_UNSEEN}]*+"
)
_QUOTED = re.compile(r'[",;\t\r\n]|^\s|\s$')


def csv_of(
    table: Table,
    *,
    bom: bool = True,
    separator: Literal[",", ";"] = ",",
    only: RowFilter | None = None,
) -> Iterator[bytes]:
    """The whole table, or the rows that a filter lets through, in pieces of about 64 KiB.

    They stand in the order sent, with all columns that fit.

    ``bom`` puts a UTF-8 mark first, without which Excel takes the file for another encoding. Members
    beyond MOST_NAMES columns, or beyond fewer when the rows are very many, are put together as JSON
    in the last column, so nothing is left out. Spreadsheets set up for a decimal comma (German, French)
    cut lines at ``;`` and take the rest of such a cell for another, so offer them that ``separator``.
    """
    room = max(MOST_COLUMNS, min(MOST_NAMES, _MOST_CELLS // max(1, table.total)))
    names = table.names[:room]
    with_rest = bool(table.others) or len(names) < len(table.names) or not table.names_complete
    headings = [*names, _rest_heading(names)] if with_rest else names
    lines = [_line((_safe(name) or '""' for name in headings), separator)]
    size = len(lines[0])
    if bom:
        yield codecs.BOM_UTF8
    for record in table.records(names, with_rest=with_rest, only=only):
        line = _line(map(_cell, record), separator)
        lines.append(line)
        size += len(line)
        if size >= _PIECE:
            yield "".join(lines).encode("utf-8", "replace")
            lines.clear()
            size = 0
    yield "".join(lines).encode("utf-8", "replace")


def csv_of_records(headings: Iterable[str], records: Iterable[Iterable[Cell | None]]) -> bytes:
    """A few records under their headings, with the UTF-8 mark in front."""
    lines = [_line(map(_safe, headings), ","), *(_line(map(_cell, r), ",") for r in records)]
    return codecs.BOM_UTF8 + "".join(lines).encode("utf-8", "replace")


def lines_of_texts(headings: Iterable[str], records: Iterable[Iterable[str]]) -> Iterator[bytes]:
    """Any number of records of plain texts under their headings, a piece at a time, marked as UTF-8."""
    yield codecs.BOM_UTF8 + _line(map(_safe, headings), ",").encode()
    for record in records:
        yield _line(map(_safe, record), ",").encode("utf-8", "replace")


def stays_exact(number: str) -> bool:
    """Whether a spreadsheet keeps the value of a number as JSON spells it."""
    found = _NUMBER.fullmatch(number)
    if found is None:
        return False
    whole, fraction, exponent = found[1], found[2] or "", found[3] or "0"
    digits = (whole + fraction).lstrip("0")
    if len(exponent) > 5:
        return False
    significant = len(digits.rstrip("0"))
    magnitude = len(digits) - len(fraction) + int(exponent)
    return significant <= _DIGITS_KEPT and abs(magnitude) <= _LARGEST_EXPONENT


def _rest_heading(names: tuple[str, ...]) -> str:
    heading = REST
    while heading in names:
        heading = f"({heading})"
    return heading


def _line(cells: Iterable[str], separator: str) -> str:
    # A line of nothing would be no line to many programs.
    return (separator.join(cells) or '""') + "\r\n"


def _cell(cell: Cell | None) -> str:
    if cell is None or cell.type == "undefined":
        return ""
    if cell.type in ("number", "bigint"):
        return cell.text if stays_exact(cell.text) else f"'{cell.text}"
    return _safe(cell.text) if cell.text else '""'


def _safe(text: str) -> str:
    """Text that no spreadsheet runs or changes, quoted where CSV needs it."""
    if _RUNS.match(text) or _LIKE_A_NUMBER.fullmatch(text):
        is_kept = _STAYS_AS_TEXT.fullmatch(text) and stays_exact(text)
        text = text if is_kept else f"'{text}"
    if _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text
