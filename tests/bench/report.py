"""What was found as a table for people and as JSON for scripts; it measures and judges nothing."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from itertools import groupby
from typing import Any

from tests.bench.goals import Form, Outcome

_LIBRARIES = ("django", "granian", "httpx", "aiohttp", "msgspec", "cryptography", "zstandard")

_MADE_BY = (
    "`make bench` makes this page and [benchmarks.json](benchmarks.json), which has every round. "
    "`make bench BENCH=full` measures the rest and compares with peers."
)
_METHOD = (
    "Every figure is a ratio of two things that were measured side by side in the same run, "
    "round by round, in turn; the median counts. So they mean the same on another machine, "
    "and a busy one makes them noisy rather than wrong. *Noisy* marks a goal whose rounds lie "
    "far apart. The *floor page* is a bare Django with our stack of middlewares: a session, a "
    "user, one row, a template of 12 KB."
)
_LIMITS = (
    "Everything is on one machine over loopback, with warm caches, no proxy and one shape of data. "
    "Absolute figures are in the notes only to make a ratio plausible."
)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the benchmarks and where it was made."""

    form: Form
    made_at: datetime
    took_s: float
    load_client: str
    database: str
    load_average: float
    outcomes: Sequence[Outcome]

    def count(self, status: str) -> int:
        """How many goals have this status."""
        return sum(outcome.status == status for outcome in self.outcomes)


def machine() -> dict[str, str]:
    """What a reader needs to place the figures; no name of the machine or of a person."""
    return {
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }  # fmt: skip


def versions() -> dict[str, str]:
    """The libraries that the figures depend on."""
    return {name: version(name) for name in _LIBRARIES}


def as_json(run: Run) -> str:
    """Everything, round by round."""
    told = {
        "form": run.form,
        "made_at": run.made_at.isoformat(timespec="seconds"),
        "took_s": round(run.took_s),
        "load_client": run.load_client,
        "database": run.database,
        "load_average_at_start": run.load_average,
        "machine": machine(),
        "versions": versions(),
        "goals": [_plain(outcome) for outcome in run.outcomes],
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _plain(outcome: Outcome) -> dict[str, Any]:
    goal, finding = outcome.goal, outcome.finding
    told: dict[str, Any] = {
        "goal": goal.name,
        "what": goal.what,
        "aim": goal.aim,
        "status": outcome.status,
    }
    if finding is None:
        return told | {"reason": outcome.reason}
    ratio = finding.ratio
    return told | {
        "median": _rounded(ratio.median),
        "lowest": _rounded(ratio.lowest),
        "highest": _rounded(ratio.highest),
        "rounds": [_rounded(value) for value in ratio.rounds],
        "noisy": ratio.is_noisy,
        "note": finding.note,
    }


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def figure(value: float) -> str:
    """A ratio in as many digits as mean something."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2g}" if value < 0.1 else f"{value:.2f}"


def table(outcomes: Sequence[Outcome]) -> str:
    """One row a goal, by group."""
    lines = []
    for group, members in groupby(outcomes, key=lambda outcome: outcome.goal.group):
        lines += [
            f"### {group}",
            "",
            "| goal | what is divided by what | aim | median | lowest to highest | |",
            "|---|---|---|---|---|---|",
            *map(_row, members),
            "",
        ]
    return "\n".join(lines)


def _row(outcome: Outcome) -> str:
    goal, finding = outcome.goal, outcome.finding
    name, what = goal.name, goal.what
    if finding is None:
        return f"| {name} | {what} | {goal.aim} | | | not run: {outcome.reason} |"
    ratio = finding.ratio
    shown = f"{figure(ratio.lowest)} to {figure(ratio.highest)}" if len(ratio.rounds) > 1 else ""
    verdict = "**met**" if outcome.status == "met" else "not met"
    if ratio.is_noisy:
        verdict += " (noisy)"
    return f"| {name} | {what} | {goal.aim} | {figure(ratio.median)} | {shown} | {verdict} |"


def markdown(run: Run) -> str:
    """The whole page of docs/benchmarks.md."""
    place, libraries = machine(), ", ".join(f"{n} {v}" for n, v in versions().items())
    noisy = sum(o.finding is not None and o.finding.ratio.is_noisy for o in run.outcomes)
    notes = [
        f"- **{o.goal.name}**: {o.finding.note}{' ' if o.finding.note else ''}"
        f"{f'Measured before: {o.goal.anchor}.' if o.goal.anchor else ''}"
        for o in run.outcomes
        if o.finding is not None and (o.finding.note or o.goal.anchor)
    ]
    purpose = [
        f"- **{o.goal.name}**: {o.goal.on_purpose}"
        for o in run.outcomes
        if o.goal.on_purpose and o.status != "met"
    ]
    made = (
        f"{run.made_at:%-d %B %Y}, {run.form} form, {run.took_s / 60:.0f} minutes: "
        f"**{run.count('met')} met, {run.count('not met')} not met, {run.count('not run')} not run**, "
        f"{noisy} noisy. {place['cores']} cores, {place['system']}, Python {place['python']}, "
        f"{run.database}; {libraries}; load by {run.load_client}; "
        f"the machine's load was {run.load_average:.1f} at the start."
    )
    return "\n".join(
        [
            *("# Benchmarks", "", _MADE_BY, "", _METHOD, "", made, ""),
            *("## Goals", "", table(run.outcomes).rstrip(), ""),
            *(["## Not met on purpose", "", *purpose, ""] if purpose else []),
            *("## Figures behind the ratios", "", *notes, ""),
            *("## What this does not say", "", _LIMITS, ""),
        ]
    )


def terminal(run: Run) -> str:
    """The table for the one who waits for it."""
    width = max(len(outcome.goal.what) for outcome in run.outcomes)
    lines = []
    for outcome in run.outcomes:
        goal, finding = outcome.goal, outcome.finding
        seen = "not run: " + outcome.reason
        if finding is not None:
            ratio = finding.ratio
            noisy = " noisy" if ratio.is_noisy else ""
            between = f"({figure(ratio.lowest)} to {figure(ratio.highest)}){noisy}"
            seen = f"{figure(ratio.median):>7}  {outcome.status:<7}  {between}"
        lines.append(f"{goal.name:<12} {goal.what:<{width}}  {goal.aim:>7}  {seen}")
    met = f"{run.count('met')} met, {run.count('not met')} not met, {run.count('not run')} not run"
    return "\n".join([*lines, "", f"{met}, in {run.took_s / 60:.1f} minutes."])
