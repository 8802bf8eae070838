"""Asking key by key over a real socket, without a row: the recorded server, order, deadline."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from results.domain.identity import ApiKey
from results.domain.result import Pending, RunResult
from results.domain.status import State
from results.sandbox.scenarios import PREVIEW_BRANCH, SANDBOX_KEYS, scenario
from results.sandbox.server import Sandbox
from results.services import answers, asking
from results.trigger.client import TriggerClient
from tests.sandbox.recorded_world import BY_NAME, DEV, NOW, PROD, STG, recorded_world
from tests.trigger.listener import Listener
from tests.trigger.test_wire_recorded import RUNS, TRUTH

DAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def recorded_server() -> Iterator[Sandbox]:
    with Sandbox(recorded_world(), now=lambda: NOW) as running:
        yield running


def candidate(name: str, key: str, url: str, branch: str = "") -> answers.Candidate:
    return answers.Candidate(uuid.uuid4(), name, url, branch, ApiKey(key))


def ask(
    run_id: str,
    candidates: list[answers.Candidate],
    *,
    first_alone: bool = False,
) -> answers.Asked:
    async def run() -> answers.Asked:
        try:
            return await asking.ask(run_id, candidates, first_alone=first_alone, now=lambda: DAY)
        finally:
            await asking.http().aclose()

    return asyncio.run(run())


@pytest.mark.parametrize("name", RUNS)
def test_the_state_of_every_recorded_run_is_the_true_one(
    recorded_server: Sandbox, settings: Any, name: str
) -> None:
    settings.TRIGGER_API_URL = recorded_server.url
    keys = {"dev": DEV.key, "stg": STG.key, "prod": PROD.key}
    answer = BY_NAME[f"{name}: retrieve, api version 2025-07-16"]

    asked = ask(
        answer.path.split("/")[4],
        [candidate(place, key, recorded_server.url) for place, key in keys.items()],
    )

    if answer.status == 500:
        assert asked.state is State.SUCCEEDED, "/result tells what retrieve cannot"
        return
    sent = json.loads(answer.body)
    assert asked.state is TRUTH.get(sent["status"], State.PENDING)
    if isinstance(asked.found, Pending):
        assert asked.found.status == sent["status"]
    elif isinstance(asked.found, RunResult) and asked.found.source == "retrieve":
        output = asked.found.output.data if asked.found.output else None
        assert (json.loads(output) if output is not None else None) == sent.get("output")


def test_the_key_that_knew_the_run_is_asked_alone(sandbox: Sandbox, settings: Any) -> None:
    settings.TRIGGER_API_URL = sandbox.url
    keys = [candidate(name, SANDBOX_KEYS[name], sandbox.url) for name in ("dev", "stg", "prod")]

    asked = ask(scenario("every-type").run_id, keys, first_alone=True)

    assert asked.key_id == keys[0].key_id
    assert {call.key for call in sandbox.calls} == {"dev"}


def test_the_other_keys_are_asked_when_the_one_that_knew_the_run_is_down(
    sandbox: Sandbox, settings: Any
) -> None:
    settings.TRIGGER_API_URL = sandbox.url
    keys = [candidate(name, SANDBOX_KEYS[name], sandbox.url) for name in ("stg", "dev")]
    sandbox.faults.add("reset", key="stg")

    asked = ask(scenario("every-type").run_id, keys, first_alone=True)

    assert asked.state is State.SUCCEEDED
    assert [said.state for said in asked.said] == [State.UNREACHABLE, State.SUCCEEDED]


def test_no_more_than_four_keys_are_asked_at_once(
    sandbox: Sandbox, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TRIGGER_API_URL = sandbox.url
    keys = [candidate(f"{n}", SANDBOX_KEYS["dev"], sandbox.url) for n in range(6)]
    sandbox.faults.add("latency", seconds=0.3, path="/result")
    asking_now = most = 0
    result = TriggerClient.result

    async def counted(client: TriggerClient, run_id: str) -> Any:
        nonlocal asking_now, most
        asking_now += 1
        most = max(most, asking_now)
        try:
            return await result(client, run_id)
        finally:
            asking_now -= 1

    monkeypatch.setattr(TriggerClient, "result", counted)

    asked = ask("run_nobody", keys)

    assert most == 4
    assert len(asked.said) == 6


def test_all_keys_together_take_no_longer_than_one_deadline(
    sandbox: Sandbox, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TRIGGER_API_URL = sandbox.url
    monkeypatch.setattr(asking, "DEADLINE_S", 1.0)
    sandbox.faults.add("silent")
    keys = [candidate(f"{n}", SANDBOX_KEYS["dev"], sandbox.url) for n in range(9)]

    asked = ask("run_nobody", keys, first_alone=True)

    # Each group with a deadline of its own would have reached every key.
    assert sandbox.count() < 9
    assert asked.state is State.UNREACHABLE
    assert len(asked.said) == 9
    assert asked.said[-1].reason == "could not be asked within 1 seconds"


def test_a_preview_key_is_asked_with_its_branch(sandbox: Sandbox, settings: Any) -> None:
    settings.TRIGGER_API_URL = sandbox.url
    run = scenario("preview")
    key = SANDBOX_KEYS["preview"]

    assert ask(run.run_id, [candidate("p", key, sandbox.url)]).state is State.KEY_REFUSED
    found = ask(run.run_id, [candidate("p", key, sandbox.url, PREVIEW_BRANCH)])

    assert found.state is State.SUCCEEDED


@pytest.mark.parametrize("fault", ["500", "500text", "html502"])
def test_a_result_endpoint_that_fails_does_not_hide_the_run(
    sandbox: Sandbox, settings: Any, fault: Any
) -> None:
    settings.TRIGGER_API_URL = sandbox.url
    sandbox.faults.add(fault, path="/result")
    keys = [candidate("dev", SANDBOX_KEYS["dev"], sandbox.url)]

    assert ask(scenario("every-type").run_id, keys).state is State.SUCCEEDED
    assert ask("run_nobody", keys).state is State.UNREACHABLE


def test_times_that_cannot_be_had_do_not_hide_a_result(sandbox: Sandbox, settings: Any) -> None:
    settings.TRIGGER_API_URL = sandbox.url
    sandbox.faults.add("429", path="/v3/")

    asked = ask(scenario("every-type").run_id, [candidate("dev", SANDBOX_KEYS["dev"], sandbox.url)])

    assert asked.state is State.SUCCEEDED
    assert isinstance(asked.found, RunResult)
    assert asked.found.times.finished_at is None


def test_a_failure_that_retrieve_knows_better_is_told_as_retrieve_knows_it(
    sandbox: Sandbox, settings: Any
) -> None:
    settings.TRIGGER_API_URL = sandbox.url
    asked = ask(
        scenario("out-of-memory").run_id, [candidate("prod", SANDBOX_KEYS["prod"], sandbox.url)]
    )

    assert asked.state is State.CRASHED


@pytest.mark.parametrize("fault", ["html502", "reset", "429", "500text"])
@pytest.mark.parametrize("name", ["store-json", "store-json-current"])
def test_a_run_whose_output_cannot_be_fetched_has_ended_all_the_same(
    sandbox: Sandbox, settings: Any, fault: Any, name: str
) -> None:
    settings.TRIGGER_API_URL = sandbox.url
    sandbox.faults.add(fault, path="/store/")
    keys = [candidate("prod", SANDBOX_KEYS["prod"], sandbox.url)]

    asked = ask(scenario(name).run_id, keys)

    assert asked.state is State.SUCCEEDED
    assert isinstance(asked.found, RunResult)
    output = asked.found.output
    assert output is None or output.type == "application/store", "a pointer at most"
    assert "object store" in (asked.found.output_trouble or "")


@pytest.mark.parametrize("name", ["store-json", "store-json-current"])
def test_an_address_that_the_store_no_longer_takes_is_asked_for_again_once(
    sandbox: Sandbox, settings: Any, name: str
) -> None:
    settings.TRIGGER_API_URL = sandbox.url
    keys = [candidate("prod", SANDBOX_KEYS["prod"], sandbox.url)]
    sandbox.faults.add("expired", path="/store/", times=1)

    asked = ask(scenario(name).run_id, keys)

    assert isinstance(asked.found, RunResult)
    assert asked.found.output_trouble is None
    assert asked.found.output is not None
    assert asked.found.output.type == "application/super+json"
    assert sandbox.count(path="/store/") == 2


def test_an_address_that_is_refused_twice_is_not_asked_for_a_third_time(
    sandbox: Sandbox, settings: Any
) -> None:
    settings.TRIGGER_API_URL = sandbox.url
    keys = [candidate("prod", SANDBOX_KEYS["prod"], sandbox.url)]
    sandbox.faults.add("expired", path="/store/")

    asked = ask(scenario("store-json-current").run_id, keys)

    assert isinstance(asked.found, RunResult)
    assert asked.found.output_trouble == "the object store answered with status 403"
    assert sandbox.count(path="/store/") == 2


def test_an_output_in_a_store_that_is_not_listed_is_missing_at_once(
    sandbox: Sandbox, settings: Any
) -> None:
    settings.TRIGGER_API_URL = sandbox.url
    settings.TRIGGER_STORE_HOSTS = [".amazonaws.com"]

    asked = ask(
        scenario("store-json").run_id, [candidate("prod", SANDBOX_KEYS["prod"], sandbox.url)]
    )

    assert asked.state is State.SUCCEEDED
    assert isinstance(asked.found, RunResult)
    assert "TRIGGER_STORE_HOSTS" in (asked.found.output_trouble or "")
    assert sandbox.store.downloads == []


@pytest.mark.parametrize(
    ("states", "together"),
    [
        ([], State.UNKNOWN),
        ([State.UNKNOWN, State.UNKNOWN], State.UNKNOWN),
        ([State.UNKNOWN, State.KEY_REFUSED], State.UNKNOWN),
        ([State.KEY_REFUSED], State.KEY_REFUSED),
        ([State.KEY_REFUSED, State.UNREACHABLE], State.UNREACHABLE),
        ([State.UNKNOWN, State.UNREACHABLE], State.UNREACHABLE),
        ([State.UNREADABLE, State.UNKNOWN], State.UNREADABLE),
        ([State.UNREADABLE, State.UNREACHABLE, State.RATE_LIMITED], State.RATE_LIMITED),
    ],
)
def test_unknown_needs_the_word_of_every_key(states: list[State], together: State) -> None:
    said = tuple(answers.KeySaid(uuid.uuid4(), "k", state, "") for state in states)

    assert answers.Asked(None, None, said).state is together


def test_a_question_never_shows_its_key() -> None:
    asked = candidate("dev", SANDBOX_KEYS["dev"], "http://127.0.0.1")

    assert SANDBOX_KEYS["dev"] not in repr(asked)


def failures_of(told: list[answers.Failure], may_go_on: bool = True) -> answers.TellFailure:
    async def tell(failure: answers.Failure) -> bool:
        told.append(failure)
        return may_go_on

    return tell


def ask_telling(
    candidates: list[answers.Candidate], tell: answers.TellFailure, run_id: str = "run_nobody"
) -> answers.Asked:
    async def run() -> answers.Asked:
        try:
            return await asking.ask(
                run_id, candidates, first_alone=False, tell=tell, now=lambda: DAY
            )
        finally:
            await asking.http().aclose()

    return asyncio.run(run())


@pytest.mark.parametrize("fault", ["html502", "500", "500text", "reset", "truncated"])
def test_what_passes_is_tried_again_and_is_then_as_if_it_never_was(
    sandbox: Sandbox, settings: Any, waits: list[float], fault: Any
) -> None:
    settings.TRIGGER_API_URL = sandbox.url
    keys = [candidate("dev", SANDBOX_KEYS["dev"], sandbox.url)]
    sandbox.faults.add(fault, times=2)

    asked = ask(scenario("every-type").run_id, keys)

    assert asked.state is State.SUCCEEDED
    assert 1 <= len(waits) <= 2
    assert 1.0 <= waits[0] <= 1.2


def test_what_does_not_pass_is_tried_five_times_with_the_waits_of_the_official_client(
    settings: Any, waits: list[float]
) -> None:
    with Listener() as gone:
        url = gone.url
    settings.TRIGGER_API_URL = url
    told: list[answers.Failure] = []

    asked = ask_telling([candidate("dev", SANDBOX_KEYS["dev"], url)], failures_of(told))

    assert asked.said[0].reason == "refused the connection"
    # Each is lengthened by up to a fifth, by chance.
    shortest = (1.0, 1.6, 2.56, 4.096)
    assert all(least <= wait <= 1.2 * least for least, wait in zip(shortest, waits, strict=True))
    assert len(told) == 5
    assert (told[0].api_url, told[0].run_id, told[0].why) == (
        url,
        "run_nobody",
        "refused the connection",
    )


def test_nothing_is_tried_again_at_an_address_that_is_left_alone(
    sandbox: Sandbox, settings: Any, waits: list[float]
) -> None:
    settings.TRIGGER_API_URL = sandbox.url
    sandbox.faults.add("html502")

    ask_telling(
        [candidate("dev", SANDBOX_KEYS["dev"], sandbox.url)], failures_of([], may_go_on=False)
    )

    assert (sandbox.count(), waits) == (2, [])


@pytest.mark.parametrize("fault", ["429", "garbage", "redirect"])
def test_what_another_try_cannot_change_is_not_tried_again(
    sandbox: Sandbox, settings: Any, waits: list[float], fault: Any
) -> None:
    settings.TRIGGER_API_URL = sandbox.url
    sandbox.faults.add(fault)
    told: list[answers.Failure] = []

    ask_telling([candidate("dev", SANDBOX_KEYS["dev"], sandbox.url)], failures_of(told))

    assert (sandbox.count(), waits, told) == (1, [], [])


def test_a_hanging_a_refused_and_a_knowing_key_together_find_the_run(
    sandbox: Sandbox, settings: Any
) -> None:
    settings.TRIGGER_API_URL = sandbox.url
    sandbox.faults.add("silent", key="stg")
    keys = [
        candidate("hangs", SANDBOX_KEYS["stg"], sandbox.url),
        candidate("refused", "tr_dev_NobodysKey00000000000001", sandbox.url),
        candidate("knows", SANDBOX_KEYS["dev"], sandbox.url),
    ]
    began = time.monotonic()

    asked = ask(scenario("dequeued").run_id, keys)

    assert isinstance(asked.found, Pending)
    assert asked.key_id == keys[2].key_id
    assert {said.label: said.state for said in asked.said} == {
        "refused": State.KEY_REFUSED,
        "knows": State.PENDING,
    }
    assert time.monotonic() - began < asking.DEADLINE_S - 1, "nobody waited for the key that hangs"


def test_a_hanging_and_a_refused_key_are_told_apart_when_nobody_knows_the_run(
    sandbox: Sandbox, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TRIGGER_API_URL = sandbox.url
    monkeypatch.setattr(asking, "DEADLINE_S", 2.5)
    sandbox.faults.add("silent", key="stg")
    keys = [
        candidate("hangs", SANDBOX_KEYS["stg"], sandbox.url),
        candidate("refused", "tr_dev_NobodysKey00000000000001", sandbox.url),
        candidate("not here", SANDBOX_KEYS["dev"], sandbox.url),
    ]

    asked = ask("run_nobody", keys)

    assert [said.state for said in asked.said] == [
        State.UNREACHABLE,
        State.KEY_REFUSED,
        State.UNKNOWN,
    ]
    assert asked.state is State.UNREACHABLE
    assert asked.answering == {sandbox.url}


def test_a_time_out_that_was_too_short_to_be_fair_is_not_told_of(
    sandbox: Sandbox, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TRIGGER_API_URL = sandbox.url
    monkeypatch.setattr(asking, "DEADLINE_S", 0.3)
    sandbox.faults.add("silent")
    told: list[answers.Failure] = []

    asked = ask_telling([candidate("dev", SANDBOX_KEYS["dev"], sandbox.url)], failures_of(told))

    assert asked.state is State.UNREACHABLE
    assert told == []


def test_the_calls_of_keys_that_were_not_waited_for_count(sandbox: Sandbox, settings: Any) -> None:
    settings.TRIGGER_API_URL = sandbox.url
    sandbox.faults.add("silent", key="stg")
    keys = [
        candidate("stg", SANDBOX_KEYS["stg"], sandbox.url),
        candidate("dev", SANDBOX_KEYS["dev"], sandbox.url),
    ]

    asked = ask(scenario("dequeued").run_id, keys)

    assert [calls.made for calls in asked.calls] == [1, 2]
