"""Ends what is not to be kept: results past their days, one result, a whole team; it decides no access.

What is gone leaves a tombstone without content. Everything goes in steps, each its own transaction, so
that no writer waits long and what died half-way goes on when it is run again.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import OperationalError, connection, models, transaction

from results.models import (
    FormerKey,
    Lookup,
    Membership,
    Note,
    Pin,
    Sighting,
    StoredResult,
    Team,
    TeamLookup,
    Tombstone,
)
from results.models.audit import Action
from results.models.tombstones import Departure
from results.services import audit

STEP_ROWS = 500
# What belongs to a run by its id alone and goes with its result.
GOES_WITH_A_RUN: tuple[type[models.Model], ...] = (Note, Pin, Lookup, TeamLookup)


def keep_for(*, team: Team, days: int | None, by: User, now: datetime) -> None:
    """Set for how many days after it was stored a result is kept; None is for ever."""
    with transaction.atomic():
        if not Team.objects.filter(pk=team.pk).exclude(keep_days=days).update(keep_days=days):
            return
        subject = "for ever" if days is None else f"{days} days"
        audit.note(team=team, by=by, action=Action.RETENTION_CHANGED, subject=subject, now=now)
    team.keep_days = days


def overdue(team: Team, *, days: int | None, now: datetime) -> models.QuerySet[StoredResult]:
    """Return the team's results that are older than so many days, none when that is for ever."""
    if days is None:
        return StoredResult.objects.none()
    return StoredResult.objects.filter(team=team, stored_at__lt=now - timedelta(days=days))


def purge_steps(*, now: datetime) -> Iterator[int]:
    """Delete what every team has kept long enough, at most 500 results a step; yields how many."""
    for team in Team.objects.filter(keep_days__isnull=False).order_by("pk").iterator():
        while gone := _purge_step(team, now):
            yield gone


def delete_result(*, result: StoredResult, by: User, now: datetime) -> None:
    """Delete one result with its shares; deleting it twice changes nothing."""
    team, run_id = result.team, result.run_id
    with transaction.atomic():
        if not _remove(team, [result], Departure.DELETED, by, now):
            return
        audit.note(team=team, by=by, action=Action.RESULT_DELETED, subject=run_id, now=now)


def allow_lookup(*, tombstone: Tombstone, by: User, now: datetime) -> None:
    """Let a run whose result is gone be looked up again as if it had never been."""
    team, run_id = tombstone.team, tombstone.run_id
    with transaction.atomic():
        if Tombstone.objects.filter(pk=tombstone.pk).delete()[0]:
            audit.note(team=team, by=by, action=Action.LOOKUP_ALLOWED, subject=run_id, now=now)


def delete_team(*, team: Team, by: User | None, now: datetime) -> None:
    """Destroy the team's data keys first, then delete its rows in steps; can be run again.

    After the first transaction nothing that the team sealed opens any more, for anybody.
    """
    with transaction.atomic():
        shredded = (
            Team.objects.filter(pk=team.pk).with_key().update(wrapped_key=b"", ring_key_id="")
        )
        FormerKey.objects.filter(team=team).delete()
        # Nobody looks on while it goes.
        Membership.objects.filter(team=team).delete()
        if shredded:
            audit.note(team=team, by=by, action=Action.TEAM_DELETED, subject=team.slug, now=now)
    for relation in Team._meta.related_objects:  # noqa: SLF001  Django's documented way to ask
        model: Any = relation.related_model
        rows = models.QuerySet[Any](model).filter(**{relation.field.name: team.pk})
        while pks := list(rows.order_by("pk").values_list("pk", flat=True)[:STEP_ROWS]):
            with transaction.atomic():
                rows.filter(pk__in=pks).delete()
    team.delete()
    forget_journal()


def forget_journal() -> None:
    """Have SQLite write its journal back, so that no copy of deleted bytes stays in it.

    Deleted bytes are overwritten in the file itself (`secure_delete`). When somebody reads at the
    moment the next call does it; PostgreSQL has its own ways.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        try:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except OperationalError:
            return


def _purge_step(team: Team, now: datetime) -> int:
    with transaction.atomic():
        # Read again: the owner may just have decided otherwise.
        days = Team.objects.values_list("keep_days", flat=True).filter(pk=team.pk).first()
        old = overdue(team, days=days, now=now).order_by("stored_at", "pk")
        rows = old.select_for_update(of=("self",), skip_locked=True)[:STEP_ROWS]
        gone = _remove(team, list(rows), Departure.EXPIRED, None, now)
        if gone:
            subject = f"{gone} results after {days} days"
            audit.note(team=team, by=None, action=Action.RESULTS_PURGED, subject=subject, now=now)
    return gone


def _remove(
    team: Team,
    results: Sequence[StoredResult],
    departure: Departure,
    by: User | None,
    now: datetime,
) -> int:
    """Delete results with all that hangs on them, and leave tombstones; returns how many."""
    run_ids = [result.run_id for result in results]
    pks: list[uuid.UUID] = [result.pk for result in results]
    Tombstone.objects.bulk_create(
        [
            Tombstone(
                team=team,
                run_id=result.run_id,
                departure=departure,
                by=by.get_username() if by is not None else "",
                stored_at=result.stored_at,
                gone_at=now,
            )
            for result in results
        ],
        ignore_conflicts=True,
    )
    beside: tuple[type[models.Model], ...] = (Sighting, *GOES_WITH_A_RUN)
    for model in beside:
        models.QuerySet(model).filter(team=team, run_id__in=run_ids).delete()
    return StoredResult.objects.filter(pk__in=pks).delete()[1].get("results.StoredResult", 0)
