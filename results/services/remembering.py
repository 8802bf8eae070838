"""Remembers who looked at which runs, and what became of those; it must not know how it is shown.

A line says what is known when it is written, and is told when that changes. Both happen under the
lock of the run's sighting, so that no line is written from what has just ceased to be true.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from results.domain.outcome import Outcome
from results.domain.status import State
from results.models import Lookup, Sighting, StoredResult, Team, TeamLookup
from results.models.lookups import FACTS


def note_lookup(*, result: StoredResult, team: Team, by: User, now: datetime) -> None:
    """Remember that this person looked at a stored result now, which no answer can change any more."""
    line = {"team": team.pk, "run_id": result.run_id, "looked_at": now, **_facts(result)}
    Lookup.objects.write(one_of=("team", "run_id", "user"), user=by.pk, **line)
    TeamLookup.objects.write(one_of=("team", "run_id"), looked_by=by.pk, **line)


@transaction.atomic(savepoint=False)
def note_lookups(
    *,
    team: Team,
    run_ids: Collection[str],
    stored: Mapping[str, StoredResult],
    by: User,
    now: datetime,
) -> None:
    """Remember that this person looked at these runs now, in a fixed number of queries.

    ``stored`` holds what the caller knows to be stored; of the others the sightings must exist.
    """
    seen: dict[str, StoredResult | Sighting] = dict(stored)
    missing = [run_id for run_id in run_ids if run_id not in seen]
    if missing:
        seen |= {one.run_id: one for one in Sighting.objects.locked(team, missing)}
    if late := [run_id for run_id in missing if run_id not in seen]:
        seen |= StoredResult.objects.of_runs(team, late)
    # In order, so that two who look at the same runs wait for each other and not crosswise.
    facts = {run_id: _facts(seen.get(run_id)) for run_id in sorted(set(run_ids))}
    Lookup.objects.bulk_create(
        [
            Lookup(team=team, user=by, run_id=run_id, looked_at=now, **known)
            for run_id, known in facts.items()
        ],
        update_conflicts=True,
        unique_fields=["team", "run_id", "user"],
        update_fields=["looked_at", *FACTS],
    )
    TeamLookup.objects.bulk_create(
        [
            TeamLookup(team=team, looked_by=by, run_id=run_id, looked_at=now, **known)
            for run_id, known in facts.items()
        ],
        update_conflicts=True,
        unique_fields=["team", "run_id"],
        update_fields=["looked_at", "looked_by", *FACTS],
    )


def learn(*, team_id: uuid.UUID, run_id: str, state: State, task: str, environment: str) -> None:
    """Tell every line of a run what has become of it; the caller holds the sighting's lock."""
    outcome = Outcome.of(state).value
    for lines in (Lookup.objects, TeamLookup.objects):
        lines.learn(team_id, run_id, outcome=outcome, task=task, environment=environment)


def _facts(seen: StoredResult | Sighting | None) -> dict[str, Any]:
    # Whether a run has finished is not known before somebody has answered.
    match seen:
        case StoredResult():
            state, task, environment = State(seen.state), seen.task, seen.environment
        case Sighting():
            state = State(seen.state) if seen.state else State.UNKNOWN
            task, environment = seen.task, seen.key.environment if seen.key else ""
        case None:
            state, task, environment = State.UNKNOWN, "", ""
    return {"outcome": Outcome.of(state).value, "task": task, "environment": environment}
