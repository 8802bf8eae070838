"""The right to act on a row for a while, across processes; it must not know what the act is."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar, Self, TypeVar

from django.db import connections, models, transaction

_Row = TypeVar("_Row", bound="Leased")


class LeasedQuerySet(models.QuerySet[_Row]):
    """Rows that exactly one process acts on at a time; the row is the truth across processes."""

    taken_with: ClassVar[tuple[str, ...]]
    """Relations that whoever claims a row needs with it."""

    def due(self, now: datetime) -> Self:
        """Return those to be acted on now that nobody acts on, in their order."""
        raise NotImplementedError

    def unclaimed(self, now: datetime) -> Self:
        """Return those that nobody has the right to act on; a lease ends by itself."""
        return self.filter(models.Q(lease_until__isnull=True) | models.Q(lease_until__lt=now))

    def claim_due(
        self, *, claim: uuid.UUID, now: datetime, until: datetime, at_most: int
    ) -> list[_Row]:
        """Take the right to act on what is due, until a moment, and return it.

        PostgreSQL passes over rows that another process is claiming. SQLite has one writer at a
        time: there one statement claims what was read before, those excepted that another was
        quicker to claim, so that nobody else who writes has to wait.
        """
        due = self.due(now)
        if not connections[self.db].features.has_select_for_update_skip_locked:
            pks = list(due.values_list("pk", flat=True)[:at_most])
            free = due.order_by().filter(pk__in=pks)
            if not pks or not free.update(claim=claim, lease_until=until):
                return []
            return list(self.filter(pk__in=pks, claim=claim).select_related(*self.taken_with))
        if not due.exists():
            return []
        with transaction.atomic(using=self.db):
            free = due.select_for_update(skip_locked=True, of=("self",))
            taken = list(free.select_related(*self.taken_with)[:at_most])
            self.filter(pk__in=[row.pk for row in taken]).update(claim=claim, lease_until=until)
        return taken

    def release(self, claims: list[uuid.UUID]) -> int:
        """Give up claims, so that others may act at once; returns how many rows had one."""
        return self.filter(claim__in=claims).update(claim=None, lease_until=None)


class Leased(models.Model):
    """What one process at a time may act on: who, as a claim, and until when."""

    claim = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def leased_until(self, now: datetime) -> datetime | None:
        """Until when somebody has the right to act on it; None when nobody has now."""
        until = self.lease_until
        return until if until is not None and until > now else None
