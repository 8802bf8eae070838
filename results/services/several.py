"""Looks up several runs of a team at once, in a fixed number of queries; it asks nobody itself.

What is not known yet is asked about by the rounds, like every other run that somebody looks at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.contrib.auth.models import User

from results import vault
from results.domain.failure_report import FailureReport, without_words
from results.domain.failures import read_failure
from results.domain.result import Source
from results.domain.status import State
from results.models import ResultBody, Sighting, StoredResult, Team, Tombstone
from results.services import looks, paces, remembering, sealing, sightings


@dataclass(frozen=True, slots=True)
class SeenRun:
    """One run and what is known of it; ``seen`` is None when nobody ever looked at it.

    ``failure`` is the report of its error, None when there is none or it cannot be opened.
    ``is_gone`` says that a result was kept once and deleted; such a run is not looked up by itself.
    """

    run_id: str
    seen: StoredResult | Sighting | None
    failure: FailureReport | None = None
    is_gone: bool = False


def look_up_all(
    *,
    team: Team,
    run_ids: Sequence[str],
    by: User,
    environment_hint: str,
    with_values: bool = True,
    now: datetime,
) -> list[SeenRun]:
    """Return every run in the order given, each looked up; those not stored are asked about soon.

    Raises TooManyLookupsError; all of them together are one lookup.
    """
    stored = StoredResult.objects.of_runs(team, run_ids)
    missing = [run_id for run_id in run_ids if run_id not in stored]
    gone = _gone(team, missing)
    missing = [run_id for run_id in missing if run_id not in gone]
    sightings.open_sightings(
        team=team,
        run_ids=missing,
        environment_hint=environment_hint,
        before_new=partial(paces.count_lookup, by=by),
        now=now,
    )
    there = [run_id for run_id in run_ids if run_id not in gone]
    remembering.note_lookups(team=team, run_ids=there, stored=stored, by=by, now=now)
    return seen_all(team=team, run_ids=run_ids, with_values=with_values, now=now)


def seen_all(
    *, team: Team, run_ids: Sequence[str], with_values: bool = True, now: datetime
) -> list[SeenRun]:
    """Return what is known of every run in the order given, and say that somebody looks at them.

    Without ``with_values`` no word of an error that the task wrote is among it.
    """
    seen = Sighting.objects.of_runs(team, run_ids)
    # After the sightings: a run that is settled in between is then found here.
    stored = StoredResult.objects.of_runs(team, run_ids)
    looks.keep_looking(
        sightings=[one for run_id, one in seen.items() if run_id not in stored], now=now
    )
    gone = _gone(team, [run for run in run_ids if run not in stored and run not in seen])
    failures = _failures(team, [row for row in stored.values() if row.state != State.SUCCEEDED])
    if not with_values:
        failures = {run_id: without_words(failure) for run_id, failure in failures.items()}
    return [
        SeenRun(
            run_id, stored.get(run_id) or seen.get(run_id), failures.get(run_id), run_id in gone
        )
        for run_id in run_ids
    ]


def check_all(
    *, team: Team, run_ids: Sequence[str], with_values: bool = True, now: datetime
) -> list[SeenRun]:
    """Have all that have not ended asked about at once, and return what is known of every run.

    What nobody ever looked up stays so. It waits for no answer.
    """
    seen = Sighting.objects.of_runs(team, run_ids)
    stored = StoredResult.objects.of_runs(team, run_ids)
    waiting = [one for run_id, one in seen.items() if run_id not in stored]
    sightings.check_all_now(sightings=waiting, now=now)
    return seen_all(team=team, run_ids=run_ids, with_values=with_values, now=now)


def _gone(team: Team, run_ids: Sequence[str]) -> dict[str, Tombstone]:
    return Tombstone.objects.of_runs(team, run_ids) if run_ids else {}


def _failures(team: Team, results: Sequence[StoredResult]) -> dict[str, FailureReport]:
    """Read the errors of these results; what a closed vault does not open is left out."""
    rows = {result.pk: result for result in results}
    sealed = ResultBody.objects.filter(result__in=rows, sealed_error__isnull=False)
    try:
        opened = sealing.data_key(team)
        return {
            rows[pk].run_id: read_failure(
                opened.open(bytes(content), purpose=sealing.ERROR, row=str(pk)),
                source=Source(rows[pk].source),
            )
            for pk, content in sealed.values_list("result_id", "sealed_error")
            if content is not None
        }
    except vault.VaultError:
        return {}
