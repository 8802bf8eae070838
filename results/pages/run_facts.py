"""Facts about a run in the words of a page: durations, moments, where and how; it asks nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from results.domain.birth import Birth
from results.domain.details import RunDetails
from results.domain.durations import RunDurations, duration_text, iso_duration, relative_text
from results.domain.identity import Environment


@dataclass(frozen=True, slots=True)
class Duration:
    """A named duration; ``ms`` is None when the API did not report it."""

    name: str
    meaning: str
    ms: float | None

    @property
    def text(self) -> str:
        """As people read it."""
        return "not reported" if self.ms is None else duration_text(self.ms)

    @property
    def iso(self) -> str:
        """For the `datetime` attribute."""
        return "" if self.ms is None else iso_duration(self.ms)

    @property
    def exact(self) -> str:
        """To the millisecond, and from when to when."""
        return "" if self.ms is None else f"{self.ms:,} ms {self.meaning}"


@dataclass(frozen=True, slots=True)
class Moment:
    """A named moment in UTC; None when the API did not report it. ``now`` is when it is shown."""

    name: str
    at: datetime | None
    now: datetime

    @property
    def relative(self) -> str:
        """How long ago."""
        return "" if self.at is None else relative_text(self.at, self.now)

    @property
    def exact(self) -> str:
        """To the millisecond, with its zone."""
        if self.at is None:
            return ""
        return f"{self.at:%Y-%m-%d %H:%M:%S}.{self.at.microsecond // 1000:03} UTC"


@dataclass(frozen=True, slots=True)
class Fact:
    """A named fact beside the result."""

    name: str
    text: str
    is_code: bool = False


def durations(times: RunDurations) -> tuple[Duration, ...]:
    """The three durations, each named, none standing in for another."""
    return (
        Duration("Waited", "from created to started", times.waited_ms),
        Duration("Ran", "from started to finished, waits included", times.ran_ms),
        Duration("Compute", "on a machine, as the API reports it", times.compute_ms),
    )


def moments(*, now: datetime, **named: datetime | None) -> tuple[Moment, ...]:
    """Moments in the order given, `created=…, started=…, finished=…`."""
    return tuple(Moment(name.capitalize(), at, now) for name, at in named.items())


def environment_words(environment: str, branch: str) -> str:
    """`production`, `preview (feature/x)`, or nothing."""
    if not environment:
        return ""
    label = Environment(environment).label
    return f"{label} ({branch})" if branch else label


def birth_words(birth: Birth | None, *, now: datetime) -> str:
    """What the id alone tells of an unfinished run."""
    if birth is None:
        return ""
    where = f" in {birth.region}" if birth.region else ""
    # The two clocks need not agree, and nothing was triggered in the future.
    return f"Its id says that it was triggered {relative_text(min(birth.at, now), now)}{where}."


def detail_facts(details: RunDetails) -> tuple[Fact, ...]:
    """What the retrieve endpoint told beside the result, only what it did tell."""
    return tuple(_facts(details))


def _facts(details: RunDetails) -> Iterator[Fact]:
    if details.attempts is not None:
        yield Fact("Attempts", str(details.attempts))
    if details.version:
        yield Fact("Version", details.version, is_code=True)
    if details.is_test:
        yield Fact("Test", "a test run")
    if details.total_cost is not None:
        yield Fact("Cost", f"{details.total_cost} US cents")
    if details.region:
        yield Fact("Region", details.region)
    if details.triggered_by:
        yield Fact("Triggered by", details.triggered_by, is_code=True)
    if details.schedule:
        yield Fact("Schedule", details.schedule)
    if details.batch_id:
        yield Fact("Batch", details.batch_id, is_code=True)
    if details.idempotency_key:
        yield Fact("Idempotency key", details.idempotency_key, is_code=True)
    if details.ttl:
        yield Fact("Time to live", details.ttl)
    if details.delayed_until:
        yield Fact("Delayed until", details.delayed_until)
    if details.expired_at:
        yield Fact("Expired at", details.expired_at)
