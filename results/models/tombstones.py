"""What is left of a result that is gone: which run, when, why and by whom; nothing of what it said."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models

from results.models.teams import Team


class Departure(models.TextChoices):
    """Why a result is gone."""

    DELETED = "deleted", "Deleted"
    EXPIRED = "expired", "Kept long enough"


class TombstoneQuerySet(models.QuerySet["Tombstone"]):
    """Tombstones, always of one team."""

    def of_run(self, team: Team, run_id: str) -> Tombstone | None:
        """Return what is left of one run's result, or None."""
        return self.filter(team=team, run_id=run_id).first()

    def of_runs(self, team: Team, run_ids: Sequence[str]) -> dict[str, Tombstone]:
        """Return what is left of these runs' results by run id."""
        return {row.run_id: row for row in self.filter(team=team, run_id__in=run_ids)}


class Tombstone(models.Model):
    """A result that was kept once. It ends when the run is looked up anew."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="tombstones")
    run_id = models.CharField(max_length=68)
    departure = models.CharField(max_length=8, choices=Departure.choices)
    by = models.CharField(max_length=150, blank=True)
    stored_at = models.DateTimeField()
    gone_at = models.DateTimeField()

    objects = TombstoneQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "run_id"], name="one_tombstone_per_run"),
        ]

    def __str__(self) -> str:
        return self.run_id
