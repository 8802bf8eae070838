"""Known secrets masked wherever else they stand in JSON or other text; it finds none itself."""

from __future__ import annotations

import re
from collections.abc import Collection

MASK = b"[masked]"

_MOST_REPEATED = 200
_SHORTEST_REPEATED = 8
_ESCAPE_BEGUN = re.compile(rb"\\(?:u[0-9a-fA-F]{0,3})?\Z")
# Without a quote or a backslash a value stands inside one string, and with such a letter in no number or `true`.
_ONLY_IN_TEXT = re.compile(rb'\A(?=.*[b-dg-kmo-qv-zA-DF-Z_@$!#/])[^"\\\x00-\x1f\x80-\xff]*+\Z')


def without_repetitions(data: bytes, values: Collection[bytes]) -> tuple[bytes, int]:
    """The data with ``values`` masked wherever they stand, and how many there were.

    A password that was found under its name may stand in a line of a log as well. Only values that
    cannot be anything but text in JSON are looked for, and none so short that it is a word.
    """
    sought = sorted(filter(_is_distinct, values), key=len, reverse=True)[:_MOST_REPEATED]
    if not sought or not any(value in data for value in sought):
        return data, 0
    count = 0

    def masking(found: re.Match[bytes]) -> bytes:
        nonlocal count
        if _is_in_escape(data, found.start()):
            # What was found begins with a part of an escape, so that it says something else.
            return found[0]
        count += 1
        return MASK

    return re.sub(b"|".join(map(re.escape, sought)), masking, data), count


def _is_in_escape(text: bytes, at: int) -> bool:
    begun = _ESCAPE_BEGUN.search(text, max(0, at - 5), at)
    return begun is not None and not is_escaped(text, begun.start())


def is_escaped(text: bytes, at: int) -> bool:
    """Whether an odd number of backslashes stands before this place."""
    first = at
    while first > 0 and text[first - 1] == 0x5C:
        first -= 1
    return (at - first) % 2 == 1


def _is_distinct(value: bytes) -> bool:
    return len(value) >= _SHORTEST_REPEATED and _ONLY_IN_TEXT.search(value) is not None
