"""Counts tries of one kind, by whoever makes them, in the shared cache; it must not know what is tried.

A cache that does not answer allows nothing: a limit that gives way under load is none.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass

from django.core.cache import cache

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries of one kind in the seconds after the first of them, for each who tries."""

    name: str
    most: int
    seconds: int

    def allows(self, who: str) -> bool:
        """Count one try; False when it is one too many, or when nobody can tell."""
        # Neither addresses nor links stand in the cache.
        told = hashlib.sha256(f"{self.name}\0{who}".encode()).hexdigest()[:32]
        try:
            return counted(f"attempts:{told}", seconds=self.seconds) <= self.most
        except Exception:  # noqa: BLE001  each cache fails in its own way
            _log.warning("The cache did not answer; a try of %s was refused.", self.name)
            return False


def counted(key: str, *, seconds: float) -> int:
    """Return how many there were since the first of them, this one included.

    They are forgotten ``seconds`` after the first. Raises whatever a cache that does not answer does.
    """
    cache.add(key, 0, timeout=seconds)
    try:
        return int(cache.incr(key))
    except ValueError:
        # It ended between the two; the next one begins.
        cache.add(key, 0, timeout=seconds)
        return int(cache.incr(key))
