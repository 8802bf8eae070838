"""An output that could not be fetched: said so, never made up, and asked for once more on request."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections

from results.models import AuditEvent, ProjectKey, ResultBody, StoredResult, Team
from results.sandbox.scenarios import scenario
from results.sandbox.server import Sandbox
from results.services import lookup, missing_outputs
from results.services.missing_outputs import NotFetchedError
from tests.services.looking import add_key

RUN = scenario("store-json-current").run_id


@pytest.fixture
def without_output(live: Sandbox, team: Team, alice: User, now: datetime) -> StoredResult:
    """A result that was stored while its object store was away."""
    add_key(team, live, "prod")
    live.faults.add("html502", path="/store/")
    lookup.look_up(team=team, run_id=RUN, by=alice, now=now)
    return StoredResult.objects.get()


def opened(result: StoredResult) -> lookup.OpenedResult:
    result.refresh_from_db()
    return lookup.open_result(result=result, team=result.team)


def test_the_run_is_stored_without_inventing_an_output(without_output: StoredResult) -> None:
    assert without_output.state == "succeeded"
    assert without_output.output_trouble == "the object store failed with status 502"
    assert opened(without_output).output is None


def test_a_key_that_is_refused_meanwhile_is_written_down(
    without_output: StoredResult, live: Sandbox, team: Team, alice: User, now: datetime
) -> None:
    ProjectKey.objects.all().delete()
    key = add_key(team, live, "prod", secret="tr_prod_NobodysKey00000000000001")

    with pytest.raises(NotFetchedError, match="refused"):
        missing_outputs.fetch_output(result=without_output, by=alice, now=now)

    (event,) = AuditEvent.objects.filter(action="key.refused")
    assert event.subject == f"{key.label} tr_prod_••••0001"


def test_a_store_that_is_back_gives_the_output_and_the_trouble_is_over(
    without_output: StoredResult, live: Sandbox, alice: User, now: datetime
) -> None:
    live.faults.clear()

    missing_outputs.fetch_output(result=without_output, by=alice, now=now)

    output = opened(without_output).output
    assert output is not None
    assert output.data is not None
    assert without_output.output_trouble == ""
    assert without_output.output_bytes == len(output.data)
    assert without_output.output_type == "application/super+json"
    event = AuditEvent.objects.get(action="output.fetched")
    assert (event.actor, event.subject) == ("alice", RUN)


def test_a_store_that_is_still_away_is_said_and_changes_nothing(
    without_output: StoredResult, alice: User, now: datetime
) -> None:
    before = StoredResult.objects.values().get()

    with pytest.raises(NotFetchedError, match="the object store failed with status 502"):
        missing_outputs.fetch_output(result=without_output, by=alice, now=now)

    assert StoredResult.objects.values().get() == before


def test_an_output_that_is_there_is_not_asked_for(
    without_output: StoredResult, live: Sandbox, alice: User, now: datetime
) -> None:
    live.faults.clear()
    missing_outputs.fetch_output(result=without_output, by=alice, now=now)
    without_output.refresh_from_db()
    calls = len(live.calls)

    missing_outputs.fetch_output(result=without_output, by=alice, now=now)

    assert len(live.calls) == calls


def test_two_who_ask_at_once_add_it_once(
    without_output: StoredResult, live: Sandbox, alice: User, now: datetime
) -> None:
    live.faults.clear()

    def fetch() -> None:
        try:
            missing_outputs.fetch_output(result=without_output, by=alice, now=now)
        finally:
            connections.close_all()

    askers = [threading.Thread(target=fetch) for _ in range(2)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()

    assert AuditEvent.objects.filter(action="output.fetched").count() == 1


def test_the_wrong_ring_sends_nothing_and_overwrites_nothing(
    without_output: StoredResult, live: Sandbox, alice: User, now: datetime, settings: Any
) -> None:
    settings.VAULT_KEYS = "k1:" + "A" * 43 + "="
    sealed = ResultBody.objects.values().get()
    calls = len(live.calls)

    with pytest.raises(NotFetchedError, match="key ring"):
        missing_outputs.fetch_output(result=without_output, by=alice, now=now)

    assert len(live.calls) == calls
    assert ResultBody.objects.values().get() == sealed


def test_without_a_key_the_reason_is_told(
    without_output: StoredResult, alice: User, now: datetime
) -> None:
    without_output.team.keys.all().delete()
    without_output.refresh_from_db()

    with pytest.raises(NotFetchedError, match="no key"):
        missing_outputs.fetch_output(result=without_output, by=alice, now=now)
