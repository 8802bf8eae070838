"""Notes on runs: who wrote them and when; the text is sealed, and a row cannot open it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models

from results.models.teams import Role, Team

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NoteQuerySet(models.QuerySet["Note"]):
    """Notes, always of one team."""

    def of(self, team: Team) -> Self:
        """Return the team's notes."""
        return self.filter(team=team)

    def on(self, team: Team, run_id: str) -> Self:
        """Return the notes on one run in the order in which they were written, with their authors."""
        notes = self.filter(team=team, run_id=run_id).select_related("written_by")
        return notes.order_by("written_at", "pk")

    def numbers(self, team: Team, run_ids: Sequence[str]) -> dict[str, int]:
        """Return how many notes there are on each of these runs, those without any left out."""
        notes = self.filter(team=team, run_id__in=run_ids).order_by()
        return dict(notes.values_list("run_id").annotate(models.Count("pk")))

    def changeable_by(self, user: User) -> Self:
        """Keep those that this person may change: their own."""
        return self.filter(written_by=user)

    def deletable_by(self, user: User, role: Role) -> Self:
        """Keep those that this person may delete: their own, for an owner all."""
        return self if role.covers(Role.OWNER) else self.changeable_by(user)


class Note(models.Model):
    """One note on one run; ``changed_at`` is None until its author changes it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="notes")
    run_id = models.CharField(max_length=68)
    sealed_text = models.BinaryField(editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    written_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(changed_at__isnull=True)
                | models.Q(changed_at__gte=models.F("written_at")),
                name="a_note_changes_after_it_was_written",
            ),
        ]
        indexes = [models.Index(fields=["team", "run_id", "written_at"], name="notes_of_a_run")]

    def __str__(self) -> str:
        return f"note on {self.run_id}"
