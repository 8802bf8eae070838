"""A team with one of everything, so that a guard can walk over every page; it asserts nothing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from results.domain.disclosure import Choices
from results.domain.status import State
from results.models import (
    ApiCircuit,
    Invitation,
    Lookup,
    Membership,
    Note,
    PersonalToken,
    Pin,
    ProjectKey,
    Role,
    ShareLink,
    Sighting,
    StoredResult,
    Team,
    TeamLookup,
    Watch,
    WebhookDelivery,
)
from results.services import invitations, notes, personal_tokens, pins, remembering, sharing
from tests import make

ACCOUNT_PAGES = ("mfa_index", "account_change_password", "usersessions_list")
DETAILS = (
    b'{"metadata":{"step":"CANARYMETADATA"},"payload":{"card":"CANARYPAYLOAD"},"tags":["CANARYTAG"],'
    b'"attemptCount":2,"version":"20260101.1","isTest":true,"costInCents":0.5,"relatedRuns":'
    b'{"parent":{"id":"run_failed1","taskIdentifier":"CANARYPARENT","status":"FAILED"}}}'
)
ERROR = b'{"type":"BUILT_IN_ERROR","name":"E","message":"CANARYERROR","stackTrace":"E: x\\n at f"}'


@dataclass(frozen=True, slots=True)
class Stage:
    """Rows of one team, and the addresses of everything that shows them."""

    team: Team
    key: ProjectKey
    result: StoredResult
    sighting: Sighting
    link: ShareLink
    token: str
    watch: Watch
    delivery: WebhookDelivery
    note: Note
    invitation: Invitation
    member: Membership
    personal: personal_tokens.Made

    @property
    def member_pages(self) -> dict[str, str]:
        """What members may open, by the name of the address."""
        run = f"/t/{self.team.slug}/runs/{self.result.run_id}"
        return {
            "runs-find": "/",
            "runs-document": f"{run}.json",
            "runs-show": f"{run}/",
            "runs-panel": f"{run}/panel/",
            "runs-branch": f"{run}/branch/?of=output",
            "runs-search": f"{run}/search/?q=a",
            "runs-ticket": f"{run}/ticket/",
            "runs-compare": f"{run}/compare/?with={run.rpartition('/')[2]}",
            "runs-output": f"{run}/output?as=raw",
            "history-show": f"/t/{self.team.slug}/history/",
            "history-team": f"/t/{self.team.slug}/history/?who=team&task=report&outcome=succeeded",
            "history-pinned": f"/t/{self.team.slug}/history/?who=team&pinned=1",
            "notes-add": f"{run}/notes/add/",
            "notes-edit": f"/t/{self.team.slug}/notes/{self.note.pk}/edit/",
            "keys-show": f"/t/{self.team.slug}/keys/",
            "keys-replace": f"/t/{self.team.slug}/keys/{self.key.pk}/replace/",
            "shares-show": f"/t/{self.team.slug}/shares/",
            "activity-show": f"/t/{self.team.slug}/activity/",
            "settings-show": f"/t/{self.team.slug}/settings/",
            "tokens-show": f"/t/{self.team.slug}/tokens/",
            "deletions-create": f"{run}/delete/",
            "members-show": f"/t/{self.team.slug}/members/",
            **{name: reverse(name) for name in ACCOUNT_PAGES},
        }

    @property
    def pages_for_roles(self) -> dict[str, str]:
        """What viewers may not open."""
        return {
            "shares-create": f"/t/{self.team.slug}/runs/{self.result.run_id}/share/",
            "previews-show": f"/t/{self.team.slug}/runs/{self.result.run_id}/share/preview/{Choices().for_address}/",
            "watches-show": f"/t/{self.team.slug}/watches/",
            "watches-bell": f"/t/{self.team.slug}/watches/bell/",
            "webhooks-show": f"/t/{self.team.slug}/webhook/",
        }

    @property
    def open_pages(self) -> dict[str, str]:
        """What anybody may open."""
        return {
            "login": "/accounts/login/",
            "account_reset_password": "/accounts/password/reset/",
            "shares-read": f"/s/{self.token}/",
            "shares-branch": f"/s/{self.token}/branch/?of=output",
            "shares-search": f"/s/{self.token}/search/?q=a",
            "shares-output": f"/s/{self.token}/output?as=raw",
            "health-live": "/health/live",
            "health-ready": "/health/ready",
        }

    @property
    def admin_pages(self) -> dict[str, str]:
        """Lists, forms and histories of the operators' site."""
        rows = {
            "team": self.team,
            "projectkey": self.key,
            "storedresult": self.result,
            "sighting": self.sighting,
            "sharelink": self.link,
            "watch": self.watch,
            "webhook": self.delivery.webhook,
            "webhookdelivery": self.delivery,
            "lookup": Lookup.objects.filter(team=self.team).first(),
            "teamlookup": TeamLookup.objects.filter(team=self.team).first(),
            "pin": Pin.objects.filter(team=self.team).first(),
            "note": self.note,
            "membership": self.team.memberships.first(),
            "apicircuit": ApiCircuit.objects.first(),
        }
        pages = {"index": "/admin/", "auditevent": "/admin/results/auditevent/"}
        pages |= {"user": "/admin/auth/user/", "group": "/admin/auth/group/"}
        pages |= {
            "team-add": "/admin/results/team/add/",
            "key-add": "/admin/results/projectkey/add/",
        }
        for name, row in rows.items():
            assert row is not None
            pages[name] = f"/admin/results/{name}/"
            # Nobody deletes a circuit: an answer closes it.
            parts = ("change", "history", "delete")[: 2 if name == "apicircuit" else 3]
            for part in parts:
                pages[f"{name}-{part}"] = f"/admin/results/{name}/{row.pk}/{part}/"
        return pages


def set_stage(
    *,
    team: Team,
    by: Any,
    secret: str = make.KEY,
    output: bytes = b'"out"',
    canary: str = "CANARY",
) -> Stage:
    """Make one of everything; the API address leads nowhere, and ``canary`` begins what is private."""
    key = make.make_key(team=team, secret=secret)
    details = DETAILS.replace(b"CANARY", canary.encode())
    result = make.make_result(team=team, output=output, details=details)
    error = ERROR.replace(b"CANARY", canary.encode())
    make.make_result(team=team, run_id="run_failed1", state=State.FAILED, error=error)
    sighting = make.make_sighting(team=team, state=State.PENDING, status="EXECUTING")
    # Looked at already, so that a page's own look writes nothing.
    later = timezone.now() + timedelta(hours=1)
    Sighting.objects.update(due_at=later, wanted_until=later + timedelta(hours=1), give_up_at=later)
    ApiCircuit.objects.get_or_create(
        api_url=key.api_url, defaults={"failures": 2, "last_failure": "refused the connection"}
    )
    looked = {"team": team, "by": by, "now": make.NOW}
    remembering.note_lookups(run_ids=[result.run_id, sighting.run_id], stored={}, **looked)
    pins.pin(run_id=result.run_id, **looked)
    note = notes.add(run_id=result.run_id, text=f"{canary}NOTE", **looked)
    made = sharing.share(result=result, by=by, now=timezone.now())
    assert made.token is not None
    delivery = make.make_delivery(team=team, result=result)
    watch = make.make_watch(team=team, by=by, run_id=result.run_id, outcome="succeeded")
    make.make_watch(team=team, by=by, run_id=sighting.run_id)
    by_hand: dict[str, Any] = {"email": "", "mailer": None, "by": by, "now": timezone.now()}
    invited = invitations.invite(team=team, role=Role.VIEWER, **by_hand)
    member = Membership.objects.get(team=team, user=by)
    personal = personal_tokens.make(
        membership=member, label="report", lasts=timedelta(days=30), by=by, now=timezone.now()
    )
    rows = (made.row, made.token, watch, delivery, note, invited.row, member, personal)
    return Stage(team, key, result, sighting, *rows)


def crowd(stage: Stage, *, by: Any, rows: int) -> None:
    """Many more rows of every kind, written past the services because only their number counts."""
    key, result, link, sighting = stage.key, stage.result, stage.link, stage.sighting
    copies = [StoredResult.objects.get(pk=result.pk) for _ in range(rows)]
    for number, copy in enumerate(copies):
        copy.pk, copy.run_id = uuid.uuid4(), f"run_copy{number}"
    StoredResult.objects.bulk_create(copies)
    keys = [ProjectKey.objects.get(pk=key.pk) for _ in range(rows)]
    for number, row in enumerate(keys):
        row.pk, row.project = uuid.uuid4(), f"Project {number}"
    ProjectKey.objects.bulk_create(keys)
    links = [ShareLink.objects.get(pk=link.pk) for _ in range(rows)]
    for number, (shared, copy) in enumerate(zip(links, copies, strict=True)):
        shared.pk, shared.digest, shared.result = uuid.uuid4(), number.to_bytes(32, "big"), copy
    ShareLink.objects.bulk_create(links)
    sightings = [Sighting.objects.get(pk=sighting.pk) for _ in range(rows)]
    for number, seen in enumerate(sightings):
        seen.pk, seen.run_id = uuid.uuid4(), f"run_seen{number}"
    Sighting.objects.bulk_create(sightings)
    watches = [Watch.objects.get(pk=stage.watch.pk) for _ in range(rows)]
    deliveries = [WebhookDelivery.objects.get(pk=stage.delivery.pk) for _ in range(rows)]
    for number, (watch, delivery) in enumerate(zip(watches, deliveries, strict=True)):
        watch.pk, watch.run_id = uuid.uuid4(), f"run_copy{number}"
        delivery.pk, delivery.result = uuid.uuid4(), copies[number]
    Watch.objects.bulk_create(watches)
    WebhookDelivery.objects.bulk_create(deliveries)
    live = [Watch.objects.live().get(by=by, run_id=sighting.run_id) for _ in range(rows)]
    for number, one in enumerate(live):
        one.pk, one.run_id = uuid.uuid4(), f"run_seen{number}"
    Watch.objects.bulk_create(live)
    tokens = [PersonalToken.objects.get(pk=stage.personal.row.pk) for _ in range(rows)]
    for number, token in enumerate(tokens):
        token.pk, token.digest = uuid.uuid4(), number.to_bytes(32, "big")
    PersonalToken.objects.bulk_create(tokens)
    run_ids = [copy.run_id for copy in copies]
    known = {copy.run_id: copy for copy in copies}
    looked = {"team": stage.team, "by": by, "now": make.NOW}
    remembering.note_lookups(run_ids=run_ids, stored=known, **looked)
    for run_id in run_ids[: pins.MOST - 1]:
        pins.pin(run_id=run_id, **looked)
    notes_on = [*run_ids[:20], *[stage.result.run_id] * 20]
    for run_id in notes_on:
        notes.add(run_id=run_id, text="CANARYNOTE", **looked)
