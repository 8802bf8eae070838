"""How long a 429 asks us to wait, from its headers and body; it must not know what was asked."""

from __future__ import annotations

import email.utils
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

_SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(seconds=120)
_UNTOLD = timedelta(seconds=10)


def pause(headers: Mapping[str, str], body: bytes, *, now: datetime) -> timedelta:
    """Return how long to wait: from a second to two minutes, ten seconds when nothing is said.

    `x-ratelimit-reset` is in milliseconds since 1970 and is read against the answer's own Date,
    because the two clocks need not agree. A proxy's Retry-After is the second choice. Date tells
    whole seconds, so that such a wait may be a second too long; the body of the API tells it exactly.
    """
    there = _http_date(headers.get("date", "")) or now
    reset = _digits(headers.get("x-ratelimit-reset", ""))
    after = headers.get("retry-after", "").strip()
    seconds = _digits(after)
    if reset:
        longest = reset / 1000 - there.timestamp()
        told = _seconds_in(body)
        wait = told if told is not None and abs(longest - told) <= 1 else longest
    elif seconds is not None:
        wait = seconds
    elif (until := _http_date(after)) is not None:
        wait = (until - there).total_seconds()
    else:
        told = _seconds_in(body)
        wait = _UNTOLD.total_seconds() if told is None else told
    return timedelta(seconds=min(max(wait, _SHORTEST.total_seconds()), LONGEST.total_seconds()))


def _digits(text: str) -> float | None:
    text = text.strip()
    # Longer than any moment; as a number it would only be a way to make us work.
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 20 else None


def _http_date(text: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _seconds_in(body: bytes) -> float | None:
    try:
        seconds = float(json.loads(body)["secondsUntilReset"])
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError):
        return None
    # NaN compares with nothing.
    return seconds if seconds == seconds else None
