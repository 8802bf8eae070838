"""What a search inside a value found, as a page shows it: matches with their place and a way to them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, get_args
from urllib.parse import urlencode

from results.domain.document import Document
from results.domain.paths import readable
from results.domain.search import Found, Match, Query, Where, search
from results.models import Role, Team
from results.pages.branches import visible_value
from results.pages.ranges import place_in
from results.pages.tree import branch_address
from results.pages.values import Held
from results.services.lookup import OpenedResult

MATCHES = 100
_LINES_BEFORE = 3


@dataclass(frozen=True, slots=True)
class AskedSearch:
    """What an address asks to be looked for, in which value, and which matches are left out."""

    query: Query
    name: str = "output"
    after: int = 0

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Self:
        """Read `q`, `where`, `under`, `of` and `after`; what is malformed is as if it were not there."""
        where = asked.get("where", "")
        known: Where = next((each for each in get_args(Where) if each == where), "anywhere")
        return cls(
            Query(asked.get("q", ""), known, asked.get("under", "").strip()),
            asked.get("of", "output"),
            place_in(asked.get("after", "")),
        )


@dataclass(frozen=True, slots=True)
class MatchRow:
    """One match: where it is, the text around it, and the address that opens its way."""

    pointer: str
    path: str
    what: str
    before: str
    marked: str
    behind: str
    url: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Some of the matches in one value of a result."""

    run_id: str
    asked: AskedSearch
    rows: tuple[MatchRow, ...]
    words: str
    total: int
    search_url: str
    back_url: str
    next_url: str = ""
    problem: str = ""
    team: Team | None = None


def search_page(
    opened: OpenedResult,
    asked: AskedSearch,
    *,
    search_url: str,
    branch_url: str,
    back_url: str,
    team: Team | None = None,
    role: Role | None = None,
) -> SearchPage | None:
    """Look for what was asked; None when there is no such value, or it is not theirs to see.

    Other requests of the same process are let through every few milliseconds.
    """
    document = visible_value(opened, asked.name, role=role)
    if document is None:
        return None
    found = search(
        document,
        asked.query,
        after=asked.after,
        limit=MATCHES,
        checkpoint=lambda: time.sleep(0),
    )
    address = branch_address(branch_url, of=asked.name)
    if document.is_text and asked.name == Held.OUTPUT:
        rows = tuple(_rows_of_text(document, found.matches, branch_url))
    else:
        rows = tuple(
            _row(match, f"{way}&reveal=" if way else "")
            for match in found.matches
            for way in (address(match.pointer, 0),)
        )
    end = asked.after + len(rows)
    return SearchPage(
        opened.row.run_id,
        asked,
        rows,
        _words(found, asked),
        found.total,
        search_url,
        back_url,
        _next_url(search_url, asked, end) if rows and end < found.total else "",
        found.problem or "",
        team,
    )


def _row(match: Match, url: str, path: str = "") -> MatchRow:
    excerpt = match.excerpt
    return MatchRow(
        match.pointer,
        path or readable(match.pointer) or "the whole value",
        match.matched,
        excerpt[: match.start],
        excerpt[match.start : match.end],
        excerpt[match.end :],
        url,
    )


def _rows_of_text(
    document: Document, matches: Sequence[Match], branch_url: str
) -> Iterator[MatchRow]:
    """Matches in a value that is one text: each leads to its line, with a few lines before it."""
    text = document.leaf_text("")
    read = number = count = 0
    for match in matches:
        place = match.offset
        number += text.count("\n", read, place)
        begins = text.rfind("\n", 0, place) + 1
        for _ in range(_LINES_BEFORE):
            begins = text.rfind("\n", 0, max(0, begins - 1)) + 1
        count += len(text[read:place].encode("utf-8", "replace"))
        read = place
        after = count - len(text[begins:place].encode("utf-8", "replace"))
        asked = urlencode({"of": Held.OUTPUT, "view": "text", "after": str(after)})
        yield _row(match, f"{branch_url}?{asked}#L{number + 1}", f"line {number + 1:,}")


def _words(found: Found, asked: AskedSearch) -> str:
    if found.problem:
        return ""
    if not found.total:
        return "no match" if asked.query.text.strip() else "nothing was asked"
    least = "" if found.is_complete else "at least "
    return f"{least}{found.total:,} match{'' if found.total == 1 else 'es'}"


def _next_url(search_url: str, asked: AskedSearch, after: int) -> str:
    named = {"q": asked.query.text, "of": asked.name, "after": str(after)}
    named |= {"where": asked.query.where} if asked.query.where != "anywhere" else {}
    named |= {"under": asked.query.under} if asked.query.under else {}
    return f"{search_url}?{urlencode(named, errors='replace')}"
