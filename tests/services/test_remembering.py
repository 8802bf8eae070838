"""Lookups are remembered once per person and once per team, and learn what became of their runs."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from results.domain.result import Pending, RunResult, Source
from results.domain.status import State
from results.models import Lookup, Sighting, StoredResult, Team, TeamLookup
from results.services import answers, recording, remembering
from tests import make

DONE = RunResult("run_pending1", State.FAILED, Source.RETRIEVE, task="report", error=b"{}")


def record(sighting: Sighting, found: Any, key_id: uuid.UUID | None = None) -> None:
    claim = uuid.uuid4()
    Sighting.objects.filter(pk=sighting.pk).update(claim=claim)
    asked = answers.Asked(found, key_id, ())
    recording.record(sighting_pk=sighting.pk, claim=claim, asked=asked, now=make.NOW)


def lines(*columns: str) -> list[set[Any]]:
    return [set(rows.objects.values_list(*columns)) for rows in (Lookup, TeamLookup)]


def test_a_person_has_one_line_a_run_and_the_team_the_latest(
    team: Team, alice: User, bob: User
) -> None:
    make.make_result(team=team)
    for minute, by in enumerate((alice, bob, alice, bob)):
        now = make.NOW + timedelta(minutes=minute)
        make.make_lookup(team=team, run_id="run_stored1", by=by, now=now)

    mine, ours = Lookup.objects.values_list("user__username", "looked_at"), TeamLookup.objects.get()
    assert set(mine) == {
        ("alice", make.NOW + timedelta(minutes=2)),
        ("bob", make.NOW + timedelta(minutes=3)),
    }
    assert (ours.looked_by, ours.looked_at) == (bob, make.NOW + timedelta(minutes=3))


def test_a_stored_run_is_known_at_once(team: Team, alice: User) -> None:
    make.make_result(team=team, state=State.TIMED_OUT)
    StoredResult.objects.update(environment="prod")

    make.make_lookup(team=team, run_id="run_stored1", by=alice)

    for found in lines("outcome", "task", "environment"):
        assert found == {("failed", "report", "prod")}


def test_every_line_learns_what_its_run_is_doing_and_how_it_ended(
    team: Team, alice: User, bob: User
) -> None:
    key = make.make_key(team=team, environment="stg")
    sighting = make.make_sighting(team=team)
    for by in (alice, bob):
        make.make_lookup(team=team, run_id=sighting.run_id, by=by)
    assert lines("outcome", "task", "environment") == [{("unclear", "", "")}] * 2

    record(sighting, Pending("EXECUTING", task="report"), key.pk)
    assert lines("outcome", "task", "environment") == [{("waiting", "report", "stg")}] * 2

    record(sighting, DONE, key.pk)
    assert lines("outcome", "task", "environment") == [{("failed", "report", "stg")}] * 2


def test_lines_of_other_runs_and_teams_learn_nothing(team: Team, alice: User) -> None:
    other = make.make_team(name="Other", owner=alice)
    sighting = make.make_sighting(team=team)
    for place, run_id in ((team, "run_pending1"), (team, "run_else"), (other, "run_pending1")):
        make.make_lookup(team=place, run_id=run_id, by=alice)

    record(sighting, DONE)

    failed = [rows.objects.filter(outcome="failed") for rows in (Lookup, TeamLookup)]
    assert [row.get().team for row in failed] == [team, team]


def test_an_answer_that_brings_no_news_writes_no_line(team: Team, alice: User) -> None:
    sighting = make.make_sighting(team=team)
    make.make_lookup(team=team, run_id=sighting.run_id, by=alice)
    record(sighting, Pending("QUEUED", task="report"))

    with CaptureQueriesContext(connection) as queries:
        record(sighting, Pending("EXECUTING", task="report"))

    assert not [q["sql"] for q in queries if "lookup" in q["sql"]]


@pytest.mark.django_db(transaction=True)
def test_a_look_while_the_answer_is_recorded_is_never_left_behind(team: Team, alice: User) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets only one write at a time anyway")
    sighting = make.make_sighting(team=team)
    recorded, looking = threading.Event(), threading.Event()

    def look() -> None:
        assert recorded.wait(60)
        looking.set()
        make.make_lookup(team=team, run_id=sighting.run_id, by=alice)
        connections.close_all()

    thread = threading.Thread(target=look)
    thread.start()
    with transaction.atomic():
        record(sighting, DONE)
        recorded.set()
        assert looking.wait(60)
        # The look has begun and waits for this transaction: what it will read is what is true then.
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(60)

    assert lines("outcome", "task") == [{("failed", "report")}] * 2


def test_many_at_once_cost_a_fixed_number_of_queries(
    team: Team, alice: User, django_assert_num_queries: Any
) -> None:
    for number in range(30):
        make.make_sighting(team=team, run_id=f"run_{number}")

    looked: dict[str, Any] = {"team": team, "by": alice, "now": make.NOW, "stored": {}}
    with django_assert_num_queries(3):
        remembering.note_lookups(run_ids=[f"run_{n}" for n in range(30)], **looked)

    assert Lookup.objects.count() == TeamLookup.objects.count() == 30
