"""Replaces master keys and data keys while the instance serves; it shows nothing and decides no access.

A rotation may die at any point and be run again: every step is one transaction, and what says how far
it came are the rows themselves. Rows that somebody is writing are passed over and taken up later.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import models, transaction

from results import vault
from results.models import FormerKey, KeyRotation, ProjectKey, Team
from results.models.audit import Action
from results.services import audit, generations, sealing, second_factors
from results.services.sealing import SEALED_COLUMNS, SealedColumn

# One step reads no more than this, unless a single value is larger.
STEP_ROWS, STEP_BYTES = 500, 4 * 1024 * 1024
# Longer than anything holds a data key that it once read: until then a replaced key may still seal.
KEPT_FOR = timedelta(hours=1)
_SWEEPS, _SWEEP_PAUSE_S = 50, 0.1


@dataclass(frozen=True, slots=True)
class Closed:
    """A value or a team's data key that does not open, and why."""

    team: str
    what: str
    why: str


@dataclass(slots=True)
class Done:
    """What a rotation did: data keys wrapped anew, replaced and dropped, values and factors resealed."""

    rewrapped: int = 0
    replaced: int = 0
    resealed: int = 0
    dropped: int = 0
    factors: int = 0
    closed_teams: list[Closed] = field(default_factory=list)
    closed_values: list[Closed] = field(default_factory=list)


def rewrap(*, by: User | None, now: datetime) -> Done:
    """Wrap every data key with the first master key of the ring; a key that does not open stays."""
    done, first = Done(), sealing.ring().first_id
    teams = set(Team.objects.with_key().exclude(ring_key_id=first).values_list("pk", flat=True))
    former = FormerKey.objects.exclude(ring_key_id=first).exclude(team__wrapped_key=b"")
    teams |= set(former.values_list("team_id", flat=True))
    for pk in sorted(teams):
        _rewrap_team(pk, first, done, by, now)
    done.factors = second_factors.reseal()
    return done


def rotate_data_keys(
    *, by: User | None, now: Callable[[], datetime], told: Callable[[Team, int], None]
) -> Done:
    """Give every team a new data key and seal everything of it anew; goes on with what was begun.

    ``told`` hears of each team that is finished and how many of its values were sealed anew.
    """
    done, rotation = rewrap(by=by, now=now()), KeyRotation.objects.begun(now())
    for pk in Team.objects.with_key().order_by("pk").values_list("pk", flat=True):
        team = Team.objects.filter(pk=pk).first()
        if team is None:
            continue
        try:
            done.replaced += _replace_key(pk, rotation, by, now())
            before = done.resealed
            _reseal_team(pk, team.slug, done)
        except vault.VaultError as error:
            _note_closed(done, team.slug, error)
        else:
            told(team, done.resealed - before)
    if not done.closed_teams:
        KeyRotation.objects.filter(pk=rotation.pk).update(ended_at=now())
    done.dropped = drop_unneeded(now=now())
    return done


def drop_unneeded(*, now: datetime) -> int:
    """Delete replaced data keys that no value needs any more; returns how many."""
    dropped = 0
    overdue = FormerKey.objects.filter(replaced_at__lte=now - KEPT_FOR)
    for pk in set(overdue.values_list("team_id", flat=True)):
        with transaction.atomic():
            team = _locked(pk)
            needed = {generation for _, generation in generations.counted(team=pk)}
            unneeded = overdue.filter(team=team).exclude(generation__in=needed)
            for key in unneeded:
                subject = f"{team.slug} generation {key.generation}"
                audit.note(
                    team=team, by=None, action=Action.DATA_KEY_DROPPED, subject=subject, now=now
                )
            dropped += unneeded.delete()[0]
    return dropped


def tidy_steps(*, now: datetime) -> Iterator[None]:
    """Seal anew what was written with a replaced key meanwhile, a step at a time, then drop the key."""
    overdue = FormerKey.objects.filter(replaced_at__lte=now - KEPT_FOR)
    for pk, slug in set(overdue.values_list("team_id", "team__slug")):
        try:
            for _ in _sweep(pk, slug, Done()):
                yield
        except (vault.VaultError, Team.DoesNotExist):
            continue
    drop_unneeded(now=now)


def _rewrap_team(pk: uuid.UUID, first: str, done: Done, by: User | None, now: datetime) -> None:
    ring = sealing.ring()
    with transaction.atomic():
        team = _locked(pk)
        former = FormerKey.objects.filter(team=team).order_by("generation")
        keys: list[tuple[Team | FormerKey, int]] = [(team, team.key_generation)]
        keys += [(key, key.generation) for key in former]
        wrapped = 0
        for row, generation in keys:
            if row.ring_key_id == first:
                continue
            try:
                opened = ring.unwrap(
                    row.ring_key_id, bytes(row.wrapped_key), team=str(pk), generation=generation
                )
            except vault.VaultError as error:
                _note_closed(done, team.slug, error)
                continue
            row.ring_key_id, row.wrapped_key = ring.wrap(
                opened.key, team=str(pk), generation=generation
            )
            row.save(update_fields=["ring_key_id", "wrapped_key"])
            wrapped += 1
        if wrapped:
            subject = f"{team.slug} by {first}"
            audit.note(team=team, by=by, action=Action.KEY_REWRAPPED, subject=subject, now=now)
    done.rewrapped += wrapped


def _replace_key(pk: uuid.UUID, rotation: KeyRotation, by: User | None, now: datetime) -> bool:
    """Put a new data key in front of the team's, unless this rotation already has."""
    with transaction.atomic():
        team = _locked(pk)
        if team.key_made_at >= rotation.began_at:
            return False
        # A ring that does not open the old key must not add a new one.
        sealing.data_key(team)
        FormerKey.objects.create(
            team=team,
            generation=team.key_generation,
            ring_key_id=team.ring_key_id,
            wrapped_key=bytes(team.wrapped_key),
            replaced_at=now,
        )
        team.key_generation += 1
        team.key_made_at = now
        team.ring_key_id, team.wrapped_key = sealing.ring().wrap(
            vault.new_data_key(), team=str(pk), generation=team.key_generation
        )
        team.save(update_fields=["key_generation", "key_made_at", "ring_key_id", "wrapped_key"])
        subject = f"{team.slug} generation {team.key_generation}"
        audit.note(team=team, by=by, action=Action.DATA_KEY_REPLACED, subject=subject, now=now)
    return True


def _reseal_team(pk: uuid.UUID, slug: str, done: Done) -> None:
    """Go over the team's values until no other than those that do not open need an old key."""
    for _ in range(_SWEEPS):
        swept = Done()
        for _ in _sweep(pk, slug, swept):
            pass
        done.resealed += swept.resealed
        if _stale_count(pk) <= len(swept.closed_values):
            break
        time.sleep(_SWEEP_PAUSE_S)
    done.closed_values += swept.closed_values


def _sweep(pk: uuid.UUID, slug: str, done: Done) -> Iterator[None]:
    for column in SEALED_COLUMNS:
        after: Any = None
        while (after := _step(column, pk, slug, after, done)) is not None:
            yield


def _step(column: SealedColumn, team_pk: uuid.UUID, slug: str, after: Any, done: Done) -> Any:
    """Seal the next few values anew in one transaction; returns the last key, None at the end."""
    opened = sealing.data_key(Team.objects.get(pk=team_pk))
    stale = _stale(column, team_pk, opened)
    rest = stale.order_by("pk") if after is None else stale.order_by("pk").filter(pk__gt=after)
    sizes = rest.annotate(_size=generations.size(column)).values_list("pk", "_size")
    chosen = _as_many_as_fit(list(sizes[:STEP_ROWS]))
    if not chosen:
        return None
    with transaction.atomic():
        # Rows that somebody is writing are passed over: waiting for them could be waiting for ever.
        rows = stale.filter(pk__in=chosen).select_for_update(of=("self",), skip_locked=True)
        for row in rows.only(column.column, *column.bound):
            try:
                changed = _sealed_anew(column, row, opened)
            except vault.VaultError as error:
                done.closed_values.append(Closed(slug, f"{column.purpose} {row.pk}", str(error)))
            else:
                done.resealed += column.rows.filter(pk=row.pk).update(**changed)
    return chosen[-1]


def _sealed_anew(column: SealedColumn, row: models.Model, opened: vault.DataKey) -> dict[str, Any]:
    changed: dict[str, Any] = {column.column: column.reseal(row, opened)}
    if isinstance(row, ProjectKey):
        mark = sealing.fingerprint(sealing.open_secret(row, opened), row.branch, opened)
        twins = ProjectKey.objects.filter(team=row.team_id, fingerprint=mark).exclude(pk=row.pk)
        changed["fingerprint"] = None if twins.exists() else mark
    return changed


def _stale(column: SealedColumn, team_pk: uuid.UUID, opened: vault.DataKey) -> models.QuerySet[Any]:
    """The values that another than the newest data key sealed."""
    rows = column.rows.filter(**{column.team: team_pk}).annotate(
        _first=generations.first_byte(column)
    )
    stale: models.QuerySet[Any] = rows.annotate(_head=generations.head(column)).exclude(
        _head__in=opened.heads
    )
    return stale


def _stale_count(team_pk: uuid.UUID) -> int:
    opened = sealing.data_key(Team.objects.get(pk=team_pk))
    return sum(_stale(column, team_pk, opened).count() for column in SEALED_COLUMNS)


def _as_many_as_fit(sizes: Sequence[tuple[Any, int]]) -> list[Any]:
    chosen: list[Any] = []
    total = 0
    for pk, size in sizes:
        total += size
        if chosen and total > STEP_BYTES:
            break
        chosen.append(pk)
    return chosen


def _locked(pk: uuid.UUID) -> Team:
    return Team.objects.select_for_update(no_key=True).get(pk=pk)


def _note_closed(done: Done, slug: str, error: vault.VaultError) -> None:
    closed = Closed(slug, "data key", str(error))
    if closed not in done.closed_teams:
        done.closed_teams.append(closed)
