"""What `/metrics` reads from the database: queues with their age, leases, budgets, circuits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from results.models import ApiCircuit, ProjectKey, Sighting, Team, WebhookDelivery
from results.models.keys import KeyAnswer
from results.services import insight
from results.services.insight import Queue
from tests import make
from tests.make import NOW


def test_an_idle_instance_has_nothing_waiting(db: None) -> None:
    idle = Queue(0, 0.0, 0)

    assert insight.look(now=NOW) == insight.Insight(idle, idle, 0, 0, 0, 0, None, 0)


def test_what_waits_and_what_is_held_is_counted(team: Team, alice: Any) -> None:
    later = NOW + timedelta(seconds=30)
    make.make_sighting(team=team, run_id="run_due1")
    make.make_sighting(team=team, run_id="run_held1")
    Sighting.objects.filter(run_id="run_held1").update(lease_until=later + timedelta(seconds=9))
    make.make_delivery(team=team)
    WebhookDelivery.objects.update(lease_until=NOW)
    make.make_watch(team=team, by=alice, run_id="run_due1")

    seen = insight.look(now=later)

    assert seen.runs == Queue(1, 30.0, 1)
    assert seen.deliveries == Queue(1, 30.0, 0)
    assert seen.watches == 1


def test_keys_are_counted_by_what_keeps_them_from_being_asked(team: Team, settings: Any) -> None:
    settings.KEY_CALLS_PER_MINUTE, settings.KEY_CALLS_AT_ONCE = 60, 100
    make.make_key(team=team)
    make.make_key(team=team, environment="stg")
    refused = make.make_key(team=team, environment="prod", answer=KeyAnswer.REFUSED)
    ProjectKey.objects.filter(pk=refused.pk).update(full_at_ms=10**15)
    ProjectKey.objects.filter(environment="stg").update(
        paused_until=NOW + timedelta(minutes=1),
        full_at_ms=int((NOW + timedelta(seconds=7)).timestamp() * 1000),
    )

    seen = insight.look(now=NOW)

    assert (seen.keys, seen.keys_refused, seen.keys_paused) == (3, 1, 1)
    assert seen.calls_left == 93


def test_a_circuit_is_open_until_its_time_is_over(db: None) -> None:
    for number, seconds in enumerate((-1, 5)):
        ApiCircuit.objects.create(
            api_url=f"https://api{number}.example",
            opened_at=NOW - timedelta(seconds=10),
            open_until=NOW + timedelta(seconds=seconds),
        )

    assert insight.look(now=NOW).circuits_open == 1
