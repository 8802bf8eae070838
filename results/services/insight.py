"""What the database tells of the work at hand: leases, budgets, circuits, queues; it changes nothing.

The same numbers in every process, so that any of them may be asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min, Q, QuerySet

from results.models import ApiCircuit, ProjectKey, Sighting, Watch, WebhookDelivery
from results.models.keys import KeyAnswer
from results.services import budgets


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits: how much is due, for how long the oldest has been, and how much is being done."""

    due: int
    oldest_s: float
    leases: int


@dataclass(frozen=True, slots=True)
class Insight:
    """The work at hand. ``calls_left`` is what the key that is shortest of calls may make now."""

    runs: Queue
    deliveries: Queue
    watches: int
    keys: int
    keys_refused: int
    keys_paused: int
    calls_left: int | None
    circuits_open: int


def look(*, now: datetime) -> Insight:
    """Count; a fixed number of queries, each on an index or a small table."""
    usable = ProjectKey.objects.exclude(last_answer=KeyAnswer.REFUSED)
    fullest = usable.aggregate(latest=Max("full_at_ms"))["latest"]
    keys = ProjectKey.objects.count()
    return Insight(
        _queue(Sighting.objects.due(now), Sighting.objects.filter(lease_until__gt=now), now),
        _queue(
            WebhookDelivery.objects.due(now),
            WebhookDelivery.objects.open().filter(lease_until__gt=now),
            now,
        ),
        Watch.objects.live().count(),
        keys,
        keys - usable.count(),
        usable.filter(paused_until__gt=now).count(),
        None if fullest is None else budgets.calls_left(ProjectKey(full_at_ms=fullest), now=now),
        ApiCircuit.objects.filter(Q(open_until__gt=now)).count(),
    )


def _queue(due: QuerySet, leased: QuerySet, now: datetime) -> Queue:  # type: ignore[type-arg]
    oldest = due.order_by().aggregate(oldest=Min("due_at"))["oldest"]
    waited = 0.0 if oldest is None else max((now - oldest).total_seconds(), 0.0)
    return Queue(due.order_by().count(), waited, leased.count())
