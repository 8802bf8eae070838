"""Looking a run up, end to end: courier, API over a socket, database; no part is stubbed."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from results.models import AuditEvent, Lookup, ResultBody, Sighting, StoredResult, Team
from results.sandbox.scenarios import SCENARIOS, scenario
from results.sandbox.server import Sandbox
from results.services import lookup, sightings
from tests import make
from tests.services.looking import add_key, look, result_of, sighting_of


def open_output(result: StoredResult) -> bytes | None:
    opened = lookup.open_result(result=result, team=result.team)
    assert opened.output is not None
    return opened.output.data


def test_a_run_of_the_old_engine_is_found_by_result_with_the_times_of_retrieve(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live)
    run = scenario("every-type")

    result = result_of(team, run.run_id, alice)

    assert (result.state, result.source) == ("succeeded", "result")
    assert result.output_type == "application/super+json"
    assert result.compute_ms == 3750
    assert result.finished_at is not None
    assert b'"json"' in (open_output(result) or b"")
    assert [call.kind for call in live.calls] == ["result", "retrieve"]


def test_a_run_of_the_current_engine_that_result_denies_is_found_with_its_output(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live)

    result = result_of(team, scenario("every-type-current").run_id, alice)

    assert (result.state, result.source) == ("succeeded", "retrieve")
    assert result.output_flattened
    assert open_output(result)


def test_a_cancelled_run_keeps_the_reason_that_only_retrieve_tells(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live, "prod")

    result = result_of(team, scenario("cancelled").run_id, alice)

    opened = lookup.open_result(result=result, team=team)
    assert (result.state, result.source) == ("canceled", "result")
    assert b"Superseded by a newer import of the same catalogue" in (opened.error or b"")


def test_an_old_run_that_retrieve_can_never_read_is_found_all_the_same(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live, "stg")

    result = result_of(team, scenario("invalid-json").run_id, alice)

    assert result.state == "succeeded"
    assert result.compute_ms is None


def test_a_run_that_no_endpoint_can_read_is_unreadable_and_the_api_not_unreachable(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live, "prod")

    sighting = sighting_of(team, scenario("custom-class").run_id, alice)

    assert sighting.state == "unreadable"
    assert "status 500" in sighting.keys_asked[0]["said"]


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("thrown-object", "failed"),
        ("built-in-current", "failed"),
        ("out-of-memory", "crashed"),
        ("cancelled", "canceled"),
        ("expired", "expired"),
        ("timed-out", "timed_out"),
    ],
)
def test_a_run_that_did_not_succeed_is_final_too(
    live: Sandbox, team: Team, alice: User, name: str, state: str
) -> None:
    run = next(known for known in SCENARIOS if known.name == name)
    add_key(team, live, run.environment)

    result = result_of(team, run.run_id, alice)

    assert result.state == state
    assert lookup.open_result(result=result, team=team).output is None


@pytest.mark.parametrize("name", ["store-json", "store-json-current"])
def test_a_large_output_is_fetched_from_its_store(
    live: Sandbox, team: Team, alice: User, name: str
) -> None:
    add_key(team, live, "prod")

    result = result_of(team, scenario(name).run_id, alice)

    assert result.output_type == "application/super+json"
    assert result.output_bytes == len(open_output(result) or b"") > 131072
    assert not result.output_flattened


def test_an_output_whose_object_is_gone_is_said_to_be_missing(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live)

    result = result_of(team, scenario("store-lost").run_id, alice)

    assert result.state == "succeeded"
    assert "object store answered with status 404" in result.output_trouble
    assert lookup.open_result(result=result, team=team).output is None


def test_a_stored_result_costs_no_call(live: Sandbox, team: Team, alice: User) -> None:
    add_key(team, live)
    first = result_of(team, scenario("every-type").run_id, alice)
    live.calls.clear()

    again = result_of(team, scenario("every-type").run_id, alice)

    assert again == first
    assert len(live.calls) == 0


def test_a_stored_result_outlives_its_key_and_the_api(
    live: Sandbox, team: Team, alice: User
) -> None:
    key = add_key(team, live)
    run_id = scenario("every-type").run_id
    result_of(team, run_id, alice)
    key.delete()
    live.faults.add("reset")

    result = result_of(team, run_id, alice)

    assert (result.project, result.environment, result.key) == ("Shop", "dev", None)
    assert open_output(result)


def test_two_teams_share_nothing(live: Sandbox, team: Team, alice: User, charlie: User) -> None:
    add_key(team, live)
    result_of(team, scenario("every-type").run_id, alice)
    other = make.make_team(name="Other", owner=charlie)

    sighting = sighting_of(other, scenario("every-type").run_id, charlie)

    assert sighting.state == "unknown"
    assert sighting.keys_asked == []


def test_a_waiting_run_is_pending_with_the_word_of_the_api(
    live: Sandbox, team: Team, alice: User
) -> None:
    run = scenario("waiting")
    add_key(team, live, run.environment)

    sighting = sighting_of(team, run.run_id, alice)

    assert (sighting.state, sighting.status) == ("pending", "WAITING")
    assert sighting.key is not None
    assert not StoredResult.objects.exists()


def test_a_living_run_goes_from_pending_to_its_result(
    live: Sandbox, team: Team, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_key(team, live)
    sighting = sighting_of(team, "run_live60sx", alice)
    assert sighting.state == "pending"

    monkeypatch.setattr(live, "_now", lambda: time.time() + 60)
    Sighting.objects.update(due_at=timezone.now())

    assert result_of(team, "run_live60sx", alice).state == "succeeded"
    assert not Sighting.objects.exists()


def test_a_first_look_waits_no_longer_than_its_moment(
    live: Sandbox, held: threading.Event, team: Team, alice: User, settings: Any
) -> None:
    settings.FIRST_LOOK_WAIT_MS = 150
    add_key(team, live)

    sighting = sighting_of(team, scenario("every-type").run_id, alice)

    assert sighting.state == ""
    assert sightings.is_asked_about(sighting, now=timezone.now())
    held.set()
    deadline = time.monotonic() + 60
    while Sighting.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert StoredResult.objects.count() == 1


def test_seeing_a_run_asks_nobody(live: Sandbox, team: Team, alice: User) -> None:
    assert lookup.seen(team=team, run_id="run_x") is None
    add_key(team, live)
    look(team, "run_nobody", alice)
    live.calls.clear()

    assert lookup.seen(team=team, run_id="run_nobody") is not None
    assert len(live.calls) == 0


def test_a_lookup_is_remembered_once_per_person_with_its_latest_time(
    live: Sandbox, team: Team, alice: User, bob: User
) -> None:
    for by in (alice, bob, alice):
        look(team, "run_nobody", by)

    assert [entry.user for entry in Lookup.objects.order_by("looked_at")] == [bob, alice]


def test_a_result_is_stored_with_one_event_that_names_the_run(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live)
    run_id = scenario("every-type").run_id

    result_of(team, run_id, alice)

    event = AuditEvent.objects.get(action="result.stored")
    assert (event.team_id, event.subject, event.actor) == (team.pk, run_id, "")


def test_every_scenario_of_the_sandbox_ends_in_what_its_row_says(
    live: Sandbox, team: Team, alice: User
) -> None:
    for name in ("dev", "stg", "prod", "preview"):
        add_key(team, live, name)
    states = {run.name: look(team, run.run_id, alice).state for run in SCENARIOS}

    assert states["succeeds-soon"] == "pending"
    # The one that nobody can know yet is unknown; no other one is, and none is left unanswered.
    assert states.pop("appears") == "unknown"
    assert {"", "unreachable", "unknown", "key_refused"}.isdisjoint(states.values())


def test_a_look_at_a_stored_result_costs_the_same_however_many_there_are(
    team: Team, alice: User, django_assert_num_queries: Any
) -> None:
    make.make_result(team=team)
    look(team, "run_stored1", alice)
    with CaptureQueriesContext(connection) as first:
        opened = result_of(team, "run_stored1", alice)
        lookup.open_result(result=opened, team=team)
    for number in range(50):
        make.make_result(team=team, run_id=f"run_more{number}")

    with django_assert_num_queries(len(first)):
        opened = result_of(team, "run_stored1", alice)
        lookup.open_result(result=opened, team=team)
    assert len(first) <= 7


def test_seeing_a_pending_run_costs_one_query(team: Team, django_assert_num_queries: Any) -> None:
    make.make_sighting(team=team)

    with django_assert_num_queries(1):
        assert lookup.seen(team=team, run_id="run_pending1") is not None


def test_a_result_in_a_locked_vault_says_so_and_is_not_changed(team: Team, settings: Any) -> None:
    result = make.make_result(team=team)
    before = ResultBody.objects.values().get()
    settings.VAULT_KEYS = "k1:" + "B" * 43 + "="

    opened = lookup.open_result(result=result, team=team)

    assert opened.locked
    assert (opened.output, opened.error, opened.details) == (None, None, None)
    assert ResultBody.objects.values().get() == before


def test_a_body_that_was_swapped_with_another_does_not_open(team: Team) -> None:
    first = make.make_result(team=team, run_id="run_1")
    second = make.make_result(team=team, run_id="run_2", output=b"other", output_type="text/plain")
    sealed = ResultBody.objects.get(result=second).sealed_output
    ResultBody.objects.filter(result=first).update(sealed_output=sealed)

    assert lookup.open_result(result=first, team=team).locked


def test_a_rebuilt_output_is_the_one_that_was_sent(team: Team) -> None:
    sent = "🦆\ud800\x00\r\n".encode("utf-8", "surrogatepass") * 1000
    result = make.make_result(team=team, output=sent, output_type="text/plain")

    assert open_output(result) == sent
    assert result.output_bytes == len(sent)
