"""What a search looks for and what it found; it must not know documents, nor how an encoding is walked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Literal

from results.domain.pathfilter import PathFilter

Where = Literal["anywhere", "keys", "values", "paths"]
Matched = Literal["key", "value", "path"]

MOST_MATCHES = 10_000
"""Counting stops here: nobody walks through more, and the rest of the document need not be read."""

LONGEST_SPELLING = 12
"""Bytes that one character takes at most in JSON text: two escapes of half a surrogate pair."""

_BEFORE = 40
_AFTER = 80
_LONGEST_MARK = 120
_LAST_CASED = 0x1E943
_SHORT_ESCAPES = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", '"': '"', "\\": "\\"}
_BROKEN_BYTES = rb"[\x80-\xff]{1,3}"
_HALF_PAIR = rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}"


@dataclass(frozen=True, slots=True)
class Match:
    """One key, value or path in which the text was found.

    ``pointer`` names the node (see ``Node.pointer``). ``excerpt`` is some of the key, value or path, in
    which ``excerpt[start:end]`` is the text found (characters; cut when very long); ``offset`` is where
    that stands in the whole of it, in characters.
    """

    pointer: str
    matched: Matched
    excerpt: str
    start: int
    end: int
    offset: int
    ends: tuple[int, ...] = field(default=(), repr=False)
    """Where in ``pointer`` the pointer of each ancestor ends; far smaller than the pointers themselves."""

    @property
    def ancestors(self) -> tuple[str, ...]:
        """The pointers of the nodes to open so that this one is seen, from the root down."""
        return tuple(self.pointer[:end] for end in self.ends)


@dataclass(frozen=True, slots=True)
class Found:
    """Some of the matches, in document order.

    ``total`` counts all of them when ``is_complete``. When not, the search stopped at MOST_MATCHES, or left
    out what is nested deeper than a page can show. ``problem`` is a sentence for whoever asked, when
    the question was not understood and nothing was searched.
    """

    matches: tuple[Match, ...] = ()
    total: int = 0
    is_complete: bool = True
    problem: str | None = None


class Needle:
    """The text that is looked for: exactly, or whatever its case as ``re.IGNORECASE`` sees it."""

    def __init__(self, text: str, *, exact: bool) -> None:
        self.text = text
        self.exact = exact
        self._flags = re.NOFLAG if exact else re.IGNORECASE
        self._pattern = re.compile(re.escape(text), self._flags)
        self._unfinished: re.Pattern[str] | None = None

    def find(self, text: str, start: int = 0) -> tuple[int, int] | None:
        """Where it first stands in ``text`` at or after ``start``, in characters; None when it does not."""
        found = self._pattern.search(text, start)
        return found.span() if found else None

    def begins_at_end_of(self, text: str) -> bool:
        """Whether ``text`` ends with the beginning of what is looked for, so that more could complete it."""
        if self._unfinished is None:
            beginnings = (re.escape(self.text[:size]) for size in range(len(self.text) - 1, 0, -1))
            self._unfinished = re.compile(f"(?:{'|'.join(beginnings)})\\Z", self._flags)
        return self._unfinished.search(text, max(0, len(text) - len(self.text))) is not None

    def spelt(self, *, ascii_only: bool, escaped: bool) -> bytes | None:
        r"""A regular expression for every spelling in JSON text; None when none is possible.

        It finds a little too much (a match may begin inside an escape), never too little.
        ``ascii_only`` text holds no other bytes; text that is not ``escaped`` holds no ``\u`` and no ``\/``.
        """
        spellings = []
        for character in self.text:
            variants = [character] if self.exact else _variants(character)
            ways = [
                way
                for variant in variants
                for way in _ways(variant, ascii_only=ascii_only, escaped=escaped)
            ]
            if not ways:
                return None
            spellings.append(ways[0] if len(ways) == 1 else b"(?:" + b"|".join(ways) + b")")
        return b"".join(spellings)


def needle_of(typed: str, *, is_path: bool = False) -> Needle | None:
    """What is meant by what somebody typed: exactly so in double quotes, else whatever its case.

    None where nothing was typed.
    """
    text = typed.strip()
    exact = len(text) > 1 and text[0] == text[-1] == '"'
    if exact:
        text = text[1:-1]
    if is_path and text[:2] in ("$.", "$["):
        text = text[1:].removeprefix(".")
    # Half a surrogate pair is no text, and documents show it so too.
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return Needle(text, exact=exact) if text else None


@dataclass(frozen=True, slots=True)
class Sought:
    """A question that was understood: what to look for, where, and which of the matches to hand over."""

    needle: Needle
    where: Where
    filter: PathFilter
    after: int
    limit: int
    checkpoint: Callable[[], None]


class Tally:
    """The matches so far: counts all of them, keeps those that were asked for."""

    def __init__(self, sought: Sought) -> None:
        self._first = sought.after
        self._end = sought.after + sought.limit
        self._matches: list[Match] = []
        self._total = 0
        self.is_complete = True

    def add(self, match: Callable[[], Match]) -> bool:
        """Count one match, made only if it was asked for; False when that is one too many."""
        if self._total >= MOST_MATCHES:
            self.is_complete = False
            return False
        if self._first <= self._total < self._end:
            self._matches.append(match())
        self._total += 1
        return True

    @property
    def found(self) -> Found:
        """What was counted and kept."""
        return Found(tuple(self._matches), self._total, self.is_complete)


def match_in(
    text: str,
    span: tuple[int, int],
    matched: Matched,
    pointer: str,
    ends: tuple[int, ...],
    bounds: tuple[int, int] | None = None,
) -> Match:
    """A match at ``span`` of ``text``, with its excerpt, which ends at the ``bounds`` if there are any."""
    start, end = span
    least, most = bounds or (0, len(text))
    first = max(least, start - _BEFORE)
    marked = min(end, start + _LONGEST_MARK)
    last = min(most, marked + _AFTER)
    opening, closing = "…" if first > least else "", "…" if last < most else ""
    shift = len(opening) - first
    excerpt = f"{opening}{text[first:last]}{closing}"
    return Match(pointer, matched, excerpt, start + shift, marked + shift, start, ends)


def matches_in_text(text: str, sought: Sought) -> Found:
    """All places in a document that is one text: as many matches, all at its root."""
    tally = Tally(sought)
    found = None
    if sought.where in ("anywhere", "values") and sought.filter.lets_through(sought.filter.start):
        found = sought.needle.find(text)
    while found is not None:
        sought.checkpoint()
        if not tally.add(partial(_match_in_line, text, found)):
            break
        found = sought.needle.find(text, found[1])
    return tally.found


def _match_in_line(text: str, span: tuple[int, int]) -> Match:
    """A match in a text of many lines, with an excerpt of its own line."""
    begins = text.rfind("\n", 0, span[0]) + 1
    ends = text.find("\n", span[1])
    return match_in(text, span, "value", "", (), (begins, len(text) if ends < 0 else ends))


@cache
def _cased() -> str:
    """All characters that have a case."""
    characters = map(chr, range(_LAST_CASED + 1))
    return "".join(c for c in characters if c.lower() != c or c.upper() != c)


def _variants(character: str) -> list[str]:
    """All characters that are the same but for their case."""
    same = re.findall(re.escape(character), _cased(), re.IGNORECASE)
    return sorted({character, *same})


def _ways(character: str, *, ascii_only: bool, escaped: bool) -> list[bytes]:
    """Regular expressions for the ways in which JSON text spells one character."""
    ways = []
    if character in _SHORT_ESCAPES:
        ways.append(re.escape("\\" + _SHORT_ESCAPES[character]).encode())
    elif character >= " " and not (ascii_only and character > "\x7f"):
        ways.append(re.escape(character).encode())
    if escaped:
        units = character.encode("utf-16-be").hex()
        ways.append(
            b"".join(rb"\\u" + _hexadecimal(units[at : at + 4]) for at in range(0, len(units), 4))
        )
        if character == "/":
            ways.append(rb"\\/")
    if character == "\ufffd":
        ways += [_HALF_PAIR, _BROKEN_BYTES]
    return ways


def _hexadecimal(digits: str) -> bytes:
    return "".join(d if d.isdigit() else f"[{d}{d.upper()}]" for d in digits).encode()
