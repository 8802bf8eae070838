"""What the database itself refuses of watches, webhooks and deliveries, whoever writes."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from results.domain.status import State
from results.models import Sighting, Team, Watch, Webhook, WebhookDelivery
from results.models.watches import WatchOutcome
from results.sandbox.server import Sandbox
from tests import make
from tests.models.test_constraints import refused
from tests.services.test_claims import at_once


def test_a_person_has_one_live_watch_of_a_run_and_any_number_that_ended(
    team: Team, alice: User
) -> None:
    make.make_watch(team=team, by=alice)
    for _ in range(2):
        make.make_watch(team=team, by=alice, outcome="failed")

    refused(lambda: make.make_watch(team=team, by=alice))


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "failed"},
        {"ended_at": make.NOW},
        {"ended_at": make.NOW, "outcome": "pending"},
        {"seen_at": make.NOW},
        {"until": make.NOW},
    ],
)
def test_a_live_watch_has_no_outcome_and_an_ended_one_has(
    team: Team, alice: User, change: dict[str, Any]
) -> None:
    make.make_watch(team=team, by=alice)

    refused(lambda: Watch.objects.update(**change))


def test_every_final_state_is_an_outcome() -> None:
    assert {state.value for state in State if state.is_final} < set(WatchOutcome.values)


def test_a_team_has_one_webhook_and_tells_of_a_result_once(team: Team) -> None:
    result = make.make_result(team=team)
    make.make_delivery(team=team, result=result)

    refused(lambda: make.make_webhook(team=team))
    refused(lambda: make.make_delivery(team=team, result=result))
    for _ in range(2):
        make.make_delivery(team=team)


def test_a_delivery_tells_of_a_result_or_is_a_test_and_ends_one_way(
    team: Team, now: datetime
) -> None:
    make.make_delivery(team=team, result=make.make_result(team=team))

    refused(lambda: WebhookDelivery.objects.update(result=None))
    refused(lambda: WebhookDelivery.objects.update(event="webhook.test"))
    refused(lambda: WebhookDelivery.objects.update(delivered_at=now, given_up_at=now))


def test_a_team_that_is_deleted_takes_its_watches_and_its_webhook(team: Team, alice: User) -> None:
    make.make_delivery(team=team, result=make.make_result(team=team))
    make.make_watch(team=team, by=alice)

    team.delete()

    for model in (Watch, Webhook, WebhookDelivery):
        assert not model.objects.exists()


def test_what_is_due_is_claimed_by_one_of_many_and_nothing_is_left(
    live: Sandbox, team: Team
) -> None:
    now = timezone.now()
    for number in range(40):
        make.make_sighting(team=team, run_id=f"run_{number}", now=now)
        make.make_delivery(team=team, now=now)
    until = now + timedelta(seconds=20)

    def claim(_: int) -> tuple[list[str], list[str]]:
        wishes: dict[str, Any] = {"claim": uuid.uuid4(), "now": now, "until": until, "at_most": 7}
        runs: list[str] = []
        told: list[str] = []
        # Rows that somebody else is claiming are passed over, so another turn may find more.
        for _turn in range(40):
            runs += [row.run_id for row in Sighting.objects.claim_due(**wishes)]
            told += [str(row.pk) for row in WebhookDelivery.objects.claim_due(**wishes)]
        return runs, told

    claimed = at_once(claim, 4)

    for part in (0, 1):
        rows = [row for parts in claimed for row in parts[part]]
        assert len(rows) == len(set(rows)) == 40


def test_a_claim_that_is_given_back_is_due_again(team: Team, now: datetime) -> None:
    make.make_sighting(team=team)
    make.make_delivery(team=team)
    mine = uuid.uuid4()
    wishes: dict[str, Any] = {"now": now, "until": now + timedelta(seconds=20), "at_most": 5}

    for rows in (Sighting.objects, WebhookDelivery.objects):
        assert len(rows.claim_due(claim=mine, **wishes)) == 1
        assert rows.claim_due(claim=uuid.uuid4(), **wishes) == []
        assert rows.release([uuid.uuid4()]) == 0
        assert rows.release([mine]) == 1
        assert len(rows.claim_due(claim=mine, **wishes)) == 1
