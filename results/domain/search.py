"""Search inside a document: keys, values and paths; it must not know pages, nor how documents are stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from results.domain import pathfilter
from results.domain.document import Document
from results.domain.matching import (
    MOST_MATCHES,
    Found,
    Match,
    Matched,
    Sought,
    Where,
    needle_of,
)

__all__ = ["MOST_MATCHES", "Found", "Match", "Matched", "Query", "Where", "search"]

_LONGEST = 500
_TOO_LONG = f"The text to look for is longer than {_LONGEST} characters."


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody typed.

    ``text`` is looked for whatever its case; in double quotes (``"Exact phrase"``) exactly as it is.
    ``under`` limits the search to the nodes that it names and all below: ``$.items[*].price``,
    ``$..email``, ``$.items[3]``.
    """

    text: str
    where: Where = "anywhere"
    under: str = ""


def search(
    document: Document,
    query: Query,
    *,
    after: int = 0,
    limit: int = 100,
    checkpoint: Callable[[], None] | None = None,
) -> Found:
    """At most ``limit`` matches, the first ``after`` left out, in document order, and how many there are.

    ``checkpoint`` is called every few milliseconds of work, so that the caller may let other threads
    run, or raise to give up; what it raises is passed on. Never raises otherwise: what cannot be
    understood is said in ``Found.problem``. Without a text there is nothing to find.

    A path matches at the node whose own step completes the text, so that ``items`` does not match
    all that is below it. Under "anywhere", paths are looked at when the text has a dot or a bracket.
    """
    needle = needle_of(query.text, is_path=query.where == "paths")
    if needle is None:
        return Found()
    if len(needle.text) > _LONGEST:
        return Found(problem=_TOO_LONG)
    under = pathfilter.parse(query.under)
    if isinstance(under, str):
        return Found(problem=under)
    pause = checkpoint or _go_on
    return document.search(Sought(needle, query.where, under, max(0, after), max(0, limit), pause))


def _go_on() -> None:
    pass
