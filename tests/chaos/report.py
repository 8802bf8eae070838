"""What was broken and what held, as a page; it judges nothing and names no machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tests.chaos.invariants import Finding

_WHY = (
    "`make chaos` makes this page. People in two teams paste, look, wait, share, revoke, write notes "
    "and pry, over real HTTP through a proxy, while one thing after the other goes wrong, on this "
    "machine alone; then everything is made right again, and what is below must hold. The same seed "
    "breaks the same things in the same order; the moment at which each request meets them is up to "
    "the machine."
)


@dataclass(frozen=True)
class Run:
    """One run: its seed, how long it lasted, what was broken how often, and what was found."""

    seed: int
    seconds: int
    made_on: date
    database: str
    cache: str
    people: int
    requests: int
    broken: Counter[str]
    what: dict[str, str]
    left_out: Sequence[str]
    findings: Sequence[Finding]

    @property
    def holds(self) -> bool:
        """Whether every invariant does."""
        return all(finding.holds for finding in self.findings)


def markdown(run: Run) -> str:
    """The page."""
    verdict = "Everything holds." if run.holds else "**Something does not hold.**"
    head = [
        "# Reliability",
        _WHY,
        (
            f"{run.made_on.isoformat()}, seed {run.seed}, {run.seconds} s: two web servers, a watcher, "
            f"{run.database}, {run.cache}, {run.people} people, {run.requests:,} requests. {verdict}"
        ),
        "## What must hold",
        _table(
            ("invariant", "looked at", "result"),
            [
                (f.name, f.looked_at, "holds" if f.holds else f"**does not hold:** {f.wrong}")
                for f in run.findings
            ],
        ),
        "## What went wrong meanwhile",
        _table(
            ("fault", "what it is", "times"),
            [(name, run.what[name], str(count)) for name, count in sorted(run.broken.items())],
        ),
    ]
    if run.left_out:
        head += ["## What was left out", "\n".join(f"- {reason}" for reason in run.left_out)]
    return "\n\n".join(head) + "\n"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |"
        for line in lines
    )
