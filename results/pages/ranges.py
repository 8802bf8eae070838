"""Places in lists as addresses spell them; it knows no list."""

from __future__ import annotations

_LONGEST = 11


def place_in(text: str) -> int:
    """Return the number that plain digits spell; 0 for anything else, and for more than 11 of them."""
    plain = text.isascii() and text.isdecimal() and len(text) <= _LONGEST
    return int(text) if plain else 0
