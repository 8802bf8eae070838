"""Records what was answered about a run; it asks nobody and must not know who looks.

A finished run turns its sighting into a stored result, once, whoever brings it first.
"""

from __future__ import annotations

import random
import uuid
from copy import copy
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Least

from results.domain import polling
from results.domain.result import Pending, RunResult
from results.domain.status import State
from results.models import Sighting
from results.services import answers, key_answers, looks, remembering, sealing
from results.services.storing import column, store_result

# What an answer that decides nothing writes of the sighting, and nothing beside it.
_WRITTEN = (
    *("state", "status", "task", "key_id", "trouble", "keys_asked", "sealed_details"),
    *("created_at", "started_at", "checked_at", "changed_at", "unchanged_checks", "give_up_at"),
    *("due_at", "pause_until", "claim", "lease_until"),
)


def record(
    *,
    sighting_pk: uuid.UUID,
    claim: uuid.UUID,
    asked: answers.Asked,
    now: datetime,
    claimed: Sighting | None = None,
) -> None:
    """Write what was answered. A final answer always counts; others only under a live claim.

    ``claimed`` is the row as it was when it was claimed, where that is known.
    """
    if claimed is None or isinstance(asked.found, RunResult) or key_answers.has_refusals(asked):
        _record_together(sighting_pk, claim, asked, now)
    else:
        key_answers.note_key_answers(asked, now=now)
        if not _record_alone(claimed, claim, asked, now):
            _record_locked(sighting_pk, claim, asked, now)
    key_answers.tell_circuits(asked, now=now)


def _record_alone(claimed: Sighting, claim: uuid.UUID, asked: answers.Asked, now: datetime) -> bool:
    """Write an answer that decides nothing over the row as it was; False when it is another by now.

    SQLite has one writer at a time: all that is to be written is worked out before, and one
    statement writes it, or three when those who looked are to be told.
    """
    # Whoever claimed the row may be showing it.
    sighting = copy(claimed)
    _update(sighting, asked, now)
    same = Sighting.objects.filter(
        pk=claimed.pk,
        claim=claim,
        state=claimed.state,
        status=claimed.status,
        unchanged_checks=claimed.unchanged_checks,
        give_up_at=claimed.give_up_at,
    )
    written = {name: getattr(sighting, name) for name in _WRITTEN}
    # Other pages may have looked since the row was read.
    written["wanted_until"] = Least("wanted_until", now + looks.GRACE)
    if _known(sighting) == _known(claimed):
        return same.update(**written) == 1
    environment = _environment(sighting)
    with transaction.atomic():
        is_same = same.update(**written) == 1
        if is_same:
            _tell_lookups(sighting, environment)
    return is_same


@transaction.atomic
def _record_together(pk: uuid.UUID, claim: uuid.UUID, asked: answers.Asked, now: datetime) -> None:
    # Keys before runs, as everywhere: who holds one and wants the other must not meet its opposite.
    refused = key_answers.note_key_answers(asked, now=now)
    _record_locked(pk, claim, asked, now)
    key_answers.note_refusals(refused, now=now)


@transaction.atomic
def _record_locked(pk: uuid.UUID, claim: uuid.UUID, asked: answers.Asked, now: datetime) -> None:
    locked = Sighting.objects.select_for_update(of=("self",)).filter(pk=pk)
    sighting = locked.select_related("team").first()
    if sighting is not None and isinstance(asked.found, RunResult):
        store_result(sighting=sighting, asked=asked, found=asked.found, now=now)
    elif sighting is not None and sighting.claim == claim:
        known = _known(sighting)
        _update(sighting, asked, now)
        # Whoever looked on while it waited in line wanted this answer; they will look at it.
        sighting.wanted_until = min(sighting.wanted_until, now + looks.GRACE)
        sighting.save()
        if known != _known(sighting):
            _tell_lookups(sighting, _environment(sighting))


def _known(sighting: Sighting) -> tuple[str, str, uuid.UUID | None]:
    """What the lines of those who looked at the run say of it."""
    return sighting.state, sighting.task, sighting.key_id


def _update(sighting: Sighting, asked: answers.Asked, now: datetime) -> None:
    before = (sighting.state, sighting.status)
    state = asked.state
    sighting.trouble = ""
    if isinstance(asked.found, Pending):
        sighting.state, sighting.status = State.PENDING, column(asked.found.status, 64)
        sighting.task = column(asked.found.task, 255)
        sighting.sealed_details = _sealed_details(sighting, asked.found)
        sighting.created_at = asked.found.times.created_at
        sighting.started_at = asked.found.times.started_at
        sighting.key_id = asked.key_id
    elif sighting.state == State.PENDING and state not in (State.UNKNOWN, State.KEY_REFUSED):
        # What was true a moment ago is better than nothing, as long as its age is told.
        sighting.trouble = next(
            (said.reason for said in asked.said if said.state is state), state.sentence
        )[:255]
    else:
        sighting.state, sighting.status = state, ""
    sighting.keys_asked = [said.as_json for said in asked.said]
    if asked.was_asked:
        sighting.checked_at = now
    changed = before != (sighting.state, sighting.status)
    if changed:
        sighting.changed_at = now
        sighting.give_up_at = give_up_at(State(sighting.state), now)
    sighting.unchanged_checks = 0 if changed else sighting.unchanged_checks + asked.was_asked
    delay = timedelta(seconds=polling.next_delay_s(sighting.unchanged_checks, random.random))
    sighting.pause_until = asked.nobody_before
    sighting.due_at = sighting.pause_until or min(now + delay, asked.pause_until or now + delay)
    sighting.claim = sighting.lease_until = None


def _environment(sighting: Sighting) -> str:
    return sighting.key.environment if sighting.key else ""


def _tell_lookups(sighting: Sighting, environment: str) -> None:
    remembering.learn(
        team_id=sighting.team_id,
        run_id=sighting.run_id,
        state=state_of(sighting),
        task=sighting.task,
        environment=environment,
    )


def _sealed_details(sighting: Sighting, found: Pending) -> bytes | None:
    if found.details is None:
        return None
    opened = sealing.data_key(sighting.team)
    return opened.seal(found.details, purpose=sealing.PROGRESS, row=str(sighting.pk))


def record_locked(sighting: Sighting, *, claim: uuid.UUID, now: datetime) -> None:
    """Say that the team's secrets cannot be opened; nothing was sent and nothing is overwritten."""
    Sighting.objects.filter(pk=sighting.pk, claim=claim).update(
        trouble="locked",
        checked_at=now,
        due_at=now + timedelta(seconds=30),
        claim=None,
        lease_until=None,
    )


def give_up_at(state: State, now: datetime) -> datetime:
    is_pending = state is State.PENDING
    minutes = settings.PENDING_RUN_MINUTES if is_pending else settings.UNKNOWN_RUN_MINUTES
    return now + timedelta(minutes=minutes)


def state_of(sighting: Sighting) -> State:
    return State(sighting.state) if sighting.state else State.PENDING
