"""What the page of several runs may show: rows, totals, orders, filters; it asks nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from results.domain.identity import read_pasted
from results.domain.status import State
from results.models import Role, Sighting, Team
from results.pages.refresh import LONGEST_S, seconds_until_look
from results.pages.run_rows import (
    ORDERS,
    OUTCOMES,
    RunRow,
    ordered,
    outcome_of,
    resting_words,
    row_of,
    summary_of,
)
from results.services.several import SeenRun


@dataclass(frozen=True, slots=True)
class AskedRuns:
    """What an address asks for: run ids, an order (`-` in front reverses it), one outcome.

    ``is_still`` says that the page is not to look again by itself, where no script decides that.
    """

    run_ids: tuple[str, ...]
    left_out: int = 0
    sort: str = ""
    outcome: str = ""
    environment_hint: str = ""
    is_still: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str]) -> AskedRuns:
        """Read `?ids=…&sort=…&outcome=…&env=…&refresh=off`; what is malformed asks for nothing."""
        found = tuple(map(str, read_pasted(given.get("ids", "")).run_ids))
        most = settings.RUNS_AT_ONCE
        sort, outcome = given.get("sort", ""), given.get("outcome", "")
        return cls(
            found[:most],
            max(0, len(found) - most),
            sort if sort.removeprefix("-") in ORDERS else "",
            outcome if outcome in OUTCOMES else "",
            given.get("env", ""),
            given.get("refresh") == "off",
        )

    def query(self, **other: str) -> str:
        """The same question with something else in it, for an address."""
        asked = {
            "ids": ",".join(self.run_ids),
            "sort": self.sort,
            "outcome": self.outcome,
            "refresh": "off" if self.is_still else "",
        }
        told = {name: value for name, value in (asked | other).items() if value}
        return urlencode(told, safe=",")


@dataclass(frozen=True, slots=True)
class Choice:
    """An order or an outcome to choose, and whether it is the one that is shown."""

    name: str
    label: str
    url: str
    count: int | None = None
    is_current: bool = False
    direction: str = ""


@dataclass(frozen=True, slots=True)
class RowsRefresh:
    """Where the rows that are not final are asked for again, and after how many seconds."""

    url: str
    after_s: int
    waiting: int


@dataclass(frozen=True, slots=True)
class SeveralPage:
    """Several runs of one team."""

    team: Team
    role: Role
    rows: Sequence[RunRow]
    shown: Sequence[RunRow]
    outcomes: Sequence[Choice]
    orders: Sequence[Choice]
    summary: str
    left_out: int
    again_url: str
    still_url: str
    csv_url: str
    refresh: RowsRefresh | None
    refused: Sequence[str] = ()
    resting: str = ""
    has_keys: bool = True
    check_url: str = ""
    check_rows_url: str = ""

    @property
    def title(self) -> str:
        """What the tab is called."""
        waiting = self.refresh.waiting if self.refresh else 0
        mark = f"⏳ {len(self.rows) - waiting}/{len(self.rows)}" if waiting else f"{len(self.rows)}"
        return f"{mark} runs · Runlens"


def several_page(
    asked: AskedRuns,
    seen: Sequence[SeenRun],
    *,
    team: Team,
    role: Role,
    has_keys: bool,
    now: datetime,
) -> SeveralPage:
    """The page of these runs: all of them counted, those of the chosen outcome shown in order."""
    rows = [row_of(one, has_keys=has_keys, now=now) for one in seen]
    shown = [row for row in rows if not asked.outcome or outcome_of(row) == asked.outcome]
    return SeveralPage(
        team=team,
        role=role,
        rows=rows,
        shown=ordered(shown, asked.sort),
        outcomes=_outcomes(asked, rows),
        orders=[_order(asked, name, label) for name, label in ORDERS.items()],
        summary=summary_of(rows),
        left_out=asked.left_out,
        again_url="?" + asked.query(refresh=""),
        still_url="?" + asked.query(refresh="off"),
        csv_url="?" + asked.query(**{"as": "csv"}),
        refresh=rows_refresh(asked, seen, rows, team=team, now=now),
        refused=_refused(seen),
        resting=resting_words(rows),
        has_keys=has_keys,
        **_check_urls(asked, seen, rows, team=team, has_keys=has_keys),
    )


def _check_urls(
    asked: AskedRuns,
    seen: Sequence[SeenRun],
    rows: Sequence[RunRow],
    *,
    team: Team,
    has_keys: bool,
) -> dict[str, str]:
    """Where all that have not ended are asked about at once: for a browser, and for its script."""
    if not has_keys or not any(isinstance(one.seen, Sighting) for one in seen):
        return {}
    url = reverse("several-check", args=[team.slug])
    return {
        "check_url": f"{url}?{asked.query()}",
        "check_rows_url": f"{url}?{asked.query(seen=_versions(rows))}",
    }


def _versions(rows: Sequence[RunRow]) -> str:
    return "".join(row.version for row in rows)


def rows_refresh(
    asked: AskedRuns, seen: Sequence[SeenRun], rows: Sequence[RunRow], *, team: Team, now: datetime
) -> RowsRefresh | None:
    """When to ask for the rows again; None when none of them can change any more by itself."""
    waiting = [
        one.seen
        for one, row in zip(seen, rows, strict=True)
        if row.is_asked_about and isinstance(one.seen, Sighting)
    ]
    if not waiting:
        return None
    after_s = min((seconds_until_look(sighting, now=now) for sighting in waiting), default=1)
    url = f"{reverse('several-rows', args=[team.slug])}?{asked.query(seen=_versions(rows))}"
    return RowsRefresh(url, min(max(after_s, 2), LONGEST_S), len(waiting))


def _outcomes(asked: AskedRuns, rows: Sequence[RunRow]) -> list[Choice]:
    counts = Counter(map(outcome_of, rows))
    everything = Choice(
        "outcome-all", "All", "?" + asked.query(outcome=""), len(rows), not asked.outcome
    )
    return [everything] + [
        Choice(
            f"outcome-{name}",
            label,
            "?" + asked.query(outcome=name),
            counts[name],
            asked.outcome == name,
        )
        for name, label in OUTCOMES.items()
        if counts[name] or asked.outcome == name
    ]


def _order(asked: AskedRuns, name: str, label: str) -> Choice:
    is_current = asked.sort.removeprefix("-") == name
    is_down = asked.sort == f"-{name}"
    following = "" if is_down else f"-{name}" if is_current else name
    direction = ("descending" if is_down else "ascending") if is_current else ""
    return Choice(name, label, "?" + asked.query(sort=following), None, is_current, direction)


def _refused(seen: Sequence[SeenRun]) -> list[str]:
    """The keys that Trigger.dev refused, each named once for all the rows."""
    return sorted(
        {
            said["key"]
            for one in seen
            if isinstance(one.seen, Sighting)
            for said in one.seen.keys_asked
            if said.get("state") == State.KEY_REFUSED
        }
    )
