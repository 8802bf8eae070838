"""Has runs asked about that have not ended; it must not know who looks, nor what an answer says.

The sighting row decides who may ask: one claim, by compare-and-set, for every process.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from results import vault
from results.domain import polling
from results.domain.status import State
from results.models import Sighting, StoredResult, Team
from results.models.sightings import WATCHED_ON
from results.services import answers, asking, candidates, circuits, looks, questions, recording
from results.services.recording import give_up_at, state_of
from results.services.storing import column

# Longer than any question takes, so that only a dead process ever loses its claim.
LEASE = timedelta(seconds=asking.DEADLINE_S + 10)
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
        "give_up_at": give_up_at(State.UNKNOWN, now),
        "wanted_until": looks.wanted_until(due_at=now, now=now),
    }
    sighting, made = Sighting.objects.get_or_create(
        team=team,
        run_id=run_id,
        defaults=defaults,
    )
    if not made:
        looks.look(sighting=sighting, now=now)
        if sighting.give_up_at <= now or not polling.is_worth_asking(state_of(sighting)):
            _resume([sighting.pk], state_of(sighting), now)
    return sighting


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
                give_up_at=give_up_at(State.UNKNOWN, now),
                wanted_until=looks.wanted_until(due_at=now, now=now),
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
        state = state_of(sighting)
        if sighting.give_up_at <= now or not polling.is_worth_asking(state):
            ended.setdefault(state, []).append(sighting.pk)
    for state, pks in ended.items():
        _resume(pks, state, now)


def check_now(*, sighting: Sighting, now: datetime) -> None:
    """Ask at once because somebody wants to know now; waits for nobody.

    Nothing is asked while the API has asked for a pause, or a moment after the last answer. A run
    that was given up is asked about again for its full time.
    """
    looks.look(sighting=sighting, now=now)
    if _may_be_asked_by_hand(sighting, now):
        _resume([sighting.pk], state_of(sighting), now)
        ask(sighting=sighting, now=now)


def check_all_now(*, sightings: Sequence[Sighting], now: datetime) -> None:
    """Make all of these due at once, in a fixed number of queries; the rounds then ask, as ever.

    What is not asked about by `check_now` is left alone here as well.
    """
    by_state: dict[State, list[uuid.UUID]] = {}
    for sighting in sightings:
        if _may_be_asked_by_hand(sighting, now):
            by_state.setdefault(state_of(sighting), []).append(sighting.pk)
    for state, pks in by_state.items():
        _resume(pks, state, now)


def _may_be_asked_by_hand(sighting: Sighting, now: datetime) -> bool:
    if sighting.pause_until is not None and sighting.pause_until > now:
        return False
    # Nobody asks any more about what was given up, however soon after the last answer.
    is_given_up = sighting.give_up_at <= now
    return is_given_up or sighting.checked_at is None or sighting.checked_at <= now - _TOO_SOON


def _resume(pks: Sequence[uuid.UUID], state: State, now: datetime) -> None:
    Sighting.objects.filter(pk__in=pks).update(
        give_up_at=give_up_at(state, now), due_at=now, unchanged_checks=0
    )


def is_asked_about(sighting: Sighting, *, now: datetime) -> bool:
    """Whether the run will be asked about again by itself while somebody looks or watches."""
    state = state_of(sighting)
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
    return _send(sighting, candidates.TeamKeys(sighting.team, now=now), claim)


def ask_due(*, claim: uuid.UUID, now: datetime, at_most: int) -> int:
    """Claim what is due and have the courier ask about it; returns how many runs were claimed."""
    claimed = Sighting.objects.claim_due(claim=claim, now=now, until=now + LEASE, at_most=at_most)
    kept: dict[uuid.UUID, candidates.TeamKeys] = {}
    for sighting in claimed:
        if sighting.team_id not in kept:
            kept[sighting.team_id] = candidates.TeamKeys(sighting.team, now=now)
        _send(sighting, kept[sighting.team_id], claim)
    return len(claimed)


def _send(sighting: Sighting, kept: candidates.TeamKeys, claim: uuid.UUID) -> Future[None] | None:
    """Have the courier ask about a claimed run; None when nobody may be asked now."""
    now = kept.now
    try:
        plan = candidates.plan(
            kept,
            run_id=sighting.run_id,
            known=sighting.key_id,
            is_pending=sighting.state == State.PENDING,
            environment_hint=sighting.environment_hint,
        )
    except vault.VaultError:
        recording.record_locked(sighting, claim=claim, now=now)
        return None
    pk = sighting.pk
    if not plan.candidates:
        asked = answers.Asked(None, None, (), now, plan.not_asked)
        recording.record(sighting_pk=pk, claim=claim, asked=asked, now=now, claimed=sighting)
        if plan.left_alone:
            circuits.wake_if_closed(plan.left_alone, now=now)
        return None

    def then(asked: answers.Asked) -> None:
        recording.record(
            sighting_pk=pk, claim=claim, asked=asked, now=timezone.now(), claimed=sighting
        )

    def on_failure(failure: answers.Failure) -> None:
        mine = Sighting.objects.filter(pk=pk, claim=claim, trouble="")
        mine.update(trouble=column(f"{failure.why.rstrip('. ')} and is being tried again", 255))

    return questions.carry(sighting.run_id, plan, then, on_failure=on_failure)
