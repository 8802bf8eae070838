"""Secrets in text: shapes of keys and tokens, and values beside telling names; it must not know where a text stands.

Everything is looked for from fixed beginnings, so that the time is linear in the text. Text is UTF-8.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from results.domain import personal_token
from results.domain.checkpoints import pausing
from results.domain.short_names import SHORT_NAMES, whole_names
from results.domain.telling_names import (
    KEYS_OF,
    LONGEST_NAME,
    is_sensitive,
    plain,
    tells_in_numbers,
)


class Kind(enum.StrEnum):
    """What a found secret is."""

    KEY = "key"
    TOKEN = "token"  # noqa: S105  the name of a kind
    PRIVATE_KEY = "private key"
    HEADER = "header"
    ADDRESS = "address"
    NAMED = "named"

    @property
    def words(self) -> str:
        """What people call it."""
        return _WORDS[self]


_WORDS = {
    Kind.KEY: "an API key",
    Kind.TOKEN: "a signed token",
    Kind.PRIVATE_KEY: "a private key",
    Kind.HEADER: "an Authorization value",
    Kind.ADDRESS: "a user or password in an address",
    Kind.NAMED: "a value whose name says that it is secret",
}


@dataclass(frozen=True, slots=True)
class Span:
    """Where a secret stands in a text, in bytes."""

    start: int
    end: int
    kind: Kind


# A word begins after anything but a letter or digit, and after an escape that ends in one: %2F, \n.
_BEGINNING = rb"(?:(?<![0-9A-Za-z])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt]))"
_INSIDE_NO_WORD = rb"(?:(?<![\w-])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt]))"


@dataclass(frozen=True, slots=True)
class _Shape:
    """``mark`` is how the pattern begins, in small letters: only there it is tried."""

    mark: bytes
    pattern: re.Pattern[bytes]
    kind: Kind


def _shape(mark: bytes, pattern: bytes, kind: Kind = Kind.KEY) -> _Shape:
    begins = _INSIDE_NO_WORD if kind is Kind.TOKEN else _BEGINNING
    return _Shape(mark, re.compile(begins + rb"(?P<value>" + pattern + rb")"), kind)


_CREDENTIAL = rb"[A-Za-z0-9+/=._~%-]{8,}+"
_SHAPES = (
    _shape(b"tr_", rb"tr_[a-z]{1,16}_[0-9A-Za-z_]{8,}+"),
    _shape(b"pk_", rb"pk_[a-z]{1,16}_[0-9A-Za-z_]{8,}+"),
    _shape(b"sk_", rb"sk_[a-z]{1,16}_[0-9A-Za-z_]{8,}+"),
    _shape(b"rk_", rb"rk_[a-z]{1,16}_[0-9A-Za-z_]{8,}+"),
    _shape(b"sk-", rb"sk-[0-9A-Za-z_-]{16,}+"),
    _shape(personal_token.PREFIX.encode(), personal_token.PATTERN.encode()),
    _shape(b"whsec_", rb"whsec_[0-9A-Za-z+/=_-]{8,}+"),
    _shape(b"gh", rb"gh[pousr]_[0-9A-Za-z]{16,}+"),
    _shape(b"github_pat_", rb"github_pat_[0-9A-Za-z_]{16,}+"),
    _shape(b"glpat-", rb"glpat-[0-9A-Za-z_-]{16,}+"),
    _shape(b"akia", rb"AKIA[0-9A-Z]{16}(?![0-9A-Za-z])"),
    _shape(b"asia", rb"ASIA[0-9A-Z]{16}(?![0-9A-Za-z])"),
    _shape(b"xox", rb"xox[a-z](?:\.[a-z]+)?-[0-9A-Za-z-]{8,}+"),
    _shape(b"xapp-", rb"xapp-[0-9A-Za-z-]{8,}+"),
    _shape(b"aiza", rb"AIza[0-9A-Za-z_-]{30,}+"),
    _shape(b"npm_", rb"npm_[0-9A-Za-z]{30,}+"),
    _shape(b"hf_", rb"hf_[0-9A-Za-z]{20,}+"),
    _shape(b"sg.", rb"SG\.[\w-]{16,}+\.[\w-]{16,}+"),
    _shape(b"eyj", rb"eyJ[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*+){0,3}+", Kind.TOKEN),
    _Shape(
        b"bearer",
        re.compile(rb"(?i:bearer)[ \t:=]{1,8}(?P<value>" + _CREDENTIAL + rb")"),
        Kind.HEADER,
    ),
    _Shape(
        b"basic", re.compile(rb"(?i:basic)[ \t]{1,8}(?P<value>" + _CREDENTIAL + rb")"), Kind.HEADER
    ),
    # Greedy: a password may hold an @ itself.
    _Shape(b"://", re.compile(rb"://(?P<value>[^\s/?#\"'<>\\]{1,512})@"), Kind.ADDRESS),
)
_PEM = b"-----begin "
_PEM_HEAD = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_PEM_TAIL = re.compile(rb"[A-Z0-9 ]{0,60}-----")

# Where to look for such a name in a text, beside the short whole ones.
_CORES = (
    *(b"pass", b"pwd", b"secret", b"token", b"key", b"authorization", b"cookie", b"credential"),
    *(b"csrf", b"xsrf", b"signature", b"session", b"connection", b"sig="),
)
_NAMES = (*_CORES, *SHORT_NAMES)
_KEY_AFTER = re.compile(rb"(?:" + b"|".join(name.encode() for name in KEYS_OF) + rb")[ _-]?\Z")
_OF_NAMES = b"0123456789abcdefghijklmnopqrstuvwxyz_.-"
_NAME_AFTER = re.compile(rb"[0-9A-Za-z_.-]{0,64}")
_SEPARATOR = re.compile(rb"\\{0,8}[\"'`]?\]?[ \t]{0,8}(?:=>|:=|[:=])[ \t]{0,8}")
_QUOTE = re.compile(rb"\\{0,8}[\"'`]")
_BARE = re.compile(rb"[^\s,;&\"'`<>()\[\]{}\\]++")
_LINE = re.compile(rb"[^\r\n\"\\]++")
_IN_ADDRESS = re.compile(rb"sig=")
_NUMBER = re.compile(rb"-?[0-9][0-9.,_]*")
_BRACKET = re.compile(rb"[\[\]{}]")
_EMPTY = re.compile(
    rb"(?i:\s*|(?:\*|\xe2\x80\xa2)+|x{3,}|\.{3}|null|none|nil|undefined|true|false"
    rb"|\W?(?:masked|redacted|hidden)\W?)"
)
_STRETCH = 200
_LOOKS_RANDOM = re.compile(rb"[0-9A-Z+/=_~%]")


def is_empty(value: bytes) -> bool:
    """Whether a value hides or says nothing already."""
    return len(value) <= 64 and _EMPTY.fullmatch(value) is not None


def spans(text: bytes, checkpoint: Callable[[], None] = lambda: None) -> list[Span]:
    """The secrets in a text, in order; where several shapes overlap they are one.

    ``checkpoint`` is called every few milliseconds of work.
    """
    small = text.lower()
    found = [
        *_shapes(text, small, checkpoint),
        *_private_keys(text, small, checkpoint),
        *_named(text, small, checkpoint),
    ]
    found.sort(key=lambda span: (span.start, -span.end))
    merged: list[Span] = []
    for span in pausing(found, checkpoint):
        if merged and span.start < merged[-1].end:
            last = merged[-1]
            merged[-1] = Span(last.start, max(last.end, span.end), last.kind)
        else:
            merged.append(span)
    return merged


def may_hold(text: bytes) -> bool:
    """Whether a text may hold a secret at all; cheap, and True for some that do not."""
    small = text.lower()
    if any(shape.mark in small for shape in _SHAPES) or _PEM in small:
        return True
    return (b"=" in small or b":" in small) and any(name in small for name in _NAMES)


def marks(small: bytes, *, checkpoint: Callable[[], None]) -> list[int]:
    """Where something stands that a secret may begin with or be named by, in a text in small letters.

    A text without any has no secrets. ``checkpoint`` is called every few milliseconds of work.
    """
    found: set[int] = set()
    for mark in (*(shape.mark for shape in _SHAPES), _PEM):
        found.update(_all(small, mark, checkpoint))
    for name in _NAMES:
        found.update(_names(small, name, checkpoint))
    return sorted(found)


def _all(text: bytes, mark: bytes, checkpoint: Callable[[], None]) -> Iterator[int]:
    checkpoint()
    number, at = 0, text.find(mark)
    while at >= 0:
        yield at
        number += 1
        if not number % _STRETCH:
            checkpoint()
        at = text.find(mark, at + len(mark))


def _names(small: bytes, core: bytes, checkpoint: Callable[[], None]) -> Iterator[int]:
    """Where a name may stand that holds this core, or that it is."""
    places = _all(small, core, checkpoint)
    if core in SHORT_NAMES:
        yield from whole_names(small, core, places)
        return
    for at in places:
        if core != b"key" or _KEY_AFTER.search(small, max(0, at - 12), at):
            yield at


def _shapes(text: bytes, small: bytes, checkpoint: Callable[[], None]) -> Iterator[Span]:
    for shape in _SHAPES:
        read = 0
        for at in _all(small, shape.mark, checkpoint):
            match = shape.pattern.match(text, at) if at >= read else None
            if match:
                read = match.end()
                if _is_meant(shape.kind, match["value"]):
                    yield Span(*match.span("value"), shape.kind)


def _is_meant(kind: Kind, value: bytes) -> bool:
    if kind is Kind.HEADER:
        # “basic information” and “bearer certificates” are words.
        return _LOOKS_RANDOM.search(value) is not None
    if kind is Kind.ADDRESS:
        # git@host names nobody; a long user is a token.
        return b":" in value or len(value) >= 20
    return True


def _private_keys(text: bytes, small: bytes, checkpoint: Callable[[], None]) -> Iterator[Span]:
    read = 0
    for at in _all(small, _PEM, checkpoint):
        head = _PEM_HEAD.match(text, at) if at >= read else None
        if head:
            tail = text.find(b"-----END", head.end())
            closed = _PEM_TAIL.match(text, tail + 8) if tail >= 0 else None
            read = closed.end() if closed else len(text)
            yield Span(at, read, Kind.PRIVATE_KEY)


def _named(text: bytes, small: bytes, checkpoint: Callable[[], None]) -> Iterator[Span]:
    """Values after a name and a separator: `password=…`, `"token": "…"`, `"pin": …`, `Cookie: …`."""
    closings = _Closings(text)
    for core in _NAMES:
        read = 0
        for at in _names(small, core, checkpoint):
            if at < read:
                continue
            name, read, begins = _name_and_value(text, small, core, at)
            if not begins or not is_sensitive(name):
                continue
            start, end = _value(text, begins, name, closings)
            if start < end and _says_something(text[start:end], name):
                yield Span(start, end, Kind.NAMED)
                read = end


def _name_and_value(text: bytes, small: bytes, core: bytes, at: int) -> tuple[str, int, int]:
    """The identifier around a core, its end, and where its value begins; 0 where none follows."""
    before = small[max(0, at - LONGEST_NAME) : at]
    start = at - len(before) + len(before.rstrip(_OF_NAMES))
    if core == b"sig=":
        # Short as it is, only the whole name of a parameter means a signature.
        return ("sig" if start == at else ""), at + len(core), at + len(core)
    if core in SHORT_NAMES:
        start, end = at, at + len(core)
    else:
        after = _NAME_AFTER.match(text, at)
        end = after.end() if after else at
    separator = _SEPARATOR.match(text, end)
    return text[start:end].decode("ascii"), end, separator.end() if separator else 0


def _says_something(value: bytes, name: str) -> bool:
    if len(value) <= 32 and _NUMBER.fullmatch(value):
        return tells_in_numbers(name)
    return not is_empty(value)


class _Closings:
    """Finds the ends of what is quoted, each text read once for each sort of quote."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._none: set[bytes] = set()

    def after(self, quote: bytes, start: int) -> int:
        """Where the quote comes next, not escaped further; -1 when it does not."""
        if quote in self._none:
            return -1
        at = self._text.find(quote, start)
        while at > start and self._text[at - 1 : at] == b"\\":
            at = self._text.find(quote, at + 1)
        if at < 0:
            self._none.add(quote)
        return at


def _value(text: bytes, at: int, name: str, closings: _Closings) -> tuple[int, int]:
    quote = _QUOTE.match(text, at)
    if quote:
        end = closings.after(quote[0], quote.end())
        if end >= 0:
            return quote.end(), end
        at = quote.end()
    elif text[at : at + 1] in (b"{", b"["):
        return at, _end_of_brackets(text, at)
    told = plain(name)
    whole_line = quote is not None or "authorization" in told or "cookie" in told
    found = (_LINE if whole_line else _BARE).match(text, at)
    return (at, found.end()) if found else (at, at)


def _end_of_brackets(text: bytes, at: int) -> int:
    depth = 0
    for found in _BRACKET.finditer(text, at):
        depth += 1 if found[0] in b"[{" else -1
        if depth == 0:
            return found.end()
    return len(text)
