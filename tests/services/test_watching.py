"""Watching: a run is asked about although nobody looks, bounded, until it ends or cannot."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from results.domain.result import RunResult, Source
from results.domain.status import State
from results.models import AuditEvent, Role, Sighting, Team, Watch, WebhookDelivery
from results.sandbox.server import Sandbox
from results.services import answers, recording, sightings, storing, watching
from tests import make
from tests.services.looking import add_key
from tests.services.test_claims import at_once

RUN = "run_pending1"


def start(team: Team, by: User, now: datetime, run_id: str = RUN) -> Watch:
    return watching.start(team=team, run_id=run_id, by=by, now=now)


def finish(team: Team, now: datetime, *, state: State = State.SUCCEEDED, run_id: str = RUN) -> None:
    """Store the run's result as the product does."""
    sighting = Sighting.objects.get(team=team, run_id=run_id)
    found = RunResult(run_id, state, Source.RETRIEVE, task="report", error=b"{}")
    asked = answers.Asked(found, None, ())
    storing.store_result(sighting=sighting, asked=asked, found=found, now=now)


def is_due(now: datetime) -> bool:
    return Sighting.objects.due(now).exists()


@pytest.fixture
def pending(team: Team, now: datetime) -> Sighting:
    return make.make_sighting(team=team, state=State.PENDING, status="EXECUTING")


def test_a_watched_run_stays_due_although_nobody_looks(
    pending: Sighting, team: Team, alice: User, now: datetime
) -> None:
    later = now + timedelta(hours=20)
    assert not is_due(later)

    start(team, alice, now)

    assert is_due(later)
    assert not is_due(now + timedelta(hours=24))
    assert AuditEvent.objects.filter(action="watch.started", actor="alice", subject=RUN).exists()


@pytest.mark.parametrize(
    ("state", "goes_on"),
    [
        ("", True),
        (State.PENDING, True),
        (State.UNREACHABLE, True),
        (State.RATE_LIMITED, True),
        (State.UNKNOWN, False),
        (State.KEY_REFUSED, False),
        (State.UNREADABLE, False),
    ],
)
def test_a_watch_outlasts_an_outage_and_ends_when_the_run_cannot_be_read(
    pending: Sighting, team: Team, alice: User, now: datetime, state: str, goes_on: bool
) -> None:
    watch = start(team, alice, now)
    Sighting.objects.update(state=state)
    later = now + timedelta(hours=3)

    watching.end_without_result(now=later)

    watch.refresh_from_db()
    assert is_due(later) == goes_on
    assert watch.outcome == ("" if goes_on else state)
    assert (watch.ended_at is None) == goes_on


def test_the_result_ends_everybodys_watch_of_that_run_and_no_other(
    pending: Sighting, team: Team, alice: User, bob: User, now: datetime
) -> None:
    make.make_sighting(team=team, run_id="run_other")
    elsewhere = make.make_team(name="Elsewhere", owner=alice)
    make.make_sighting(team=elsewhere)
    for by in (alice, bob):
        start(team, by, now)
    start(team, alice, now, "run_other")
    start(elsewhere, alice, now)

    finish(team, now + timedelta(minutes=5), state=State.FAILED)

    ended = Watch.objects.unseen()
    assert {(watch.by, watch.team, watch.run_id) for watch in ended} == {
        (alice, team, RUN),
        (bob, team, RUN),
    }
    assert {(w.outcome, w.task, w.ended_at) for w in ended} == {
        ("failed", "report", now + timedelta(minutes=5))
    }
    assert Watch.objects.live().count() == 2


def test_a_watched_run_is_stored_and_seen_by_whoever_asked_with_no_page_open(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live)
    now = timezone.now()
    sighting = make.make_sighting(team=team, run_id="run_live0sx", now=now)
    watching.start(team=team, run_id=sighting.run_id, by=alice, now=now)
    Sighting.objects.update(wanted_until=now - timedelta(hours=1))
    sighting.refresh_from_db()

    asked = sightings.ask(sighting=sighting, now=now)

    assert asked is not None
    asked.result(timeout=60)
    assert Watch.objects.get().outcome == "succeeded"
    bell = watching.bell(team=team, by=alice, role=Role.OWNER)
    assert bell == watching.Bell(live=0, unseen=1, may_watch=True)


def test_starting_twice_is_starting_once(
    pending: Sighting, team: Team, alice: User, now: datetime
) -> None:
    first, second = start(team, alice, now), start(team, alice, now + timedelta(hours=1))

    assert first == second
    assert Watch.objects.count() == 1
    assert AuditEvent.objects.filter(action="watch.started").count() == 1


def test_many_who_start_at_once_start_once_each(live: Sandbox, team: Team, alice: User) -> None:
    now = timezone.now()
    make.make_sighting(team=team, now=now)

    at_once(lambda _: start(team, alice, now))

    assert Watch.objects.count() == 1


def test_a_run_that_ends_while_a_watch_starts_leaves_no_live_watch(
    live: Sandbox, team: Team, alice: User
) -> None:
    for turn in range(4):
        run_id, now = f"run_{turn}", timezone.now()
        sighting = make.make_sighting(team=team, run_id=run_id, now=now)
        found = RunResult(run_id, State.EXPIRED, Source.RETRIEVE)
        asked = answers.Asked(found, None, ())

        def work(
            number: int, run_id: str = run_id, pk: Any = sighting.pk, asked: answers.Asked = asked
        ) -> None:
            if number % 2:
                recording.record(sighting_pk=pk, claim=pk, asked=asked, now=timezone.now())
                return
            with suppress(watching.NotWatchedError):
                start(team, alice, timezone.now(), run_id)

        at_once(work, 4)

    assert not Watch.objects.live().exists()


def test_a_finished_run_is_not_watched(team: Team, alice: User, now: datetime) -> None:
    make.make_result(team=team)

    with pytest.raises(watching.NotWatchedError, match="run_stored1 has ended already"):
        start(team, alice, now, "run_stored1")


def test_a_team_watches_so_many_runs_and_no_more_whoever_asks(
    team: Team, alice: User, bob: User, now: datetime, settings: Any
) -> None:
    settings.WATCHES_PER_TEAM = 2
    for number in range(3):
        make.make_sighting(team=team, run_id=f"run_{number}")
    start(team, alice, now, "run_0")
    start(team, bob, now, "run_1")

    with pytest.raises(watching.NotWatchedError, match="Acme already watches 2 runs, as many as"):
        start(team, bob, now, "run_2")

    # A second watch of the same run costs nothing more.
    start(team, alice, now, "run_1")
    watching.stop(team=team, run_id="run_0", by=alice, now=now)
    start(team, bob, now, "run_2")


def test_the_bound_holds_when_many_start_at_once(
    live: Sandbox, team: Team, alice: User, settings: Any
) -> None:
    settings.WATCHES_PER_TEAM = 3
    now = timezone.now()
    for number in range(8):
        make.make_sighting(team=team, run_id=f"run_{number}", now=now)

    def try_to(number: int) -> bool:
        try:
            start(team, alice, now, f"run_{number}")
        except watching.NotWatchedError:
            return False
        return True

    assert at_once(try_to).count(True) == 3
    assert Watch.objects.live().count() == 3


def test_stopping_ends_ones_own_watch_and_leaves_the_others(
    pending: Sighting, team: Team, alice: User, bob: User, now: datetime
) -> None:
    start(team, alice, now)
    start(team, bob, now + timedelta(hours=1))

    assert watching.stop(team=team, run_id=RUN, by=alice, now=now)
    assert is_due(now + timedelta(hours=24.5))
    assert watching.stop(team=team, run_id=RUN, by=bob, now=now)
    assert not watching.stop(team=team, run_id=RUN, by=bob, now=now)

    assert not is_due(now + timedelta(hours=2))
    assert Sighting.objects.get().watched_until is None
    assert not Watch.objects.unseen().exists()
    assert AuditEvent.objects.filter(action="watch.stopped").count() == 2


def test_a_watch_ends_when_its_time_is_over_and_says_so(
    pending: Sighting, team: Team, alice: User, now: datetime, settings: Any
) -> None:
    settings.WATCH_HOURS = 2
    start(team, alice, now)

    assert watching.end_without_result(now=now + timedelta(minutes=119)) == 0
    assert watching.end_without_result(now=now + timedelta(hours=2)) == 1

    watch = Watch.objects.unseen().get()
    assert watch.outcome == "time_over"
    assert not is_due(now + timedelta(hours=2))


def test_a_run_that_was_given_up_is_asked_about_again_when_a_watch_starts(
    pending: Sighting, team: Team, alice: User, now: datetime
) -> None:
    Sighting.objects.update(give_up_at=now, state=State.UNKNOWN)

    start(team, alice, now)

    assert is_due(now)
    assert watching.end_without_result(now=now) == 0


def test_a_watch_whose_sighting_was_deleted_is_served_again(
    pending: Sighting, team: Team, alice: User, now: datetime
) -> None:
    watch = start(team, alice, now)
    Sighting.objects.all().delete()

    watching.end_without_result(now=now)

    watch.refresh_from_db()
    assert watch.ended_at is None
    assert Sighting.objects.get().watched_until == watch.until


def test_a_watch_whose_sighting_was_deleted_gets_the_result_that_is_stored(
    pending: Sighting, team: Team, alice: User, now: datetime
) -> None:
    make.make_webhook(team=team)
    make.make_result(team=team, run_id="run_stored1")
    make.make_watch(team=team, by=alice, run_id="run_stored1")

    watching.end_without_result(now=now)

    assert Watch.objects.unseen().get().outcome == "succeeded"
    assert WebhookDelivery.objects.count() == 1


def test_rounds_with_nothing_to_end_write_nothing(
    pending: Sighting, team: Team, alice: User, now: datetime, django_assert_num_queries: Any
) -> None:
    start(team, alice, now)

    with django_assert_num_queries(3) as captured:
        watching.end_without_result(now=now)
    assert all(query["sql"].startswith("SELECT") for query in captured.captured_queries)


def test_seeing_the_result_of_a_run_is_seeing_its_outcome(
    pending: Sighting, team: Team, alice: User, bob: User, now: datetime
) -> None:
    for by in (alice, bob):
        start(team, by, now)
    finish(team, now)
    bell = watching.bell(team=team, by=alice, role=Role.OWNER)

    seen = watching.see(bell, team=team, run_id=RUN, by=alice, now=now)

    assert (bell.unseen, seen.unseen) == (1, 0)
    assert Watch.objects.unseen().get().by == bob


def test_the_bell_counts_ones_own_watches_of_this_team_alone(
    team: Team, alice: User, bob: User, now: datetime
) -> None:
    other = make.make_team(name="Other", owner=alice)
    for number in range(3):
        make.make_watch(team=team, by=alice, run_id=f"run_live{number}")
        make.make_watch(team=other, by=alice, run_id=f"run_done{number}", outcome="failed")
    make.make_watch(team=team, by=alice, outcome="succeeded")
    make.make_watch(team=team, by=bob, outcome="succeeded")

    owns, views = watching.Bell(3, 1, may_watch=True), watching.Bell(0, 1, may_watch=False)
    assert watching.bell(team=team, by=alice, role=Role.OWNER) == owns
    assert watching.bell(team=team, by=bob, role=Role.VIEWER) == views
