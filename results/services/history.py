"""What is stored of a task's runs: those around one run, a bounded window, one page; it opens nothing."""

from __future__ import annotations

import enum
import math
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import OuterRef, Subquery

from results.domain.durations import RunDurations
from results.domain.identity import Environment
from results.domain.status import State
from results.models import StoredResult, Team
from results.models.results import HAPPENED_AT, StoredResultQuerySet

# How many of the latest runs the figures of a task are worked out from; each costs its page 10 µs.
WINDOW = 500
# How many runs one run is set beside, and how many of them may have come after it.
AROUND = 40
_AFTER = AROUND // 2
PAGE = 50
# A key that is gone may have left a run without its environment.
ENVIRONMENTS = (*(item.value for item in reversed(Environment)), "")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Measure(enum.Enum):
    """Which duration is compared; two kinds are never mixed."""

    RAN = "ran"
    COMPUTE = "compute"


@dataclass(frozen=True, slots=True)
class PastRun:
    """What a history needs of one stored run."""

    pk: uuid.UUID
    run_id: str
    state: State
    happened_at: datetime
    is_dated: bool
    ran_ms: int | None
    compute_ms: float | None

    def ms(self, measure: Measure) -> float | None:
        """The duration of one kind; None when it was not reported."""
        return self.ran_ms if measure is Measure.RAN else self.compute_ms


@dataclass(frozen=True, slots=True)
class Around:
    """The runs around one run, oldest first; ``is_latest`` says that nothing came after them.

    ``last_success`` is the latest of all, whether it is among them or not.
    """

    runs: tuple[PastRun, ...]
    is_latest: bool
    last_success: PastRun | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after the last run of a page."""

    happened_at: datetime
    pk: uuid.UUID

    def __str__(self) -> str:
        return f"{(self.happened_at - _EPOCH) // _MICROSECOND}.{self.pk.hex}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """Return the place that an address names; None for a malformed one."""
        moment, _, pk = text.partition(".")
        try:
            return cls(_EPOCH + int(moment[:20]) * _MICROSECOND, uuid.UUID(pk))
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True, slots=True)
class TaskHistory:
    """A task in one environment: the latest runs, newest first, and one page of those asked for."""

    environments: Sequence[str]
    environment: str
    window: Sequence[PastRun]
    is_whole: bool
    last_success: PastRun | None
    listed: Sequence[PastRun]
    older: Cursor | None


def around(*, result: StoredResult, team: Team) -> Around:
    """Return the runs around this one, mostly those before it, the result itself among them."""
    runs = StoredResult.objects.history(team, task=result.task, environment=result.environment)
    place = result.finished_at or result.stored_at
    later = _read(runs.since(place, result.pk)[: _AFTER + 1])
    is_latest = len(later) <= _AFTER
    later = later[:_AFTER]
    before = _read(runs.before(place, result.pk)[: AROUND - 1 - len(later)])
    this = _past_run(
        result.pk,
        result.run_id,
        result.state,
        result.started_at,
        result.finished_at,
        result.compute_ms,
        place,
    )
    return Around((*reversed(before), this, *later), is_latest, _last_success(runs))


def others(*, result: StoredResult, team: Team, most: int) -> list[PastRun]:
    """Return the latest other runs of the same task and environment, newest first."""
    if not result.task:
        return []
    runs = StoredResult.objects.history(team, task=result.task, environment=result.environment)
    return _read(runs.exclude(pk=result.pk)[:most])


def task_history(
    *, team: Team, task: str, environment: str | None, state: State | None, before: Cursor | None
) -> TaskHistory:
    """Return a task's history, in the environment that ran it last unless one is asked for."""
    known = _environments(team, task)
    if environment is None:
        environment = known[0] if known else ""
    runs = StoredResult.objects.history(team, task=task, environment=environment)
    window = _read(runs[: WINDOW + 1])
    wanted = runs.filter(state=state) if state else runs
    page = wanted.before(before.happened_at, before.pk) if before else wanted
    listed = _read(page[: PAGE + 1])
    last = listed[PAGE - 1] if len(listed) > PAGE else None
    return TaskHistory(
        environments=known,
        environment=environment,
        window=window[:WINDOW],
        is_whole=len(window) <= WINDOW,
        last_success=_last_success(runs),
        listed=listed[:PAGE],
        older=Cursor(last.happened_at, last.pk) if last else None,
    )


def measure_of(runs: Iterable[PastRun], *, this: PastRun | None = None) -> Measure:
    """Return the duration known of most runs, and of this one; time on the clock where even."""
    known = Counter(measure for run in runs for measure in Measure if run.ms(measure) is not None)
    among = [measure for measure in Measure if this is None or this.ms(measure) is not None]
    return max(among or Measure, key=lambda measure: known[measure])


def percentile(values: Iterable[float], percent: int) -> float | None:
    """Return the smallest value that at least so many percent do not exceed; None of none."""
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def _environments(team: Team, task: str) -> tuple[str, ...]:
    """The environments that ran the task, the latest first: one seek in the index for each."""
    latest = {
        f"in_{name or 'none'}": Subquery(
            StoredResult.objects.filter(team=OuterRef("pk"), task=task, environment=name)
            .order_by(HAPPENED_AT.desc(), "-pk")
            .values(at=HAPPENED_AT)[:1]
        )
        for name in ENVIRONMENTS
    }
    moments = Team.objects.filter(pk=team.pk).annotate(**latest).values_list(*latest).get()
    seen = [(at, name) for at, name in zip(moments, ENVIRONMENTS, strict=True) if at is not None]
    return tuple(name for _, name in sorted(seen, key=lambda pair: pair[0], reverse=True))


def _last_success(runs: StoredResultQuerySet) -> PastRun | None:
    return next(iter(_read(runs.filter(state=State.SUCCEEDED)[:1])), None)


def _read(runs: StoredResultQuerySet) -> list[PastRun]:
    """Run the query; it names its columns, so that nothing sealed or large is fetched."""
    columns = (
        "pk",
        "run_id",
        "state",
        "started_at",
        "finished_at",
        "compute_ms",
        "happened_at",
    )
    return [_past_run(*row) for row in runs.values_list(*columns)]


def _past_run(
    pk: uuid.UUID,
    run_id: str,
    state: str,
    started_at: datetime | None,
    finished_at: datetime | None,
    compute_ms: int | None,
    happened_at: datetime,
) -> PastRun:
    times = RunDurations.of(started=started_at, finished=finished_at, compute_ms=compute_ms)
    return PastRun(
        pk,
        run_id,
        State(state),
        happened_at,
        finished_at is not None,
        times.ran_ms,
        times.compute_ms,
    )
