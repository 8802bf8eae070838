"""Pins: runs that a team keeps at hand, who put them there and when; it must not know the runs."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models

from results.models.teams import Team


class PinQuerySet(models.QuerySet["Pin"]):
    """Pins, always of one team."""

    def of(self, team: Team) -> Self:
        """Return the team's pins, newest first, with who put them there."""
        pins = self.filter(team=team).select_related("pinned_by")
        return pins.order_by("-pinned_at", "-pk")


class Pin(models.Model):
    """One pinned run of a team, for all of its members."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="pins")
    run_id = models.CharField(max_length=68)
    pinned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    pinned_at = models.DateTimeField()

    objects = PinQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "run_id"], name="one_pin_per_run"),
        ]

    def __str__(self) -> str:
        return self.run_id
