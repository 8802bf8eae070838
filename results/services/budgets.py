"""Keeps each key's calls below the API's limit, one bucket a key for all workers; it asks nobody.

Calls are taken before a question is carried, in one conditional UPDATE each, and what was really
made is settled when it is recorded. Nothing is locked in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Greatest, Least

from results.domain.budget import Budget
from results.models import ProjectKey
from results.services.answers import Calls

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rests_until(key: ProjectKey, calls: int, *, now: datetime) -> datetime | None:
    """Return when the key's budget has so many calls again; None when it seems to have them now."""
    budget, now_ms = _budget(), _ms(now)
    if key.full_at_ms <= budget.has_room_until_ms(calls, now_ms=now_ms):
        return None
    if key.full_at_ms > budget.latest_ms(now_ms=now_ms):
        return None
    return _EPOCH + timedelta(milliseconds=budget.room_at_ms(key.full_at_ms, calls))


def take(calls: Mapping[ProjectKey, int], *, now: datetime) -> set[ProjectKey]:
    """Take so many calls of each key and return the keys whose budgets had them.

    Each key by one statement, and not all of them together: calls that a process took and did not
    make any more come back by themselves.
    """
    budget, now_ms = _budget(), _ms(now)
    able = set()
    for key in sorted(calls, key=lambda key: key.pk):
        if key.full_at_ms > budget.latest_ms(now_ms=now_ms):
            # The clock was set back since; what was taken then is forgotten.
            ProjectKey.objects.filter(pk=key.pk, full_at_ms=key.full_at_ms).update(full_at_ms=0)
        room = ProjectKey.objects.with_room(
            key.pk, until_ms=budget.has_room_until_ms(calls[key], now_ms=now_ms)
        )
        cost_ms = budget.cost_ms(calls[key])
        # Whoever plans more with these same rows is to know what is left.
        if room.update(full_at_ms=Greatest(F("full_at_ms"), now_ms) + cost_ms):
            key.full_at_ms = max(key.full_at_ms, now_ms) + cost_ms
            able.add(key)
        else:
            left = ProjectKey.objects.filter(pk=key.pk).values_list("full_at_ms", flat=True)
            key.full_at_ms = next(iter(left), key.full_at_ms)
    return able


def settle(calls: Iterable[Calls], *, now: datetime) -> None:
    """Give back what was taken and not made, and count what was made beyond that."""
    budget, now_ms = _budget(), _ms(now)
    for one in sorted(calls, key=lambda one: one.key_id):
        row = ProjectKey.objects.filter(pk=one.key_id)
        if one.made < one.taken:
            row.update(full_at_ms=F("full_at_ms") - budget.cost_ms(one.taken - one.made))
        elif one.made > one.taken:
            spent = Greatest(F("full_at_ms"), now_ms) + budget.cost_ms(one.made - one.taken)
            row.update(full_at_ms=Least(spent, budget.latest_ms(now_ms=now_ms)))


def calls_left(key: ProjectKey, *, now: datetime) -> int:
    """Return how many calls the key may make at once now; below zero when it owes some."""
    return _budget().left(key.full_at_ms, now_ms=_ms(now))


def turn(calls: int, *, waiting: int, jitter: Callable[[], float]) -> timedelta:
    """Return how much later than it could one of several questions of so many calls is asked.

    ``waiting`` are the others. Coming back all at once they would find calls for one of them, and
    to find none costs as much as to ask. ``jitter`` returns a number from 0 to 1.
    """
    return timedelta(milliseconds=_budget().cost_ms(calls)) * waiting * jitter()


def limit_words() -> str:
    """Return the limit as a clause for people."""
    return f"its {settings.KEY_CALLS_PER_MINUTE:,} calls a minute are used up"


def _budget() -> Budget:
    return Budget(settings.KEY_CALLS_PER_MINUTE, settings.KEY_CALLS_AT_ONCE)


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
