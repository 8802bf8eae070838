"""The searching process answers as a search in place does, is bounded, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from results.domain.inquiry import Answer, Inquiry, answer
from results.domain.packet import Packet
from results.domain.search import Query
from results.searcher.process import DiedError, SearchProcess, TooLargeError
from tests.browser.conftest import ROOT
from tests.domain.test_outputs_properties import JSON_TEXT
from tests.processes.instance import wait_for

CANARY = "canary-7f3a91"
ONES = Inquiry(Query("1"))
PACKET = st.one_of(
    st.builds(
        lambda text, flattened: Packet(text.encode(), "application/json", flattened),
        JSON_TEXT,
        st.booleans(),
    ),
    st.builds(
        lambda text: Packet(f'{{"json":{text}}}'.encode(), "application/super+json"), JSON_TEXT
    ),
    st.builds(
        Packet,
        st.binary(max_size=60) | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.sampled_from(["text/plain", "application/json", "application/x-unknown", None]),
    ),
    st.just(Packet(None, None)),
)
QUERY = st.builds(
    Query,
    st.text(max_size=4) | st.sampled_from(['"A"', "a", "1", ".", "null", "\ud83d"]),
    st.sampled_from(["anywhere", "keys", "values", "paths"]),
    st.sampled_from(["", "$..[0]", "$.a", "$.items[", "\udc00"]),
)
INQUIRY = st.builds(Inquiry, QUERY, st.booleans(), st.integers(0, 3), st.integers(0, 5))


@pytest.fixture
def process() -> Iterator[SearchProcess]:
    with_everything = SearchProcess(answer_s=60)
    yield with_everything
    with_everything.end()


def ask(process: SearchProcess, packet: Packet, inquiry: Inquiry = ONES) -> Answer | None:
    return process.ask(packet, inquiry, until=time.monotonic() + 60)


def slow() -> tuple[Packet, Inquiry]:
    """A search that takes minutes, and asks for nothing that is rare."""
    data = b"[" + b'{"a":[1,2,{"b":null}]},' * 1_000_000 + b"0]"
    return Packet(data, "application/json"), Inquiry(Query("absent", "paths", "$..[5]..[7]"))


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(PACKET, INQUIRY)
def test_it_answers_as_a_search_in_place_does(
    process: SearchProcess, packet: Packet, inquiry: Inquiry
) -> None:
    assert ask(process, packet, inquiry) == answer(packet, inquiry)


def test_a_large_value_comes_over_whole(process: SearchProcess) -> None:
    data = json.dumps([{"n": number, "😀": "é" * 50} for number in range(40_000)]).encode()
    packet, inquiry = Packet(data, "application/json"), Inquiry(Query("39999"))

    found = ask(process, packet, inquiry)

    assert found == answer(packet, inquiry)
    assert found is not None
    assert found.found.matches[0].pointer == "/39999/n"


def test_matches_in_a_text_come_with_their_lines(process: SearchProcess) -> None:
    packet = Packet("\n".join(f"Zoë {n}" for n in range(1, 3_001)).encode(), "text/plain")

    found = ask(process, packet, Inquiry(Query("Zoë 2999")))

    assert found is not None
    assert found.lines is not None
    assert [line.number for line in found.lines] == [2999]


def test_a_killed_process_is_no_answer(process: SearchProcess) -> None:
    os.kill(process.pid, signal.SIGKILL)

    with pytest.raises(DiedError):
        ask(process, Packet(b"[1]", "application/json"))


def test_a_server_that_ends_does_not_end_it_before_its_answer(process: SearchProcess) -> None:
    ask(process, Packet(b"[1]", "application/json"))

    for sign in (signal.SIGTERM, signal.SIGINT):
        os.kill(process.pid, sign)

    assert ask(process, Packet(b"[1]", "application/json"))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory is not bounded so")
def test_too_much_memory_is_not_given() -> None:
    notes = ",".join(f'"a{n}":["Date"]' for n in range(200_000))
    data = f'{{"json":1,"meta":{{"values":{{{notes}}}}}}}'.encode()
    packet = Packet(data, "application/super+json")
    process = SearchProcess(answer_s=60, spare_mib=40 - 16 * len(data) // 2**20)
    try:
        # The parser does not survive every lack of memory.
        with pytest.raises((TooLargeError, DiedError)):
            ask(process, packet)
    finally:
        process.end()


def test_whoever_asks_does_not_wait_for_ever(process: SearchProcess) -> None:
    packet, inquiry = slow()

    with pytest.raises(TimeoutError):
        process.ask(packet, inquiry, until=time.monotonic() + 0.5)
    process.end()

    assert not is_alive(process.pid)


needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="/proc tells it")


@needs_proc
def test_nothing_of_the_value_and_no_secret_is_outside_of_the_socket(
    process: SearchProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_KEYS", CANARY)
    process.end()
    process = SearchProcess(answer_s=60)
    packet = Packet(json.dumps({"secret": CANARY}).encode(), "application/json")
    try:
        assert ask(process, packet, Inquiry(Query(CANARY)))
        folder = Path(f"/proc/{process.pid}")
        for file in ("cmdline", "environ"):
            assert CANARY.encode() not in (folder / file).read_bytes()
        opened = [str(each.readlink()) for each in (folder / "fd").iterdir()]
        assert all(name.startswith(("socket:", "/dev/null", "anon_inode:")) for name in opened)
        # No core dump, and no other file.
        for limit in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
            assert resource.prlimit(process.pid, limit) == (0, 0)
        assert os.getpriority(os.PRIO_PROCESS, process.pid) > os.getpriority(os.PRIO_PROCESS, 0)
    finally:
        process.end()


WORKER = """
import sys, time
from tests.searcher.test_process import ask, ONES, slow
from results.domain.packet import Packet
from results.searcher.process import SearchProcess
process = SearchProcess(answer_s=600)
ask(process, Packet(b"[1]", "application/json"))
print(process.pid, flush=True)
if sys.argv[1] == "busy":
    packet, inquiry = slow()
    process.ask(packet, inquiry, until=time.monotonic() + 600)
time.sleep(600)
"""


@needs_proc
@pytest.mark.parametrize("doing", ["idle", "busy"])
def test_a_killed_worker_leaves_no_orphan(doing: str) -> None:
    command = [sys.executable, "-c", WORKER, doing]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
        try:
            assert worker.stdout is not None
            pid = int(worker.stdout.readline())
            if doing == "busy":
                wait_for(lambda: resident_mib(pid) > 30, "it got nothing to search in")
            assert is_alive(pid)
        finally:
            worker.kill()

    wait_for(lambda: not is_alive(pid), "the process outlived its worker")


def resident_mib(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize() / 2**20
