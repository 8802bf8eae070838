"""A search in a packet, from its bytes to all that a page says of it; it must not know where it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from results.domain.matching import Found, Match
from results.domain.outputs import decode
from results.domain.packet import Packet
from results.domain.search import Query, search

_LINES_BEFORE = 3


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is looked for in a value, and which of the matches are wanted.

    ``inner`` looks in the JSON that the value is a text of, instead of in the text.
    """

    query: Query
    inner: bool = False
    after: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True)
class TextLine:
    """On which line of a text a match stands, from 1.

    ``after`` counts the bytes of UTF-8 that come before a few lines above it (see ``Document.lines``).
    """

    number: int
    after: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found; where the value is one text, ``lines`` has the line of each match."""

    found: Found
    lines: tuple[TextLine, ...] | None = None


def answer(
    packet: Packet, inquiry: Inquiry, *, checkpoint: Callable[[], None] | None = None
) -> Answer | None:
    """Read the packet and search in it; None when there is no inner value where one is asked for.

    ``checkpoint`` is as in ``search``, and never raises otherwise.
    """
    document = decode(packet)
    if inquiry.inner:
        if document.inner is None:
            return None
        document = document.inner
    found = search(
        document, inquiry.query, after=inquiry.after, limit=inquiry.limit, checkpoint=checkpoint
    )
    if not document.is_text:
        return Answer(found)
    return Answer(found, tuple(_lines(document.leaf_text(""), found.matches)))


def _lines(text: str, matches: Sequence[Match]) -> Iterator[TextLine]:
    read = number = count = 0
    for match in matches:
        place = match.offset
        number += text.count("\n", read, place)
        begins = text.rfind("\n", 0, place) + 1
        for _ in range(_LINES_BEFORE):
            begins = text.rfind("\n", 0, max(0, begins - 1)) + 1
        count += len(text[read:place].encode("utf-8", "replace"))
        read = place
        yield TextLine(number + 1, count - len(text[begins:place].encode("utf-8", "replace")))
