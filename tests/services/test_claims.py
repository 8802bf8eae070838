"""Several workers and one run: one asks, one result is kept, and a dead one blocks nobody for long."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from results.domain.packet import Packet
from results.domain.result import RunResult, Source
from results.domain.status import State
from results.models import AuditEvent, ResultBody, Sighting, StoredResult, Team
from results.sandbox.server import Sandbox
from results.services import answers, asking, recording, sightings
from tests import make
from tests.services.looking import add_key, look

T = TypeVar("T")
WORKERS = 8


def at_once(work: Callable[[int], T], workers: int = WORKERS) -> list[T]:
    """Run the same work in several threads that start together, each with its own connection."""
    barrier = threading.Barrier(workers)

    def run(number: int) -> T:
        try:
            barrier.wait(timeout=60)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(run, range(workers)))


def test_exactly_one_of_many_workers_may_ask(live: Sandbox, team: Team) -> None:
    for turn in range(5):
        sighting = make.make_sighting(team=team, run_id=f"run_{turn}", now=timezone.now())
        now = timezone.now()

        won = at_once(
            lambda _, pk=sighting.pk, now=now: Sighting.objects.claim(  # type: ignore[misc]
                pk, claim=uuid.uuid4(), now=now, until=now + sightings.LEASE
            )
        )

        assert won.count(True) == 1


@pytest.mark.usefixtures("one_moment")
def test_many_looks_at_once_cost_one_question(live: Sandbox, team: Team, alice: User) -> None:
    add_key(team, live)

    at_once(lambda _: look(team, "run_nobody", alice))

    assert live.count("run_nobody") == 2
    assert Sighting.objects.count() == 1


def test_a_claim_is_not_given_away_before_its_lease_ends(team: Team, now: datetime) -> None:
    sighting = make.make_sighting(team=team)
    until = now + sightings.LEASE

    def claim(at: datetime) -> bool:
        Sighting.objects.update(wanted_until=at + timedelta(minutes=1))
        return Sighting.objects.claim(
            sighting.pk, claim=uuid.uuid4(), now=at, until=at + sightings.LEASE
        )

    assert claim(now)
    assert not claim(now)
    assert not claim(until)
    assert claim(until + timedelta(milliseconds=1))


def test_a_lease_outlasts_every_question_and_is_short_enough_for_people() -> None:
    assert asking.DEADLINE_S + 5 <= sightings.LEASE.total_seconds() <= 30


def test_a_run_whose_asker_died_is_asked_about_by_another(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live)
    now = timezone.now()
    sighting = make.make_sighting(team=team, run_id="run_orphan", now=now)
    dead = uuid.uuid4()
    Sighting.objects.update(claim=dead, lease_until=now - timedelta(seconds=1))

    asked = sightings.ask(sighting=sighting, now=now)

    assert asked is not None
    asked.result(timeout=60)
    assert Sighting.objects.get().state == "unknown"


def test_a_finished_run_is_stored_once_whoever_brings_it(live: Sandbox, team: Team) -> None:
    for turn in range(5):
        run_id = f"run_{turn}"
        sighting = make.make_sighting(team=team, run_id=run_id, now=timezone.now())
        found = RunResult(
            run_id, State.SUCCEEDED, Source.RESULT, output=Packet(b"x" * 500, "text/plain")
        )
        asked = answers.Asked(found, None, ())

        at_once(
            lambda _, pk=sighting.pk, asked=asked: recording.record(  # type: ignore[misc]
                sighting_pk=pk, claim=uuid.uuid4(), asked=asked, now=timezone.now()
            )
        )

    assert StoredResult.objects.count() == ResultBody.objects.count() == 5
    assert AuditEvent.objects.filter(action="result.stored").count() == 5
    assert not Sighting.objects.exists()


def test_two_answers_about_the_same_keys_in_other_orders_do_not_lock_each_other(
    live: Sandbox, team: Team
) -> None:
    keys = [make.make_key(team=team, project=f"P{number}") for number in range(6)]
    rows = [
        make.make_sighting(team=team, run_id=f"run_{number}", now=timezone.now())
        for number in range(WORKERS)
    ]

    def write(number: int) -> None:
        order = keys if number % 2 else keys[::-1]
        said = tuple(answers.KeySaid(key.pk, "k", State.UNKNOWN, "") for key in order)
        recording.record(
            sighting_pk=rows[number].pk,
            claim=uuid.uuid4(),
            asked=answers.Asked(None, None, said),
            now=timezone.now() + timedelta(hours=number),
        )

    at_once(write)
