"""What the page of a team's activity may show, and its rows as a file; it asks nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.urls import reverse

from results.domain.csv_text import lines_of_texts
from results.domain.identity import read_pasted
from results.models import AuditEvent, Team
from results.models.audit import Action
from results.services.activity import Asked, Listed

# What only those do who need no account, and what the program does by itself.
_VISITORS = {Action.SHARE_OPENED, Action.SHARE_DOWNLOADED}
_UNPROVEN = {Action.SIGN_IN_FAILED}
_TROUBLE = {Action.SIGN_IN_FAILED, Action.KEY_REFUSED}

_HEADINGS = (
    "number",
    "time (UTC)",
    "who",
    "action",
    "what",
    "object",
    "address",
    "request",
    "hash",
)


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One event in words."""

    at: datetime
    who: str
    who_url: str
    words: str
    words_url: str
    is_trouble: bool
    subject: str
    run_id: str
    rest: str
    address: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Choice:
    """An action to choose."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """What happened in a team, newest first."""

    team: Team
    asked: Asked
    rows: Sequence[ActivityRow]
    actions: Sequence[Choice]
    newest_url: str
    older_url: str
    all_url: str
    csv_url: str


def activity_page(found: Listed, *, team: Team, asked: Asked, is_later: bool) -> ActivityPage:
    """Return the page of these events."""
    return ActivityPage(
        team=team,
        asked=asked,
        rows=[_row(event, team) for event in found.events],
        actions=[
            Choice(action.value, action.label, action.value == asked.action)
            for action in sorted(Action, key=lambda one: one.label)
        ],
        newest_url=_url(team, asked) if is_later else "",
        older_url=_url(team, asked, before=str(found.older)) if found.older is not None else "",
        all_url=_url(team, Asked()) if not asked.is_everything else "",
        csv_url=_url(team, asked, **{"as": "csv"}),
    )


def activity_csv(events: Iterable[AuditEvent]) -> Iterator[bytes]:
    """The events as CSV that runs no formula, in pieces."""
    return lines_of_texts(_HEADINGS, (_record(event) for event in events))


def _row(event: AuditEvent, team: Team) -> ActivityRow:
    run_ids = read_pasted(event.subject).run_ids
    run_id = run_ids[0] if run_ids and event.subject.startswith(run_ids[0]) else ""
    action = Asked(action=event.action)
    return ActivityRow(
        at=event.at,
        who=_who(event),
        who_url=_url(team, Asked(who=event.actor)) if event.actor else "",
        words=_words(event),
        words_url=_url(team, action),
        is_trouble=event.action in _TROUBLE,
        subject=event.subject,
        run_id=run_id,
        rest=event.subject.removeprefix(run_id),
        address=event.address,
        request_id=event.request_id,
    )


def _record(event: AuditEvent) -> tuple[str, ...]:
    return (
        str(event.sequence),
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        _who(event),
        event.action,
        _words(event),
        event.subject,
        event.address,
        event.request_id,
        event.hash,
    )


def _who(event: AuditEvent) -> str:
    if event.actor:
        return event.actor
    if event.action in _VISITORS:
        return "somebody with the link"
    return "somebody" if event.action in _UNPROVEN else "Runlens"


def _words(event: AuditEvent) -> str:
    known = event.action in Action.values
    return Action(event.action).label if known else event.action


def _url(team: Team, asked: Asked, **more: str) -> str:
    given = {"action": asked.action, "who": asked.who, "about": asked.about, **more}
    query = urlencode({name: value for name, value in given.items() if value})
    path = reverse("activity-show", args=[team.slug])
    return f"{path}?{query}" if query else path
