"""Runs that one run may be held against, as links; it asks nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from results.domain.durations import relative_text
from results.domain.status import State
from results.services.history import PastRun


@dataclass(frozen=True, slots=True)
class OfferedRun:
    """Another run of the task; ``url`` leads from one comparison page to the comparison with it."""

    run_id: str
    url: str
    state: State
    at: datetime
    age: str


def offered_runs(runs: Sequence[PastRun], *, now: datetime) -> tuple[OfferedRun, ...]:
    """Runs as they are offered, in the order given."""
    return tuple(
        OfferedRun(
            run.run_id,
            f"?{urlencode({'with': run.run_id})}",
            run.state,
            run.happened_at,
            relative_text(run.happened_at, now),
        )
        for run in runs
    )
