"""Every list of lookups is served by an index of its own: no sorting, no walking past other rows."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from results.models import Lookup, Team, TeamLookup
from results.models.lookups import FACTS
from results.services.looking_back import Cursor, Wanted, counted_of, page_of
from tests import make

ROWS = 3_000
IS_POSTGRESQL = connection.vendor == "postgresql"
CHOICES = list(product(("", "failed"), ("", "t7"), (None, "prod")))


@pytest.fixture
def many(team: Team, alice: User, bob: User) -> None:
    """So many lines of every kind, most of them elsewhere, that no page is a whole table."""
    elsewhere = make.make_team(name="Elsewhere")
    outcomes, environments = ("succeeded", "failed", "other"), ("dev", "prod")
    tables: list[tuple[Any, str]] = [(Lookup, "user"), (TeamLookup, "looked_by")]
    for table, whose in tables:
        table.objects.bulk_create(
            table(
                team=elsewhere if n % 7 else team,
                run_id=f"run_{n}",
                looked_at=make.NOW - timedelta(seconds=n),
                outcome=outcomes[n % 3],
                task=f"t{n % 11}",
                environment=environments[n // 2 % 2],
                **{whose: alice if n % 5 else bob},
            )
            for n in range(ROWS)
        )
    with connection.cursor() as cursor:
        for name in ("results_lookup", "results_teamlookup"):
            # An index that other tests have left full of dead rows looks dearer than it is.
            cursor.execute(f"REINDEX TABLE {name}" if IS_POSTGRESQL else f"REINDEX {name}")
            cursor.execute(f"ANALYZE {name}")
        if IS_POSTGRESQL:
            # So few rows are sorted as quickly. What counts is that there is an index to read
            # them from in order, so that nobody has to sort when there are a million.
            for way in ("seqscan", "bitmapscan", "sort", "incremental_sort"):
                cursor.execute(f"SET LOCAL enable_{way} = off")


def plan_of(rows: Any) -> str:
    if IS_POSTGRESQL:
        return json.dumps(json.loads(rows.explain(format="json")))
    return str(rows.explain())


def index_name(wanted: Wanted) -> str:
    given = (bool(wanted.outcome), bool(wanted.task), wanted.environment is not None)
    facts = [fact[:3] for fact, is_given in zip(FACTS, given, strict=True) if is_given]
    return "_".join(("person" if wanted.person else "team", "by", *facts, "time"))


def assert_served(plan: str, name: str) -> None:
    assert f'"{name}"' in plan or f"INDEX {name} (" in plan, plan
    for walking in ("Seq Scan", "TEMP B-TREE", ' Sort"', '"Sort"', "Bitmap", "SCAN results"):
        assert walking not in plan, plan


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("is_mine", [True, False])
def test_every_page_is_read_from_its_own_index_in_order(
    team: Team, alice: User, *, is_mine: bool
) -> None:
    person = alice if is_mine else None
    for outcome, task, environment in CHOICES:
        for before in (None, Cursor(make.NOW - timedelta(seconds=900), 77)):
            wanted = Wanted(person, outcome, task, environment, before=before)

            # Who looked is fetched by key for the rows of the page; the order is the lines' own.
            plan = plan_of(page_of(team, wanted).select_related(None)[:51])

            assert_served(plan, index_name(wanted))


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("is_mine", [True, False])
def test_every_count_walks_no_further_than_it_counts(
    team: Team, alice: User, *, is_mine: bool
) -> None:
    person = alice if is_mine else None
    for outcome, task, environment in CHOICES:
        wanted = Wanted(person, outcome, task, environment)
        rows = counted_of(team, wanted, outcome)

        assert "LIMIT 1001" in str(rows.query)
        assert_served(plan_of(rows), index_name(wanted))


def test_what_was_looked_up_lately_is_read_in_order(team: Team, alice: User) -> None:
    Lookup.objects.bulk_create(
        Lookup(team=team, user=alice, run_id=f"run_{n}", looked_at=make.NOW + timedelta(seconds=n))
        for n in range(ROWS)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    plan = plan_of(Lookup.objects.by(alice)[:12])

    assert "lookups_newest_first" in plan
    for sorting in ("TEMP B-TREE", ' Sort"', '"Sort"'):
        assert sorting not in plan, plan
