"""How many calls a key may make: a token bucket told by one number; it must not know clock or rows.

The number is the moment, in ms since 1970, at which the bucket would be full again. Taking a call
moves it later, time passing needs no write, and one comparison decides whether there is room.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Budget:
    """``burst`` calls at once and ``per_minute`` calls in the long run; both at least 1."""

    per_minute: int
    burst: int

    def cost_ms(self, calls: int) -> int:
        """Return how long the bucket takes to get that many calls back, in ms."""
        return ceil(calls * _MINUTE_MS / self.per_minute)

    @property
    def whole_ms(self) -> int:
        """How long an empty bucket takes to be full, in ms."""
        return self.cost_ms(self.burst)

    def has_room_until_ms(self, calls: int, *, now_ms: int) -> int:
        """Return the latest ``full_at_ms`` of a bucket that has so many calls to give now.

        More calls than the burst are given when the bucket is full; they could not be given ever.
        """
        return now_ms + self.whole_ms - self.cost_ms(min(calls, self.burst))

    def room_at_ms(self, full_at_ms: int, calls: int) -> int:
        """Return the moment from which the bucket has so many calls to give, in ms since 1970."""
        return full_at_ms - self.whole_ms + self.cost_ms(min(calls, self.burst))

    def left(self, full_at_ms: int, *, now_ms: int) -> int:
        """Return how many calls the bucket would give now; below zero when it owes some."""
        missing_ms = max(full_at_ms - now_ms, 0)
        return self.burst - ceil(missing_ms * self.per_minute / _MINUTE_MS)

    def latest_ms(self, *, now_ms: int) -> int:
        """Return the latest ``full_at_ms`` there can be: an empty bucket that owes one minute.

        Debt is bounded so that a key is never silent for longer than that by our own choice. A
        later moment was written under another clock.
        """
        return now_ms + self.whole_ms + _MINUTE_MS
