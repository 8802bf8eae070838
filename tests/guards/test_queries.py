"""Every page costs the same number of queries, however much is stored, and drawing it costs none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.template import Template
from django.test import Client
from django.test.utils import CaptureQueriesContext

from results.models import Membership, Team
from tests import make
from tests.guards.stage import Stage, crowd, set_stage

ROWS = 1_000
LISTS = (
    *("team", "projectkey", "storedresult", "sighting", "sharelink", "lookup", "membership"),
    *("watch", "webhookdelivery"),
    *("teamlookup", "pin", "note"),
)


def costs(client: Client, pages: dict[str, str]) -> dict[str, int]:
    counted = {}
    for name, address in pages.items():
        headers = {"HX-Request": "true"} if name.endswith("panel") else {}
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.get(address, headers=headers)
        assert response.status_code == 200, (name, response.status_code)
        counted[name] = len(queries)
    return counted


def pages_with_a_pending_run(stage: Stage) -> dict[str, str]:
    run = f"/t/acme/runs/{stage.sighting.run_id}"
    return (
        stage.member_pages
        | stage.pages_for_roles
        | {
            "pending-panel": f"{run}/panel/",
            "failed": "/t/acme/runs/run_failed1/",
            "several": "/t/acme/runs/?ids=run_stored1,run_pending1,run_failed1",
        }
    )


def test_a_thousand_rows_cost_members_as_many_queries_as_one(
    as_alice: Client, alice: Any, team: Team
) -> None:
    stage = set_stage(team=team, by=alice)
    pages = pages_with_a_pending_run(stage)
    costs(as_alice, pages)
    few = costs(as_alice, pages)

    crowd(stage, by=alice, rows=ROWS)

    assert costs(as_alice, pages) == few
    assert max(few.values()) <= 15, few


def test_a_thousand_rows_cost_link_holders_as_many_queries_as_one(
    client: Client, alice: Any, team: Team
) -> None:
    stage = set_stage(team=team, by=alice)
    # The first opening of a link in an hour is written down.
    costs(client, stage.open_pages)
    few = costs(client, stage.open_pages)

    crowd(stage, by=alice, rows=ROWS)

    assert costs(client, stage.open_pages) == few


def test_a_hundred_rows_cost_operators_as_many_queries_as_two(
    as_dora: Client, alice: Any, team: Team
) -> None:
    stage = set_stage(team=team, by=alice)
    lists = {name: page for name, page in stage.admin_pages.items() if name in LISTS}
    lists |= {name: stage.admin_pages[name] for name in ("index", "auditevent", "user")}
    lists["team-change"] = stage.admin_pages["team-change"]
    few = costs(as_dora, lists)

    crowd(stage, by=alice, rows=ROWS)
    for number in range(20):
        user = make.make_user(name=f"user{number}")
        Membership.objects.create(team=team, user=user, role="viewer")
        Membership.objects.create(team=make.make_team(name=f"T{number}"), user=user, role="owner")
    make.make_events(team=team, events=200)

    # A list of several pages may count once more; it never asks row by row.
    many = costs(as_dora, lists)
    assert {name for name in lists if many[name] > few[name] + 1} == set()


def test_a_thousand_rows_cost_owners_as_many_queries_as_two(
    as_alice: Client, alice: Any, team: Team
) -> None:
    stage = set_stage(team=team, by=alice)
    models = ("team", "membership", "projectkey", "sharelink")
    lists = {name: f"/team-admin/results/{name}/" for name in models}
    few = costs(as_alice, lists)

    crowd(stage, by=alice, rows=ROWS)
    for number in range(20):
        user = make.make_user(name=f"user{number}")
        Membership.objects.create(team=team, user=user, role="viewer")
        make.make_team(name=f"T{number}", owner=alice)

    # A list of several pages or teams may ask once more; it never asks row by row.
    many = costs(as_alice, lists)
    assert {name for name in lists if many[name] > few[name] + 2} == set(), (few, many)


@contextmanager
def no_queries_while_drawing(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Collect the queries that a template sends while it is drawn."""
    sent: list[str] = []
    draw = Template.render

    def watched(template: Template, context: Any) -> Any:
        with CaptureQueriesContext(connection) as queries:
            drawn = draw(template, context)
        sent.extend(query["sql"] for query in queries)
        return drawn

    with monkeypatch.context() as patch:
        patch.setattr(Template, "render", watched)
        yield sent


def test_drawing_a_page_costs_no_query(
    as_alice: Client, alice: Any, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = set_stage(team=team, by=alice)
    pages = pages_with_a_pending_run(stage) | {"read": f"/s/{stage.token}/"}
    for name, address in pages.items():
        headers = {"HX-Request": "true"} if name.endswith("panel") else {}
        with no_queries_while_drawing(monkeypatch) as sent:
            as_alice.get(address, headers=headers)
        # The bell is counted where it is shown, so that no poll pays for it.
        assert [sql for sql in sent if "results_watch" not in sql] == [], name
        assert len(sent) <= 1, name
