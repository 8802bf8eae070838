"""The sandbox as a server: starting, stopping, counting, being asked from outside."""

from __future__ import annotations

import gzip
import http.client
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from results.sandbox.scenarios import SANDBOX_KEYS, scenario
from results.sandbox.server import Sandbox
from results.sandbox.world import Environment, Run, World, with_attempts
from tests.sandbox.wire import ask

if TYPE_CHECKING:
    from results.sandbox.calls import Call

DEV = SANDBOX_KEYS["dev"]
RUN = scenario("every-type").run_id


def sandbox_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "sandbox"}


def test_a_stopped_sandbox_frees_its_port_and_ends_its_thread() -> None:
    # The other tests share one that stays up.
    before = sandbox_threads()
    with Sandbox() as first:
        port = first.port
        assert first.url == f"http://127.0.0.1:{port}"
        assert len(sandbox_threads() - before) == 1
    assert sandbox_threads() == before
    with Sandbox(port=port) as second:
        assert ask(second, "/api/v3/runs/run_x", DEV).status == 404


def test_a_port_in_use_is_told_at_once(sandbox: Sandbox) -> None:
    with pytest.raises(OSError, match="in use"):
        Sandbox(port=sandbox.port).start()


def test_stopping_twice_does_nothing() -> None:
    sandbox = Sandbox().start()
    sandbox.stop()
    sandbox.stop()


def test_a_run_added_while_the_server_runs_is_answered(sandbox: Sandbox) -> None:
    run = Run(id="run_mine", status="COMPLETED_SUCCESSFULLY", output="hi", output_type="text/plain")
    sandbox.world.add_run(with_attempts(run))
    assert ask(sandbox, "/api/v1/runs/run_mine/result", DEV).json() == {
        "ok": True,
        "id": "run_mine",
        "taskIdentifier": "report",
        "output": "hi",
        "outputType": "text/plain",
    }


def test_a_world_may_be_wholly_made_by_the_test() -> None:
    mine = Environment(name="mine", slug="dev", key="tr_dev_mine")
    pending = Run(id="run_1", status="PENDING", environment="mine")
    with Sandbox(World([mine], [pending])) as small:
        assert ask(small, "/api/v3/runs/run_1", "tr_dev_mine").json()["status"] == "QUEUED"


def test_every_request_is_counted_by_run_and_by_path(sandbox: Sandbox) -> None:
    ask(sandbox, f"/api/v1/runs/{RUN}/result", DEV)
    ask(sandbox, f"/api/v3/runs/{RUN}?x=1", DEV)
    ask(sandbox, "/api/v3/runs/run_other", SANDBOX_KEYS["prod"])
    assert (sandbox.count(), sandbox.count(RUN), sandbox.count(path="/api/v3/")) == (3, 2, 2)
    assert sandbox.count(RUN, path="/result") == 1
    assert [call.key for call in sandbox.calls] == ["dev", "dev", "prod"]
    assert [call.kind for call in sandbox.calls] == ["result", "retrieve", "retrieve"]


def test_a_recorded_request_has_its_headers_but_not_its_secret(sandbox: Sandbox) -> None:
    ask(sandbox, f"/api/v3/runs/{RUN}", DEV, headers={"x-trigger-api-version": "2025-07-16"})
    (call,) = sandbox.calls
    assert call.headers["x-trigger-api-version"] == "2025-07-16"
    assert DEV not in repr(call)


def test_no_request_is_lost_when_many_come_at_once(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(lambda _: ask(sandbox, f"/api/v1/runs/{RUN}/result", DEV), range(200))
        )
    assert {answer.status for answer in answers} == {200}
    assert sandbox.count(RUN) == 200


def test_another_process_can_ask_for_the_counts_and_reset_them(sandbox: Sandbox) -> None:
    ask(sandbox, f"/api/v1/runs/{RUN}/result", DEV)
    assert ask(sandbox, "/_sandbox/calls").json() == {
        "total": 1,
        "runs": {RUN: 1},
        "kinds": {"result": 1},
    }
    assert ask(sandbox, "/_sandbox/reset", method="POST").status == 200
    assert ask(sandbox, "/_sandbox/calls").json()["total"] == 0
    assert ask(sandbox, "/_sandbox/nothing").status == 404


def test_a_connection_is_kept_alive(sandbox: Sandbox) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=60)
    for _ in range(3):
        connection.request("GET", f"/api/v3/runs/{RUN}", headers={"Authorization": DEV})
        assert connection.getresponse().read().startswith(b'{"id"')
    connection.close()


def test_a_large_answer_is_compressed_when_asked_for(sandbox: Sandbox) -> None:
    shown = scenario("long-text")
    path, key = f"/api/v3/runs/{shown.run_id}", SANDBOX_KEYS[shown.environment]
    plain = ask(sandbox, path, key)
    packed = ask(sandbox, path, key, headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_each_answer_can_be_told_to_a_listener() -> None:
    told: list[tuple[Call, int]] = []
    with Sandbox(on_answer=lambda call, status: told.append((call, status))) as sandbox:
        ask(sandbox, f"/api/v3/runs/{RUN}", DEV)
        ask(sandbox, "/nowhere/", DEV)
    assert [(call.path, status) for call, status in told] == [
        (f"/api/v3/runs/{RUN}", 200),
        ("/nowhere/", 301),
    ]
