"""When an API address that keeps failing is left alone; it must not know clock, rows or network.

Five failures within 30 s open the circuit for 30 s. After that one question, the probe, finds out
whether the address answers again: an answer closes the circuit, a failure opens it anew.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FAILURES = 5
WINDOW = timedelta(seconds=30)
OPEN_FOR = timedelta(seconds=30)
# Longer than any question takes, so that a probe is lost only with its process.
PROBE_FOR = timedelta(seconds=20)


class Admission(enum.Enum):
    """What a question about a run may do at an address."""

    ASK = "ask"
    PROBE = "probe"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Circuit:
    """The failures of one address since it last answered.

    ``recent`` are the moments of the latest ones. ``only_run`` is the run that all of them were
    about, empty when there were several: one run that the API cannot read must not stop the others.
    """

    failures: int = 0
    recent: tuple[datetime, ...] = ()
    only_run: str = ""
    opened_at: datetime | None = None
    open_until: datetime | None = None

    def admits(self, run_id: str, *, now: datetime) -> Admission:
        """Return what a question about this run may do now."""
        if self.open_until is None:
            return Admission.ASK
        # An end that lies further away than any was written under another clock.
        is_over = not now < self.open_until <= now + OPEN_FOR
        is_about_another = self.only_run not in ("", run_id)
        return Admission.PROBE if is_over or is_about_another else Admission.WAIT

    def probed(self, *, now: datetime) -> Circuit:
        """The circuit while its probe is under way; it has no other."""
        return replace(self, only_run="", opened_at=now, open_until=now + PROBE_FOR)

    def failed(self, run_id: str, *, asked_at: datetime, now: datetime) -> Circuit:
        """The circuit after a failure; one of a question from before it opened moves no end."""
        recent = (*(at for at in self.recent if timedelta(0) <= now - at < WINDOW), now)
        counted = replace(
            self,
            failures=self.failures + 1,
            recent=recent[-FAILURES:],
            only_run=run_id if self.failures == 0 or self.only_run == run_id else "",
        )
        is_from_before = self.opened_at is not None and asked_at < self.opened_at
        is_due = len(recent) >= FAILURES if self.opened_at is None else not is_from_before
        return replace(counted, opened_at=now, open_until=now + OPEN_FOR) if is_due else counted

    def answered(self, *, asked_at: datetime) -> Circuit:
        """The circuit after an answer; one to a question from before it opened closes nothing."""
        if self.opened_at is not None and asked_at < self.opened_at:
            return self
        return Circuit()
