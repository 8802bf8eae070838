"""What a run's page, and the pages that write a note, may show of notes; it opens none."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.forms import Form

from results.domain.durations import relative_text
from results.models import Role, Team
from results.pages.pins import SOMEBODY
from results.services.notes import MOST, OpenedNote


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One note, who wrote it and when, and what the reader may do with it."""

    pk: uuid.UUID
    text: str
    by: str
    at: datetime
    age: str
    changed_at: datetime | None
    is_locked: bool
    may_change: bool
    may_delete: bool


@dataclass(frozen=True, slots=True)
class NotesPart:
    """The notes on a run below its page; the form is None for those who may not write."""

    notes: Sequence[NoteRow]
    form: Form | None
    is_full: bool = False
    most: int = MOST

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to read or to do."""
        return bool(self.notes) or self.form is not None


@dataclass(frozen=True, slots=True)
class NotePage:
    """A page of its own on which one note is written or changed."""

    team: Team
    run_id: str
    form: Form


def notes_part(
    notes: Sequence[OpenedNote], *, form: Form, reader: User, role: Role, now: datetime
) -> NotesPart:
    """The notes of one run for this reader."""
    may_write = role.covers(Role.MEMBER)
    rows = [_row(note, reader, role, now) for note in notes]
    return NotesPart(rows, form if may_write else None, len(rows) >= MOST)


def _row(note: OpenedNote, reader: User, role: Role, now: datetime) -> NoteRow:
    row = note.row
    is_mine = row.written_by_id == reader.pk
    return NoteRow(
        pk=row.pk,
        text=note.text or "",
        by=row.written_by.get_username() if row.written_by else SOMEBODY,
        at=row.written_at,
        age=relative_text(row.written_at, now),
        changed_at=row.changed_at,
        is_locked=note.text is None,
        may_change=is_mine and note.text is not None and role.covers(Role.MEMBER),
        may_delete=(is_mine and role.covers(Role.MEMBER)) or role.covers(Role.OWNER),
    )
