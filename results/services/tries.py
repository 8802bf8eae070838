"""Counts what may be tried only so often, in the database, so that all workers share one count.

A count that cannot be written lets nothing through. What is counted is kept as a digest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from results.models import TryCount


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries in so long a time, counted for each value of one kind."""

    kind: str
    most: int
    window: timedelta

    def digest(self, value: str) -> bytes:
        """What stands for the value in the database."""
        return salted_hmac(f"runlens.tries.{self.kind}", value, algorithm="sha256").digest()


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether a try is allowed; ``is_first_refused`` for the first one in the window that is not."""

    allowed: bool
    is_first_refused: bool = False


@transaction.atomic
def take(*, limit: Limit, value: str, now: datetime) -> Taken:
    """Count one try before it is made, so that many at the same moment cannot pass together."""
    digest, ends = limit.digest(value), now + limit.window
    TryCount.objects.bulk_create([TryCount(digest=digest, until=ends)], ignore_conflicts=True)
    row = TryCount.objects.filter(digest=digest)
    row.filter(until__lte=now).update(tries=0, until=ends)
    if row.filter(tries__lt=limit.most).update(tries=F("tries") + 1):
        return Taken(True)
    return Taken(False, bool(row.filter(tries=limit.most).update(tries=F("tries") + 1)))


def give_back(*, limit: Limit, value: str) -> None:
    """Uncount one try: it was no failure."""
    TryCount.objects.filter(digest=limit.digest(value), tries__gt=0).update(tries=F("tries") - 1)


def forget(*, limit: Limit, value: str) -> None:
    """Uncount all tries of this value."""
    TryCount.objects.filter(digest=limit.digest(value)).delete()


def forget_ended(*, now: datetime) -> None:
    """Delete what is counted no more."""
    TryCount.objects.filter(until__lte=now).delete()
