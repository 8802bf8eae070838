"""Going round: who is asked about, by whom, and that no trouble ends it."""

from __future__ import annotations

import threading
import time
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection
from django.utils import timezone

from results import courier, rounds
from results.models import ProjectKey, Sighting, StoredResult, Team, Watch
from results.sandbox.scenarios import scenario
from results.sandbox.server import Sandbox
from tests import make
from tests.services.looking import add_key, look, sighting_of


def wait_until_idle() -> None:
    deadline = time.monotonic() + 60
    while Sighting.objects.filter(claim__isnull=False).exists():
        assert time.monotonic() < deadline, "a question was never answered"
        time.sleep(0.02)


def wait_until_claimed() -> None:
    deadline = time.monotonic() + 60
    while not Sighting.objects.filter(claim__isnull=False).exists():
        assert time.monotonic() < deadline, "nobody went round"
        time.sleep(0.02)


def test_a_round_asks_about_what_is_due_and_wanted_and_nothing_else(
    live: Sandbox, team: Team
) -> None:
    add_key(team, live)
    now = timezone.now()
    for name in ("due", "later", "unwanted", "leased", "given"):
        make.make_sighting(team=team, run_id=f"run_{name}", now=now - timedelta(seconds=1))
    Sighting.objects.filter(run_id="run_later").update(due_at=now + timedelta(minutes=1))
    Sighting.objects.filter(run_id="run_unwanted").update(wanted_until=now)
    Sighting.objects.filter(run_id="run_leased").update(lease_until=now + timedelta(minutes=1))
    Sighting.objects.filter(run_id="run_given").update(give_up_at=now, state="unknown")

    assert rounds.go_round() == 1
    wait_until_idle()

    assert {call.run_id for call in live.calls} == {"run_due"}


def test_a_pending_run_of_which_nothing_new_is_heard_is_given_up(live: Sandbox, team: Team) -> None:
    add_key(team, live)
    now = timezone.now()
    make.make_sighting(team=team, run_id="run_long", now=now)
    Sighting.objects.update(give_up_at=now - timedelta(seconds=1), state="pending")

    assert rounds.go_round() == 0


def test_a_round_brings_a_finished_run_that_nobody_reloads(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live)
    live.faults.add("429", seconds=1, times=1)
    sighting_of(team, scenario("every-type").run_id, alice)
    ProjectKey.objects.update(paused_until=None)
    Sighting.objects.update(due_at=timezone.now())

    rounds.go_round()

    deadline = time.monotonic() + 60
    while not StoredResult.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert StoredResult.objects.get().state == "succeeded"


def test_no_more_is_claimed_than_can_be_asked_about_at_once(
    live: Sandbox, held: threading.Event, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_key(team, live)
    for number in range(4):
        make.make_sighting(team=team, run_id=f"run_{number}", now=timezone.now())
    monkeypatch.setattr(courier, "IN_FLIGHT", 3)
    courier.courier()

    assert [rounds.go_round(), rounds.go_round()] == [3, 0]
    held.set()
    wait_until_idle()
    assert courier.courier().settle(timeout_s=60)
    assert rounds.go_round() == 1
    wait_until_idle()


@pytest.mark.usefixtures("one_moment")
def test_many_processes_going_round_ask_once(live: Sandbox, team: Team) -> None:
    add_key(team, live)
    for number in range(4):
        make.make_sighting(team=team, run_id=f"run_{number}", now=timezone.now())
    claimed: list[int] = []
    barrier = threading.Barrier(6)

    def go() -> None:
        barrier.wait(60)
        claimed.append(rounds.go_round())
        connection.close()

    threads = [threading.Thread(target=go) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_until_idle()

    assert sum(claimed) == 4
    assert all(live.count(f"run_{number}") == 2 for number in range(4))


def test_a_round_with_nothing_due_costs_one_query(
    team: Team, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        assert rounds.go_round() == 0


@pytest.mark.parametrize("failure", [DatabaseError("away"), RuntimeError("a bug")])
def test_trouble_is_logged_and_the_rounds_go_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failure: Exception
) -> None:
    turns: list[int] = []
    twice = threading.Event()

    def go_round(claim: uuid.UUID) -> int:
        turns.append(1)
        if len(turns) == 2:
            twice.set()
        raise failure

    monkeypatch.setattr(rounds, "go_round", go_round)
    monkeypatch.setattr(rounds, "close_old_connections", lambda: None)
    monkeypatch.setattr(rounds, "PAUSE_S", 0.01)
    monkeypatch.setattr(rounds, "PAUSE_AFTER_TROUBLE_S", 0.01)
    going = rounds.Rounds()
    going.start()

    assert twice.wait(60)
    going.stop()
    going.join(60)
    assert not going.is_alive()
    assert str(failure) in caplog.text


def test_a_run_in_a_locked_team_is_left_for_half_a_minute(
    live: Sandbox, team: Team, alice: User, settings: Any
) -> None:
    add_key(team, live)
    settings.VAULT_KEYS = "k1:" + "B" * 43 + "="

    before = timezone.now()
    look(team, "run_x", alice)

    assert rounds.go_round() == 0
    assert Sighting.objects.get().due_at >= before + timedelta(seconds=30)


def test_a_watched_run_is_asked_about_in_a_round_although_nobody_looks(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live)
    now = timezone.now()
    for name in ("watched", "unwatched"):
        make.make_sighting(team=team, run_id=f"run_{name}", now=now - timedelta(minutes=20))
    make.make_watch(team=team, by=alice, run_id="run_watched", now=now)

    assert rounds.go_round() == 1
    wait_until_idle()

    assert {call.run_id for call in live.calls} == {"run_watched"}


def test_a_slower_round_ends_watches_whose_time_is_over(team: Team, alice: User) -> None:
    make.make_sighting(team=team)
    make.make_watch(team=team, by=alice, now=timezone.now() - timedelta(hours=25))

    assert rounds.go_slower_round() == 0

    assert Watch.objects.unseen().get().outcome == "time_over"


def test_rounds_that_end_finish_what_is_in_flight_and_keep_no_claim(
    live: Sandbox, held: threading.Event, team: Team
) -> None:
    add_key(team, live)
    make.make_sighting(team=team, run_id="run_slow", now=timezone.now())
    going = rounds.Rounds()
    going.start()
    wait_until_claimed()

    going.stop()
    going.join(60)
    threading.Timer(0.05, held.set).start()

    assert going.settle(timeout_s=60)
    assert Sighting.objects.get().claim is None
    assert Sighting.objects.get().state == "unknown"


def test_what_does_not_finish_in_time_is_given_back_to_the_others(
    live: Sandbox, held: threading.Event, team: Team
) -> None:
    add_key(team, live)
    make.make_sighting(team=team, run_id="run_slow", now=timezone.now())
    going = rounds.Rounds()
    going.start()
    wait_until_claimed()

    going.stop()
    going.join(60)

    assert not going.settle(timeout_s=0.01)
    assert Sighting.objects.due(timezone.now()).exists()
