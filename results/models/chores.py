"""Chores that one process of all does now and then: the row says when the next one is due."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models


class ChoreQuerySet(models.QuerySet["Chore"]):
    """Chores; the row is the truth across processes."""

    def claim(self, name: str, *, every: timedelta, now: datetime) -> bool:
        """Take the right to do a chore now; True for exactly one claimant in that time."""
        _, made = self.get_or_create(name=name, defaults={"due_at": now + every})
        return made or self.filter(name=name, due_at__lte=now).update(due_at=now + every) == 1


class Chore(models.Model):
    """One kind of chore and when it is due again."""

    name = models.CharField(max_length=32, primary_key=True)
    due_at = models.DateTimeField()

    objects = ChoreQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
