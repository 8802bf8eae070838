"""Charts are true: what is longer is taller, nothing that happened is invisible, nothing is made up."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from results.domain.status import State
from results.pages.chart import BarChart, bar_chart
from results.pages.columns import column_chart
from results.services.history import Measure, PastRun
from tests.make import NOW


def past(
    number: int = 0,
    ran: int | None = 1_000,
    state: State = State.SUCCEEDED,
    at: datetime | None = None,
) -> PastRun:
    moment = at or NOW + timedelta(minutes=number)
    return PastRun(uuid.uuid4(), f"run_{number}", state, moment, True, ran, None)


def drawn(*durations: int | None, this: str = "") -> BarChart:
    return bar_chart([past(n, ms) for n, ms in enumerate(durations)], Measure.RAN, this=this)


def test_bars_stand_on_the_base_and_are_as_tall_as_they_are_long() -> None:
    chart = drawn(1_000, 2_000, 4_000)

    assert [bar.height for bar in chart.bars] == [24, 48, 96]
    assert {bar.y + bar.height for bar in chart.bars} == {chart.base}
    assert (chart.top, chart.median) == ("4.00 s", "2.00 s")
    assert chart.median_y == chart.bars[1].y


def test_the_shortest_run_can_still_be_seen() -> None:
    assert drawn(1, 0, 10_000).bars[0].height == 2
    assert drawn(1, 0, 10_000).bars[1].height == 2
    assert drawn(0, 0).bars[0].height == 2


def test_a_duration_that_was_not_reported_is_no_bar_of_nothing() -> None:
    chart = drawn(1_000, None)

    assert [bar.is_known for bar in chart.bars] == [True, False]
    assert chart.has_unknown
    assert chart.bars[1].height == 0
    assert chart.bars[1].duration == "not reported"
    assert "duration not reported" in chart.bars[1].label


def test_without_any_duration_there_is_no_scale() -> None:
    chart = drawn(None, None)

    assert (chart.top, chart.median, chart.has_cut) == ("", "", False)
    assert chart.height < drawn(1_000).height


def test_one_run_that_dwarfs_all_others_is_cut_and_said_to_be() -> None:
    chart = drawn(*[1_000] * 39, 600_000)

    assert chart.bars[0].height == 48
    assert [bar.is_cut for bar in chart.bars] == [False] * 39 + [True]
    assert chart.has_cut
    assert chart.top == "2.00 s"
    assert "10 min 00 s" in chart.bars[-1].label


def test_many_long_runs_are_no_exception() -> None:
    assert not drawn(*[1_000] * 30, *[600_000] * 10).has_cut


def test_bars_do_not_overlap_or_leave_the_chart() -> None:
    for number in (1, 2, 19, 20, 40, 50):
        edges = [
            (float(bar.x.rstrip("%")), float(bar.width.rstrip("%")))
            for bar in drawn(*range(1, number + 1)).bars
        ]
        ends = [x + width for x, width in edges]
        assert all(end < x for end, (x, _) in zip(ends, edges[1:], strict=False))
        assert edges[0][0] >= 0
        assert ends[-1] <= 100


def test_a_bar_has_a_name_that_tells_everything() -> None:
    chart = bar_chart([past(3, 3_720, State.TIMED_OUT)], Measure.RAN, this="run_3")

    assert (
        chart.bars[0].label == "run_3 · Timed out · 3.72 s · 23 Nov 2026, 12:03:00 UTC · this run"
    )
    assert chart.has_this
    assert chart.tones == {"bad"}


@pytest.mark.parametrize("state", [state for state in State if state.is_final])
def test_every_outcome_is_explained_by_the_legend(state: State) -> None:
    assert bar_chart([past(state=state)], Measure.RAN).tones <= {"good", "bad", "calm"}


def test_columns_count_every_run_once() -> None:
    states = [State.SUCCEEDED, State.FAILED, State.CANCELED, State.SUCCEEDED]
    chart = column_chart([past(n, 100, states[n % 4]) for n in range(100)], Measure.RAN)

    assert chart is not None
    assert sum(column.runs for column in chart.columns) == 100
    assert sum(column.succeeded for column in chart.columns) == 50
    assert sum(column.failed for column in chart.columns) == 25
    assert sum(column.stopped for column in chart.columns) == 25
    assert chart.each == "5 minutes"
    for column in chart.columns:
        assert 0 <= column.succeeded_y <= chart.middle
        assert column.stopped_y + column.stopped_height <= chart.height + 2


def test_columns_tell_half_and_nearly_all() -> None:
    runs = [past(0, ms) for ms in range(100, 2_100, 100)] + [past(1, None)]

    chart = column_chart(runs, Measure.RAN)

    assert chart is not None
    assert (chart.columns[0].p50, chart.columns[0].p95) == ("1.00 s", "1.90 s")
    assert chart.columns[1].p50 == "not reported"
    assert chart.columns[1].p50_y is None
    assert "20 succeeded, 0 failed, 0 neither · p50 1.00 s" in chart.columns[0].label


def test_runs_of_one_interval_are_no_chart_over_time() -> None:
    assert column_chart([], Measure.RAN) is None
    assert column_chart([past(), past()], Measure.RAN) is None


@pytest.mark.parametrize(
    ("span", "each"),
    [
        (timedelta(minutes=20), "1 minute"),
        (timedelta(hours=20), "1 hour"),
        (timedelta(days=3), "3 hours"),
        (timedelta(days=30), "1 day"),
        (timedelta(days=100), "7 days"),
    ],
)
def test_an_interval_is_one_that_people_use(span: timedelta, each: str) -> None:
    chart = column_chart([past(), past(at=NOW + span)], Measure.RAN)

    assert chart is not None
    assert chart.each == each


def test_the_ends_of_time_are_drawn_too() -> None:
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)

    chart = column_chart([past(at=first), past(), past(at=last)], Measure.RAN)

    assert chart is not None
    assert len(chart.columns) == 3
    assert chart.last.until.year == 9999
