"""Lists what a person or a team looked up, page by page, each page in a fixed number of queries.

What is listed comes from the lines of the lookups; what is known of each run from its result or its
sighting, and never from what those hold sealed.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, IntegerField, Subquery

from results.domain.outcome import Outcome
from results.models import Lookup, Note, Pin, ProjectKey, Sighting, StoredResult, Team, TeamLookup
from results.services.several import SeenRun

PAGE = 50
# Up to so many are counted; what lies beyond is only said to be there.
COUNTED = 1_000
# So many people and tasks are offered to choose from.
OFFERED = 200
# From so many of the latest lookups the tasks are taken that are offered.
_RECENT = 200

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LARGEST_PK = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after the last line of a page."""

    looked_at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{(self.looked_at - _EPOCH) // _MICROSECOND}.{self.pk}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """Return the place that an address names; None for a malformed one."""
        moment, _, pk = text.partition(".")
        try:
            cursor = cls(_EPOCH + int(moment[:20]) * _MICROSECOND, int(pk[:20]))
        except (ValueError, OverflowError):
            return None
        return cursor if 0 <= cursor.pk <= _LARGEST_PK else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are wanted: everybody's unless of one ``person``, of any kind unless it is named.

    ``environment`` is None for any; empty for those of which it is not known.
    """

    person: User | None = None
    outcome: str = ""
    task: str = ""
    environment: str | None = None
    is_pinned: bool = False
    before: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One line: a run, what is known of it, when it was looked at last and by whom."""

    run: SeenRun
    team: Team
    looked_at: datetime | None = None
    looked_by: User | None = None
    pin: Pin | None = None
    notes: int = 0


@dataclass(frozen=True, slots=True)
class LookedBack:
    """One page of lines, newest first, and what belongs beside it.

    ``counts`` is how many lines there are of each outcome, one more than COUNTED for any number
    beyond it; under the empty name that of all outcomes together.
    """

    looks: Sequence[Look]
    older: Cursor | None
    counts: Mapping[str, int]
    pinned: Sequence[Look] = ()
    people: Sequence[str] = ()
    tasks: Sequence[str] = ()
    has_keys: bool = True


@dataclass(frozen=True, slots=True)
class _Line:
    """A lookup of a person or of a team, read alike."""

    run_id: str
    looked_at: datetime
    looked_by: User | None
    pk: int
    kind: tuple[str, str, str] = field(default=("", "", ""))


class _UpTo(Subquery):
    """How many rows a query brings that is cut at a limit."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS bounded)"
    output_field = IntegerField()


def look_back(*, team: Team, wanted: Wanted, with_pinned: bool) -> LookedBack:
    """Return the page that is wanted; ``with_pinned`` brings the team's pinned runs as well."""
    pins = {pin.run_id: pin for pin in Pin.objects.of(team)}
    if wanted.is_pinned:
        lines = _pinned_lines(team, wanted, pins)
        counts, has_keys = _counted(lines), ProjectKey.objects.of(team).exists()
        lines = [line for line in lines if wanted.outcome in ("", line.kind[0])]
        listed, older = lines, None
    else:
        lines = _lines(page_of(team, wanted)[: PAGE + 1], wanted.person)
        listed, last = lines[:PAGE], lines[PAGE - 1] if len(lines) > PAGE else None
        older = Cursor(last.looked_at, last.pk) if last else None
        counts, has_keys = _counts(team, wanted)
    beside = list(pins) if with_pinned and not wanted.is_pinned else []
    run_ids = {*(line.run_id for line in listed), *beside}
    seen = _seen([team.pk], run_ids)
    notes = Note.objects.numbers(team, list(run_ids))

    def look(run_id: str, at: datetime | None = None, by: User | None = None) -> Look:
        run = SeenRun(run_id, seen.get((team.pk, run_id)))
        return Look(run, team, at, by, pins.get(run_id), notes.get(run_id, 0))

    return LookedBack(
        looks=[look(line.run_id, line.looked_at, line.looked_by) for line in listed],
        older=older,
        counts=counts,
        pinned=[look(run_id) for run_id in beside],
        people=_people(team),
        tasks=_tasks(team),
        has_keys=has_keys,
    )


def nothing(*, team: Team) -> LookedBack:
    """Return a page without lines: nobody is called what was asked for."""
    return LookedBack((), None, {}, people=_people(team), tasks=_tasks(team))


def lately(*, by: User, most: int) -> list[Look]:
    """Return what this person looked up last, in all of their teams."""
    rows = list(Lookup.objects.by(by)[:most])
    seen = _seen({row.team_id for row in rows}, {row.run_id for row in rows})
    return [
        Look(SeenRun(row.run_id, seen.get((row.team_id, row.run_id))), row.team, row.looked_at, by)
        for row in rows
    ]


def person(*, team: Team, username: str) -> User | None:
    """Return who is called that and belongs to the team, or once looked something up in it."""
    named = User.objects.filter(username=username)
    return named.filter(
        Exists(team.memberships.filter(user__username=username))
        | Exists(team.lookups.filter(user__username=username))
    ).first()


def page_of(team: Team, wanted: Wanted) -> Any:
    """The query of a list page before it is cut; each has an index of its own that serves it."""
    rows = lines_of(team, wanted).newest_first()
    return rows.before(wanted.before.looked_at, wanted.before.pk) if wanted.before else rows


def lines_of(team: Team, wanted: Wanted) -> Any:
    """The lines of one person or of the team that are of the wanted kind, in no order."""
    whose: Any = (
        Lookup.objects.of(team, wanted.person) if wanted.person else TeamLookup.objects.of(team)
    )
    return whose.of_kind(outcome=wanted.outcome, task=wanted.task, environment=wanted.environment)


def counted_of(team: Team, wanted: Wanted, outcome: str) -> Any:
    """The query that is counted for one outcome, cut where counting ends.

    Its order has the index of the list read; without one a planner may walk a table to its end.
    """
    rows = lines_of(team, Wanted(wanted.person, outcome, wanted.task, wanted.environment))
    return rows.newest_first().select_related(None).values("pk")[: COUNTED + 1]


def _counts(team: Team, wanted: Wanted) -> tuple[dict[str, int], bool]:
    """Every bounded count, and whether the team has a key, in one query."""
    outcomes = ("", *(one.value for one in Outcome))
    asked = {f"of_{name}": _UpTo(counted_of(team, wanted, name)) for name in outcomes}
    found = (
        Team.objects.filter(pk=team.pk)
        .annotate(**asked, has_keys=Exists(ProjectKey.objects.filter(team=team)))
        .values_list(*asked, "has_keys")
        .get()
    )
    return dict(zip(outcomes, found[:-1], strict=True)), found[-1]


def _pinned_lines(team: Team, wanted: Wanted, pins: Mapping[str, Pin]) -> list[_Line]:
    """The lines of pinned runs, of whatever outcome: so few that they are chosen here."""
    rows = lines_of(team, Wanted(wanted.person)).filter(run_id__in=list(pins))
    lines = [
        line
        for line in _lines(rows, wanted.person)
        if wanted.task in ("", line.kind[1]) and wanted.environment in (None, line.kind[2])
    ]
    return sorted(lines, key=lambda line: pins[line.run_id].pinned_at, reverse=True)


def _counted(lines: Sequence[_Line]) -> dict[str, int]:
    return {"": len(lines), **Counter(line.kind[0] for line in lines)}


def _lines(rows: Iterable[Any], whose: User | None) -> list[_Line]:
    return [
        _Line(
            row.run_id,
            row.looked_at,
            whose or row.looked_by,
            row.pk,
            (row.outcome, row.task, row.environment),
        )
        for row in rows
    ]


def _seen(
    teams: Iterable[uuid.UUID], run_ids: Iterable[str]
) -> dict[tuple[uuid.UUID, str], StoredResult | Sighting]:
    """What is known of these runs, by team and run."""
    asked = (set(teams), set(run_ids))
    found: dict[tuple[uuid.UUID, str], StoredResult | Sighting] = {
        (row.team_id, row.run_id): row for row in Sighting.objects.among(*asked)
    }
    # After the sightings: a run that is settled in between is then found here.
    found.update({(row.team_id, row.run_id): row for row in StoredResult.objects.among(*asked)})
    return found


def _people(team: Team) -> list[str]:
    members = team.memberships.order_by("user__username")
    return list(members.values_list("user__username", flat=True)[:OFFERED])


def _tasks(team: Team) -> list[str]:
    """The tasks of what was looked up lately, by name."""
    latest = TeamLookup.objects.filter(team=team).newest_first()
    return sorted(set(latest.values_list("task", flat=True)[:_RECENT]) - {""})
