"""Answers that go wrong on purpose, over a real socket."""

from __future__ import annotations

import http.client
import socket
import time
import zlib
from typing import TYPE_CHECKING

import pytest

from results.sandbox.faults import Faults
from results.sandbox.scenarios import SANDBOX_KEYS, scenario
from results.sandbox.server import Sandbox
from tests.sandbox.wire import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

DEV = SANDBOX_KEYS["dev"]
DONE = f"/api/v1/runs/{scenario('every-type').run_id}/result"


def path_of(run_id: str) -> str:
    return f"/api/v1/runs/{run_id}/result"


@pytest.fixture
def connection(sandbox: Sandbox) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=60) as opened:
        yield opened


def send(connection: socket.socket, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Bearer {DEV}\r\n\r\n"
    connection.sendall(request.encode())


def head_and_first_bytes(connection: socket.socket) -> tuple[bytes, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, rest = received.partition(b"\r\n\r\n")
    return head, rest


def chunks(body: bytes) -> Iterator[bytes]:
    """The chunks of a chunked body, without their sizes."""
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        yield rest[:length]
        body = rest[length + 2 :]


@pytest.mark.parametrize(
    ("run_id", "status", "content_type"),
    [
        ("run_faulthtml502", 502, "text/html"),
        ("run_fault500", 500, "application/json; charset=utf-8"),
        ("run_fault500text", 500, "text/plain;charset=UTF-8"),
        ("run_fault429", 429, "application/problem+json; charset=utf-8"),
        ("run_fault429proxy", 429, "text/html; charset=utf-8"),
        ("run_faultgarbage", 200, "text/html; charset=utf-8"),
        ("run_faultbadjson", 200, "application/json; charset=utf-8"),
        ("run_faultredirect", 302, None),
    ],
)
def test_an_id_can_ask_for_a_wrong_answer(
    sandbox: Sandbox, run_id: str, status: int, content_type: str | None
) -> None:
    answer = ask(sandbox, path_of(run_id), DEV)
    assert (answer.status, answer.headers.get("content-type")) == (status, content_type)


def test_a_limit_by_id_resets_after_the_seconds_in_the_id(sandbox: Sandbox) -> None:
    assert ask(sandbox, path_of("run_fault4297s"), DEV).json()["secondsUntilReset"] == 7
    assert ask(sandbox, path_of("run_fault429proxy9s"), DEV).headers["retry-after"] == "9"


def test_a_slow_answer_comes_after_its_seconds(sandbox: Sandbox) -> None:
    sandbox.faults.add("latency", seconds=0.3, times=1)
    began = time.monotonic()
    assert ask(sandbox, DONE, DEV).status == 200
    assert time.monotonic() - began >= 0.3


def test_a_reset_comes_before_the_first_byte(sandbox: Sandbox) -> None:
    with pytest.raises(ConnectionResetError):
        ask(sandbox, path_of("run_faultreset"), DEV)


def test_silence_accepts_the_connection_and_says_nothing(
    sandbox: Sandbox, connection: socket.socket
) -> None:
    send(connection, path_of("run_faultsilent"))
    connection.settimeout(0.2)
    with pytest.raises(TimeoutError):
        connection.recv(1)
    assert sandbox.count("run_faultsilent") == 1


def test_a_truncated_answer_promises_more_than_it_sends(sandbox: Sandbox) -> None:
    with pytest.raises(http.client.IncompleteRead) as caught:
        ask(sandbox, path_of("run_faulttruncated"), DEV)
    assert caught.value.partial.startswith(b'{"ok":true')


def test_a_dripping_answer_comes_byte_by_byte(sandbox: Sandbox, connection: socket.socket) -> None:
    send(connection, path_of("run_faultdrip"))
    head, first = head_and_first_bytes(connection)
    assert head.startswith(b"HTTP/1.1 200")
    began = time.monotonic()
    while first.count(b"\r\n") < 4:
        first += connection.recv(100)
    assert first.startswith(b"1\r\n{\r\n1\r\n")
    assert time.monotonic() - began >= 0.2


def test_a_huge_answer_is_many_megabytes_of_valid_json(sandbox: Sandbox) -> None:
    answer = ask(sandbox, path_of("run_faulthuge"), DEV)
    assert len(answer.body) > 60_000_000
    assert answer.body.endswith(b'a"}')


def test_a_gzip_bomb_is_small_on_the_wire_and_large_unpacked(
    sandbox: Sandbox, connection: socket.socket
) -> None:
    send(connection, path_of("run_faultgzipbomb"))
    head, packed = head_and_first_bytes(connection)
    assert b"content-encoding: gzip" in head.lower()
    while not packed.endswith(b"0\r\n\r\n"):
        packed += connection.recv(1 << 20)
    assert len(packed) < 1_000_000
    unpacker = zlib.decompressobj(31)
    unpacked = sum(len(unpacker.decompress(chunk)) for chunk in chunks(packed))
    assert unpacked > 300 * 1_000_000


def test_an_endless_answer_goes_on_until_the_reader_leaves(
    sandbox: Sandbox, connection: socket.socket
) -> None:
    send(connection, path_of("run_faultendless"))
    _, received = head_and_first_bytes(connection)
    while len(received) < 300_000:
        received += connection.recv(65536)
    assert b'"}' not in received
    connection.close()
    assert ask(sandbox, DONE, DEV).status == 200


def test_a_programmed_fault_meets_only_what_it_is_meant_for(sandbox: Sandbox) -> None:
    sandbox.faults.add("500", method="GET", path="/result", key="dev")
    assert ask(sandbox, DONE, DEV).status == 500
    assert ask(sandbox, DONE, DEV, method="HEAD").status == 200
    assert ask(sandbox, DONE, SANDBOX_KEYS["stg"]).status == 404
    assert ask(sandbox, "/api/v3/runs/run_x", DEV).status == 404


def test_a_programmed_fault_ends_after_its_number_of_times(sandbox: Sandbox) -> None:
    sandbox.faults.add("500", times=2)
    assert [ask(sandbox, DONE, DEV).status for _ in range(3)] == [500, 500, 200]


def test_faults_can_be_cleared(sandbox: Sandbox) -> None:
    sandbox.faults.add("html502")
    sandbox.faults.clear()
    assert ask(sandbox, DONE, DEV).status == 200


def test_no_fault_of_an_id_touches_the_object_store() -> None:
    assert Faults().strike("GET", "/store/packets/run_fault500/output.json", None) is None


def test_the_server_stops_although_an_answer_never_ends() -> None:
    with Sandbox() as sandbox:
        connection = socket.create_connection(("127.0.0.1", sandbox.port), timeout=60)
        send(connection, path_of("run_faultendless"))
        head_and_first_bytes(connection)
        began = time.monotonic()
    connection.close()
    assert time.monotonic() - began < 20
