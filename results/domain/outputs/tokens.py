"""Strings and numbers of JSON text in which something may stand; it must not know the tree around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from results.domain.outputs.jsontext import STRING

_WINDOW = 256 * 1024
_OUTSIDE = re.compile(rb'(?:[^"]++|' + STRING + rb")*+")
_STRING = re.compile(STRING)
_COLON = re.compile(rb"[ \t\r\n]*+:")
_SCALAR = re.compile(rb'[^ \t\r\n,:\[\]{}"]++')
_MARKS = frozenset(b' \t\r\n,:[]{}"')
_TOKENS_A_PAUSE = 512


@dataclass(frozen=True, slots=True)
class Token:
    """A string, number or literal: its span in the text, and whether it is the name of a member."""

    start: int
    end: int
    is_name: bool
    is_string: bool


class Tokens:
    """The tokens of a valid JSON text in which a regular expression matches, one after the other."""

    def __init__(
        self,
        data: bytes,
        span: tuple[int, int],
        wanted: bytes,
        reach: int,
        pause: Callable[[], None],
    ) -> None:
        """``reach`` is the longest match in bytes."""
        self._data = data
        self._first, self._end = span
        self._position = self._outside = self._first
        self._wanted = re.compile(wanted, re.DOTALL)
        self._reach = reach
        self._pause = pause

    def skip(self, position: int) -> None:
        """Leave out what comes before ``position``, which must not be inside a token."""
        self._position = max(self._position, position)
        self._outside = max(self._outside, position)

    def __iter__(self) -> Iterator[Token]:
        count = 0
        while (offset := self._next()) is not None:
            token = self._token(offset)
            self._position = offset + 1 if token is None else token.end
            count += 1
            if not count % _TOKENS_A_PAUSE:
                self._pause()
            if token is not None:
                yield token

    def _next(self) -> int | None:
        """Where the next match begins."""
        while self._position < self._end:
            stop = min(self._position + _WINDOW, self._end)
            reach = min(stop + self._reach, self._end)
            found = self._wanted.search(self._data, self._position, reach)
            if found:
                return found.start()
            self._position = stop
            self._pause()
        return None

    def _token(self, offset: int) -> Token | None:
        """The token that ``offset`` is in; None when it is between two."""
        data = self._data
        start = self._start_of_string(offset)
        if start is not None:
            found = _STRING.match(data, start, self._end)
            end = found.end() if found else self._end
            self._outside = end
            return Token(start, end, _COLON.match(data, end, self._end) is not None, True)
        if data[offset] in _MARKS:
            return None
        start = offset
        while start > self._first and data[start - 1] not in _MARKS:
            start -= 1
        found = _SCALAR.match(data, offset, self._end)
        return Token(start, found.end() if found else offset + 1, False, False)

    def _start_of_string(self, offset: int) -> int | None:
        data, outside = self._data, self._outside
        while outside < offset:
            stop = min(outside + _WINDOW, offset)
            found = _OUTSIDE.match(data, outside, stop)
            reached = found.end() if found else outside
            if reached < stop:
                # A string goes on beyond what was looked at.
                whole = _STRING.match(data, reached, self._end)
                end = whole.end() if whole else self._end
                if end > offset:
                    self._outside = reached
                    return reached
                reached = end
            if stop < offset:
                self._pause()
            outside = reached
        self._outside = offset
        return offset if data[offset] == 0x22 else None
