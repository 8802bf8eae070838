"""What the history of lookups may show, and how its address spells what is wanted; it asks nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse

from results.domain.durations import duration_text, relative_text
from results.domain.identity import Environment
from results.domain.outcome import Outcome
from results.models import Role, Sighting, Team
from results.pages.pins import SOMEBODY
from results.pages.run_rows import RunRow, row_of
from results.pages.tasks import NOWHERE, Filter
from results.services.looking_back import COUNTED, Cursor, Look, LookedBack, Wanted

# More pins than these are behind a link, so that the history itself stays in sight.
_PINS_SHOWN = 5
_LONGEST = 255
# A run that somebody looks at is asked about at least this often.
_RECENT = timedelta(minutes=1)
_EVERYBODY = "team"


@dataclass(frozen=True, slots=True)
class AskedHistory:
    """What an address asks for, as it spells it; what is malformed is left out."""

    who: str = ""
    person: str = ""
    outcome: str = ""
    task: str = ""
    environment: str = ""
    pinned: str = ""
    before: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> AskedHistory:
        """Read `?who=team&person=…&outcome=…&task=…&env=…&pinned=1&before=…`."""
        environment, outcome = given.get("env", ""), given.get("outcome", "")
        return cls(
            _EVERYBODY if given.get("who") == _EVERYBODY else "",
            _text(given.get("person", "")),
            outcome if outcome in set(Outcome) else "",
            _text(given.get("task", "")),
            environment if environment in {*Environment, NOWHERE} else "",
            "1" if given.get("pinned") == "1" else "",
            given.get("before", "") if Cursor.parse(given.get("before", "")) else "",
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether more is asked for than whose history it is."""
        return any((self.outcome, self.task, self.environment, self.pinned))

    @property
    def is_plain(self) -> bool:
        """Whether it asks for no more than the beginning of one's own history, or of the team's."""
        return not (self.is_narrowed or self.person or self.before)

    def wanted(self, person: User | None) -> Wanted:
        """The same for the service, of this person or, if None, of everybody."""
        environment = "" if self.environment == NOWHERE else self.environment or None
        return Wanted(
            person,
            self.outcome,
            self.task,
            environment,
            bool(self.pinned),
            Cursor.parse(self.before),
        )

    def query(self, **other: str) -> str:
        """The same question with something else in it, from its first page on."""
        asked = {
            "who": self.who,
            "person": self.person,
            "outcome": self.outcome,
            "task": self.task,
            "env": self.environment,
            "pinned": self.pinned,
        } | other
        return "?" + urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True, slots=True)
class LookRow:
    """One run that was looked up; ``checked`` is how old its state is while that may change."""

    run: RunRow
    team: Team
    duration: str
    checked_at: datetime | None = None
    checked: str = ""
    looked_at: datetime | None = None
    looked: str = ""
    by: str = ""
    pinned: str = ""
    notes: int = 0


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """What somebody, or everybody of a team, looked up."""

    team: Team
    role: Role
    asked: AskedHistory
    rows: Sequence[LookRow]
    summary: str
    whose: Sequence[Filter]
    outcomes: Sequence[Filter]
    environments: Sequence[tuple[str, str]]
    people: Sequence[str] = ()
    tasks: Sequence[str] = ()
    pinned: Sequence[LookRow] = ()
    pins_url: str = ""
    back: str = ""
    clear_url: str = ""
    team_url: str = ""
    newest_url: str = ""
    older_url: str = ""
    has_pinned: bool = False

    @property
    def may_change(self) -> bool:
        """Whether to offer pinning."""
        return self.role.covers(Role.MEMBER)


def history_page(
    found: LookedBack, asked: AskedHistory, *, team: Team, role: Role, now: datetime
) -> HistoryPage:
    """The page of what was found for this question."""
    rows = look_rows(found.looks, has_keys=found.has_keys, now=now)
    pinned = look_rows(found.pinned[:_PINS_SHOWN], has_keys=found.has_keys, now=now)
    more = len(found.pinned) > _PINS_SHOWN
    pins_url = AskedHistory(who=_EVERYBODY, pinned="1").query()
    is_mine = not asked.who and not asked.person
    return HistoryPage(
        team=team,
        role=role,
        asked=asked,
        rows=rows,
        summary=_summary(found, asked),
        whose=_whose(asked),
        outcomes=_outcomes(found, asked),
        environments=[*((one.value, one.label) for one in Environment), (NOWHERE, "not known")],
        people=found.people,
        tasks=found.tasks,
        pinned=pinned,
        pins_url=pins_url if more else "",
        back=asked.query(before=asked.before),
        clear_url=AskedHistory(asked.who, asked.person).query() if asked.is_narrowed else "",
        team_url=asked.query(who=_EVERYBODY, person="") if is_mine else "",
        newest_url=asked.query() if asked.before else "",
        older_url=asked.query(before=str(found.older)) if found.older else "",
        has_pinned=bool(found.pinned) or bool(asked.pinned and rows),
    )


def look_rows(looks: Sequence[Look], *, has_keys: bool, now: datetime) -> list[LookRow]:
    """Lines to be shown; ``has_keys`` says whether anybody can be asked about unfinished runs."""
    return [_row(look, has_keys, now) for look in looks]


def history_url(team: Team, asked: AskedHistory | None = None) -> str:
    """Where the history of a team is."""
    return reverse("history-show", args=[team.slug]) + (asked.query() if asked else "")


def _row(look: Look, has_keys: bool, now: datetime) -> LookRow:
    row = row_of(look.run, has_keys=has_keys, now=now)
    seen = look.run.seen
    # A question that brought nothing newer leaves the state as old as it was.
    checked_at = seen.checked_at if isinstance(seen, Sighting) and not seen.trouble else None
    return LookRow(
        run=row,
        team=look.team,
        duration=_duration(look, row, now),
        checked_at=checked_at,
        checked=relative_text(checked_at, now) if checked_at else "",
        looked_at=look.looked_at,
        looked=relative_text(look.looked_at, now) if look.looked_at else "",
        by=_name(look.looked_by),
        pinned=f"{_name(look.pin.pinned_by)} {relative_text(look.pin.pinned_at, now)}"
        if look.pin
        else "",
        notes=look.notes,
    )


def _duration(look: Look, row: RunRow, now: datetime) -> str:
    """How long it ran, or had run when it was last seen; the compute time if that is all there is.

    Nobody knows what became since then of a run that is not looked at any more.
    """
    if row.ran:
        return row.ran
    if row.compute_ms is not None:
        return f"{duration_text(row.compute_ms)} compute"
    seen = look.run.seen
    if isinstance(seen, Sighting) and seen.started_at:
        until = seen.checked_at or seen.started_at
        ran = duration_text(max(0.0, (until - seen.started_at).total_seconds()) * 1000)
        return f"{ran} {'so far' if now - until < _RECENT else 'when last checked'}"
    return ""


def _name(user: User | None) -> str:
    return user.get_username() if user else SOMEBODY


def _summary(found: LookedBack, asked: AskedHistory) -> str:
    number = found.counts.get(asked.outcome, 0)
    kind = "pinned run" if asked.pinned else "run"
    whose = f"looked up by {asked.person}" if asked.person else "that you looked up"
    if asked.who == _EVERYBODY and not asked.person:
        whose = "that the team looked up"
    order = "latest pin" if asked.pinned else "latest look"
    return f"{_count(number)} {kind}{'' if number == 1 else 's'} {whose}, {order} first"


def _count(number: int) -> str:
    return f"{COUNTED:,}+" if number > COUNTED else f"{number:,}"


def _whose(asked: AskedHistory) -> list[Filter]:
    is_person = bool(asked.person)
    mine = Filter("Mine", asked.query(who="", person=""), not asked.who and not is_person)
    ours = asked.query(who=_EVERYBODY, person="")
    return [mine, Filter("The team's", ours, asked.who == _EVERYBODY and not is_person)]


def _outcomes(found: LookedBack, asked: AskedHistory) -> list[Filter]:
    """All, and every outcome that there is or that is asked for."""
    everything = Filter(
        "All", asked.query(outcome=""), not asked.outcome, _count(found.counts.get("", 0))
    )
    return [everything] + [
        Filter(
            one.label,
            asked.query(outcome=one.value),
            asked.outcome == one.value,
            _count(found.counts.get(one.value, 0)),
            one.tone,
        )
        for one in Outcome
        if found.counts.get(one.value) or asked.outcome == one.value
    ]


def _text(text: str) -> str:
    """What a database can compare with; no column holds more."""
    return text.replace("\x00", "\ufffd").strip()[:_LONGEST]
