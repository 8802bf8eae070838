"""Asks about runs that have not ended and records what was answered; it must not know who looks.

The sighting row decides who may ask: one claim, by compare-and-set, for every process. A finished
run turns its sighting into a stored result, once, whoever brings it first.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from results import vault
from results.domain import polling
from results.domain.result import Pending, RunResult
from results.domain.status import State
from results.models import Sighting, StoredResult, Team
from results.models.sightings import WATCHED_ON
from results.services import answers, asking, candidates, circuits, questions, remembering, sealing
from results.services.candidates import note_key_answers, note_refusals
from results.services.storing import column, store_result

# Longer than any question takes, so that only a dead process ever loses its claim.
LEASE = timedelta(seconds=asking.DEADLINE_S + 10)
# A look asks for the next question and no more, so that nothing is asked for tabs that are hidden.
# A page looks a second after each question is due; a slow one has a few more.
GRACE = timedelta(seconds=5)
# A question that somebody asks by hand brings nothing within so short a time.
_TOO_SOON = timedelta(seconds=2)


def open_sighting(
    *,
    team: Team,
    run_id: str,
    environment_hint: str = "",
    before_new: Callable[[], None] = lambda: None,
    now: datetime,
) -> Sighting:
    """Return the run's sighting, made now and due at once when there was none.

    A look after the asking has ended starts it again. ``before_new`` may raise, and none is made.
    """

    def first_seen() -> datetime:
        before_new()
        return now

    defaults: dict[str, Any] = {
        "environment_hint": environment_hint,
        # Called only when a row is to be made.
        "first_seen_at": first_seen,
        "due_at": now,
        "give_up_at": _give_up_at(State.UNKNOWN, now),
        "wanted_until": now + GRACE,
    }
    sighting, made = Sighting.objects.get_or_create(
        team=team,
        run_id=run_id,
        defaults=defaults,
    )
    if not made:
        look(sighting=sighting, now=now)
        if sighting.give_up_at <= now or not polling.is_worth_asking(_state(sighting)):
            _resume([sighting.pk], _state(sighting), now)
    return sighting


def look(*, sighting: Sighting, now: datetime) -> None:
    """Say that somebody looks at the run now: its next question is wanted. Written once for each."""
    wanted_until = max(sighting.due_at, now) + GRACE
    if sighting.wanted_until < wanted_until - GRACE / 2:
        Sighting.objects.look(sighting.pk, wanted_until=wanted_until)


def open_sightings(
    *,
    team: Team,
    run_ids: Sequence[str],
    environment_hint: str = "",
    before_new: Callable[[], None] = lambda: None,
    now: datetime,
) -> None:
    """Open many runs' sightings in a fixed number of queries, those excepted that are stored."""
    if not run_ids:
        return
    known = Sighting.objects.of_runs(team, run_ids)
    if len(known) < len(run_ids):
        before_new()
    Sighting.objects.bulk_create(
        [
            Sighting(
                team=team,
                run_id=run_id,
                environment_hint=environment_hint,
                first_seen_at=now,
                due_at=now,
                give_up_at=_give_up_at(State.UNKNOWN, now),
                wanted_until=now + GRACE,
            )
            for run_id in run_ids
            if run_id not in known
        ],
        ignore_conflicts=True,
    )
    # What was brought in the meantime must not have a sighting beside it, which would seem unfinished.
    if brought := StoredResult.objects.of_runs(team, run_ids):
        Sighting.objects.filter(team=team, run_id__in=list(brought)).delete()
    ended: dict[State, list[uuid.UUID]] = {}
    for sighting in known.values():
        state = _state(sighting)
        if sighting.give_up_at <= now or not polling.is_worth_asking(state):
            ended.setdefault(state, []).append(sighting.pk)
    for state, pks in ended.items():
        _resume(pks, state, now)


def look_at_all(*, sightings: Sequence[Sighting], now: datetime) -> None:
    """Say that somebody looks at all of these now; two writes at the most, none when all is said."""
    fresh = [one for one in sightings if one.wanted_until < max(one.due_at, now) + GRACE / 2]
    if overdue := [one.pk for one in fresh if one.due_at <= now]:
        Sighting.objects.look_until(overdue, wanted_until=now + GRACE)
    if later := [one.pk for one in fresh if one.due_at > now]:
        Sighting.objects.look_until_asked(later, grace=GRACE)


def check_now(*, sighting: Sighting, now: datetime) -> None:
    """Ask at once because somebody wants to know now; waits for nobody.

    Nothing is asked while the API has asked for a pause, or a moment after the last answer. A run
    that was given up is asked about again for its full time.
    """
    look(sighting=sighting, now=now)
    if sighting.pause_until is not None and sighting.pause_until > now:
        return
    if sighting.checked_at is not None and sighting.checked_at > now - _TOO_SOON:
        return
    _resume([sighting.pk], _state(sighting), now)
    ask(sighting=sighting, now=now)


def _resume(pks: Sequence[uuid.UUID], state: State, now: datetime) -> None:
    Sighting.objects.filter(pk__in=pks).update(
        give_up_at=_give_up_at(state, now), due_at=now, unchanged_checks=0
    )


def is_asked_about(sighting: Sighting, *, now: datetime) -> bool:
    """Whether the run will be asked about again by itself while somebody looks or watches."""
    state = _state(sighting)
    if not polling.is_worth_asking(state) or (state is State.UNKNOWN and not sighting.keys_asked):
        return False
    is_watched = sighting.watched_until is not None and now < sighting.watched_until
    return now < sighting.give_up_at or (is_watched and sighting.state in WATCHED_ON)


def ask(*, sighting: Sighting, now: datetime) -> Future[None] | None:
    """Claim the run and have the courier ask about it; None when it is not ours to ask.

    Returns at once. The future is done when the answer has been recorded.
    """
    claim = uuid.uuid4()
    if not Sighting.objects.claim(sighting.pk, claim=claim, now=now, until=now + LEASE):
        return None
    return _send(sighting, claim, now)


def ask_due(*, claim: uuid.UUID, now: datetime, at_most: int) -> int:
    """Claim what is due and have the courier ask about it; returns how many runs were claimed."""
    claimed = Sighting.objects.claim_due(claim=claim, now=now, until=now + LEASE, at_most=at_most)
    for sighting in claimed:
        _send(sighting, claim, now)
    return len(claimed)


def _send(sighting: Sighting, claim: uuid.UUID, now: datetime) -> Future[None] | None:
    """Have the courier ask about a claimed run; None when nobody may be asked now."""
    try:
        plan = candidates.plan(
            sighting.team,
            run_id=sighting.run_id,
            known=sighting.key_id,
            is_pending=sighting.state == State.PENDING,
            environment_hint=sighting.environment_hint,
            now=now,
        )
    except vault.VaultError:
        _record_locked(sighting, claim=claim, now=now)
        return None
    pk = sighting.pk
    if not plan.candidates:
        asked = answers.Asked(None, None, (), now, plan.not_asked)
        record(sighting_pk=pk, claim=claim, asked=asked, now=now)
        if plan.left_alone:
            circuits.wake_if_closed(plan.left_alone, now=now)
        return None

    def then(asked: answers.Asked) -> None:
        record(sighting_pk=pk, claim=claim, asked=asked, now=timezone.now())

    def on_failure(failure: answers.Failure) -> None:
        mine = Sighting.objects.filter(pk=pk, claim=claim, trouble="")
        mine.update(trouble=column(f"{failure.why} and is being tried again", 255))

    return questions.carry(sighting.run_id, plan, then, on_failure=on_failure)


@transaction.atomic
def record(
    *, sighting_pk: uuid.UUID, claim: uuid.UUID, asked: answers.Asked, now: datetime
) -> None:
    """Write what was answered. A final answer always counts; others only under a live claim."""
    # Keys before runs, as everywhere: who holds one and wants the other must not meet its opposite.
    refused = note_key_answers(asked, now=now)
    sighting = (
        Sighting.objects.select_for_update(of=("self",))
        .filter(pk=sighting_pk)
        .select_related("team")
        .first()
    )
    if sighting is not None and isinstance(asked.found, RunResult):
        store_result(sighting=sighting, asked=asked, found=asked.found, now=now)
    elif sighting is not None and sighting.claim == claim:
        known = (sighting.state, sighting.task, sighting.key_id)
        _update(sighting, asked, now)
        sighting.save()
        if known != (sighting.state, sighting.task, sighting.key_id):
            _tell_lookups(sighting)
    note_refusals(refused, now=now)


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
        sighting.give_up_at = _give_up_at(State(sighting.state), now)
    sighting.unchanged_checks = 0 if changed else sighting.unchanged_checks + asked.was_asked
    delay = timedelta(seconds=polling.next_delay_s(sighting.unchanged_checks, random.random))
    sighting.pause_until = asked.nobody_before
    sighting.due_at = sighting.pause_until or min(now + delay, asked.pause_until or now + delay)
    sighting.claim = sighting.lease_until = None


def _tell_lookups(sighting: Sighting) -> None:
    remembering.learn(
        team_id=sighting.team_id,
        run_id=sighting.run_id,
        state=_state(sighting),
        task=sighting.task,
        environment=sighting.key.environment if sighting.key else "",
    )


def _sealed_details(sighting: Sighting, found: Pending) -> bytes | None:
    if found.details is None:
        return None
    opened = sealing.data_key(sighting.team)
    return opened.seal(found.details, purpose=sealing.PROGRESS, row=str(sighting.pk))


def _record_locked(sighting: Sighting, *, claim: uuid.UUID, now: datetime) -> None:
    """Say that the team's secrets cannot be opened; nothing was sent and nothing is overwritten."""
    Sighting.objects.filter(pk=sighting.pk, claim=claim).update(
        trouble="locked",
        checked_at=now,
        due_at=now + timedelta(seconds=30),
        claim=None,
        lease_until=None,
    )


def _give_up_at(state: State, now: datetime) -> datetime:
    is_pending = state is State.PENDING
    minutes = settings.PENDING_RUN_MINUTES if is_pending else settings.UNKNOWN_RUN_MINUTES
    return now + timedelta(minutes=minutes)


def _state(sighting: Sighting) -> State:
    return State(sighting.state) if sighting.state else State.PENDING
