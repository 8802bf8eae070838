"""Keeps what a finished run returned, sealed, once and for ever; it asks nobody."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from results.domain.result import RunResult
from results.domain.status import State
from results.models import ProjectKey, ResultBody, Sighting, StoredResult, Team, Tombstone
from results.models.audit import Action
from results.services import answers, audit, ending, remembering, sealing


@transaction.atomic(savepoint=False)
def store_result(
    *, sighting: Sighting, asked: answers.Asked, found: RunResult, now: datetime
) -> None:
    """Keep a finished run for ever, sealed, and forget its sighting, in one transaction whoever calls.

    The first writer settles what a result is.
    """
    team = sighting.team
    key = ProjectKey.objects.filter(pk=asked.key_id).first() if asked.key_id else None
    output = found.output
    size = len(output.data) if output is not None and output.data is not None else None
    result, made = StoredResult.objects.get_or_create(
        team=team,
        run_id=sighting.run_id,
        defaults={
            "state": found.state,
            "source": found.source,
            "task": column(found.task, 255),
            "project": key.project if key else "",
            "environment": key.environment if key else "",
            "branch": key.branch if key else "",
            "key": key,
            "output_type": column(output.type, 255) if output and output.type else None,
            "output_bytes": size,
            "output_flattened": bool(output and output.flattened),
            "output_trouble": column(found.output_trouble, 255),
            "compute_ms": found.times.compute_ms,
            "created_at": found.times.created_at,
            "started_at": found.times.started_at,
            "finished_at": found.times.finished_at,
            "keys_asked": [said.as_json for said in asked.said],
            "stored_at": now,
        },
    )
    if made:
        _store_body(result, team, found)
        Tombstone.objects.filter(team=team, run_id=result.run_id).delete()
        remembering.learn(
            team_id=team.pk,
            run_id=result.run_id,
            state=State(result.state),
            task=result.task,
            environment=result.environment,
        )
    ending.run_ended(result=result, now=now)
    sighting.delete()
    if made:
        audit.note(team=team, by=None, action=Action.RESULT_STORED, subject=result.run_id, now=now)


def _store_body(result: StoredResult, team: Team, found: RunResult) -> None:
    opened = sealing.data_key(team)
    row = str(result.pk)

    def sealed(content: bytes | None, purpose: str) -> bytes | None:
        return None if content is None else opened.seal(content, purpose=purpose, row=row)

    ResultBody.objects.create(
        result=result,
        sealed_output=sealed(found.output.data if found.output else None, sealing.OUTPUT),
        sealed_error=sealed(found.error, sealing.ERROR),
        sealed_details=sealed(found.details, sealing.DETAILS),
    )


@transaction.atomic
def complete_result(*, result: StoredResult, found: RunResult, by: User, now: datetime) -> bool:
    """Add an output that could not be fetched when the result was stored; True when it was added.

    Nothing else of a stored result ever changes, and this only once.
    """
    output = found.output
    if output is None or found.output_trouble:
        return False
    row = StoredResult.objects.select_for_update(of=("self",)).get(pk=result.pk)
    if not row.output_trouble:
        return False
    opened = sealing.data_key(result.team)
    data = output.data
    sealed = None if data is None else opened.seal(data, purpose=sealing.OUTPUT, row=str(row.pk))
    ResultBody.objects.filter(result=row).update(sealed_output=sealed)
    row.output_type = column(output.type, 255) if output.type else None
    row.output_bytes = None if data is None else len(data)
    row.output_flattened = output.flattened
    row.output_trouble = ""
    row.save()
    audit.note(team=result.team, by=by, action=Action.OUTPUT_FETCHED, subject=row.run_id, now=now)
    return True


def column(text: str | None, longest: int) -> str:
    """Text as every database can keep it: no NUL, no lone surrogate, no longer than its column."""
    clean = (text or "").replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    return clean[:longest]
