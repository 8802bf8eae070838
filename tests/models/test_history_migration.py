"""What was looked up before there was a history is in it: outcomes written on, one line a run."""

from __future__ import annotations

import importlib
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User

from results.domain.outcome import Outcome
from results.domain.status import State
from results.models import Lookup, Sighting, StoredResult, Team, TeamLookup
from tests import make

migration: Any = importlib.import_module("results.migrations.0005_history_of_earlier_lookups")


def migrate() -> None:
    for write in (migration.write_what_became_of_each_run, migration.write_one_line_a_run):
        write(apps, None)


def test_each_lookup_says_what_became_of_its_run(team: Team, alice: User) -> None:
    key = make.make_key(team=team, environment="prod")
    expected = {"run_never": ("waiting", "", "")}
    for state in State:
        run_id = f"run_{state.replace('_', '')}"
        known = ("report", "prod")
        if state.is_final:
            make.make_result(team=team, run_id=run_id, state=state)
        else:
            make.make_sighting(team=team, run_id=run_id, state=state)
        expected[run_id] = (Outcome.of(state).value, *known)
    StoredResult.objects.update(environment="prod")
    Sighting.objects.update(task="report", key=key)
    Lookup.objects.bulk_create(
        Lookup(team=team, user=alice, run_id=run_id, looked_at=make.NOW) for run_id in expected
    )

    migrate()

    for model in (Lookup, TeamLookup):
        rows = model.objects.values_list("run_id", "outcome", "task", "environment")
        assert {run_id: tuple(known) for run_id, *known in rows} == expected


def test_a_team_gets_one_line_a_run_with_the_latest_look(
    team: Team, alice: User, bob: User, monkeypatch: Any
) -> None:
    monkeypatch.setattr(migration, "BATCH", 2)
    other = make.make_team(name="Other", owner=alice)
    for number in range(5):
        for by, minutes in ((alice, number), (bob, 2)):
            at = make.NOW + timedelta(minutes=minutes)
            Lookup.objects.create(team=team, user=by, run_id=f"run_{number}", looked_at=at)
    Lookup.objects.create(team=other, user=alice, run_id="run_0", looked_at=make.NOW)

    migrate()

    rows = TeamLookup.objects.order_by("team__name", "run_id")
    assert [
        (row.team.name, row.run_id, row.looked_by and row.looked_by.username) for row in rows
    ] == [
        ("Acme", "run_0", "bob"),
        ("Acme", "run_1", "bob"),
        ("Acme", "run_2", "bob"),
        ("Acme", "run_3", "alice"),
        ("Acme", "run_4", "alice"),
        ("Other", "run_0", "alice"),
    ]
    assert TeamLookup.objects.filter(looked_at=make.NOW + timedelta(minutes=4)).count() == 1
