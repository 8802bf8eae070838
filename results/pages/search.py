"""What a search inside a value found, as a page shows it: matches with their place and a way to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self, get_args
from urllib.parse import urlencode

from results.domain.inquiry import Answer, Inquiry, TextLine
from results.domain.paths import readable
from results.domain.search import Found, Match, Query, Where
from results.models import Role, Team
from results.pages.branches import may_see
from results.pages.ranges import place_in
from results.pages.tree import branch_address
from results.pages.values import Held, held_packet
from results.searcher.queue import NotSearchedError, searcher
from results.services.lookup import OpenedResult

MATCHES = 100


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
    """Some of the matches in one value of a result, or a sentence why there are none.

    ``is_answered`` is False when it was not searched this time, so that it helps to ask again.
    ``in_text`` says that the value is one text, which has neither keys nor paths.
    """

    run_id: str
    asked: AskedSearch
    search_url: str
    back_url: str
    team: Team | None = None
    rows: tuple[MatchRow, ...] = ()
    words: str = ""
    total: int = 0
    next_url: str = ""
    problem: str = ""
    is_answered: bool = True
    in_text: bool = False


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

    Other requests are not held up: what is large is searched beside this process, or not at all
    while too many wait for that.
    """
    packet = held_packet(opened, asked.name) if may_see(opened, asked.name, role=role) else None
    if packet is None:
        return None
    page = SearchPage(opened.row.run_id, asked, search_url, back_url, team)
    inquiry = Inquiry(asked.query, asked.name == Held.INNER, asked.after, MATCHES)
    try:
        answer = searcher().answer(packet, inquiry)
    except NotSearchedError as error:
        return replace(page, problem=str(error), is_answered=False)
    return None if answer is None else _answered(page, answer, branch_url)


def _answered(page: SearchPage, answer: Answer, branch_url: str) -> SearchPage:
    found, asked = answer.found, page.asked
    rows: tuple[MatchRow, ...]
    if answer.lines is not None and asked.name == Held.OUTPUT:
        rows = tuple(
            _row_of_text(match, line, branch_url)
            for match, line in zip(found.matches, answer.lines, strict=True)
        )
    else:
        address = branch_address(branch_url, of=asked.name)
        rows = tuple(
            _row(match, f"{way}&reveal=#marked" if way else "")
            for match in found.matches
            for way in (address(match.pointer, 0),)
        )
    end = asked.after + len(rows)
    return replace(
        page,
        rows=rows,
        words=_words(found, asked),
        total=found.total,
        next_url=_next_url(page.search_url, asked, end) if rows and end < found.total else "",
        problem=found.problem or "",
        in_text=answer.lines is not None,
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


def _row_of_text(match: Match, line: TextLine, branch_url: str) -> MatchRow:
    """A match in a value that is one text: it leads to its line, with a few lines before it."""
    asked = urlencode({"of": Held.OUTPUT, "view": "text", "after": str(line.after)})
    return _row(match, f"{branch_url}?{asked}#L{line.number}", f"line {line.number:,}")


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
