"""Runs by interval as columns: plain geometry for a template to draw; it asks nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from results.domain.durations import duration_text
from results.pages.chart import ceiling_of, moment_text, percent, scaled
from results.services.history import Measure, PastRun, percentile

# Columns: durations on top, below them runs that succeeded upwards and others downwards.
_SPREAD, _COUNTS, _BETWEEN = 72, 40, 12
_FEWEST_SLOTS, _MOST_COLUMNS = 10, 32
_STEPS = [
    timedelta(seconds=seconds) for seconds in (60, 300, 900, 3_600, 10_800, 21_600, 43_200)
] + [timedelta(days=days) for days in (1, 2, 7, 14, 28, 91, 182)]
_ORIGIN = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Column:
    """The runs of one interval; widths are percentages, the rest pixels from the top."""

    since: datetime
    until: datetime
    runs: int
    succeeded: int
    failed: int
    stopped: int
    p50: str
    p95: str
    x: str
    width: str
    middle: str
    p50_y: int | None
    p95_y: int | None
    succeeded_y: int
    succeeded_height: int
    failed_height: int
    stopped_y: int
    stopped_height: int

    @property
    def label(self) -> str:
        """What a pointer that rests on it is told."""
        counts = f"{self.succeeded} succeeded, {self.failed} failed, {self.stopped} neither"
        return f"{moment_text(self.since)} · {counts} · p50 {self.p50} · p95 {self.p95}"

    @property
    def spread_height(self) -> int:
        """From half of the runs to nearly all."""
        return 0 if self.p50_y is None or self.p95_y is None else max(2, self.p50_y - self.p95_y)


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """Intervals of equal length, oldest first; those without a run are left out."""

    columns: tuple[Column, ...]
    each: str
    top: str
    most: int
    is_short: bool
    height: int = _SPREAD + _BETWEEN + 2 * _COUNTS
    floor: int = _SPREAD
    middle: int = _SPREAD + _BETWEEN + _COUNTS

    @property
    def first(self) -> Column:
        """The oldest."""
        return self.columns[0]

    @property
    def last(self) -> Column:
        """The latest."""
        return self.columns[-1]


def column_chart(runs: Sequence[PastRun], measure: Measure) -> ColumnChart | None:
    """Draw runs by when they happened; None when they all fall into one interval."""
    if not runs:
        return None
    moments = [run.happened_at for run in runs]
    step = _step(min(moments), max(moments))
    first = (min(moments) - _ORIGIN) // step
    intervals: dict[int, list[PastRun]] = {}
    for run in sorted(runs, key=lambda run: run.happened_at):
        intervals.setdefault((run.happened_at - _ORIGIN) // step - first, []).append(run)
    if len(intervals) < 2:
        return None
    spreads = {place: _spread(within, measure) for place, within in intervals.items()}
    ceiling = ceiling_of([high for _, high in spreads.values() if high is not None])
    most = max(_most(within) for within in intervals.values())
    slots = max(max(intervals) + 1, _FEWEST_SLOTS)
    columns = tuple(
        _column(
            within,
            spreads[place],
            since=_moment(first + place, step),
            until=_moment(first + place + 1, step),
            scale=(ceiling, most),
            slot=(place, slots),
        )
        for place, within in intervals.items()
    )
    return ColumnChart(
        columns,
        each=_step_text(step),
        top=duration_text(ceiling) if ceiling else "",
        most=most,
        is_short=max(intervals) + 1 < slots,
    )


def _column(
    runs: Sequence[PastRun],
    spread: tuple[float | None, float | None],
    *,
    since: datetime,
    until: datetime,
    scale: tuple[float, int],
    slot: tuple[int, int],
) -> Column:
    (ceiling, most), (place, slots) = scale, slot
    low, high = spread
    good, bad, calm = _by_tone(runs)
    up, down, further = (scaled(count, most, _COUNTS) for count in (good, bad, calm))
    axis = _SPREAD + _BETWEEN + _COUNTS
    width = 100 / slots
    return Column(
        since=since,
        until=until,
        runs=len(runs),
        succeeded=good,
        failed=bad,
        stopped=calm,
        p50="not reported" if low is None else duration_text(low),
        p95="not reported" if high is None else duration_text(high),
        x=percent(width * (place + 0.16)),
        width=percent(width * 0.68),
        middle=percent(width * (place + 0.5)),
        p50_y=None if low is None else _SPREAD - scaled(min(low, ceiling), ceiling, _SPREAD - 6),
        p95_y=(
            None if high is None else _SPREAD - scaled(min(high, ceiling), ceiling, _SPREAD - 6)
        ),
        succeeded_y=axis - up,
        succeeded_height=up,
        failed_height=down,
        stopped_y=axis + down,
        stopped_height=further,
    )


def _spread(runs: Sequence[PastRun], measure: Measure) -> tuple[float | None, float | None]:
    known = [ms for run in runs if (ms := run.ms(measure)) is not None]
    return percentile(known, 50), percentile(known, 95)


def _by_tone(runs: Sequence[PastRun]) -> tuple[int, int, int]:
    """How many succeeded, failed, and were stopped before they could do either."""
    tones = [run.state.tone for run in runs]
    return tones.count("good"), tones.count("bad"), tones.count("calm")


def _most(runs: Sequence[PastRun]) -> int:
    """The longer of the two directions of a column."""
    good, bad, calm = _by_tone(runs)
    return max(good, bad + calm)


def _step(earliest: datetime, latest: datetime) -> timedelta:
    for step in _STEPS:
        if (latest - _ORIGIN) // step - (earliest - _ORIGIN) // step < _MOST_COLUMNS:
            return step
    return timedelta(days=(latest - earliest).days // (_MOST_COLUMNS - 2) + 1)


def _step_text(step: timedelta) -> str:
    if step.days:
        return "1 day" if step.days == 1 else f"{step.days} days"
    minutes = step.seconds // 60
    if minutes >= 60:
        return "1 hour" if minutes == 60 else f"{minutes // 60} hours"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def _moment(place: int, step: timedelta) -> datetime:
    """The beginning of an interval; at the ends of time it may lie beyond what can be said."""
    try:
        return _ORIGIN + place * step
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if place > 0 else datetime.min.replace(tzinfo=UTC)
