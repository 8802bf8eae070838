"""Data keys that were replaced, and rotations of all of them; a row cannot unwrap anything."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from results.models.teams import Team


class FormerKey(models.Model):
    """A team's data key of an earlier generation, wrapped, kept while a row may still need it."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="former_keys")
    generation = models.PositiveIntegerField()
    ring_key_id = models.CharField(max_length=32)
    wrapped_key = models.BinaryField()
    replaced_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "generation"], name="one_key_per_generation"),
        ]

    def __str__(self) -> str:
        return f"generation {self.generation} of {self.team_id}"


class KeyRotationQuerySet(models.QuerySet["KeyRotation"]):
    """Rotations, of which one at the most is under way."""

    def under_way(self) -> KeyRotation | None:
        """Return the rotation that was begun and not ended, or None."""
        return self.filter(ended_at__isnull=True).first()

    def begun(self, now: datetime) -> KeyRotation:
        """Return the rotation that is under way, begun now when there was none."""
        rotation, _ = self.get_or_create(ended_at=None, defaults={"began_at": now})
        return rotation


class KeyRotation(models.Model):
    """One rotation of every team's data key; what died half-way goes on where it was."""

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = KeyRotationQuerySet.as_manager()

    class Meta:
        constraints = [
            # NULLs are distinct, so the constraint is on a value that is the same for all of them.
            models.UniqueConstraint(
                models.Case(
                    models.When(ended_at__isnull=True, then=models.Value(1)),
                    output_field=models.IntegerField(),
                ),
                name="one_rotation_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"rotation begun at {self.began_at:%Y-%m-%d %H:%M} UTC"
