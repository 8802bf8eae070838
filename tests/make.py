"""Plain makers of rows for tests: keyword-only, no library, no random data."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User

from results.domain.identity import ApiKey
from results.domain.packet import Packet
from results.domain.result import RunResult, RunTimes, Source
from results.domain.status import State
from results.models import (
    ProjectKey,
    Role,
    Sighting,
    StoredResult,
    Team,
    Watch,
    Webhook,
    WebhookDelivery,
)
from results.models.audit import Action
from results.models.keys import KeyAnswer
from results.services import answers, audit, members, remembering, sealing, storing

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KEY = "tr_dev_TestKey0000000000000A1b2"
WEBHOOK_SECRET = "whsec_" + "QUJDREVGR0g" * 3 + "QUJDREVGR0g="


def make_user(*, name: str, operator: bool = False) -> User:
    """A person who can sign in with the password `password`."""
    return User.objects.create_user(
        name, password="password", is_staff=operator, is_superuser=operator
    )


def make_team(*, name: str = "Acme", owner: User | None = None, viewer: User | None = None) -> Team:
    """A team with a data key of its own."""
    team = members.create_team(name=name, owner=owner, by=None, now=NOW)
    if viewer is not None:
        members.add_member(team=team, user=viewer, role=Role.VIEWER, by=None, now=NOW)
    return team


def make_key(
    *,
    team: Team,
    secret: str = KEY,
    environment: str = "dev",
    project: str = "Shop",
    api_url: str = "http://127.0.0.1:1",
    branch: str = "",
    answer: KeyAnswer = KeyAnswer.ACCEPTED,
) -> ProjectKey:
    """A stored key, without asking anybody."""
    row = ProjectKey(
        pk=uuid.uuid4(),
        team=team,
        project=project,
        environment=environment,
        branch=branch,
        api_url=api_url,
        prefix=secret.rpartition("_")[0] + "_",
        last_four=secret[-4:],
        added_at=NOW,
        last_answer=answer,
        last_answer_at=NOW,
    )
    sealing.seal_secret(row, ApiKey(secret), sealing.data_key(team))
    # As rows were before there were fingerprints; tests keep the same key many times.
    row.fingerprint = None
    row.save(force_insert=True)
    return row


def make_result(
    *,
    team: Team,
    run_id: str = "run_stored1",
    state: State = State.SUCCEEDED,
    output: bytes | None = b'{"sum":3}',
    output_type: str | None = "application/json",
    error: bytes | None = None,
    details: bytes | None = None,
    now: datetime = NOW,
) -> StoredResult:
    """A stored result, written as the product writes it."""
    packet = Packet(output, output_type) if state is State.SUCCEEDED else None
    found = RunResult(
        run_id,
        state,
        Source.RESULT,
        task="report",
        output=packet,
        error=error,
        times=RunTimes(
            created_at=now - timedelta(seconds=10),
            started_at=now - timedelta(seconds=8),
            finished_at=now - timedelta(seconds=4),
            compute_ms=3750,
        ),
        details=details,
    )
    sighting = make_sighting(team=team, run_id=run_id)
    asked = answers.Asked(found, None, ())
    storing.store_result(sighting=sighting, asked=asked, found=found, now=now)
    return StoredResult.objects.get(team=team, run_id=run_id)


def make_sighting(
    *,
    team: Team,
    run_id: str = "run_pending1",
    state: State | None = None,
    status: str = "",
    now: datetime = NOW,
) -> Sighting:
    """A sighting that is due and wanted."""
    return Sighting.objects.create(
        team=team,
        run_id=run_id,
        state=state or "",
        status=status,
        first_seen_at=now,
        due_at=now,
        give_up_at=now + timedelta(minutes=10),
        wanted_until=now + timedelta(minutes=1),
    )


def make_watch(
    *,
    team: Team,
    by: User,
    run_id: str = "run_pending1",
    outcome: str = "",
    now: datetime = NOW,
) -> Watch:
    """A watch of a sighting; with an outcome it ended a minute later and was not seen."""
    until = now + timedelta(hours=24)
    Sighting.objects.filter(team=team, run_id=run_id).update(watched_until=until)
    return Watch.objects.create(
        team=team,
        by=by,
        run_id=run_id,
        since=now,
        until=until,
        outcome=outcome,
        ended_at=now + timedelta(minutes=1) if outcome else None,
    )


def make_webhook(*, team: Team, url: str = "https://hooks.example/runs-of-acme") -> Webhook:
    """A webhook that is switched on."""
    opened, pk = sealing.data_key(team), uuid.uuid4()
    return Webhook.objects.create(
        pk=pk,
        team=team,
        host=url.split("/")[2].partition(":")[0],
        sealed_url=opened.seal(url.encode(), purpose=sealing.WEBHOOK_URL, row=str(pk)),
        sealed_secret=opened.seal(
            WEBHOOK_SECRET.encode(), purpose=sealing.WEBHOOK_SECRET, row=str(pk)
        ),
        set_at=NOW,
    )


def make_delivery(
    *, team: Team, result: StoredResult | None = None, now: datetime = NOW
) -> WebhookDelivery:
    """A delivery that is due, of the team's webhook; of a test without a result."""
    webhook = Webhook.objects.filter(team=team).first() or make_webhook(team=team)
    return WebhookDelivery.objects.create(
        webhook=webhook,
        event="run.finished" if result else "webhook.test",
        result=result,
        created_at=now,
        due_at=now,
    )


def make_lookup(*, team: Team, run_id: str, by: User, now: datetime = NOW) -> None:
    """A look at a run, remembered as the product does."""
    remembering.note_lookups(team=team, run_ids=[run_id], stored={}, by=by, now=now)


def make_events(*, team: Team, events: int, by: User | None = None) -> None:
    """Events of the team, chained as the product chains them."""
    for number in range(events):
        audit.note(team=team, by=by, action=Action.KEY_TESTED, subject=f"key {number + 1}", now=NOW)


__all__ = [
    "KEY",
    "NOW",
    "WEBHOOK_SECRET",
    "make_delivery",
    "make_events",
    "make_key",
    "make_lookup",
    "make_result",
    "make_sighting",
    "make_team",
    "make_user",
    "make_watch",
    "make_webhook",
]


def damaged(sealed: bytes | memoryview | None) -> bytes:
    """Sealed bytes of which one bit is another, whatever it was."""
    whole = bytes(sealed or b"")
    return whole[:-1] + bytes([whole[-1] ^ 1])
