"""Says of runs that somebody looks at them, so that they are asked about; it must not know who looks.

A page that refreshes waits for no write: where pages are served, a thread writes what many of them
say within a moment. What a process that dies did not write is said again by the next refresh.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import Error, close_old_connections
from django.utils import timezone

from results.models import Sighting

_log = logging.getLogger(__name__)
# A look asks for the next question and no more, so that nothing is asked for tabs that are hidden.
# A page looks a second after each question is due; a slow one has a few more.
GRACE = timedelta(seconds=5)
# While nobody comes to ask, a page looks no more often than this; the run stays wanted in between.
LONGEST_IN_LINE = timedelta(seconds=10)
# So many runs are asked about in a second, roughly, before one that waits.
_ASKED_A_SECOND = 25
# For how long the length of a team's line is taken as known in a process.
_LINE_KNOWN_S = 1.0
_LINES_KNOWN = 500
# For how long looks are gathered. They come when a question is due, so this makes it a little later.
_GATHERED_S = 0.1
# As many rows are written by one statement.
_AT_ONCE = 500


def look(*, sighting: Sighting, now: datetime) -> None:
    """Say that somebody looks at the run now: its next question is wanted. Written once for each."""
    if _is_news(sighting, now):
        until = wanted_until(due_at=sighting.due_at, now=now)
        Sighting.objects.look(sighting.pk, wanted_until=until)


def wanted_until(*, due_at: datetime, now: datetime) -> datetime:
    """Until when a look wants the question that is due then: until the page has looked again."""
    return (due_at if due_at > now else now + LONGEST_IN_LINE) + GRACE


def keep_looking(*, sightings: Sequence[Sighting], now: datetime) -> None:
    """Say that pages go on looking at all of these; nothing is written of what has been said."""
    fresh = [one for one in sightings if _is_news(one, now)]
    overdue = {one.pk for one in fresh if one.due_at <= now}
    later = {one.pk for one in fresh if one.due_at > now}
    if _writer is None:
        _write(overdue, later, now)
    elif fresh:
        _writer.gather(overdue, later)


def begin_gathering() -> None:
    """Have a thread of this process write from now on what `keep_looking` is told."""
    global _writer
    if _writer is None:
        _writer = _Writer()
        _writer.start()


def time_in_line(*, sighting: Sighting, now: datetime) -> timedelta:
    """Estimate after how long a run that is due and that nobody asks about yet is asked about.

    Many who look at runs that wait, each in quick succession, would be what they wait for.
    """
    if sighting.due_at > now or sighting.leased_until(now) is not None:
        return timedelta()
    team_id = sighting.team_id
    known = _lines.get(team_id)
    if known is None or known[0] < time.monotonic():
        if len(_lines) > _LINES_KNOWN:
            _lines.clear()
        length = Sighting.objects.due(now).filter(team_id=team_id).order_by().count()
        known = (time.monotonic() + _LINE_KNOWN_S, length)
        _lines[team_id] = known
    return timedelta(seconds=known[1] / _ASKED_A_SECOND)


_lines: dict[uuid.UUID, tuple[float, int]] = {}


def _is_news(sighting: Sighting, now: datetime) -> bool:
    return sighting.wanted_until < wanted_until(due_at=sighting.due_at, now=now) - GRACE / 2


def _write(overdue: Iterable[uuid.UUID], later: Iterable[uuid.UUID], now: datetime) -> None:
    for pks in _portions(overdue):
        Sighting.objects.look_until(pks, wanted_until=wanted_until(due_at=now, now=now))
    for pks in _portions(later):
        Sighting.objects.look_until_asked(pks, grace=GRACE)


def _portions(pks: Iterable[uuid.UUID]) -> list[list[uuid.UUID]]:
    # In order, so that two who write the same rows wait for each other and not crosswise.
    ordered = sorted(pks)
    return [ordered[at : at + _AT_ONCE] for at in range(0, len(ordered), _AT_ONCE)]


class _Writer(threading.Thread):
    """Writes what was gathered, until the process ends."""

    def __init__(self) -> None:
        super().__init__(name="looks", daemon=True)
        self._some = threading.Event()
        self._lock = threading.Lock()
        self._overdue: set[uuid.UUID] = set()
        self._later: set[uuid.UUID] = set()

    def gather(self, overdue: set[uuid.UUID], later: set[uuid.UUID]) -> None:
        """Have these written in a moment."""
        with self._lock:
            self._overdue |= overdue
            self._later |= later
        self._some.set()

    def run(self) -> None:
        """Write, again and again; trouble with the database is logged, and the next look tries anew."""
        while self._some.wait():
            time.sleep(_GATHERED_S)
            try:
                close_old_connections()
                self.write_gathered(now=timezone.now())
            except Error:
                _log.warning("what was gathered of looks was not written", exc_info=True)

    def write_gathered(self, *, now: datetime) -> None:
        """Write what was gathered until now, in two statements for as many as come at once."""
        self._some.clear()
        with self._lock:
            overdue, self._overdue = self._overdue, set()
            later, self._later = self._later, set()
        _write(overdue, later, now)


_writer: _Writer | None = None
