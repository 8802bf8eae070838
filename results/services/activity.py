"""Reads what happened in a team, a page at a time or all of it; it writes only that it was taken away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from results.models import AuditEvent, Team
from results.models.audit import LONGEST_ACTOR, LONGEST_SUBJECT, Action, AuditEventQuerySet
from results.services import audit

PAGE = 50
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Which events are wanted: of one action, of one person, about an object; empty for all."""

    action: str = ""
    who: str = ""
    about: str = ""

    @classmethod
    def of(cls, given: dict[str, str]) -> Asked:
        """Read what an address says; what no event could be is not asked for."""
        action = given.get("action", "")
        return cls(
            action if action in Action.values else "",
            _words(given.get("who", ""), LONGEST_ACTOR),
            _words(given.get("about", ""), LONGEST_SUBJECT),
        )

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.action or self.who or self.about)


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of events, newest first; ``older`` is where the next one begins."""

    events: Sequence[AuditEvent]
    older: int | None


def listed(*, team: Team, asked: Asked, before: int | None) -> Listed:
    """Return the newest events that are asked for, or those before a place in the chain."""
    found = _found(team, asked)
    if before is not None:
        found = found.before(before)
    events = list(found[: PAGE + 1])
    more = len(events) > PAGE
    return Listed(events[:PAGE], events[PAGE - 1].sequence if more else None)


def exported(*, team: Team, asked: Asked, by: User, now: datetime) -> Iterator[AuditEvent]:
    """Return all events that are asked for, newest first, after noting that they are taken away."""
    # By what it was chosen and not which: anything may have been typed there.
    chosen = {"action": asked.action, "person": asked.who, "object": asked.about}
    by_what = " and ".join(name for name, value in chosen.items() if value)
    subject = f"activity of {team.slug}" + (f", chosen by {by_what}" if by_what else "")
    audit.note(team=team, by=by, action=Action.ACTIVITY_EXPORTED, subject=subject, now=now)
    return _found(team, asked).iterator(chunk_size=_AT_ONCE)


def _found(team: Team, asked: Asked) -> AuditEventQuerySet:
    return AuditEvent.objects.of(team).about(
        action=asked.action, actor=asked.who, subject=asked.about
    )


def _words(text: str, longest: int) -> str:
    # No event holds a control character, and some databases refuse to look for one.
    return text.strip()[:longest] if text.isprintable() else ""
