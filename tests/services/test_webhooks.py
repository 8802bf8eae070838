"""The team's webhook: sealed, told of watched runs that ended, once each, until taken or given up."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from results import courier, rounds
from results.domain.status import State
from results.models import AuditEvent, StoredResult, Team, Webhook, WebhookDelivery
from results.sandbox.server import Sandbox
from results.services import sealing, webhooks
from tests import make
from tests.processes.receiver import Receiver
from tests.services.test_watching import RUN, finish, start

WRONG_RING = "k1:" + "QUFB" * 10 + "QUE="


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1"]
    with Receiver() as listening:
        yield listening
    courier.courier().run(webhooks.http().aclose, timeout_s=60)


@pytest.fixture
def hook(team: Team, receiver: Receiver) -> Webhook:
    return make.make_webhook(team=team, url=receiver.url)


def send(now: datetime) -> int:
    """Send what is due and wait until it is recorded."""
    sent = webhooks.send_due(claim=uuid.uuid4(), now=now, at_most=50)
    assert courier.courier().settle(timeout_s=60)
    return sent


def fail(delivery: WebhookDelivery, now: datetime) -> None:
    webhooks.record(
        delivery_pk=delivery.pk,
        claim=claimed(delivery),
        attempt=webhooks.Attempt(status=500),
        now=now,
    )
    delivery.refresh_from_db()


def claimed(delivery: WebhookDelivery) -> uuid.UUID:
    claim = uuid.uuid4()
    WebhookDelivery.objects.filter(pk=delivery.pk).update(claim=claim)
    return claim


def test_a_webhook_is_set_with_a_secret_of_its_own_and_both_are_sealed(
    team: Team, alice: User, now: datetime
) -> None:
    url = "https://hooks.example/T0/secret-part?x=1"

    done = webhooks.save(team=team, url=url, enabled=True, by=alice, now=now)

    assert done.secret is not None
    assert len(base64.b64decode(done.secret.removeprefix("whsec_"))) == 32
    row = Webhook.objects.get()
    assert row.host == "hooks.example"
    assert sealing.open_webhook(row, sealing.data_key(team)) == (url, done.secret)
    kept = str(Webhook.objects.values().get()) + str(list(AuditEvent.objects.values()))
    assert "secret-part" not in kept
    assert done.secret not in kept
    assert AuditEvent.objects.get(action="webhook.set").subject == "hooks.example"


def test_setting_it_again_keeps_the_secret_and_a_new_one_replaces_it(
    team: Team, alice: User, now: datetime
) -> None:
    first = webhooks.save(team=team, url="https://a.example/", enabled=True, by=alice, now=now)
    again = webhooks.save(team=team, url="https://b.example/", enabled=False, by=alice, now=now)
    row = Webhook.objects.select_related("team").get()

    assert again.secret is None
    assert (row.host, row.enabled) == ("b.example", False)
    assert sealing.open_webhook(row, sealing.data_key(team))[1] == first.secret
    renewed = webhooks.renew_secret(webhook=row, by=alice, now=now)
    row.refresh_from_db()
    assert sealing.open_webhook(row, sealing.data_key(team)) == (
        "https://b.example/",
        renewed.secret,
    )
    assert renewed.secret != first.secret


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hooks.example/", "plain http"),
        ("https://hooks.example:99/", "port 99"),
        ("nonsense", "malformed"),
        ("https://u:p@hooks.example/", "malformed"),
    ],
)
def test_an_address_that_may_not_be_told_is_refused_in_words(
    team: Team, alice: User, now: datetime, url: str, words: str
) -> None:
    with pytest.raises(webhooks.NotSetError, match=words):
        webhooks.save(team=team, url=url, enabled=True, by=alice, now=now)
    assert not Webhook.objects.exists()


def test_a_closed_vault_sets_nothing(team: Team, alice: User, now: datetime, settings: Any) -> None:
    settings.VAULT_KEYS = WRONG_RING

    with pytest.raises(webhooks.NotSetError, match="cannot be opened"):
        webhooks.save(team=team, url="https://a.example/", enabled=True, by=alice, now=now)
    assert not Webhook.objects.exists()


def test_only_the_end_of_a_watched_run_is_told(
    team: Team, alice: User, bob: User, now: datetime
) -> None:
    make.make_webhook(team=team)
    make.make_sighting(team=team)
    make.make_sighting(team=team, run_id="run_unwatched")
    for by in (alice, bob):
        start(team, by, now)

    finish(team, now, state=State.FAILED)
    finish(team, now, run_id="run_unwatched")

    assert WebhookDelivery.objects.get().result == StoredResult.objects.get(run_id=RUN)


@pytest.mark.parametrize("enabled", [None, False])
def test_without_a_webhook_that_is_on_nothing_is_written(
    team: Team, alice: User, now: datetime, enabled: bool | None
) -> None:
    if enabled is not None:
        make.make_webhook(team=team)
        Webhook.objects.update(enabled=enabled)
    make.make_sighting(team=team)
    start(team, alice, now)

    finish(team, now)

    assert not WebhookDelivery.objects.exists()


def test_a_message_tells_how_the_run_ended_and_nothing_that_it_returned(
    live: Sandbox, team: Team, hook: Webhook, receiver: Receiver, settings: Any
) -> None:
    settings.SITE_URL = "https://runlens.example"
    result = make.make_result(team=team, output=b'"CANARYOUTPUT"', details=b'{"tags":["CANARY"]}')
    StoredResult.objects.update(environment="prod")
    delivery = make.make_delivery(team=team, result=result)

    assert rounds.go_slower_round() == 1
    assert courier.courier().settle(timeout_s=60)

    one = receiver.received[0]
    assert one.told.pop("sent_at").endswith("Z")
    assert {name: value for name, value in one.told.items() if name != "sent_at"} == {
        "event": "run.finished",
        "delivery_id": str(delivery.pk),
        "team": "acme",
        "run_id": "run_stored1",
        "state": "succeeded",
        "task": "report",
        "environment": "prod",
        "permalink": "https://runlens.example/t/acme/runs/run_stored1/",
        "finished_at": "2026-11-23T11:59:56.000Z",
        "duration_ms": 3750,
    }
    assert one.headers["webhook-id"] == str(delivery.pk)
    assert b"CANARY" not in one.body
    delivery.refresh_from_db()
    assert delivery.delivered_at is not None
    assert (delivery.status, delivery.attempts, delivery.claim) == (204, 1, None)
    assert send(timezone.now() + timedelta(days=2)) == 0


def test_a_failure_is_tried_again_later_under_the_same_id_until_it_is_given_up(
    live: Sandbox, team: Team, hook: Webhook, receiver: Receiver
) -> None:
    receiver.status = 503
    delivery = make.make_delivery(team=team, result=make.make_result(team=team))
    pauses = []
    for _ in range(6):
        delivery.refresh_from_db()
        before = timezone.now()
        assert send(max(before, delivery.due_at)) == 1
        delivery.refresh_from_db()
        pauses.append(round((delivery.due_at - before).total_seconds() / 60))

    assert pauses[:5] == [1, 5, 30, 120, 720]
    assert delivery.given_up_at is not None
    assert send(timezone.now() + timedelta(days=9)) == 0
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
    assert len(receiver.received) == 6


def test_nobody_there_is_a_failure_in_words(live: Sandbox, team: Team, settings: Any) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1"]
    make.make_webhook(team=team, url="http://127.0.0.1:1/x")
    make.make_delivery(team=team, result=make.make_result(team=team))

    send(timezone.now())

    row = WebhookDelivery.objects.get()
    assert (row.status, row.trouble, row.attempts) == (None, "refused the connection", 1)


def test_an_address_that_is_no_longer_allowed_is_not_told(
    live: Sandbox, team: Team, hook: Webhook, receiver: Receiver, settings: Any
) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = []
    make.make_delivery(team=team, result=make.make_result(team=team))

    send(timezone.now())

    assert receiver.received == []
    assert "plain http" in WebhookDelivery.objects.get().trouble


def test_nothing_is_sent_while_the_vault_is_closed_and_it_follows_afterwards(
    live: Sandbox, team: Team, hook: Webhook, receiver: Receiver, settings: Any
) -> None:
    make.make_delivery(team=team, result=make.make_result(team=team))
    now, ring = timezone.now(), settings.VAULT_KEYS
    settings.VAULT_KEYS = WRONG_RING

    assert send(now) == 1

    row = WebhookDelivery.objects.get()
    assert receiver.received == []
    assert (row.trouble, row.attempts, row.claim) == ("locked", 0, None)
    settings.VAULT_KEYS = ring
    assert send(now + timedelta(seconds=31)) == 1
    assert len(receiver.received) == 1


def test_what_is_switched_off_waits_and_what_is_removed_is_gone(
    live: Sandbox, team: Team, alice: User, hook: Webhook, receiver: Receiver
) -> None:
    make.make_delivery(team=team, result=make.make_result(team=team))
    Webhook.objects.update(enabled=False)
    assert send(timezone.now()) == 0
    Webhook.objects.update(enabled=True)

    webhooks.remove(webhook=hook, by=alice, now=timezone.now())

    assert send(timezone.now()) == 0
    assert not WebhookDelivery.objects.exists()
    assert AuditEvent.objects.filter(action="webhook.removed").exists()


def test_a_claim_that_was_lost_records_a_success_and_no_failure(team: Team, now: datetime) -> None:
    delivery = make.make_delivery(team=team, result=make.make_result(team=team))
    claimed(delivery)
    for attempt in (webhooks.Attempt(status=500), webhooks.Attempt(status=200)):
        webhooks.record(delivery_pk=delivery.pk, claim=uuid.uuid4(), attempt=attempt, now=now)

    delivery.refresh_from_db()
    assert (delivery.attempts, delivery.status, delivery.delivered_at) == (1, 200, now)
    fail(delivery, now)
    assert delivery.attempts == 1


def test_a_lease_outlasts_every_attempt_and_is_short_enough_for_people() -> None:
    assert webhooks.DEADLINE_S + 5 <= webhooks.LEASE.total_seconds() <= 28


def test_a_test_is_sent_at_once_and_once(
    live: Sandbox, team: Team, alice: User, hook: Webhook, receiver: Receiver
) -> None:
    delivery = webhooks.test(webhook=hook, by=alice, now=timezone.now())

    assert delivery.delivered_at is not None
    assert set(receiver.received[0].told) == {"event", "delivery_id", "sent_at", "team"}
    receiver.status = 404
    failed = webhooks.test(webhook=hook, by=alice, now=timezone.now())
    assert (failed.status, failed.given_up_at is None) == (404, False)
    assert send(timezone.now() + timedelta(days=9)) == 0
    assert AuditEvent.objects.filter(action="webhook.tested").count() == 2


def test_what_was_given_up_can_be_sent_again_from_the_start(
    team: Team, alice: User, now: datetime
) -> None:
    delivery = make.make_delivery(team=team, result=make.make_result(team=team))
    assert not webhooks.retry(delivery=delivery, by=alice, now=now)
    for _ in range(6):
        fail(delivery, now)

    assert webhooks.retry(delivery=delivery, by=alice, now=now)

    delivery.refresh_from_db()
    assert (delivery.given_up_at, delivery.attempts, delivery.due_at) == (None, 0, now)
    assert WebhookDelivery.objects.due(now).exists()
    assert AuditEvent.objects.filter(action="webhook.retried").count() == 1
