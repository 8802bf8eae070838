"""Asking once more for an output that could not be fetched: only on request, only by those who may."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from results.models import StoredResult, Team
from results.sandbox.scenarios import SANDBOX_KEYS, scenario
from results.sandbox.server import Sandbox
from results.services import lookup
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

RUN = scenario("store-json-current").run_id
PAGE = f"/t/acme/runs/{RUN}/"
FETCH = f"{PAGE}output/fetch/"


@pytest.fixture
def lost(live: Sandbox, team: Team, alice: Any) -> Sandbox:
    """The API after it told of a run whose output could not be fetched."""
    make.make_key(team=team, secret=SANDBOX_KEYS["prod"], environment="prod", api_url=live.url)
    live.faults.add("html502", path="/store/")
    lookup.look_up(team=team, run_id=RUN, by=alice, now=make.NOW)
    return live


def test_it_works(as_alice: Client, lost: Sandbox) -> None:
    assert b"Try again" in as_alice.get(PAGE).content
    lost.faults.clear()

    response = as_alice.post(FETCH)

    assert response.status_code == 302
    assert response["Location"] == PAGE
    assert StoredResult.objects.get().output_trouble == ""
    page = as_alice.get(PAGE)
    assert b"Try again" not in page.content
    assert page.context["page"].output is not None


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    make.make_result(team=team, run_id=RUN)

    assert_hidden(as_charlie, FETCH, method="post")


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, FETCH, method="post", back="/")


def test_a_viewer_may_not_and_is_not_offered_to(as_bob: Client, lost: Sandbox) -> None:
    calls = lost.count()

    assert b"Try again" not in as_bob.get(PAGE).content
    assert as_bob.post(FETCH).status_code == 403
    assert lost.count() == calls


def test_a_store_that_is_still_away_is_said(as_alice: Client, lost: Sandbox) -> None:
    page = as_alice.post(FETCH, follow=True)

    assert b"still could not be fetched: the object store failed with status 502" in page.content
    assert b"Try again" in page.content


def test_an_address_that_is_opened_changes_nothing(as_alice: Client, lost: Sandbox) -> None:
    calls = lost.count()

    assert as_alice.get(FETCH).status_code == 405
    assert lost.count() == calls


def test_a_run_that_is_not_stored_has_nothing_to_fetch(as_alice: Client, team: Team) -> None:
    make.make_sighting(team=team)

    assert as_alice.post("/t/acme/runs/run_pending1/output/fetch/").status_code == 404
    assert as_alice.post("/t/acme/runs/run_never1/output/fetch/").status_code == 404


def test_an_output_that_is_there_costs_no_call(as_alice: Client, live: Sandbox, team: Team) -> None:
    make.make_result(team=team, run_id=RUN)

    assert as_alice.post(FETCH).status_code == 302
    assert live.count() == 0
