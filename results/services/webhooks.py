"""Sets a team's webhook and sends what is in its outbox; it decides nothing about who is told what.

A delivery is claimed like a sighting, sent by the courier, and tried again with growing pauses. It
may arrive twice, under the same id, and is never lost: its row was written with the result.
"""

from __future__ import annotations

import base64
import os
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec
from django.conf import settings
from django.contrib.auth.models import User
from django.db import close_old_connections, transaction
from django.urls import reverse
from django.utils import timezone

from results import courier, vault
from results.domain.problems import AddressRefused, RunProblem
from results.models import StoredResult, Team, Webhook, WebhookDelivery
from results.models.audit import Action
from results.models.webhooks import DeliveryEvent
from results.services import audit, measuring, sealing
from results.trigger import webhooks as wire
from results.trigger.addresses import AddressRules
from results.trigger.http import Http

DEADLINE_S = 10.0
# Longer than any attempt takes, so that only a dead process ever loses its claim.
LEASE = timedelta(seconds=DEADLINE_S + 10)
# How long after each failure the next attempt comes; after the last one it is given up.
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
_PAUSE_WHILE_LOCKED = timedelta(seconds=30)
LOCKED = "locked"
LONGEST_URL = 2_000


class NotSetError(Exception):
    """Nothing was set or sent; the message says why."""


@dataclass(frozen=True, slots=True)
class SetWebhook:
    """A webhook that was just set; ``secret`` is there when a new one was made, and only now."""

    row: Webhook
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one attempt ended: the status of an answer, or why there was none."""

    status: int | None = None
    trouble: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether the other side took the message."""
        return self.status is not None and 200 <= self.status < 300


@lru_cache(maxsize=4)
def _http(allowed_hosts: tuple[str, ...]) -> Http:
    rules = AddressRules(api_host="", allowed_hosts=allowed_hosts)
    # The body of an answer is never read.
    return Http(rules, max_bytes=0, tell=measuring.call_ended)


def http() -> Http:
    """Return the process's HTTP client for webhooks, with the operator's list of hosts."""
    return _http(tuple(settings.WEBHOOK_ALLOWED_HOSTS))


def of_team(team: Team) -> Webhook | None:
    """Return the team's webhook, or None."""
    return Webhook.objects.filter(team=team).select_related("set_by").first()


def url_of(webhook: Webhook, *, team: Team) -> str | None:
    """Return the whole address for the team's owners; None when the vault cannot open it."""
    try:
        return sealing.open_webhook(webhook, sealing.data_key(team))[0]
    except vault.VaultError:
        return None


def save(*, team: Team, url: str, enabled: bool, by: User, now: datetime) -> SetWebhook:
    """Set the team's webhook; the first time with a new secret. Raises NotSetError."""
    host = _checked_host(url)
    opened = _data_key(team)
    with transaction.atomic():
        # One at a time in a team, which has one webhook.
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        row = Webhook.objects.select_for_update().filter(team=team).first()
        secret = None if row else _new_secret()
        row = row or Webhook(team=team)
        row.host, row.enabled, row.set_by, row.set_at = host, enabled, by, now
        _seal(row, opened, url=url, secret=secret)
        row.save()
        audit.note(team=team, by=by, action=Action.WEBHOOK_SET, subject=host, now=now)
    return SetWebhook(row, secret)


def renew_secret(*, webhook: Webhook, by: User, now: datetime) -> SetWebhook:
    """Give the webhook a new secret; the old one signs nothing any more. Raises NotSetError."""
    opened = _data_key(webhook.team)
    secret = _new_secret()
    with transaction.atomic():
        _seal(webhook, opened, secret=secret)
        webhook.set_by, webhook.set_at = by, now
        webhook.save(update_fields=["sealed_secret", "set_by", "set_at"])
        subject = f"{webhook.host} new secret"
        audit.note(team=webhook.team, by=by, action=Action.WEBHOOK_SET, subject=subject, now=now)
    return SetWebhook(webhook, secret)


@transaction.atomic
def remove(*, webhook: Webhook, by: User, now: datetime) -> None:
    """Delete the webhook, its secret and its outbox."""
    webhook.delete()
    audit.note(
        team=webhook.team, by=by, action=Action.WEBHOOK_REMOVED, subject=webhook.host, now=now
    )


def test(*, webhook: Webhook, by: User, now: datetime) -> WebhookDelivery:
    """Send a test message now, once, and return its delivery as it ended. Raises NotSetError."""
    _data_key(webhook.team)
    claim = uuid.uuid4()
    with transaction.atomic():
        delivery = WebhookDelivery.objects.create(
            webhook=webhook,
            event=DeliveryEvent.TEST,
            created_at=now,
            due_at=now,
            claim=claim,
            lease_until=now + LEASE,
        )
        audit.note(
            team=webhook.team, by=by, action=Action.WEBHOOK_TESTED, subject=webhook.host, now=now
        )
    attempt = courier.courier().run(_errand(delivery, now), timeout_s=DEADLINE_S + 2)
    record(delivery_pk=delivery.pk, claim=claim, attempt=attempt, now=timezone.now())
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def retry(*, delivery: WebhookDelivery, by: User, now: datetime) -> bool:
    """Put a delivery that was given up back into the outbox; False when it was not given up."""
    again = WebhookDelivery.objects.filter(
        pk=delivery.pk, event=DeliveryEvent.RUN_FINISHED, given_up_at__isnull=False
    ).update(given_up_at=None, attempts=0, due_at=now)
    if again:
        team, subject = delivery.webhook.team, str(delivery.pk)
        audit.note(team=team, by=by, action=Action.WEBHOOK_RETRIED, subject=subject, now=now)
    return bool(again)


def send_due(*, claim: uuid.UUID, now: datetime, at_most: int) -> int:
    """Claim the deliveries that are due and have the courier send them; returns how many."""
    claimed = WebhookDelivery.objects.claim_due(
        claim=claim, now=now, until=now + LEASE, at_most=at_most
    )
    for delivery in claimed:
        _send(delivery, claim, now)
    return len(claimed)


def _send(delivery: WebhookDelivery, claim: uuid.UUID, now: datetime) -> None:
    pk = delivery.pk
    try:
        errand = _errand(delivery, now)
    except vault.VaultError:
        _hold(delivery, claim=claim, now=now)
        return

    def then(attempt: Attempt) -> None:
        close_old_connections()
        record(delivery_pk=pk, claim=claim, attempt=attempt, now=timezone.now())

    courier.courier().carry(errand, then)


def _errand(
    delivery: WebhookDelivery, now: datetime
) -> Callable[[], Coroutine[None, None, Attempt]]:
    """Return what sends this delivery; raises VaultError."""
    webhook = delivery.webhook
    url, secret = sealing.open_webhook(webhook, sealing.data_key(webhook.team))
    message_id, body = str(delivery.pk), message(delivery, now=now)

    async def errand() -> Attempt:
        try:
            status = await wire.post(
                http(),
                url,
                message_id=message_id,
                body=body,
                secret=secret,
                now=now,
                deadline_s=DEADLINE_S,
            )
        except RunProblem as problem:
            return Attempt(trouble=problem.reason)
        return Attempt(status=status)

    return errand


def message(delivery: WebhookDelivery, *, now: datetime) -> bytes:
    """Return what is sent: where the run can be read and how it ended, never what it returned."""
    team, result = delivery.webhook.team, delivery.result
    told: dict[str, object] = {
        "event": delivery.event,
        "delivery_id": str(delivery.pk),
        "sent_at": _iso(now),
        "team": team.slug,
    }
    return msgspec.json.encode(told | (_told_of(result, team) if result else {}))


def _told_of(result: StoredResult, team: Team) -> dict[str, object]:
    address = reverse("runs-show", args=[team.slug, result.run_id])
    return {
        "run_id": result.run_id,
        "state": result.state,
        "task": result.task or None,
        "environment": result.environment or None,
        "permalink": f"{settings.SITE_URL}{address}",
        "finished_at": _iso(result.finished_at) if result.finished_at else None,
        "duration_ms": result.compute_ms,
    }


@transaction.atomic
def record(*, delivery_pk: uuid.UUID, claim: uuid.UUID, attempt: Attempt, now: datetime) -> None:
    """Write how an attempt ended. A message that was taken always counts, a failure only once."""
    delivery = (
        WebhookDelivery.objects.select_for_update(of=("self",))
        .open()
        .filter(pk=delivery_pk)
        .first()
    )
    if delivery is None or (delivery.claim != claim and not attempt.is_taken):
        return
    delivery.attempts += 1
    delivery.tried_at = now
    delivery.status, delivery.trouble = attempt.status, attempt.trouble[:255]
    if attempt.is_taken:
        delivery.delivered_at = now
    elif delivery.event == DeliveryEvent.TEST or delivery.attempts > len(PAUSES):
        delivery.given_up_at = now
    else:
        delivery.due_at = now + PAUSES[delivery.attempts - 1]
    delivery.claim = delivery.lease_until = None
    delivery.save()


def _hold(delivery: WebhookDelivery, *, claim: uuid.UUID, now: datetime) -> None:
    """Leave it for later: the vault is closed, so nothing was sent and no attempt is counted."""
    WebhookDelivery.objects.filter(pk=delivery.pk, claim=claim).update(
        trouble=LOCKED, due_at=now + _PAUSE_WHILE_LOCKED, claim=None, lease_until=None
    )


def _checked_host(url: str) -> str:
    try:
        return http().rules.check_webhook(url)
    except AddressRefused as refusal:
        raise NotSetError(f"That address cannot be told: {refusal.reason}.") from None


def _data_key(team: Team) -> vault.DataKey:
    try:
        return sealing.data_key(team)
    except vault.VaultError:
        raise NotSetError(
            "The team's secrets cannot be opened with this instance's key ring; nothing was sent "
            "and nothing was changed."
        ) from None


def _seal(
    row: Webhook, opened: vault.DataKey, *, url: str | None = None, secret: str | None = None
) -> None:
    if url is not None:
        row.sealed_url = opened.seal(url.encode(), purpose=sealing.WEBHOOK_URL, row=str(row.pk))
    if secret is not None:
        row.sealed_secret = opened.seal(
            secret.encode(), purpose=sealing.WEBHOOK_SECRET, row=str(row.pk)
        )


def _new_secret() -> str:
    return wire.SECRET_PREFIX + base64.b64encode(os.urandom(32)).decode()


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
