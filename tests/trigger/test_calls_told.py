"""Every call is told once when it has ended: to whom, how, and how long it took; never with an address."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import fields

import pytest

from results.domain.problems import RunProblem
from results.trigger.http import Call, Http
from tests.trigger.listener import LOOPBACK, Listener, with_http


def told(work: Callable[[Http], Awaitable[object]]) -> list[tuple[str, str]]:
    """To whom calls went and how they ended."""
    calls: list[Call] = []
    with suppress(RunProblem, TimeoutError):
        with_http(work, Http(LOOPBACK, max_bytes=1000, connect_s=60, tell=calls.append))
    assert all(call.seconds >= 0 for call in calls)
    return [(call.to, call.outcome) for call in calls]


def answering(status: int) -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "ok"),
        (204, "ok"),
        (302, "other"),
        (400, "other"),
        (401, "refused"),
        (403, "refused"),
        (404, "absent"),
        (429, "limited"),
        (500, "failed"),
        (503, "failed"),
    ],
)
def test_an_answer_is_told_by_its_kind(status: int, outcome: str) -> None:
    with Listener(answering(status)) as there:
        assert told(lambda http: http.get(there.url, headers={}, deadline_s=60)) == [
            ("api", outcome)
        ]
        assert told(lambda http: http.get(there.url, headers={}, deadline_s=60, to="store")) == [
            ("store", outcome)
        ]
        assert told(lambda http: http.post(there.url, headers={}, body=b"", deadline_s=60)) == [
            ("webhook", outcome)
        ]


@pytest.mark.parametrize(
    ("url", "outcome"),
    [("http://127.0.0.1:1/", "unreachable"), ("http://10.0.0.1/", "not_sent")],
)
def test_a_call_that_nobody_answers_is_told_by_why(url: str, outcome: str) -> None:
    assert told(lambda http: http.get(url, headers={}, deadline_s=60)) == [("api", outcome)]


def test_what_cannot_be_read_is_told() -> None:
    with Listener(b"nonsense\r\n\r\n") as there:
        assert told(lambda http: http.get(there.url, headers={}, deadline_s=60)) == [
            ("api", "unreadable")
        ]


def test_a_call_that_is_not_waited_for_is_told() -> None:
    # It takes connections and never reads what they say.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"

        async def give_up(http: Http) -> None:
            async with asyncio.timeout(0.05):
                await http.get(url, headers={}, deadline_s=60)

        assert told(give_up) == [("api", "given_up")]


def test_a_call_holds_no_address() -> None:
    assert {field.name for field in fields(Call)} == {"to", "outcome", "seconds"}
