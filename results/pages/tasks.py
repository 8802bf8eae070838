"""What a task's page, and a run's place among the runs of its task, may show; it asks nobody.

Also how a task is spelt in an address: a task's id is any text that its author liked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from results.domain.durations import duration_text, relative_text
from results.domain.status import State
from results.models import StoredResult, Team
from results.pages.chart import Bar, BarChart, bar_chart
from results.pages.columns import ColumnChart, column_chart
from results.pages.run_facts import environment_words
from results.services.history import (
    Around,
    Measure,
    PastRun,
    TaskHistory,
    measure_of,
    percentile,
)

# So many runs the list and its bars show well enough.
_FEW = 20
# How an address names the environment of runs whose key is gone.
NOWHERE = "unknown"

_MEASURES = {
    Measure.RAN: "Durations are from start to finish, waits included.",
    Measure.COMPUTE: "Durations are compute times, as the API reported them.",
}


class TaskConverter:
    """A task in an address: its own id, with what addresses would not keep as it is escaped.

    Browsers and proxies fold empty parts and parts of dots, so such a part gets a tilde in front,
    and so does one that begins with a tilde already. No task at all is a tilde alone.
    """

    # No database row holds a NUL, and PostgreSQL refuses to look for one.
    regex = r"[^\x00]+"

    def to_python(self, value: str) -> str:
        """Return the id."""
        return "/".join(part.removeprefix("~") for part in value.split("/"))

    def to_url(self, value: str) -> str:
        """Return the text."""
        folded = ("", ".", "..")
        return "/".join(
            f"~{part}" if part in folded or part.startswith("~") else part
            for part in value.split("/")
        )


@dataclass(frozen=True, slots=True)
class History:
    """Runs of one task as a chart, and as a table where the page has no other list of them."""

    title: str
    summary: str
    measure: str
    chart: BarChart | None
    task_url: str = ""
    has_table: bool = False
    last_good: LinkedRun | None = None
    compare_url: str = ""

    @property
    def rows(self) -> tuple[Bar, ...]:
        """The same runs for a table, latest first."""
        return self.chart.bars[::-1] if self.chart else ()


@dataclass(frozen=True, slots=True)
class Filter:
    """A link that shows other runs of the task."""

    label: str
    url: str
    is_current: bool
    count: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class LinkedRun:
    """A run that stands out, by how long it took or when it was."""

    run_id: str
    url: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A task in one environment: its figures over a bounded window, and a page of its runs."""

    team: Team
    task: str
    environment: str
    window: str
    measure: str
    succeeded: str
    p50: str
    p95: str
    environments: Sequence[Filter]
    outcomes: Sequence[Filter]
    last_success: LinkedRun | None
    slowest: Sequence[LinkedRun]
    failures: Sequence[LinkedRun]
    columns: ColumnChart | None
    history: History | None
    newest_url: str
    older_url: str

    @property
    def name(self) -> str:
        """The task, or that there is none."""
        return self.task or "Runs without a task"

    @property
    def has_durations(self) -> bool:
        """Whether any was reported."""
        return bool(self.slowest)


def run_history(past: Around, *, result: StoredResult, team: Team, now: datetime) -> History:
    """One run among the runs of its task around it, and the way to the last one that succeeded."""
    good = past.last_success
    last_good = _linked(good, team, now) if good and good.pk != result.pk else None
    compare = reverse("runs-compare", args=[team.slug, result.run_id])
    this = next(run for run in past.runs if run.pk == result.pk)
    measure = measure_of(past.runs, this=this)
    alone = len(past.runs) == 1
    return History(
        title="Beside other runs of its task",
        summary=_comparison(past, this, measure),
        measure="" if alone or not _known(past.runs, measure) else _MEASURES[measure],
        chart=None if alone else bar_chart(past.runs, measure, this=result.run_id),
        task_url=_address(team, result.task, env=result.environment or NOWHERE),
        has_table=True,
        last_good=last_good,
        compare_url=f"{compare}?{urlencode({'with': last_good.run_id})}" if last_good else "",
    )


def task_page(
    found: TaskHistory, *, team: Team, task: str, state: State | None, is_later: bool, now: datetime
) -> TaskPage:
    """The page of a task; ``is_later`` says that this is not the first page of its list."""
    env = found.environment or NOWHERE
    measure = measure_of(found.window)
    known = _known(found.window, measure)
    counts = Counter(run.state for run in found.window)
    here = {"env": env, "outcome": state.value} if state else {"env": env}
    return TaskPage(
        team=team,
        task=task,
        environment=_environment(found.environment),
        window=_window(found),
        measure=_MEASURES[measure] if known else "No duration was reported for these runs.",
        succeeded=f"{counts[State.SUCCEEDED]:,} of {len(found.window):,}",
        p50=_duration(percentile(known, 50)),
        p95=_duration(percentile(known, 95)),
        environments=_environments(found, team, task),
        outcomes=_outcomes(found, team, task, state, counts),
        last_success=_linked(found.last_success, team, now) if found.last_success else None,
        slowest=_slowest(found.window, measure, team),
        failures=[_linked(run, team, now) for run in found.window if run.state.tone == "bad"][:3],
        columns=column_chart(found.window, measure) if len(found.window) > _FEW else None,
        history=_listed(found, measure, state) if found.listed else None,
        newest_url=_address(team, task, **here) if is_later else "",
        older_url=_address(team, task, **here, before=str(found.older)) if found.older else "",
    )


def _comparison(past: Around, this: PastRun, measure: Measure) -> str:
    """How long the run took beside the others, in one sentence."""
    if len(past.runs) == 1:
        return "This is the first run of its task that is stored, so there is nothing to compare."
    others = [run for run in past.runs if run is not this]
    known, mine = _known(others, measure), this.ms(measure)
    if mine is None and not known:
        return "No duration was reported for these runs; their outcomes are known."
    if mine is None or not known:
        who = "this run" if mine is None else "the other runs"
        return f"The duration of {who} was not reported."
    slower, faster = sum(mine > ms for ms in known), sum(mine < ms for ms in known)
    word, count = ("Slower than", slower) if slower >= faster else ("Faster than", faster)
    if len(known) == 1:
        word = word if count else "As long as"
        return f"{word} the one other run, which took {duration_text(known[0])}."
    which = f"the {'last ' if past.is_latest else ''}{len(known)} other runs"
    median = duration_text(percentile([*known, mine], 50) or 0)
    if not count:
        return f"As long as {which}; median {median}."
    return f"{word} {'all' if count == len(known) else count} of {which}; median {median}."


def _listed(found: TaskHistory, measure: Measure, state: State | None) -> History:
    kind = f"{state.label.lower()} " if state else ""
    number = len(found.listed)
    return History(
        title="Runs",
        summary=f"{number} {kind}run{'' if number == 1 else 's'}, listed below the chart.",
        measure="",
        chart=bar_chart(found.listed[::-1], measure),
    )


def _known(runs: Sequence[PastRun], measure: Measure) -> list[float]:
    return [ms for run in runs if (ms := run.ms(measure)) is not None]


def _window(found: TaskHistory) -> str:
    number = len(found.window)
    if found.is_whole:
        return "the only stored run" if number == 1 else f"all {number:,} stored runs"
    return f"the last {number:,} stored runs"


def _duration(ms: float | None) -> str:
    return "not reported" if ms is None else duration_text(ms)


def _environment(environment: str) -> str:
    return environment_words(environment, "") or "an environment that is not known"


def _environments(found: TaskHistory, team: Team, task: str) -> list[Filter]:
    return [
        Filter(
            environment_words(name, "") or "not known",
            _address(team, task, env=name or NOWHERE),
            name == found.environment,
        )
        for name in found.environments
    ]


def _outcomes(
    found: TaskHistory, team: Team, task: str, state: State | None, counts: Counter[State]
) -> list[Filter]:
    """All, and every outcome that the window holds or that is asked for."""
    env = found.environment or NOWHERE
    return [
        Filter(
            "All",
            _address(team, task, env=env),
            state is None,
            f"{len(found.window):,}" if found.is_whole else "",
        ),
        *(
            Filter(
                one.label,
                _address(team, task, env=env, outcome=one.value),
                one is state,
                f"{counts[one]:,}",
                one.tone,
            )
            for one in State
            if counts[one] or one is state
        ),
    ]


def _slowest(runs: Sequence[PastRun], measure: Measure, team: Team) -> list[LinkedRun]:
    known = [(ms, run) for run in runs if (ms := run.ms(measure)) is not None]
    known.sort(key=lambda pair: pair[0], reverse=True)
    return [
        LinkedRun(run.run_id, _run_url(team, run), duration_text(ms), run.happened_at)
        for ms, run in known[:3]
    ]


def _linked(run: PastRun, team: Team, now: datetime) -> LinkedRun:
    return LinkedRun(
        run.run_id, _run_url(team, run), relative_text(run.happened_at, now), run.happened_at
    )


def _run_url(team: Team, run: PastRun) -> str:
    return reverse("runs-show", args=[team.slug, run.run_id])


def _address(team: Team, task: str, **query: str) -> str:
    return f"{reverse('tasks-show', args=[team.slug, task])}?{urlencode(query)}"
