"""Durations and moments as people read them; it must not know a clock: whoever asks brings the present."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime

_SECOND = 1_000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR

_RELATIVE_STEPS = (
    (_MINUTE, _SECOND, "s", "s"),
    (_HOUR, _MINUTE, "min", "min"),
    (_DAY, _HOUR, "h", "h"),
    (30 * _DAY, _DAY, "day", "days"),
    (365 * _DAY, 30 * _DAY, "month", "months"),
)
_JUST_NOW = 5 * _SECOND


def duration_text(ms: float) -> str:
    """``ms`` (milliseconds) in two units at most: ``840 ms``, ``4.27 s``, ``3 min 07 s``, ``3 d 4 h``.

    Digits are cut, not rounded, so that a run is never said to have taken longer than it did and
    59,999 ms never reads as a minute. Negative counts as none; more than 0 but below 1 is ``< 1 ms``.
    """
    if not math.isfinite(ms):
        return "not known"
    if 0 < ms < 1:
        return "< 1 ms"
    whole = max(0, int(ms))
    if whole < _SECOND:
        return f"{whole} ms"
    if whole < 10 * _SECOND:
        return f"{whole // _SECOND}.{whole % _SECOND // 10:02} s"
    if whole < _MINUTE:
        return f"{whole // _SECOND}.{whole % _SECOND // 100} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE // _SECOND:02} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"


def iso_duration(ms: float) -> str:
    """``ms`` (milliseconds) for the ``datetime`` attribute of ``<time>``: ``PT3M7S``, ``PT0.84S``, ``PT76H``.

    Exact to the millisecond; hours are not folded into days, which have no fixed length in ISO 8601.
    """
    whole = max(0, int(ms)) if math.isfinite(ms) else 0
    hours, rest = divmod(whole, _HOUR)
    minutes, rest = divmod(rest, _MINUTE)
    seconds, milliseconds = divmod(rest, _SECOND)
    fraction = f".{milliseconds:03}".rstrip("0") if milliseconds else ""
    parts = [
        f"{hours}H" if hours else "",
        f"{minutes}M" if minutes else "",
        f"{seconds}{fraction}S" if seconds or milliseconds else "",
    ]
    return "PT" + ("".join(parts) or "0S")


def parse_moment(text: object) -> datetime | None:
    """The moment that an ISO 8601 text names, aware and in UTC; None when it names none. Never raises.

    A text without a zone is read as UTC, which is what the API means. A bare date is its midnight.
    """
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def relative_text(moment: datetime, now: datetime) -> str:
    """How long before or after ``now`` the ``moment`` is: ``just now``, ``3 min ago``, ``in 2 h``. Both aware."""
    difference = round((now - moment).total_seconds() * 1000)
    distance = abs(difference)
    if distance < _JUST_NOW:
        return "just now"
    count, word = distance // (365 * _DAY), "years"
    for below, unit, one, many in _RELATIVE_STEPS:
        if distance < below:
            count = distance // unit
            word = one if count == 1 else many
            break
    else:
        word = "year" if count == 1 else "years"
    return f"{count} {word} ago" if difference > 0 else f"in {count} {word}"


@dataclass(frozen=True, slots=True)
class RunDurations:
    """The three durations of a run, which are different numbers and never stand in for each other.

    ``waited_ms`` is created to started, ``ran_ms`` started to finished (time on the clock, waits
    included), ``compute_ms`` what the API reports as time on a machine. Each is None when it cannot
    be known; ``notes`` says why when the moments contradict each other.
    """

    created: datetime | None = None
    started: datetime | None = None
    finished: datetime | None = None
    waited_ms: int | None = field(default=None)
    ran_ms: int | None = field(default=None)
    compute_ms: float | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        *,
        created: datetime | None = None,
        started: datetime | None = None,
        finished: datetime | None = None,
        compute_ms: object = None,
    ) -> RunDurations:
        """Work the durations out of aware moments and the API's ``durationMs``, whatever JSON type that has."""
        notes: list[str] = []
        waited = _between(created, started, "It started before it was created", notes)
        ran = _between(started, finished, "It finished before it started", notes)
        return cls(
            created=created,
            started=started,
            finished=finished,
            waited_ms=waited,
            ran_ms=ran,
            compute_ms=_reported(compute_ms, notes),
            notes=tuple(notes),
        )


def _between(
    earlier: datetime | None, later: datetime | None, complaint: str, notes: list[str]
) -> int | None:
    if earlier is None or later is None:
        return None
    ms = round((later - earlier).total_seconds() * 1000)
    if ms < 0:
        notes.append(f"{complaint}, by the times that were sent, so that duration is left out.")
        return None
    return ms


def _reported(value: object, notes: list[str]) -> float | None:
    # True is an int in Python and must not become 1 ms.
    if value is None or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not math.isfinite(value) or value < 0:
        notes.append("The compute time that was sent cannot be right, so it is left out.")
        return None
    return value
