"""Keeps what the API's answers say of the keys and addresses that were asked; it knows no run."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from results.domain.status import State
from results.models import ProjectKey
from results.models.audit import Action
from results.models.keys import KeyAnswer
from results.services import answers, audit, budgets, circuits, keys

_KEY_USE_STEP = timedelta(minutes=1)


def has_refusals(asked: answers.Asked) -> bool:
    """Whether a key was refused, so that what is noted belongs into one transaction with the audit."""
    return any(said.state is State.KEY_REFUSED for said in asked.answered)


def note_key_answers(asked: answers.Asked, *, now: datetime) -> list[uuid.UUID]:
    """Keep what the API last said to each key, its pause, its calls, and roughly when it was used.

    A key that was replaced or tested while it was asked keeps the later word. Rows are written in
    one order everywhere, so that two recorders never wait for each other. Returns the keys that are
    refused from now on, for `note_refusals`.
    """
    budgets.settle(asked.calls, now=now)
    refused: list[uuid.UUID] = []
    for said in sorted(asked.answered, key=lambda said: said.key_id):
        rows = ProjectKey.objects.filter(pk=said.key_id)
        if said.until is not None:
            ProjectKey.objects.pause(said.key_id, until=said.until)
        if said.state is State.KEY_REFUSED:
            if asked.asked_at is not None:
                rows = rows.exclude(last_answer_at__gt=asked.asked_at)
            if rows.exclude(last_answer=KeyAnswer.REFUSED).update(
                last_answer=KeyAnswer.REFUSED,
                last_answer_at=now,
                last_answer_text=said.reason[:200],
            ):
                refused.append(said.key_id)
        elif _is_accepted(said):
            noted = {
                "last_answer": KeyAnswer.ACCEPTED,
                "last_answer_at": now,
                "last_answer_text": "",
                "last_used_at": now,
            }
            if said.state is not State.UNKNOWN:
                noted["last_knew_at"] = now
            rows = rows.exclude(_nothing_new(said, now))
            # SQLite would wait for its turn to write even where there is nothing to write.
            if rows.exists():
                rows.update(**noted)
    return refused


def note_refusals(refused: Sequence[uuid.UUID], *, now: datetime) -> None:
    """Tell the audit of keys that the API has begun to refuse, at the end of the transaction."""
    if refused:
        for key in ProjectKey.objects.filter(pk__in=refused).select_related("team").order_by("pk"):
            subject = keys.subject_of(key)
            audit.note(team=key.team, by=None, action=Action.KEY_REFUSED, subject=subject, now=now)


def tell_circuits(asked: answers.Asked, *, now: datetime) -> None:
    """Say which addresses answered; not in a transaction, because their rows are shared by all teams."""
    if asked.answering and asked.asked_at is not None:
        circuits.answered(asked.answering, asked_at=asked.asked_at, now=now)


def _is_accepted(said: answers.KeySaid) -> bool:
    return said.state in (State.UNKNOWN, State.PENDING) or said.state.is_final


def _nothing_new(said: answers.KeySaid, now: datetime) -> Q:
    """A key that was accepted lately, or whose refusal stands until somebody tests it."""
    lately = Q(last_answer=KeyAnswer.ACCEPTED, last_used_at__gt=now - _KEY_USE_STEP)
    if said.state is not State.UNKNOWN:
        lately &= Q(last_knew_at__gt=now - _KEY_USE_STEP)
    return lately | Q(last_answer=KeyAnswer.REFUSED)
