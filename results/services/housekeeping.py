"""What is done at most once an hour by one process of all, a step at a time; it knows no rule itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from results.models import Chore
from results.services import retention, rotation, tries

EVERY = timedelta(hours=1)
# How often one process asks whether it is time, in seconds.
_ASK_S = 60.0


class Housekeeper:
    """Does one short step a call, so that whoever calls is never kept waiting."""

    def __init__(self) -> None:
        self._steps: Iterator[object] | None = None
        self._ask_at = 0.0

    def step(self, *, now: datetime) -> None:
        """Do the next step of what was begun, or begin when an hour has passed."""
        if self._steps is not None:
            self._go_on()
        elif time.monotonic() >= self._ask_at:
            self._ask_at = time.monotonic() + _ASK_S
            if Chore.objects.claim("housekeeping", every=EVERY, now=now):
                self._steps = _steps(now)

    def _go_on(self) -> None:
        steps, self._steps = self._steps, None
        if steps is not None and next(steps, self) is not self:
            self._steps = steps


def _steps(now: datetime) -> Iterator[object]:
    yield from retention.purge_steps(now=now)
    yield from rotation.tidy_steps(now=now)
    tries.forget_ended(now=now)
    Session.objects.filter(expire_date__lte=now).delete()
    retention.forget_journal()
