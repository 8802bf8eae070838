"""Project keys in the operators' site: the secret goes in through the service and never comes out."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client

from results.models import AuditEvent, ProjectKey, Team
from results.sandbox.scenarios import SANDBOX_KEYS
from results.sandbox.server import Sandbox
from results.services import sealing
from tests import make

ADD = "/admin/results/projectkey/add/"
GOOD = SANDBOX_KEYS["dev"]


def values(here: Team, api: Sandbox, **given: str) -> dict[str, str]:
    new = {"team": str(here.pk), "project": "Shop", "secret": GOOD, "branch": ""}
    return new | {"api_url": api.url} | given


def test_adding_tries_the_key_and_seals_it(as_dora: Client, team: Team, api: Sandbox) -> None:
    response = as_dora.post(ADD, values(team, api), follow=True)

    row = ProjectKey.objects.get()
    assert response.status_code == 200
    assert GOOD not in response.content.decode()
    assert sealing.open_secret(row, sealing.data_key(team)).reveal() == GOOD
    assert (row.environment, row.last_answer) == ("dev", "accepted")
    assert api.count() > 0
    assert AuditEvent.objects.get(action="key.stored").actor == "dora"
    assert GOOD not in str(list(LogEntry.objects.values()))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"secret": ""}, "This field is required"),
        ({"secret": "CANARYCANARY"}, "not spelt like a secret key"),
        ({"secret": "tr_dev_CANARYCANARYCANARY"}, "Trigger.dev refused this key"),
        ({"secret": SANDBOX_KEYS["preview"]}, "needs the name of its branch"),
        ({"api_url": "http://169.254.169.254"}, "Nothing was sent"),
        ({"api_url": ""}, "This field is required"),
        ({"team": "nonsense"}, "is not a valid"),
        ({"team": "00000000-0000-0000-0000-000000000000"}, "Select a valid choice"),
        ({"project": ""}, "This field is required"),
        ({"project": "x" * 81}, "at most 80 characters"),
        ({"project": "a\x00b"}, "Null characters"),
    ],
)
def test_a_refusal_is_an_error_of_the_form(
    as_dora: Client, team: Team, api: Sandbox, given: dict[str, str], says: str
) -> None:
    response = as_dora.post(ADD, values(team, api, **given))

    assert response.status_code == 200
    assert says in response.content.decode()
    assert "CANARY" not in response.content.decode()
    assert GOOD not in response.content.decode()
    assert not ProjectKey.objects.exists()


def test_no_transaction_waits_for_the_api(as_dora: Client, team: Team, live: Sandbox) -> None:
    open_while_asked: list[bool] = []

    def watch(execute: Any, sql: str, *given: Any) -> Any:
        if sql.startswith("SELECT") and Team._meta.db_table in sql:
            open_while_asked.append(connection.in_atomic_block)
        return execute(sql, *given)

    live.faults.add("latency", seconds=0.2)
    with connection.execute_wrapper(watch):
        as_dora.post(ADD, values(team, live))

    # The form reads the team just before it asks.
    assert open_while_asked[0] is False
    assert ProjectKey.objects.exists()


def test_replacing_needs_the_same_environment(as_dora: Client, team: Team, api: Sandbox) -> None:
    row = make.make_key(team=team, api_url=api.url)
    change = f"/admin/results/projectkey/{row.pk}/change/"

    other = as_dora.post(change, {"secret": SANDBOX_KEYS["prod"]})
    assert b"That is a key of the production environment" in other.content

    as_dora.post(change, {"secret": GOOD})
    row.refresh_from_db()
    assert row.last_four == "0001"
    assert AuditEvent.objects.get(action="key.replaced").actor == "dora"


def test_leaving_the_secret_empty_changes_nothing(as_dora: Client, team: Team) -> None:
    row = make.make_key(team=team)
    before = ProjectKey.objects.values().get()

    forged = {"secret": "", "project": "Forged", "api_url": "http://evil.example", "team": "x"}
    as_dora.post(f"/admin/results/projectkey/{row.pk}/change/", forged)

    assert ProjectKey.objects.values().get() == before


def test_the_change_page_shows_ends_only(as_dora: Client, team: Team) -> None:
    row = make.make_key(team=team)

    page = as_dora.get(f"/admin/results/projectkey/{row.pk}/change/").content.decode()

    assert "tr_dev_••••A1b2" in page
    assert make.KEY not in page
    assert "sealed" not in page


@pytest.mark.parametrize("way", ["one", "many"])
def test_deleting_forgets_the_key_and_writes_it_down(as_dora: Client, team: Team, way: str) -> None:
    row = make.make_key(team=team)
    make.make_result(team=team)

    if way == "one":
        as_dora.post(f"/admin/results/projectkey/{row.pk}/delete/", {"post": "yes"})
    else:
        chosen: dict[str, Any] = {"action": "delete_selected", "_selected_action": [str(row.pk)]}
        as_dora.post("/admin/results/projectkey/", chosen | {"post": "yes"})

    assert not ProjectKey.objects.exists()
    assert AuditEvent.objects.get(action="key.forgotten").actor == "dora"
    assert team.results.count() == 1
