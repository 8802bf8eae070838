"""A 429 stops its key until the pause is over, for all workers, whatever the clocks say."""

from __future__ import annotations

import email.utils
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from results.models import ProjectKey, Sighting, Team
from results.models.keys import KeyAnswer
from results.sandbox.scenarios import scenario
from results.sandbox.server import Sandbox
from results.services import keys, looks
from tests import make
from tests.services.looking import add_key, go_rounds, look, result_of, sighting_of
from tests.services.test_claims import at_once
from tests.trigger.listener import Listener

# The server's clock when it answers: Date tells only its whole second.
THERE = datetime(2026, 11, 23, 12, 0, 0, 400_000, tzinfo=UTC)
HOUR = timedelta(hours=1)
MS = timedelta(milliseconds=1)
S = timedelta(seconds=1)
UNKNOWN = b'{"error":"Not found"}'


def http_date(moment: datetime) -> str:
    return email.utils.format_datetime(moment, usegmt=True)


def epoch_ms(moment: datetime) -> str:
    return str(round(moment.timestamp() * 1000))


@dataclass(frozen=True)
class Form:
    """One way to say how long to wait, and how long that is, in seconds."""

    name: str
    headers: dict[str, str]
    seconds: float
    body: bytes = b""


IN_30_S, LONG_AGO, IN_10_DAYS = THERE + 30 * S, THERE - 2 * HOUR, THERE + timedelta(days=10)
FORMS = [
    Form(
        "reset, as the API sends it",
        {"x-ratelimit-reset": epoch_ms(IN_30_S)},
        30,
        json.dumps({"secondsUntilReset": 30.0}).encode(),
    ),
    Form("reset without a body", {"x-ratelimit-reset": epoch_ms(IN_30_S)}, 30),
    Form("reset in the past", {"x-ratelimit-reset": epoch_ms(LONG_AGO)}, 1),
    Form("reset in ten days", {"x-ratelimit-reset": epoch_ms(IN_10_DAYS)}, 120),
    Form("Retry-After in seconds", {"retry-after": "30"}, 30),
    Form("Retry-After as a date", {"retry-after": http_date(IN_30_S)}, 30),
    Form("Retry-After as a past date", {"retry-after": http_date(LONG_AGO)}, 1),
    Form("Retry-After in ten days", {"retry-after": "864000"}, 120),
    Form("nothing", {}, 10),
]


def answer(status: int, headers: dict[str, str], body: bytes) -> bytes:
    lines = {
        "Date": http_date(THERE),
        "Connection": "close",
        "Content-Length": str(len(body)),
        "Content-Type": "application/json",
    } | headers
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode() + body


@pytest.fixture
def api() -> Iterator[Listener]:
    with Listener() as listener:
        yield listener


@pytest.mark.parametrize("skew", [-HOUR, timedelta(0), HOUR], ids=["behind", "alike", "ahead"])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_the_next_call_is_made_when_it_should_be_and_by_no_worker_before(
    live: Sandbox, team: Team, alice: User, api: Listener, form: Form, skew: timedelta
) -> None:
    add_key(team, live, api_url=api.url)
    api.answer = answer(429, form.headers, form.body)
    ours = THERE + skew
    over = ours + timedelta(seconds=form.seconds)
    with time_machine.travel(ours, tick=False) as clock:
        limited = sighting_of(team, "run_limited", alice)
        assert limited.state == "rate_limited"
        assert api.connections == 1
        api.answer = answer(404, {}, UNKNOWN)

        clock.move_to(over - MS)
        at_once(lambda number: look(team, f"run_{number}", alice), workers=3)
        go_rounds()
        assert api.connections == 1, "somebody did not wait"

        clock.move_to(over + S)
        for sighting in Sighting.objects.all():
            looks.look(sighting=sighting, now=timezone.now())
        go_rounds()
        assert set(Sighting.objects.values_list("state", flat=True)) == {"unknown"}


def test_a_run_that_waits_is_due_at_the_very_end_of_the_pause(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live)
    with time_machine.travel(THERE, tick=False):
        live.faults.add("429", seconds=7)

        sighting = sighting_of(team, "run_x", alice)

    key = ProjectKey.objects.get()
    assert sighting.due_at == sighting.pause_until == key.paused_until == THERE + 7 * S
    assert sighting.keys_asked[0]["said"] == "asked us to wait until 12:00:07 UTC"


def test_other_keys_go_on_being_asked(live: Sandbox, team: Team, alice: User) -> None:
    add_key(team, live, "prod")
    add_key(team, live, "dev")
    live.faults.add("429", seconds=60, key="prod")
    sighting_of(team, "run_nobody", alice)
    live.calls.clear()

    assert result_of(team, scenario("every-type").run_id, alice).environment == "dev"
    assert {call.key for call in live.calls} == {"dev"}


def test_while_one_key_pauses_a_run_is_not_called_unknown(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live, "prod")
    add_key(team, live, "dev")
    live.faults.add("429", seconds=60, key="prod")

    first = sighting_of(team, "run_nobody", alice)
    second = sighting_of(team, "run_other", alice)

    for sighting in (first, second):
        assert sighting.state == "rate_limited"
        assert {said["state"] for said in sighting.keys_asked} == {"rate_limited", "unknown"}
        assert sighting.due_at < timezone.now() + 10 * S, "the other key is asked as always"


def test_while_the_key_that_knew_the_run_pauses_the_others_spend_no_call(
    live: Sandbox, team: Team, alice: User
) -> None:
    key = add_key(team, live, "dev")
    add_key(team, live, "prod")
    run_id = scenario("dequeued").run_id
    sighting = sighting_of(team, run_id, alice)
    assert sighting.key_id == key.pk
    live.calls.clear()
    live.faults.add("429", seconds=60, key="dev")

    for _ in range(2):
        Sighting.objects.update(due_at=timezone.now())
        look(team, run_id, alice)
        go_rounds()

    sighting.refresh_from_db()
    assert (sighting.state, sighting.status) == ("pending", "DEQUEUED")
    assert sighting.trouble.startswith("asked us to wait until")
    assert [call.key for call in live.calls] == ["dev"]


def test_a_pause_is_never_waited_for_within_a_question(
    live: Sandbox, team: Team, alice: User, waits: list[float]
) -> None:
    add_key(team, live)
    live.faults.add("429", seconds=1)

    sighting_of(team, "run_nobody", alice)

    assert waits == []
    assert len(live.calls) == 1


def test_a_longer_pause_outlasts_a_shorter_one(team: Team, now: datetime) -> None:
    key = make.make_key(team=team)

    for seconds in (30, 60, 10):
        ProjectKey.objects.pause(key.pk, until=now + seconds * S)

    key.refresh_from_db()
    assert key.paused_until == now + 60 * S


def test_a_pause_that_was_written_under_another_clock_stops_nobody(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live)
    ProjectKey.objects.update(paused_until=timezone.now() + HOUR)

    assert sighting_of(team, "run_nobody", alice).state == "unknown"


def test_a_key_that_is_accepted_when_tested_pauses_no_longer(live: Sandbox, team: Team) -> None:
    key = add_key(team, live)
    live.faults.add("429", seconds=40, times=1)

    tried = keys.test(row=key, by=None, now=timezone.now())
    key.refresh_from_db()
    assert tried.answer == KeyAnswer.NOT_ASKED
    assert key.paused_until is not None
    assert key.paused_until > timezone.now() + 30 * S

    keys.test(row=key, by=None, now=timezone.now())
    key.refresh_from_db()
    assert key.paused_until is None
