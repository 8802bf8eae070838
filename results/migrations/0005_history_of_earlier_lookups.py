"""Writes what became of each run on the lookups that there are, and one line a run for each team.

Apart from the tables' own migration: PostgreSQL alters no table in a transaction that has filled it.
"""

from itertools import groupby
from typing import Any

from django.db import migrations
from django.db.models import Case, CharField, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce

# The outcomes of the states as they were then.
OUTCOMES = {
    "succeeded": "succeeded",
    "failed": "failed",
    "crashed": "failed",
    "system_failure": "failed",
    "timed_out": "failed",
    "canceled": "other",
    "expired": "other",
    "": "waiting",
    "pending": "waiting",
}
BATCH = 2_000


def _outcome() -> Any:
    whens = [When(state=state, then=Value(outcome)) for state, outcome in OUTCOMES.items()]
    return Case(*whens, default=Value("unclear"), output_field=CharField())


def _of_the_run(rows: Any, value: Any) -> Any:
    same = rows.filter(team=OuterRef("team"), run_id=OuterRef("run_id"))
    return Subquery(same.annotate(wanted=value).values("wanted")[:1])


def write_what_became_of_each_run(apps: Any, schema_editor: Any) -> None:
    results = apps.get_model("results", "StoredResult").objects
    sightings = apps.get_model("results", "Sighting").objects

    def known(of_a_result: Any, of_a_sighting: Any, otherwise: str) -> Any:
        sources = (_of_the_run(results, of_a_result), _of_the_run(sightings, of_a_sighting))
        return Coalesce(*sources, Value(otherwise), output_field=CharField())

    apps.get_model("results", "Lookup").objects.update(
        outcome=known(_outcome(), _outcome(), "waiting"),
        task=known(_field("task"), _field("task"), ""),
        environment=known(_field("environment"), _field("key__environment"), ""),
    )


def _field(name: str) -> Any:
    return Coalesce(name, Value(""), output_field=CharField())


def write_one_line_a_run(apps: Any, schema_editor: Any) -> None:
    lookups = apps.get_model("results", "Lookup").objects
    lines = apps.get_model("results", "TeamLookup")
    ordered = lookups.order_by("team_id", "run_id", "-looked_at", "-pk")
    columns = ("team_id", "run_id", "looked_at", "user_id", "outcome", "task", "environment")
    made = []
    rows = ordered.values(*columns).iterator(chunk_size=BATCH)
    for _, of_one_run in groupby(rows, key=lambda row: (row["team_id"], row["run_id"])):
        latest = next(of_one_run)
        made.append(lines(looked_by_id=latest.pop("user_id"), **latest))
        if len(made) == BATCH:
            lines.objects.bulk_create(made)
            made = []
    lines.objects.bulk_create(made)


class Migration(migrations.Migration):
    dependencies = [("results", "0004_history")]

    operations = [
        migrations.RunPython(write_what_became_of_each_run, migrations.RunPython.noop),
        migrations.RunPython(write_one_line_a_run, migrations.RunPython.noop),
    ]
