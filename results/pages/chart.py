"""Runs as bars: plain geometry for a template to draw, and the scales of every chart; it asks nobody.

Places along a chart are percentages and heights are pixels, so that it fills any width without a
script and its marks are never stretched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from results.domain.durations import duration_text
from results.domain.status import State
from results.services.history import Measure, PastRun, percentile

# Bars: room for a mark above them, the bars, room for the mark of this run below.
_ABOVE, _BARS, _BELOW = 16, 96, 16
# Without any duration there are only marks to show.
_NO_BARS = 16
_FEWEST_SLOTS = 20
# A run that took this many times as long as nearly all others would leave nothing of them to see.
_OUTLIER = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One run; ``x``, ``middle`` and ``width`` are percentages, the rest pixels."""

    run_id: str
    label: str
    state: State
    at: datetime
    is_dated: bool
    duration: str
    is_this: bool
    is_known: bool
    is_cut: bool
    x: str
    width: str
    middle: str
    y: int
    height: int

    @property
    def mark_y(self) -> int:
        """Where the mark of an outcome sits: just above the bar."""
        return self.y - 8


@dataclass(frozen=True, slots=True)
class BarChart:
    """Runs in their order, oldest first."""

    bars: tuple[Bar, ...]
    slot: str
    top: str
    median: str
    median_y: int
    has_cut: bool
    base: int
    ceiling: int = _ABOVE

    @property
    def height(self) -> int:
        """All of it."""
        return self.base + _BELOW

    @property
    def is_short(self) -> bool:
        """Whether the bars leave a part of the width free."""
        return len(self.bars) < _FEWEST_SLOTS

    @property
    def first(self) -> Bar:
        """The oldest."""
        return self.bars[0]

    @property
    def last(self) -> Bar:
        """The latest."""
        return self.bars[-1]

    @property
    def tones(self) -> frozenset[str]:
        """Which kinds of outcome a legend has to explain."""
        return frozenset(bar.state.tone for bar in self.bars)

    @property
    def has_unknown(self) -> bool:
        """Whether a legend has to explain runs without a duration."""
        return not all(bar.is_known for bar in self.bars)

    @property
    def has_this(self) -> bool:
        """Whether one of them is the run that the page is about."""
        return any(bar.is_this for bar in self.bars)


def bar_chart(runs: Sequence[PastRun], measure: Measure, *, this: str = "") -> BarChart:
    """Draw runs, oldest first, with the one whose id is ``this`` marked."""
    known = [ms for run in runs if (ms := run.ms(measure)) is not None]
    ceiling = ceiling_of(known)
    slots = max(len(runs), _FEWEST_SLOTS)
    base = _ABOVE + (_BARS if known else _NO_BARS)
    bars = tuple(
        _bar(
            run,
            run.ms(measure),
            scale=(ceiling, base),
            at=(place, slots),
            is_this=run.run_id == this,
        )
        for place, run in enumerate(runs)
    )
    middle = percentile(known, 50)
    return BarChart(
        bars=bars,
        slot=percent(100 / slots),
        top=duration_text(ceiling) if known else "",
        median="" if middle is None else duration_text(middle),
        median_y=base - scaled(middle or 0, ceiling, _BARS),
        has_cut=any(bar.is_cut for bar in bars),
        base=base,
    )


def moment_text(at: datetime) -> str:
    """A moment as charts and lists say it, to the second."""
    return f"{clock_text(at)} UTC"


def clock_text(at: datetime) -> str:
    """The same where a heading says that all times are UTC."""
    return f"{at.day} {at:%b} {at.year}, {at:%H:%M:%S}"


def ceiling_of(values: Sequence[float]) -> float:
    """What the top of a scale stands for: the largest value, unless it dwarfs nearly all others."""
    largest, usual = max(values, default=0), percentile(values, 90) or 0
    return usual * _OUTLIER / 2 if largest > usual * _OUTLIER > 0 else largest


def scaled(value: float, ceiling: float, height: int) -> int:
    """The height of a value; whatever is more than nothing can be seen."""
    if not value or not ceiling:
        return 0
    return max(2, round(value / ceiling * height))


def percent(value: float) -> str:
    """A place or a width, as an attribute."""
    return f"{value:.3f}%"


def _bar(
    run: PastRun,
    ms: float | None,
    *,
    scale: tuple[float, int],
    at: tuple[int, int],
    is_this: bool,
) -> Bar:
    (ceiling, base), (place, slots) = scale, at
    slot = 100 / slots
    is_cut = ms is not None and ms > ceiling
    height = 0 if ms is None else max(2, scaled(min(ms, ceiling), ceiling, _BARS))
    x = slot * place
    duration = "not reported" if ms is None else duration_text(ms)
    said = [
        run.run_id,
        run.state.label,
        duration if ms is not None else "duration not reported",
        moment_text(run.happened_at) + ("" if run.is_dated else " (when it was stored)"),
    ]
    return Bar(
        run_id=run.run_id,
        label=" · ".join([*said, "this run"] if is_this else said),
        state=run.state,
        at=run.happened_at,
        is_dated=run.is_dated,
        duration=duration,
        is_this=is_this,
        is_known=ms is not None,
        is_cut=is_cut,
        x=percent(x + slot * 0.14),
        width=percent(slot * 0.72),
        middle=percent(x + slot / 2),
        y=base - height,
        height=height,
    )
