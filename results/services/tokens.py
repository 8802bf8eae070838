"""How the token of a link stands in the database: as its digest alone; it must not know what a link opens."""

from __future__ import annotations

import hashlib


def digest_of(token: str) -> bytes:
    """Return the SHA-256 of a token, by which alone it is found; any text has one."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
