"""The API's calls over a real socket: what is sent, to whom, and what comes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from results.domain.identity import ApiKey
from results.domain.problems import (
    AddressRefused,
    KeyRejected,
    RateLimited,
    RunProblem,
    Unreachable,
    Unreadable,
)
from results.domain.result import Absent, Finished, Pending, StoredOutput
from results.domain.status import State
from results.sandbox.scenarios import PREVIEW_BRANCH, SANDBOX_KEYS, SCOPED_KEY, scenario
from results.sandbox.server import Sandbox
from results.trigger.addresses import AddressRules
from results.trigger.client import TriggerClient
from results.trigger.http import Http
from tests.trigger.listener import LOOPBACK, Listener, with_http

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def ask(
    url: str,
    call: Callable[[TriggerClient], Awaitable[T]],
    *,
    key: str = SANDBOX_KEYS["dev"],
    branch: str = "",
    rules: AddressRules = LOOPBACK,
) -> T:
    """One question by a client of its own."""

    def work(http: Http) -> Awaitable[T]:
        client = TriggerClient(
            http, url, ApiKey(key), branch=branch, now=lambda: NOW, deadline_s=lambda: 60.0
        )
        return call(client)

    return with_http(work, Http(rules, max_bytes=1 << 20))


def test_a_run_of_the_old_engine_is_told_by_result(sandbox: Sandbox) -> None:
    run = scenario("every-type")

    found = ask(sandbox.url, lambda client: client.result(run.run_id))

    assert isinstance(found, Finished)
    assert found.result.state is State.SUCCEEDED
    assert found.result.output is not None
    assert found.result.output.type == "application/super+json"


def test_a_run_of_the_current_engine_is_told_by_retrieve_alone(sandbox: Sandbox) -> None:
    run = scenario("every-type-current")

    assert ask(sandbox.url, lambda client: client.result(run.run_id)) is Absent.ABSENT
    found = ask(sandbox.url, lambda client: client.retrieve(run.run_id))

    assert isinstance(found, Finished)
    assert found.result.state is State.SUCCEEDED


def test_a_waiting_run_has_the_newer_name_of_its_status(sandbox: Sandbox) -> None:
    run = scenario("waiting")
    key = SANDBOX_KEYS[run.environment]

    found = ask(sandbox.url, lambda client: client.retrieve(run.run_id), key=key)

    assert isinstance(found, Pending)
    assert found.status == "WAITING"


def test_a_question_carries_the_key_the_version_and_the_branch() -> None:
    with Listener() as listener, pytest.raises(Unreadable):
        ask(
            listener.url + "/",
            lambda client: client.retrieve("run_x"),
            key="tr_preview_abcdefghij",
            branch="feature/checkout",
        )

    request = listener.requests[0].lower()
    assert request.startswith(b"get /api/v3/runs/run_x http/1.1\r\n")
    assert b"authorization: bearer tr_preview_abcdefghij\r\n" in request
    assert b"x-trigger-api-version: 2025-07-16\r\n" in request
    assert b"x-trigger-branch: feature/checkout\r\n" in request


@pytest.mark.parametrize("run_id", ["run_a/../../b", "run_a?x=1", "run_a#x", "run_ a", "run_%00"])
def test_an_id_cannot_leave_its_place_in_the_address(run_id: str) -> None:
    with Listener() as listener, pytest.raises(Unreadable):
        ask(listener.url, lambda client: client.result(run_id))

    path = listener.requests[0].split(b" ")[1]
    assert path.startswith(b"/api/v1/runs/run_")
    assert path.endswith(b"/result")
    assert path.count(b"/") == 5
    assert b"?" not in path


@pytest.mark.parametrize("branch", ["fix\r\nX-Evil: 1", "prüfung", "分支", "a\x00b"])
def test_a_branch_that_fits_into_no_header_is_not_sent(branch: str) -> None:
    with Listener() as listener, pytest.raises(Unreadable, match="branch"):
        ask(listener.url, lambda client: client.result("run_x"), branch=branch)

    assert listener.connections == 0


def test_a_preview_key_needs_its_branch(sandbox: Sandbox) -> None:
    def retrieve(client: TriggerClient) -> Awaitable[object]:
        return client.retrieve("run_nobody")

    with pytest.raises(KeyRejected, match="x-trigger-branch header required"):
        ask(sandbox.url, retrieve, key=SANDBOX_KEYS["preview"])
    key = SANDBOX_KEYS["preview"]
    assert ask(sandbox.url, retrieve, key=key, branch=PREVIEW_BRANCH) is Absent.ABSENT


def test_a_key_with_few_rights_is_refused_by_result_and_not_by_retrieve(sandbox: Sandbox) -> None:
    run_id = scenario("table").run_id

    with pytest.raises(KeyRejected):
        ask(sandbox.url, lambda client: client.result(run_id), key=SCOPED_KEY)
    found = ask(sandbox.url, lambda client: client.retrieve(run_id), key=SCOPED_KEY)

    assert isinstance(found, Finished)


@pytest.mark.parametrize(
    ("fault", "problem", "words"),
    [
        ("html502", Unreachable, "failed with status 502"),
        ("500text", Unreachable, "failed with status 500"),
        ("500", Unreachable, "status 500: Something went wrong, please try again."),
        ("garbage", Unreadable, "not a JSON object"),
        ("badjson", Unreadable, "not a JSON object"),
        ("redirect", Unreadable, "redirect, which is never followed"),
        ("reset", Unreachable, "closed the connection"),
        ("truncated", Unreadable, "stops in the middle"),
        ("huge", Unreadable, "more than"),
    ],
)
def test_a_fault_becomes_a_problem_with_its_name(
    sandbox: Sandbox, fault: str, problem: type[RunProblem], words: str
) -> None:
    for call in (TriggerClient.result, TriggerClient.retrieve):
        with pytest.raises(problem) as raised:
            ask(sandbox.url, lambda client, call=call: call(client, f"run_fault{fault}x"))  # type: ignore[misc]
        assert words in raised.value.reason


@pytest.mark.parametrize("fault", ["429", "429proxy"])
def test_a_pause_is_counted_from_our_own_clock(sandbox: Sandbox, fault: str) -> None:
    with pytest.raises(RateLimited) as limited:
        ask(sandbox.url, lambda client: client.result(f"run_fault{fault}20sx"))

    assert abs(limited.value.until - NOW - timedelta(seconds=20)) <= timedelta(seconds=1)


def test_an_address_that_is_not_listed_is_asked_nothing() -> None:
    with Listener() as listener, pytest.raises(AddressRefused):
        ask(listener.url, lambda client: client.result("run_x"), rules=AddressRules("a.example"))

    assert listener.connections == 0


def stored(client: TriggerClient, output: StoredOutput) -> Awaitable[object]:
    return client.stored_output(output)


def test_a_stored_output_is_fetched_without_the_key(sandbox: Sandbox) -> None:
    run = scenario("store-json")
    found = ask(sandbox.url, lambda client: client.result(run.run_id), key=SANDBOX_KEYS["prod"])
    assert isinstance(found, Finished)
    assert found.stored is not None
    output = found.stored

    packet = ask(sandbox.url, lambda client: client.stored_output(output), key=SANDBOX_KEYS["prod"])

    assert packet.type == "application/super+json"
    assert packet.data is not None
    assert len(packet.data) > 131072
    download = sandbox.store.downloads[-1]
    assert download.status == 200
    assert set(download.headers) == {"host", "accept", "accept-encoding", "user-agent"}


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_an_object_that_is_gone_is_missing_for_good(status: int) -> None:
    gone = f"HTTP/1.1 {status} Gone\r\nContent-Length: 0\r\n\r\n".encode()
    with Listener(gone) as store, pytest.raises(Unreadable, match=f"store answered .* {status}"):
        ask(store.url, lambda client: stored(client, StoredOutput(presigned_url=store.url)))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_store_that_fails_may_answer_later(status: int) -> None:
    failing = f"HTTP/1.1 {status} Sorry\r\nContent-Length: 0\r\n\r\n".encode()
    with Listener(failing) as store, pytest.raises(Unreachable, match="object store failed"):
        ask(store.url, lambda client: stored(client, StoredOutput(presigned_url=store.url)))


def test_a_store_that_cannot_be_reached_is_called_the_store() -> None:
    with Listener() as gone:
        url = gone.url

    with pytest.raises(Unreachable, match="the object store refused the connection"):
        ask(url, lambda client: stored(client, StoredOutput(presigned_url=url)))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}/x", "https://evil.example/x", "file:///etc/passwd", "x", ""]
)
def test_a_presigned_address_outside_the_listed_stores_is_not_fetched(url: str) -> None:
    rules = AddressRules("127.0.0.1", ("127.0.0.1",), (".amazonaws.com",))
    with Listener() as listener:
        where = StoredOutput(presigned_url=url.format(port=listener.port))
        with pytest.raises(AddressRefused):
            ask(listener.url, lambda client: stored(client, where), rules=rules)

    assert listener.connections == 0


def test_a_store_that_redirects_is_not_followed() -> None:
    with Listener() as inside:
        moved = f"HTTP/1.1 302 Found\r\nLocation: {inside.url}\r\nContent-Length: 0\r\n\r\n"
        with Listener(moved.encode()) as store, pytest.raises(Unreadable, match="status 302"):
            ask(store.url, lambda client: stored(client, StoredOutput(presigned_url=store.url)))
        assert inside.connections == 0
