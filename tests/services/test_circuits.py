"""An API address that keeps failing is left alone by all workers, and one probe brings it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from results.domain.circuit import OPEN_FOR
from results.models import ApiCircuit, ProjectKey, Sighting, Team
from results.models.keys import KeyAnswer
from results.sandbox.scenarios import scenario
from results.sandbox.server import Sandbox
from results.services import circuits, keys, looks, recording
from results.services.answers import Failure
from tests import make
from tests.services.looking import add_key, go_rounds, look, result_of, sighting_of
from tests.services.test_claims import at_once

S = timedelta(seconds=1)
NOW = make.NOW


def wanted() -> None:
    """Let somebody look at every run now."""
    for sighting in Sighting.objects.all():
        looks.look(sighting=sighting, now=timezone.now())


def fail(api_url: str, *, times: int = 5, now: Any = NOW) -> None:
    for number in range(times):
        circuits.failed(Failure(api_url, f"run_{number}", "is down", now), now=now)


@pytest.mark.parametrize("fault", ["html502", "500text", "reset"])
def test_five_failures_end_the_tries_and_nobody_is_asked_any_more(
    live: Sandbox, team: Team, alice: User, fault: Any
) -> None:
    add_key(team, live)
    live.faults.add(fault)
    with time_machine.travel(NOW, tick=False):
        look(team, "run_first", alice)
        look(team, "run_second", alice)
        calls = live.count()
        # A call over a connection that was dropped is sent once more by the connection itself.
        assert calls <= 12, "five tries of two calls, and a probe"

        for number in range(20):
            sighting = sighting_of(team, f"run_{number}", alice)
        go_rounds(2)

        assert live.count() == calls
        assert (sighting.state, sighting.checked_at) == ("unreachable", None)
        assert sighting.due_at == sighting.pause_until == NOW + OPEN_FOR
        host = live.url.removeprefix("http://")
        assert sighting.keys_asked[0]["said"] == (
            f"was not asked: the API at {host} has failed 6 times; asked again at 12:00:30 UTC"
        )


def test_after_thirty_seconds_one_probe_of_one_call_finds_it_still_down(
    live: Sandbox, team: Team, alice: User
) -> None:
    for name in ("dev", "stg", "prod"):
        add_key(team, live, name)
    fail(live.url)
    live.faults.add("html502")
    with time_machine.travel(NOW, tick=False) as clock:
        for number in range(6):
            look(team, f"run_{number}", alice)
        assert live.count() == 0

        clock.move_to(NOW + 30 * S)
        wanted()
        go_rounds(3)

        assert live.count() == 1
        assert {s.due_at for s in Sighting.objects.exclude(checked_at=NOW + 30 * S)} <= {
            NOW + 60 * S,
            NOW + 50 * S,
        }


def test_an_address_that_answers_again_is_asked_about_everything_at_once(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live)
    fail(live.url)
    with time_machine.travel(NOW, tick=False) as clock:
        for number in range(6):
            look(team, f"run_{number}", alice)

        clock.move_to(NOW + 30 * S)
        wanted()
        go_rounds(2)

        assert {live.count(f"run_{number}") for number in range(6)} == {2}
        assert ApiCircuit.objects.get().failures == 0


def test_a_wait_that_is_written_after_the_address_came_back_is_over_at_once(
    live: Sandbox, team: Team, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_key(team, live)
    fail(live.url, now=timezone.now())
    record = recording.record

    def late(**facts: Any) -> None:
        circuits.answered([live.url], asked_at=timezone.now(), now=timezone.now())
        record(**facts)

    monkeypatch.setattr(recording, "record", late)

    sighting = sighting_of(team, "run_nobody", alice)

    assert sighting.due_at <= timezone.now()
    assert sighting.pause_until is None


def test_exactly_one_of_many_workers_takes_the_probe(live: Sandbox, team: Team) -> None:
    fail(live.url)
    later = NOW + 30 * S
    gate = circuits.gates([live.url], run_id="run_x", now=later)[live.url]

    assert at_once(lambda _: circuits.take_probe(gate, now=later)).count(True) == 1


def test_failures_that_many_workers_count_are_all_counted(live: Sandbox, team: Team) -> None:
    at_once(lambda _: fail(live.url, times=2))

    assert ApiCircuit.objects.get().failures == 16


def test_an_answer_starts_the_count_anew(live: Sandbox, team: Team, alice: User) -> None:
    add_key(team, live)
    fail(live.url, times=4, now=timezone.now())

    look(team, "run_nobody", alice)

    assert ApiCircuit.objects.get().failures == 0


def test_one_run_that_the_api_cannot_tell_of_does_not_stop_the_others(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live)
    assert sighting_of(team, "run_faulthtml502x", alice).state == "unreachable"
    assert ApiCircuit.objects.get().open_until is not None

    assert result_of(team, scenario("every-type").run_id, alice).state == "succeeded"
    assert ApiCircuit.objects.get().open_until is None


def test_a_stored_value_that_retrieve_cannot_read_is_no_failure_of_the_address(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live)
    live.faults.add("500", path="/v3/")

    assert sighting_of(team, "run_broken", alice).state == "unreadable"

    assert not ApiCircuit.objects.filter(failures__gt=0).exists()


def test_another_address_is_asked_as_always(live: Sandbox, team: Team, alice: User) -> None:
    add_key(team, live, "prod", api_url="http://127.0.0.1:1")
    add_key(team, live, "dev")
    fail("http://127.0.0.1:1", now=timezone.now())

    result_of(team, scenario("every-type").run_id, alice)
    sighting = sighting_of(team, "run_nobody", alice)

    assert sighting.state == "unreachable"
    assert {said["state"] for said in sighting.keys_asked} == {"unreachable", "unknown"}
    assert sighting.due_at < timezone.now() + 10 * S


def test_a_key_test_by_hand_is_made_and_closes_the_circuit(live: Sandbox, team: Team) -> None:
    key = add_key(team, live)
    fail(live.url, now=timezone.now())

    assert keys.test(row=key, by=None, now=timezone.now()).answer == KeyAnswer.ACCEPTED

    assert ApiCircuit.objects.get().open_until is None


def test_a_failed_key_test_counts_and_is_not_tried_again(
    live: Sandbox, team: Team, waits: list[float]
) -> None:
    key = add_key(team, live)
    live.faults.add("html502")

    keys.test(row=key, by=None, now=timezone.now())

    assert (live.count(), waits, ApiCircuit.objects.get().failures) == (1, [], 1)
    assert ProjectKey.objects.get().last_answer_text == "failed with status 502"


def test_a_first_failure_is_told_while_the_question_goes_on(
    live: Sandbox, team: Team, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    add_key(team, live)
    live.faults.add("500", times=2)
    counted = circuits.failed

    def watched(failure: Failure, *, now: Any) -> bool:
        seen.append(Sighting.objects.get().trouble)
        return counted(failure, now=now)

    monkeypatch.setattr(circuits, "failed", watched)
    result_of(team, scenario("every-type").run_id, alice)

    said = "failed with status 500: Something went wrong, please try again"
    assert seen == [f"{said} and is being tried again"]
