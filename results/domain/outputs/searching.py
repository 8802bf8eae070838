"""Search in the text of a typed JSON value: candidates in the bytes first, then the tree around them.

Must not know what people type, nor how matches are shown. Most of the work is done by regular
expressions over windows of the text, so that it takes little memory and can be interrupted often.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from results.domain.matching import (
    LONGEST_SPELLING,
    Found,
    Match,
    Matched,
    Needle,
    Sought,
    Tally,
    match_in,
)
from results.domain.outputs import jsontext, places, scanner
from results.domain.outputs.pathwalk import PathWalk
from results.domain.outputs.places import Places
from results.domain.outputs.scanner import Span, Text
from results.domain.outputs.tokens import Token, Tokens
from results.domain.outputs.trail import Spot, Trail
from results.domain.outputs.typenotes import CHANGING
from results.domain.pathfilter import NOWHERE

_UNDEFINED = "undefined"
_WRAPPER = b'{"json":'
_ESCAPE = re.compile(rb"\\[u/]")
_WINDOW = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Hit:
    """Something found at ``offset`` of the text; the match is made only when it is asked for."""

    offset: int
    match: Callable[[], Match]


def search(tree: Places, wire: bytes, sought: Sought) -> Found:
    """The matches in the value of ``tree``, which was read from ``wire`` or from a part of it."""
    search_ = _Search(tree, _span(tree, wire, sought.checkpoint), sought)
    tally = Tally(sought)
    for hit in search_.hits():
        if not tally.add(hit.match):
            break
    found = tally.found
    return found if search_.is_complete else replace(found, is_complete=False)


class _Search:
    def __init__(self, tree: Places, root: Span, sought: Sought) -> None:
        self._sought = sought
        self._tree = tree
        self._root = root
        self._trail = Trail(tree, root, sought.filter)
        self._retyped = _may_retype(tree)
        text = root.whole_text
        self._is_ascii = text.isascii()
        self._is_escaped = _has_escapes(text, sought.checkpoint)
        self._walk: PathWalk | None = None

    @property
    def is_complete(self) -> bool:
        """Whether nothing was left out because it is too deep."""
        return self._trail.is_complete and (self._walk is None or self._walk.is_complete)

    def hits(self) -> Iterator[_Hit]:
        """All of them, in document order."""
        where = self._sought.where
        if where == "paths":
            return self._in_paths()
        if where == "anywhere" and any(mark in self._sought.needle.text for mark in ".["):
            return heapq.merge(self._in_tokens(), self._in_paths(), key=lambda hit: hit.offset)
        return self._in_tokens()

    def _in_tokens(self) -> Iterator[_Hit]:
        sought = self._sought
        wanted = self._spelt(sought.needle)
        if self._retyped and sought.needle.find(_UNDEFINED):
            wanted = b"null" if wanted is None else b"(?:" + wanted + b")|null"
        if wanted is None:
            return
        reach = max(LONGEST_SPELLING * len(sought.needle.text), len(_UNDEFINED))
        span = self._root.start, self._root.end
        tokens = Tokens(self._root.whole_text, span, wanted, reach, sought.checkpoint)
        has_filter = bool(sought.filter.parts)
        for token in tokens:
            if not self._can_count(token):
                continue
            text = self._text(token)
            retyped = self._retyped and (sought.where != "anywhere" or text == "null")
            if not retyped and sought.needle.find(text) is None:
                continue
            spot = None
            if has_filter or retyped:
                spot = self._trail.locate(token.start)
                if spot is None or spot.mask == NOWHERE:
                    tokens.skip(token.end if spot is None else spot.end)
                    continue
                if not self._counts(spot):
                    continue
                text = _shown(spot, text)
            found = sought.needle.find(text)
            if found is not None:
                yield _Hit(token.start, partial(self._match, token.start, spot, text, found))

    def _in_paths(self) -> Iterator[_Hit]:
        sought = self._sought
        self._walk = PathWalk(self._trail, sought, self._spelt, has_maps=self._retyped)
        for spot, path, found in self._walk.found():
            key = spot.place.key
            if sought.where == "anywhere" and key and sought.needle.find(key):
                continue  # found as a key already
            pointer = spot.place.pointer
            yield _Hit(spot.start, partial(match_in, path, found, "path", pointer, spot.ends))

    def _spelt(self, needle: Needle) -> bytes | None:
        return needle.spelt(ascii_only=self._is_ascii, escaped=self._is_escaped)

    def _can_count(self, token: Token) -> bool:
        """Whether a token can be of the half that is searched: keys or values."""
        if self._sought.where == "keys":
            return token.is_name or self._retyped
        return not (self._sought.where == "values" and token.is_name)

    def _counts(self, spot: Spot) -> bool:
        if not self._sought.filter.lets_through(spot.mask):
            return False
        where = self._sought.where
        return where == "anywhere" or spot.is_key == (where == "keys")

    def _text(self, token: Token) -> str:
        spelling = self._root.whole_text[token.start : token.end]
        if token.is_string:
            return jsontext.string_value(spelling)
        return spelling.decode("utf-8", "replace")

    def _match(self, offset: int, spot: Spot | None, text: str, found: tuple[int, int]) -> Match:
        spot = spot or self._trail.locate(offset) or self._trail.root
        matched: Matched = "key" if spot.is_key else "value"
        return match_in(text, found, matched, spot.place.pointer, spot.ends)


def _shown(spot: Spot, text: str) -> str:
    """What the tree shows for a token: undefined is sent as null, and a repeated value too, which shows no text."""
    if text != "null" or spot.is_key or spot.place.first != 0x6E:
        return text
    if spot.place.position.is_reference:
        return ""
    return _UNDEFINED if places.shape(spot.place).type == "undefined" else text


def _has_escapes(text: bytes, pause: Callable[[], None]) -> bool:
    """Whether some character may be spelt in more than one way."""
    for start in range(0, len(text), _WINDOW):
        if _ESCAPE.search(text, start, start + _WINDOW + 1):
            return True
        pause()
    return False


def _may_retype(tree: Places) -> bool:
    """Whether Maps, undefined or repeated values may be among what was sent."""
    types = tree.types
    kind = types.root.kind
    return (kind is not None and kind.name in CHANGING) or (not types.empty and types.may_change)


def _span(tree: Places, wire: bytes, pause: Callable[[], None]) -> Span:
    """The whole value as a span of a text, copied only if it has to be."""
    value = tree.root.value
    if isinstance(value, Span):
        return value.again(pause)
    if len(value) == len(wire):
        return scanner.whole(wire, pause)
    start = len(_WRAPPER)
    if wire.startswith(_WRAPPER) and _stands_at(start, wire, memoryview(value)):
        return Span(Text(wire, pause), start, start + len(value))
    return scanner.whole(bytes(value), pause)


def _stands_at(start: int, wire: bytes, part: memoryview) -> bool:
    """Whether ``part`` is in ``wire`` at ``start``, found window by window so that no second copy is made."""
    return all(
        wire.startswith(bytes(part[at : at + _WINDOW]), start + at)
        for at in range(0, len(part), _WINDOW)
    )
