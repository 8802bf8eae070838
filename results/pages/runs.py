"""What the page of one run may show, finished or not, to members and link holders; it asks nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from results.domain.birth import read_birth
from results.domain.details import RelatedRun, RunDetails, read_details
from results.domain.durations import RunDurations
from results.domain.failure_report import FailureReport
from results.domain.outputs import decode
from results.domain.status import State
from results.models import Role, Sighting, Team
from results.pages.addresses import Addresses, member_addresses
from results.pages.notes import NotesPart
from results.pages.pins import PinPart
from results.pages.readings import WITHHELD, durations_of, failure_of, message_value
from results.pages.refresh import Refresh, refresh_of, version_of
from results.pages.run_facts import (
    Duration,
    Fact,
    Moment,
    birth_words,
    detail_facts,
    durations,
    environment_words,
    moments,
)
from results.pages.run_words import asked_words, trouble_words, words
from results.pages.tables import FIRST_ROWS, AskedTable
from results.pages.tasks import History
from results.pages.values import Held, ValuePart, output_part, text_part, tree_part
from results.pages.watches import WatchControl
from results.services.lookup import OpenedResult
from results.services.sightings import is_asked_about

_MARKS = {"good": "✓", "bad": "✗", "calm": "–", "busy": "⏳", "warn": "!"}


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run as a member or the holder of a share link sees it."""

    run_id: str
    state: State
    label: str
    sentence: str
    team: Team | None = None
    role: Role | None = None
    advice: str = ""
    birth: str = ""
    task: str = ""
    project: str = ""
    environment: str = ""
    source: str = ""
    durations: Sequence[Duration] = ()
    moments: Sequence[Moment] = ()
    time_notes: Sequence[str] = ()
    facts: Sequence[Fact] = ()
    tags: Sequence[str] = ()
    related: Sequence[RelatedRun] = ()
    output: ValuePart | None = None
    output_trouble: str = ""
    search_url: str = ""
    metadata: ValuePart | None = None
    payload: ValuePart | None = None
    failure: FailureReport | None = None
    error_value: ValuePart | None = None
    error_text: str = ""
    keys_asked: Sequence[dict[str, str]] = ()
    trouble: str = ""
    checked_at: datetime | None = None
    asks_until: datetime | None = None
    pause_until: datetime | None = None
    since: datetime | None = None
    version: str = ""
    refresh: Refresh | None = None
    may_check: bool = False
    gave_up: bool = False
    stored_at: datetime | None = None
    history: History | None = None
    watch: WatchControl | None = None
    pin: PinPart | None = None
    notes: NotesPart | None = None
    locked: bool = False
    shared: bool = False
    masked_count: int = 0
    is_missing: bool = False
    withheld: str = ""

    @property
    def tone(self) -> str:
        """How the badge looks."""
        return self.state.tone

    @property
    def mark(self) -> str:
        """The state as one sign, for the title of a tab."""
        return _MARKS[self.tone]

    @property
    def title(self) -> str:
        """What the tab is called."""
        return f"{self.mark} {self.run_id} · {self.label} · Runlens"

    @property
    def icon(self) -> str:
        """The icon of a tab that shows the state."""
        return f"img/{self.tone}.svg"

    @property
    def is_member(self) -> bool:
        """Whether this reader may change things: share, fetch, replace and test keys."""
        return self.role is not None and self.role.covers(Role.MEMBER)

    @property
    def refused(self) -> Sequence[str]:
        """The keys that Trigger.dev refuses, when others could be asked."""
        refused = [
            said["key"] for said in self.keys_asked if said.get("state") == State.KEY_REFUSED
        ]
        return refused if len(refused) < len(self.keys_asked) else ()

    @property
    def keys_asked_words(self) -> str:
        """How many keys were asked; some may only have been left out, and are listed with why."""
        return asked_words([said.get("said", "") for said in self.keys_asked])

    @property
    def may_share(self) -> bool:
        """Whether to offer a share link."""
        return self.is_member and self.state.is_final and not self.locked

    @property
    def may_delete(self) -> bool:
        """Whether to offer deleting the result, also one that cannot be opened."""
        return self.role is not None and self.role.covers(Role.MEMBER) and self.state.is_final

    @property
    def may_fetch_output(self) -> bool:
        """Whether to offer asking once more for an output that could not be fetched."""
        return self.is_member and bool(self.output_trouble) and not self.locked

    @property
    def share_url(self) -> str:
        """Where a link to it, or to a part of it, is made; empty for whoever may not."""
        return _run_url("shares-create", self.team, self.run_id) if self.may_share else ""

    @property
    def url(self) -> str:
        """The permalink for members."""
        return _run_url("runs-show", self.team, self.run_id) if self.team else ""


def finished_page(
    opened: OpenedResult,
    *,
    team: Team,
    role: Role,
    view: str,
    rows: AskedTable = FIRST_ROWS,
    now: datetime,
) -> RunPage:
    """The page of a stored result for a member."""
    row = opened.row
    at = member_addresses(team, row.run_id)
    details = read_details(opened.details)
    metadata = decode(details.metadata) if details.metadata else None
    # What a run was given may be more confidential than what it returned.
    sent = details.payload if role.covers(Role.MEMBER) else None
    payload = decode(sent) if sent else None
    return RunPage(
        **result_parts(opened, at, view, rows, now),
        team=team,
        role=role,
        project=row.project,
        environment=environment_words(row.environment, row.branch),
        facts=detail_facts(details),
        tags=details.tags,
        related=details.related,
        metadata=tree_part(metadata, Held.METADATA, branch_url=at.branch) if metadata else None,
        payload=tree_part(payload, Held.PAYLOAD, branch_url=at.branch) if payload else None,
        output_trouble="" if opened.withheld else row.output_trouble,
        keys_asked=row.keys_asked,
        stored_at=row.stored_at,
    )


def result_parts(
    opened: OpenedResult, at: Addresses, view: str, rows: AskedTable, now: datetime
) -> dict[str, Any]:
    """The members of a page that members and link holders see alike."""
    row = opened.row
    state = State(row.state)
    times = durations_of(row)
    error = opened.error
    failure = failure_of(opened)
    error_value = message_value(failure)
    return {
        "run_id": row.run_id,
        "state": state,
        "label": state.label,
        "sentence": state.sentence,
        "task": row.task,
        "source": row.source,
        "durations": durations(times),
        "moments": moments(
            now=now, created=row.created_at, started=row.started_at, finished=row.finished_at
        ),
        "time_notes": times.notes,
        "output": (
            output_part(
                opened.output,
                view=view,
                branch_url=at.branch,
                raw_url=f"{at.download}?as=raw",
                json_url=f"{at.download}?as=json",
                rows=rows,
            )
            if opened.output
            else None
        ),
        "failure": failure,
        "error_value": (
            tree_part(error_value, Held.ERROR, branch_url=at.branch) if error_value else None
        ),
        "error_text": error.decode("utf-8", "replace") if error is not None else "",
        "search_url": at.search,
        "locked": opened.locked,
        "withheld": WITHHELD if opened.withheld else "",
    }


def unfinished_page(
    sighting: Sighting,
    *,
    details: RunDetails,
    team: Team,
    role: Role,
    has_keys: bool,
    now: datetime,
) -> RunPage:
    """The page of a run that is not known to have ended."""
    state = State(sighting.state) if sighting.state else State.PENDING
    label, sentence, advice = words(sighting, state, has_keys=has_keys, role=role)
    times = RunDurations.of(created=sighting.created_at, started=sighting.started_at)
    asked_about = has_keys and is_asked_about(sighting, now=now)
    is_seen = state is State.PENDING and bool(sighting.state)
    is_paused = sighting.pause_until is not None and sighting.pause_until > now
    key = sighting.key
    version = version_of(
        (label, sentence, advice, sighting.trouble),
        (sighting.task, key, times, details, sighting.keys_asked),
    )
    return RunPage(
        run_id=sighting.run_id,
        state=state,
        label=label,
        sentence=sentence,
        advice=advice,
        birth=""
        if sighting.created_at
        else birth_words(read_birth(sighting.run_id, now=now), now=now),
        team=team,
        role=role,
        task=sighting.task,
        project=key.project if key else "",
        environment=environment_words(key.environment, key.branch) if key else "",
        durations=durations(times)[:1] if is_seen else (),
        moments=(
            moments(now=now, created=sighting.created_at, started=sighting.started_at)
            if is_seen
            else ()
        ),
        facts=detail_facts(details) if is_seen else (),
        tags=details.tags if is_seen else (),
        related=details.related if is_seen else (),
        metadata=(text_part(decode(details.metadata)) if is_seen and details.metadata else None),
        keys_asked=sighting.keys_asked,
        trouble=trouble_words(sighting),
        checked_at=sighting.checked_at,
        asks_until=sighting.give_up_at if asked_about and state is not State.PENDING else None,
        pause_until=sighting.pause_until if is_paused else None,
        since=sighting.created_at if is_seen else None,
        version=version,
        refresh=(
            refresh_of(sighting, team=team, version=version, now=now) if asked_about else None
        ),
        may_check=has_keys,
        gave_up=has_keys and not asked_about and sighting.give_up_at <= now,
        locked=sighting.trouble == "locked",
    )


def _run_url(name: str, team: Team | None, run_id: str) -> str:
    return reverse(name, args=[team.slug if team else "", run_id])
