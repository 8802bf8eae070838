"""The rows that refresh themselves: only what has changed, from what is known, until nothing can change."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.utils import timezone

from results.domain.status import State
from results.models import Lookup, Sighting, Team
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

ADDRESS = "/t/acme/runs/rows/?ids=run_a,run_b"
HX = {"HX-Request": "true"}


def rows_in(response: Any) -> list[str]:
    return re.findall(r'<tr id="row-(\w+)" hx-swap-oob="true"', response.content.decode())


def two_pending(team: Team) -> None:
    make.make_key(team=team)
    for name in ("run_a", "run_b"):
        make.make_sighting(
            team=team, run_id=name, state=State.PENDING, status="EXECUTING", now=timezone.now()
        )


def test_it_works(as_bob: Client, team: Team) -> None:
    two_pending(team)

    response = as_bob.get(ADDRESS, headers=HX)

    assert response.status_code == 200
    assert rows_in(response) == ["run_a", "run_b"]
    assert b"<html" not in response.content
    assert b'hx-get="/t/acme/runs/rows/?ids=run_a,run_b&amp;seen=' in response.content


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    two_pending(team)

    assert_hidden(as_charlie, ADDRESS)
    assert_hidden(as_charlie, ADDRESS, headers=HX)


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, "/t/acme/runs/rows/")
    signed_out = client.get(ADDRESS, headers=HX)
    assert signed_out.status_code == 401
    assert b"<form" not in signed_out.content


def test_a_browser_is_sent_to_the_page(as_bob: Client, team: Team) -> None:
    response = as_bob.get(ADDRESS)

    assert response.status_code == 302
    assert response["Location"] == "/t/acme/runs/?ids=run_a,run_b"
    assert "HX-Request" in response["Vary"]


def test_only_rows_that_changed_are_brought(as_bob: Client, team: Team) -> None:
    two_pending(team)
    first = as_bob.get(ADDRESS, headers=HX)
    seen = first.context["page"].refresh.url

    same = as_bob.get(seen, headers=HX)
    Sighting.objects.filter(run_id="run_b").delete()
    make.make_result(team=team, run_id="run_b")
    changed = as_bob.get(seen, headers=HX)

    assert rows_in(same) == []
    assert b'id="several-summary"' not in same.content
    assert rows_in(changed) == ["run_b"]
    assert b"2 runs: 1 succeeded, 1 not finished" in changed.content
    assert b"1 of 2 still asked about" in changed.content


def test_it_ends_when_nothing_can_change_any_more(as_bob: Client, team: Team) -> None:
    for name in ("run_a", "run_b"):
        make.make_result(team=team, run_id=name)

    response = as_bob.get(ADDRESS, headers=HX)

    assert b"hx-get" not in response.content
    assert b"Nothing here will change" in response.content


def test_it_asks_nobody_and_keeps_the_runs_wanted(as_bob: Client, team: Team) -> None:
    two_pending(team)
    Sighting.objects.update(wanted_until=timezone.now())

    as_bob.get(ADDRESS, headers=HX)

    assert Sighting.objects.due(timezone.now()).count() == 2
    assert not Sighting.objects.filter(claim__isnull=False).exists()
    assert not Lookup.objects.exists()


def test_a_run_that_nobody_looked_up_makes_no_row_in_the_database(
    as_bob: Client, team: Team
) -> None:
    response = as_bob.get(ADDRESS, headers=HX)

    assert rows_in(response) == ["run_a", "run_b"]
    assert b"Not looked up" in response.content
    assert not Sighting.objects.exists()
