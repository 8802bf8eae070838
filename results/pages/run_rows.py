"""One line for one run, in lists of several: what it shows, its outcome, its CSV; it asks nobody."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from results.domain.csv_text import csv_of_records
from results.domain.durations import duration_text, relative_text
from results.domain.failure_report import FailureReport
from results.domain.outcome import Outcome
from results.domain.problems import ASKED_TO_WAIT
from results.domain.status import State, pending_words
from results.domain.table import Cell
from results.models import Sighting, StoredResult, Team
from results.pages.readings import durations_of
from results.pages.refresh import version_of
from results.pages.run_facts import environment_words
from results.services.candidates import NOT_ASKED
from results.services.several import SeenRun
from results.services.sightings import is_asked_about

VERSION_LENGTH = 4

# Of a run that nobody has answered for yet, nothing is said but that.
LOOKING = "looking"
OUTCOMES = {outcome.value: outcome.label for outcome in Outcome} | {LOOKING: "Being looked up"}
ORDERS = {
    "run": "Run",
    "state": "State",
    "task": "Task",
    "environment": "Environment",
    "ran": "Ran",
    "created": "Triggered",
}
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in the list; ``is_answered`` says that something is known of it, or why nothing is.

    ``not_asked`` is why nobody could be asked just now, as a clause, and ``waits_until`` the moment
    before which the API wants no question; many rows share them.
    """

    run_id: str
    state: State
    label: str
    task: str = ""
    project: str = ""
    environment: str = ""
    ran_ms: float | None = None
    compute_ms: float | None = None
    created_at: datetime | None = None
    finished_at: datetime | None = None
    age: str = ""
    headline: str = ""
    not_asked: str = ""
    waits_until: datetime | None = None
    is_asked_about: bool = False
    is_answered: bool = True
    version: str = ""

    @property
    def tone(self) -> str:
        """How its badge looks."""
        return self.state.tone

    @property
    def ran(self) -> str:
        """How long it ran, as people read it."""
        return "" if self.ran_ms is None else duration_text(self.ran_ms)


def row_of(one: SeenRun, *, has_keys: bool, now: datetime) -> RunRow:
    """What is known of one run as a line; its version names what the line shows."""
    match one.seen:
        case StoredResult() as result:
            row = _stored_row(result, one.failure, now)
        case Sighting() as sighting:
            row = _sighting_row(sighting, has_keys=has_keys, now=now)
        case None:
            row = RunRow(one.run_id, State.UNKNOWN, "Deleted" if one.is_gone else "Not looked up")
    # The age moves on by itself and is no news.
    news = (row.label, row.task, row.environment, row.headline, row.is_asked_about)
    return replace(row, version=version_of(news, None)[:VERSION_LENGTH])


def _stored_row(result: StoredResult, failure: FailureReport | None, now: datetime) -> RunRow:
    times = durations_of(result)
    state = State(result.state)
    happened = result.created_at or result.stored_at
    headline = failure.headline if failure else ""
    if headline == state.label:
        headline = ""
    return RunRow(
        result.run_id,
        state,
        state.label,
        task=result.task,
        project=result.project,
        environment=environment_words(result.environment, result.branch),
        ran_ms=times.ran_ms,
        compute_ms=times.compute_ms,
        created_at=result.created_at,
        finished_at=result.finished_at,
        age=relative_text(happened, now),
        headline=headline,
    )


def _sighting_row(sighting: Sighting, *, has_keys: bool, now: datetime) -> RunRow:
    state = State(sighting.state) if sighting.state else State.PENDING
    label = state.label
    if not has_keys:
        label = "No key yet"
    elif not sighting.state:
        label = "Looking"
    elif state is State.PENDING:
        label = pending_words(sighting.status)[0]
    key = sighting.key
    reason = _reason(sighting, state)
    not_asked = reason.partition(NOT_ASKED)[2].partition("; asked again")[0]
    waits_until = _api_wants_none_before(sighting) if ASKED_TO_WAIT in reason else None
    return RunRow(
        sighting.run_id,
        state,
        label,
        task=sighting.task,
        project=key.project if key else "",
        environment=environment_words(key.environment, key.branch) if key else "",
        created_at=sighting.created_at,
        age=relative_text(sighting.created_at, now) if sighting.created_at else "",
        headline="" if not_asked or waits_until else reason,
        not_asked=not_asked,
        waits_until=waits_until,
        is_asked_about=has_keys and is_asked_about(sighting, now=now),
        is_answered=bool(sighting.state),
    )


def _reason(sighting: Sighting, state: State) -> str:
    """Why nothing newer is known, in one clause; refused keys are named once, above the list."""
    if sighting.trouble not in ("", "locked"):
        return f"The API {sighting.trouble}"
    if state in (State.RATE_LIMITED, State.UNREACHABLE, State.UNREADABLE):
        for said in sighting.keys_asked:
            if said.get("state") == state:
                return f"{said['key']} {said['said']}"
    return ""


def _api_wants_none_before(sighting: Sighting) -> datetime | None:
    """When the last of the pauses ends that the API itself asked for."""
    untils = [
        datetime.fromisoformat(said["until"])
        for said in sighting.keys_asked
        if "until" in said and said.get("said", "").startswith(ASKED_TO_WAIT)
    ]
    return max(untils, default=None)


def outcome_of(row: RunRow) -> str:
    """One of OUTCOMES; a run is "not finished" only where somebody said so."""
    if row.is_answered:
        return Outcome.of(row.state).value
    return LOOKING if row.is_asked_about else Outcome.UNCLEAR.value


def summary_of(rows: Sequence[RunRow]) -> str:
    """`12 runs: 7 succeeded, 2 failed, 3 not finished`."""
    counts = Counter(map(outcome_of, rows))
    parts = [f"{counts[name]} {label.lower()}" for name, label in OUTCOMES.items() if counts[name]]
    return f"{len(rows)} run{'' if len(rows) == 1 else 's'}: {', '.join(parts)}"


def resting_words(rows: Sequence[RunRow]) -> str:
    """Say once for all rows how many were not asked about or answered just now, and why.

    Of several reasons of our own the commonest is said; of several times the API's latest.
    """
    said = []
    if reasons := Counter(row.not_asked for row in rows if row.not_asked):
        why = re.sub(r"^its\b", "a key's", reasons.most_common(1)[0][0])
        said.append(f"{_were(reasons.total())} not asked about just now: {why}.")
    if untils := [row.waits_until for row in rows if row.waits_until]:
        why = f"the API {ASKED_TO_WAIT}{max(untils):%H:%M:%S} UTC"
        said.append(f"{_were(len(untils))} not answered just now: {why}.")
    return " ".join(said)


def _were(number: int) -> str:
    return f"{number} {'was' if number == 1 else 'were'}"


def changed_rows(rows: Sequence[RunRow], seen: str) -> list[RunRow]:
    """The rows that are not what a page says that it shows, each named by a few characters."""
    shown = [
        seen[at : at + VERSION_LENGTH]
        for at in range(0, VERSION_LENGTH * len(rows), VERSION_LENGTH)
    ]
    return [row for row, version in zip(rows, shown, strict=True) if row.version != version]


def rows_csv(rows: Sequence[RunRow], *, team: Team) -> bytes:
    """The rows as CSV: times in UTC, durations in ms, what is not known left empty."""
    headings = (
        *("run_id", "state", "label", "task", "project", "environment"),
        *("created_at", "finished_at", "ran_ms", "compute_ms", "error", "url"),
    )
    return csv_of_records(headings, (_record(row, team) for row in rows))


def _record(row: RunRow, team: Team) -> list[Cell | None]:
    address = settings.SITE_URL + reverse("runs-show", args=[team.slug, row.run_id])
    texts = (row.run_id, row.state.value, row.label, row.task, row.project, row.environment)
    moments = (row.created_at, row.finished_at)
    return [
        *(Cell("string", text) if text else None for text in texts),
        *(Cell("string", moment.isoformat()) if moment else None for moment in moments),
        *(
            Cell("number", str(ms)) if ms is not None else None
            for ms in (row.ran_ms, row.compute_ms)
        ),
        Cell("string", row.headline) if row.headline and row.state.is_final else None,
        Cell("string", address),
    ]


def ordered(rows: Sequence[RunRow], sort: str) -> list[RunRow]:
    """In the order asked for, what has no such fact last; as pasted without one."""
    name = sort.removeprefix("-")
    if not name:
        return list(rows)
    keys: dict[str, Callable[[RunRow], Any]] = {
        "run": lambda row: row.run_id,
        "state": lambda row: list(OUTCOMES).index(outcome_of(row)),
        "task": lambda row: row.task,
        "environment": lambda row: row.environment,
        "ran": lambda row: row.ran_ms or 0.0,
        "created": lambda row: row.created_at or _LONG_AGO,
    }
    lacks: dict[str, Callable[[RunRow], bool]] = {
        "task": lambda row: not row.task,
        "environment": lambda row: not row.environment,
        "ran": lambda row: row.ran_ms is None,
        "created": lambda row: row.created_at is None,
    }
    ordered = sorted(rows, key=keys[name], reverse=sort.startswith("-"))
    return sorted(ordered, key=lacks.get(name, lambda row: False))
