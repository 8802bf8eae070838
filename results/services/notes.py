"""Writes, changes, deletes and opens notes on runs; who may do that is decided before.

A note may hold a customer's data, so it is sealed like a result.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from results import vault
from results.models import Note, Team
from results.models.audit import Action
from results.services import audit, sealing

LONGEST = 4_000
# The most notes on one run: its page shows them all.
MOST = 100


class NotKeptError(Exception):
    """The note was not kept; the message says why."""


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note with its text; None when the ring could not open it."""

    row: Note
    text: str | None


@transaction.atomic
def add(*, team: Team, run_id: str, text: str, by: User, now: datetime) -> Note:
    """Keep a note, sealed; raises NotKeptError."""
    # The lock makes two who write at the same moment count one after the other.
    Team.objects.select_for_update().get(pk=team.pk)
    if Note.objects.filter(team=team, run_id=run_id).count() >= MOST:
        raise NotKeptError(f"This run has {MOST} notes, which is the most. Delete one first.")
    pk = uuid.uuid4()
    row = Note.objects.create(
        pk=pk,
        team=team,
        run_id=run_id,
        sealed_text=_sealed(team, pk, text),
        written_by=by,
        written_at=now,
    )
    audit.note(team=team, by=by, action=Action.NOTE_ADDED, subject=run_id, now=now)
    return row


@transaction.atomic
def change(*, row: Note, text: str, by: User, now: datetime) -> None:
    """Put another text in the place of the old one; raises NotKeptError."""
    sealed = _sealed(row.team, row.pk, text)
    changed = Note.objects.filter(pk=row.pk).update(sealed_text=sealed, changed_at=now)
    if not changed:
        raise NotKeptError("The note was deleted in the meantime.")
    audit.note(team=row.team, by=by, action=Action.NOTE_CHANGED, subject=row.run_id, now=now)


@transaction.atomic
def delete(*, row: Note, by: User, now: datetime) -> None:
    """Delete a note for good; doing it twice changes nothing."""
    deleted, _ = Note.objects.filter(pk=row.pk).delete()
    if deleted:
        audit.note(team=row.team, by=by, action=Action.NOTE_DELETED, subject=row.run_id, now=now)


def opened(*, rows: Sequence[Note], team: Team) -> list[OpenedNote]:
    """Return the notes with their texts; never raises, a closed vault leaves the texts out."""
    if not rows:
        return []
    try:
        key = sealing.data_key(team)
    except vault.VaultError:
        return [OpenedNote(row, None) for row in rows]
    return [OpenedNote(row, _text(row, key)) for row in rows]


def _text(row: Note, key: vault.DataKey) -> str | None:
    try:
        plain = key.open(bytes(row.sealed_text), purpose=sealing.NOTE, row=str(row.pk))
    except vault.VaultError:
        return None
    return plain.decode("utf-8", "surrogatepass")


def _sealed(team: Team, pk: uuid.UUID, text: str) -> bytes:
    try:
        key = sealing.data_key(team)
    except vault.VaultError:
        raise NotKeptError(
            "The team's secrets cannot be opened with this instance's key ring, so the note could "
            "not be sealed. It was not kept."
        ) from None
    return key.seal(text.encode("utf-8", "surrogatepass"), purpose=sealing.NOTE, row=str(pk))
