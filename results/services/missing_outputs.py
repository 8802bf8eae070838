"""Asks once more for an output that could not be fetched when its run was stored; it decides no access."""

from __future__ import annotations

from concurrent.futures import TimeoutError as FutureTimeoutError
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from results import right_of_way, vault
from results.domain.result import RunResult
from results.models import StoredResult
from results.services import answers, candidates, questions
from results.services.key_answers import note_key_answers, note_refusals, tell_circuits
from results.services.storing import complete_result


class NotFetchedError(Exception):
    """The output was not fetched, or not yet; the message says why."""


def fetch_output(*, result: StoredResult, by: User, now: datetime) -> None:
    """Ask again and wait a moment; raises NotFetchedError.

    What comes after the moment is stored all the same.
    """
    if not result.output_trouble:
        return
    try:
        kept = candidates.TeamKeys(result.team, now=timezone.now())
        plan = candidates.plan(kept, run_id=result.run_id, known=result.key_id)
    except vault.VaultError:
        raise NotFetchedError(
            "The team's secrets cannot be opened with this instance's key ring; nobody was asked."
        ) from None
    if not plan.candidates:
        why = next((said.reason for said in plan.not_asked), "the team has no key")
        raise NotFetchedError(f"The output still could not be fetched: {why}.")

    def then(asked: answers.Asked) -> str:
        _note_keys(asked)
        return _kept(result, asked, by)

    done = questions.carry(result.run_id, plan, then)
    try:
        with right_of_way.idle():
            trouble = done.result(timeout=settings.FIRST_LOOK_WAIT_MS / 1000)
    except FutureTimeoutError:
        raise NotFetchedError(
            "It is being fetched and will be here in a moment: look again."
        ) from None
    if trouble:
        raise NotFetchedError(f"The output still could not be fetched: {trouble}.")


def _note_keys(asked: answers.Asked) -> None:
    now = timezone.now()
    with transaction.atomic():
        note_refusals(note_key_answers(asked, now=now), now=now)
    tell_circuits(asked, now=now)


def _kept(result: StoredResult, asked: answers.Asked, by: User) -> str:
    """Keep the output, or return why there is none."""
    found = asked.found
    if isinstance(found, RunResult):
        complete_result(result=result, found=found, by=by, now=timezone.now())
        return found.output_trouble or ""
    return next((said.reason for said in asked.said), "the team has no key that could be asked")
