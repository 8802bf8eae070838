"""Which keys are asked about a run, in which order, and what is learnt of the keys themselves."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from results.models import ApiCircuit, AuditEvent, ProjectKey, Sighting, StoredResult, Team
from results.models.keys import KeyAnswer
from results.sandbox.scenarios import LIMITED_KEY, SCOPED_KEY, scenario
from results.sandbox.server import Sandbox
from results.services import asking, sightings
from tests.services.looking import add_key, look, result_of, sighting_of


def test_without_a_key_nobody_is_asked_and_the_run_is_unknown(
    live: Sandbox, team: Team, alice: User
) -> None:
    sighting = sighting_of(team, "run_x", alice)

    assert (sighting.state, sighting.keys_asked) == ("unknown", [])
    assert not sightings.is_asked_about(sighting, now=timezone.now())
    assert len(live.calls) == 0


def test_a_run_that_no_key_knows_is_unknown_to_each_of_them(
    live: Sandbox, team: Team, alice: User
) -> None:
    for name in ("dev", "stg", "prod", "preview"):
        add_key(team, live, name)

    sighting = sighting_of(team, "run_nobody", alice)

    assert sighting.state == "unknown"
    assert len(sighting.keys_asked) == 4
    assert {said["said"] for said in sighting.keys_asked} == {"does not know this run"}
    assert live.count("run_nobody") == 8


def test_a_key_with_few_rights_finds_what_retrieve_tells_it(
    live: Sandbox, team: Team, alice: User
) -> None:
    key = add_key(team, live, "prod", secret=SCOPED_KEY)

    result = result_of(team, scenario("table").run_id, alice)

    assert result.source == "retrieve"
    key.refresh_from_db()
    assert key.last_answer == KeyAnswer.ACCEPTED


def test_a_refused_key_is_marked_and_not_asked_again(
    live: Sandbox, team: Team, alice: User
) -> None:
    key = add_key(team, live, secret="tr_dev_NobodysKey00000000000001")

    sighting = sighting_of(team, "run_first", alice)
    assert sighting.state == "key_refused"
    assert not sightings.is_asked_about(sighting, now=timezone.now())
    key.refresh_from_db()
    assert key.last_answer == KeyAnswer.REFUSED
    assert "Invalid API key" in key.last_answer_text
    live.calls.clear()

    assert sighting_of(team, "run_second", alice).state == "key_refused"
    assert sighting_of(team, "run_first", alice).state == "key_refused"
    assert len(live.calls) == 0

    (event,) = AuditEvent.objects.filter(action="key.refused")
    assert (event.actor, event.subject) == ("", f"{key.label} tr_dev_••••0001")


def test_a_refused_key_does_not_hide_a_run_that_another_key_knows(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live, secret="tr_dev_NobodysKey00000000000001", project="Ahead")
    add_key(team, live)

    assert result_of(team, scenario("every-type").run_id, alice).project == "Shop"


def test_the_environment_of_a_pasted_address_is_asked_first(
    live: Sandbox, team: Team, alice: User
) -> None:
    for number in range(6):
        add_key(team, live, "dev", project=f"Dev {number}")
    add_key(team, live, "prod", project="Prod")

    result = look(team, scenario("table").run_id, alice, hint="prod")

    assert isinstance(result, StoredResult)
    assert live.calls.all()[0].key == "prod"


def test_a_key_that_is_down_does_not_hold_up_one_that_knows_the_run(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live, "stg", project="Ahead")
    add_key(team, live, "dev")
    live.faults.add("silent", key="stg")
    began = time.monotonic()

    result = result_of(team, scenario("every-type").run_id, alice)

    assert result.project == "Shop"
    assert time.monotonic() - began < asking.DEADLINE_S - 1


def test_a_key_that_is_down_leaves_open_whether_the_run_is_unknown(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live, "dev")
    add_key(team, live, "stg", api_url="http://127.0.0.1:1")

    sighting = sighting_of(team, "run_nobody", alice)

    assert sighting.state == "unreachable"
    assert {said["state"] for said in sighting.keys_asked} == {"unknown", "unreachable"}
    assert sightings.is_asked_about(sighting, now=timezone.now())


def test_a_limited_key_is_left_alone_until_its_pause_is_over(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live, "prod", secret=LIMITED_KEY)
    for number in range(2):
        sighting = sighting_of(team, f"run_{number}", alice)

    assert sighting.state == "rate_limited"
    assert sighting.pause_until is not None
    assert sighting.due_at >= sighting.pause_until > timezone.now()
    before = len(live.calls)
    look(team, "run_1", alice)
    assert len(live.calls) == before


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("html502", "unreachable"),
        ("500text", "unreachable"),
        ("reset", "unreachable"),
        ("garbage", "unreadable"),
        ("badjson", "unreadable"),
        ("truncated", "unreadable"),
        ("redirect", "unreadable"),
        ("429", "rate_limited"),
        ("429proxy", "rate_limited"),
    ],
)
def test_every_fault_of_the_api_is_a_state_with_a_reason(
    live: Sandbox, team: Team, alice: User, fault: str, state: str
) -> None:
    add_key(team, live)

    sighting = sighting_of(team, f"run_fault{fault}x", alice)

    assert sighting.state == state
    assert sighting.keys_asked[0]["said"]
    assert not StoredResult.objects.exists()


def test_a_fault_that_passes_leaves_no_trace(live: Sandbox, team: Team, alice: User) -> None:
    add_key(team, live)
    live.faults.add("html502")
    run_id = scenario("every-type").run_id
    assert sighting_of(team, run_id, alice).state == "unreachable"
    live.faults.clear()
    ApiCircuit.objects.all().delete()

    Sighting.objects.update(due_at=timezone.now())

    assert result_of(team, run_id, alice).state == "succeeded"


def test_what_the_api_says_of_a_key_is_kept_whatever_characters_it_has(
    live: Sandbox, team: Team, alice: User
) -> None:
    from tests.trigger.listener import Listener

    body = b'{"error":"no\\u0000 \\ud800 \\n key"}'
    head = b"HTTP/1.1 401 No\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    with Listener(head + body) as api:
        key = add_key(team, live, api_url=api.url)

        sighting = sighting_of(team, "run_x", alice)

    assert sighting.state == "key_refused"
    key.refresh_from_db()
    assert key.last_answer_text.startswith("refused: no")


def test_a_key_that_answers_is_marked_as_used(live: Sandbox, team: Team, alice: User) -> None:
    key = add_key(team, live, answer=KeyAnswer.NOT_ASKED)

    look(team, "run_nobody", alice)

    key = ProjectKey.objects.get(pk=key.pk)
    assert key.last_answer == KeyAnswer.ACCEPTED
    assert key.last_used_at is not None
