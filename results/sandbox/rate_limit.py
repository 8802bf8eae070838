"""Token buckets and minute windows in front of the API; it must not know runs or how keys are checked."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from math import floor

from results.sandbox.answer import Answer, problem
from results.sandbox.js_json import number
from results.sandbox.world import Bucket

TOKEN_LIMIT = 60
TOKEN_WINDOW_S = 60.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the limiter says of one request; ``remaining`` is below zero when a bucket refuses it."""

    allowed: bool
    limit: int
    remaining: int
    reset_ms: int

    @property
    def headers(self) -> dict[str, str]:
        """The three headers of every counted answer."""
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(max(0, self.remaining)),
            "x-ratelimit-reset": str(self.reset_ms),
        }


@dataclass(slots=True)
class _Level:
    tokens: int
    refilled_s: float


class Limiter:
    """Counts requests by who asks; times are seconds since 1970 and given by the caller."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._levels: dict[str, _Level] = {}
        self._windows: dict[str, tuple[int, int]] = {}

    def take(self, who: str, bucket: Bucket, now: float) -> Verdict:
        """Take one token of the bucket of ``who``; tokens come back only in whole intervals."""
        with self._lock:
            level = self._levels.setdefault(who, _Level(bucket.size, now))
            intervals = floor((now - level.refilled_s) / bucket.interval_s)
            if intervals > 0:
                level.tokens = min(bucket.size, level.tokens + intervals * bucket.refill)
                level.refilled_s += intervals * bucket.interval_s
            reset_ms = round((level.refilled_s + bucket.interval_s) * 1000)
            if level.tokens <= 0:
                return Verdict(False, bucket.size, -1, reset_ms)
            level.tokens -= 1
            return Verdict(True, bucket.size, level.tokens, reset_ms)

    def take_of_window(self, who: str, now: float) -> Verdict:
        """Count one request of a public token, of which every minute of the clock has 60."""
        window = floor(now / TOKEN_WINDOW_S)
        with self._lock:
            last, used = self._windows.get(who, (window, 0))
            used = used if last == window else 0
            allowed = used < TOKEN_LIMIT
            used += allowed
            self._windows[who] = (window, used)
        reset_ms = round((window + 1) * TOKEN_WINDOW_S * 1000)
        return Verdict(allowed, TOKEN_LIMIT, TOKEN_LIMIT - used, reset_ms)

    def clear(self) -> None:
        """Fill every bucket again."""
        with self._lock:
            self._levels.clear()
            self._windows.clear()


def too_many(verdict: Verdict, now: float) -> Answer:
    """The 429 of the limiter, without the rate limit headers."""
    seconds = round(verdict.reset_ms - now * 1000) / 1000
    left = max(0, verdict.remaining)
    text = (
        f"Rate limit exceeded {left}/{verdict.limit} requests remaining. "
        f"Retry in {number(seconds)} seconds."
    )
    return problem(
        {
            "title": "Rate Limit Exceeded",
            "status": 429,
            "type": "https://developer.mozilla.org/en-US/docs/Web/HTTP/Status/429",
            "detail": text,
            "reset": verdict.reset_ms,
            "limit": verdict.limit,
            "remaining": verdict.remaining,
            "secondsUntilReset": seconds,
            "error": text,
        },
        429,
    )
