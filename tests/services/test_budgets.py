"""A key's calls stay below its budget, together for all workers, and are counted as they were made."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from results.models import ProjectKey, Sighting, Team
from results.sandbox.scenarios import scenario
from results.sandbox.server import Sandbox
from results.services import budgets, looks
from results.services.answers import Calls
from tests import make
from tests.services.looking import add_key, ask_again, go_rounds, look, sighting_of
from tests.services.test_claims import WORKERS, at_once

MS = timedelta(milliseconds=1)
S = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def budget(settings: Any) -> None:
    """Ten calls at once, then one a second."""
    settings.KEY_CALLS_PER_MINUTE, settings.KEY_CALLS_AT_ONCE = 60, 10


def left(now: datetime) -> int:
    return budgets.calls_left(ProjectKey.objects.get(), now=now)


def test_workers_that_take_at_once_get_no_more_than_there_is(
    transactional_db: None, team: Team, now: datetime
) -> None:
    key = make.make_key(team=team)

    def take_all(_: int) -> int:
        row = ProjectKey.objects.get(pk=key.pk)
        return sum(bool(budgets.take({row: 1}, now=now)) for _ in range(3))

    assert WORKERS * 3 > 10
    assert sum(at_once(take_all)) == 10
    assert left(now) == 0
    assert left(now + 4 * S) == 4


def test_calls_that_were_not_made_are_given_back_and_more_than_taken_are_counted(
    team: Team, now: datetime
) -> None:
    key = make.make_key(team=team)
    budgets.take({key: 4}, now=now)
    assert left(now) == 6

    budgets.settle([Calls(key.pk, 4, 1)], now=now)
    assert left(now) == 9
    budgets.settle([Calls(key.pk, 0, 12)], now=now)
    assert left(now) == -3


def test_what_is_given_back_late_fills_the_bucket_no_further_than_ever(
    team: Team, now: datetime
) -> None:
    key = make.make_key(team=team)
    budgets.take({key: 4}, now=now)

    budgets.settle([Calls(key.pk, 4, 0)], now=now + 20 * S)

    key.refresh_from_db()
    assert len([1 for _ in range(12) if budgets.take({key: 1}, now=now + 20 * S)]) == 10


def test_a_bucket_that_was_written_under_another_clock_is_full(team: Team, now: datetime) -> None:
    key = make.make_key(team=team)
    for _ in range(5):
        budgets.take({key: 2}, now=now + timedelta(hours=1))
    key.refresh_from_db()

    assert budgets.rests_until(key, 2, now=now) is None
    assert budgets.take({key: 2}, now=now) == {key}
    assert left(now) == 8


def test_a_question_costs_what_it_sent(live: Sandbox, team: Team, alice: User) -> None:
    add_key(team, live)
    with time_machine.travel(make.NOW, tick=False):
        look(team, "run_nobody", alice)
        assert (live.count(), left(make.NOW)) == (2, 8)

        live.faults.add("html502", times=2)
        look(team, "run_other", alice)
        assert (live.count(), left(make.NOW)) == (6, 4), "both endpoints, and both again"


def test_asking_again_about_a_pending_run_costs_one_call(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live)
    sighting = sighting_of(team, scenario("dequeued").run_id, alice)
    live.calls.clear()

    again = ask_again(sighting)

    assert again is not None
    assert again.status == "DEQUEUED"
    assert [call.kind for call in live.calls] == ["retrieve"]


def test_a_key_whose_budget_is_spent_waits_and_says_until_when(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live)
    with time_machine.travel(make.NOW, tick=False) as clock:
        for number in range(5):
            look(team, f"run_{number}", alice)
        assert (live.count(), left(make.NOW)) == (10, 0)

        waiting = sighting_of(team, "run_late", alice)
        assert live.count() == 10
        assert waiting.state == "rate_limited"
        assert waiting.due_at == waiting.pause_until == make.NOW + 2 * S
        assert waiting.checked_at is None
        assert waiting.keys_asked[0]["said"] == (
            "was not asked: its 60 calls a minute are used up; asked again at 12:00:02 UTC"
        )

        Sighting.objects.exclude(pk=waiting.pk).delete()
        clock.move_to(make.NOW + 2 * S - MS)
        go_rounds()
        assert live.count() == 10
        clock.move_to(make.NOW + 2 * S)
        go_rounds()
        assert live.count("run_late") == 2


def test_many_runs_at_once_never_exceed_the_budget(
    live: Sandbox, team: Team, settings: Any
) -> None:
    settings.KEY_CALLS_PER_MINUTE, settings.KEY_CALLS_AT_ONCE = 600, 20
    add_key(team, live)
    for number in range(30):
        make.make_sighting(team=team, run_id=f"run_{number}", now=make.NOW)
    with time_machine.travel(make.NOW, tick=False) as clock:
        go_rounds(2)
        assert live.count() == 20
        for second in range(1, 3):
            clock.move_to(make.NOW + second * S)
            for sighting in Sighting.objects.all():
                looks.look(sighting=sighting, now=timezone.now())
            go_rounds(2)
            assert live.count() <= 20 + second * 10


def test_the_more_runs_wait_for_a_budget_the_later_they_come_back(
    live: Sandbox, team: Team, alice: User
) -> None:
    key = add_key(team, live)
    budgets.settle([Calls(key.pk, 0, 10)], now=make.NOW)
    with time_machine.travel(make.NOW, tick=False):
        for number in range(60):
            look(team, f"run_{number}", alice)

        assert live.count() == 0
        due = [row.due_at - make.NOW for row in Sighting.objects.all()]
        soon = [wait for wait in due if wait <= 10 * S]
        # Two calls a run and one a second are two minutes for all of them.
        assert min(due) >= 2 * S
        assert max(due) <= 122 * S
        assert len(soon) < 45, "they would find calls for five of them"


def test_one_key_that_has_spent_its_budget_does_not_hold_up_another(
    live: Sandbox, team: Team, alice: User
) -> None:
    spent = add_key(team, live, "prod")
    add_key(team, live, "dev")
    budgets.settle([Calls(spent.pk, 0, 15)], now=timezone.now())

    look(team, scenario("every-type").run_id, alice)

    assert {call.key for call in live.calls} == {"dev"}
