"""A task's history as it is stored: which runs, in which order, and what they add up to."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from results.domain.status import State
from results.models import StoredResult, Team
from results.services import history
from results.services.history import Cursor, Measure, PastRun, measure_of, percentile
from tests import make


def past(run_id: str = "run_a", *, ran: int | None = None, compute: float | None = None) -> PastRun:
    return PastRun(uuid.uuid4(), run_id, State.SUCCEEDED, make.NOW, True, ran, compute)


def store(team: Team, number: int, *, environment: str = "", task: str = "report") -> StoredResult:
    """A run that finished so many minutes before now."""
    at = make.NOW - timedelta(minutes=number)
    result = make.make_result(team=team, run_id=f"run_n{number}{environment}{task}", now=at)
    StoredResult.objects.filter(pk=result.pk).update(environment=environment, task=task)
    result.refresh_from_db()
    return result


@pytest.mark.parametrize(
    ("values", "half", "nearly_all"),
    [
        ([], None, None),
        ([7], 7, 7),
        ([1, 2], 1, 2),
        ([3, 1, 2], 2, 3),
        (range(1, 101), 50, 95),
        (range(1, 1001), 500, 950),
        ([5] * 19 + [100], 5, 5),
        ([5] * 18 + [100] * 2, 5, 100),
    ],
)
def test_percentiles_are_values_that_were_seen(
    values: list[float], half: float | None, nearly_all: float | None
) -> None:
    assert percentile(values, 50) == half
    assert percentile(values, 95) == nearly_all


def test_the_duration_known_of_most_runs_is_compared() -> None:
    assert measure_of([]) is Measure.RAN
    assert measure_of([past(ran=1, compute=1)]) is Measure.RAN
    assert measure_of([past(ran=1, compute=1), past(compute=1)]) is Measure.COMPUTE
    assert measure_of([past(ran=1), past(compute=1)]) is Measure.RAN


def test_a_run_is_not_compared_by_a_duration_that_it_lacks() -> None:
    this = past(compute=1)

    assert measure_of([this, past(ran=1), past(ran=1)], this=this) is Measure.COMPUTE
    assert measure_of([past(compute=1)], this=past()) is Measure.COMPUTE


@pytest.mark.parametrize(
    "moment",
    [
        make.NOW,
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
)
def test_a_cursor_is_exact_in_an_address(moment: datetime) -> None:
    cursor = Cursor(moment, uuid.uuid4())

    assert Cursor.parse(str(cursor)) == cursor


def test_the_runs_around_one_are_mostly_those_before_it(team: Team) -> None:
    rows = [store(team, number) for number in range(70)]

    latest = history.around(result=rows[0], team=team)
    middle = history.around(result=rows[40], team=team)
    oldest = history.around(result=rows[-1], team=team)

    assert [run.run_id for run in latest.runs] == [row.run_id for row in rows[39::-1]]
    assert [run.run_id for run in middle.runs] == [row.run_id for row in rows[59:19:-1]]
    assert [run.run_id for run in oldest.runs] == [row.run_id for row in rows[:48:-1]]
    assert [each.is_latest for each in (latest, middle, oldest)] == [True, False, False]


def test_runs_of_other_tasks_and_environments_are_not_around_it(team: Team) -> None:
    this = store(team, 5, environment="prod")
    store(team, 4, environment="dev")
    store(team, 6, environment="prod", task="other")
    store(team, 7)

    assert [run.run_id for run in history.around(result=this, team=team).runs] == [this.run_id]


def test_runs_of_one_moment_have_one_order(team: Team) -> None:
    rows = [store(team, number) for number in range(6)]
    StoredResult.objects.update(finished_at=make.NOW)
    orders = set()
    for row in rows:
        row.refresh_from_db()
        orders.add(tuple(run.run_id for run in history.around(result=row, team=team).runs))

    assert len(orders) == 1
    assert len(orders.pop()) == 6


def test_a_run_that_was_not_dated_stands_where_it_was_stored(team: Team) -> None:
    rows = [store(team, number) for number in range(3)]
    StoredResult.objects.filter(pk=rows[1].pk).update(started_at=None, finished_at=None)
    rows[1].refresh_from_db()

    runs = history.around(result=rows[1], team=team).runs

    # It was stored a few seconds after it would have finished.
    assert [run.run_id for run in runs] == [row.run_id for row in reversed(rows)]
    assert [run.is_dated for run in runs] == [True, False, True]


def test_the_window_is_bounded_and_says_so(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        store(team, number)

    def found() -> history.TaskHistory:
        return history.task_history(
            team=team, task="report", environment=None, state=None, before=None
        )

    for window, whole in ((3, False), (4, True), (5, True)):
        monkeypatch.setattr(history, "WINDOW", window)
        assert (len(found().window), found().is_whole) == (min(window, 4), whole)
