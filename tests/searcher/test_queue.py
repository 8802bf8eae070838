"""Who searches, who waits, who is told to come back, and what becomes of a search that went wrong."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from results.domain.inquiry import Answer, Inquiry, answer
from results.domain.packet import Packet
from results.domain.search import Query
from results.searcher.queue import IN_PLACE_BYTES, SEATS, NotSearchedError, Searcher
from tests.processes.instance import wait_for
from tests.searcher.test_process import is_alive, slow

NEEDLE = Inquiry(Query("needle"))
LARGE = Packet(b'["needle",' + b"1," * IN_PLACE_BYTES + b"2]", "application/json")
SMALL = Packet(b'["needle"]', "application/json")


@pytest.fixture
def searcher() -> Iterator[Searcher]:
    made = Searcher(wait_s=60, answer_s=60)
    yield made
    made.end()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(SEATS) as pool:
        yield pool


def hold(
    searcher: Searcher,
    threads: ThreadPoolExecutor,
    packet: Packet = LARGE,
    inquiry: Inquiry = NEEDLE,
) -> tuple[int, Future[Answer | None]]:
    """A search that is being done and stands still; the id of the process that does it."""
    searcher.answer(LARGE, NEEDLE)
    pid = searcher.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    held = threads.submit(searcher.answer, packet, inquiry)
    wait_for(searcher._turn.locked, "nobody searches")
    return pid, held


def is_full(searcher: Searcher) -> bool:
    try:
        with searcher.occupied():
            return False
    except NotSearchedError:
        return True


def test_a_small_value_is_searched_in_place(searcher: Searcher) -> None:
    assert searcher.answer(SMALL, NEEDLE) == answer(SMALL, NEEDLE)
    assert searcher.pid is None


def test_a_large_value_is_searched_beside_and_the_process_is_kept(searcher: Searcher) -> None:
    assert searcher.answer(LARGE, NEEDLE) == answer(LARGE, NEEDLE)
    first = searcher.pid
    assert searcher.answer(LARGE, NEEDLE) == answer(LARGE, NEEDLE)
    assert first is not None
    assert searcher.pid == first


def test_what_is_not_understood_is_said_of_large_values_too(searcher: Searcher) -> None:
    found = searcher.answer(LARGE, Inquiry(Query("needle", under="$[")))

    assert found is not None
    assert found.found.problem


def test_one_that_is_killed_while_it_searches_is_replaced_and_the_search_done_again(
    searcher: Searcher, threads: ThreadPoolExecutor
) -> None:
    pid, held = hold(searcher, threads)

    os.kill(pid, signal.SIGKILL)

    assert held.result(60) == answer(LARGE, NEEDLE)
    assert searcher.pid not in (None, pid)


def test_one_that_was_killed_before_is_replaced(searcher: Searcher) -> None:
    searcher.answer(LARGE, NEEDLE)
    assert searcher.pid is not None
    os.kill(searcher.pid, signal.SIGKILL)

    assert searcher.answer(LARGE, NEEDLE) == answer(LARGE, NEEDLE)


def test_a_search_that_kills_every_process_is_given_up_and_the_next_one_works(
    searcher: Searcher, threads: ThreadPoolExecutor
) -> None:
    pid, held = hold(searcher, threads, *slow())
    killed = {pid}
    os.kill(pid, signal.SIGKILL)
    while not held.done():
        other = searcher.pid
        if other is not None and other not in killed:
            killed.add(other)
            os.kill(other, signal.SIGKILL)

    with pytest.raises(NotSearchedError, match="cut off"):
        held.result()
    assert len(killed) == 2
    assert searcher.answer(LARGE, NEEDLE) == answer(LARGE, NEEDLE)


def test_a_search_that_takes_too_long_is_stopped_and_the_next_one_works() -> None:
    searcher = Searcher(answer_s=3)
    try:
        with pytest.raises(NotSearchedError, match="too long"):
            searcher.answer(*slow())
        assert searcher.pid is None
    finally:
        searcher.end()


def test_waiting_searches_do_not_hold_all_threads_of_a_worker(
    searcher: Searcher, threads: ThreadPoolExecutor
) -> None:
    pid, held = hold(searcher, threads)
    waiting = threads.submit(searcher.answer, LARGE, NEEDLE)
    wait_for(lambda: is_full(searcher), "nobody waits")

    with pytest.raises(NotSearchedError, match="Other searches"):
        searcher.answer(LARGE, NEEDLE)
    assert searcher.answer(SMALL, NEEDLE) == answer(SMALL, NEEDLE)

    os.kill(pid, signal.SIGCONT)
    assert held.result(60) == waiting.result(60) == answer(LARGE, NEEDLE)
    assert not is_full(searcher)


def test_nobody_waits_for_ever_for_others(threads: ThreadPoolExecutor) -> None:
    searcher = Searcher(wait_s=0.05, answer_s=60)
    pid, held = hold(searcher, threads)
    try:
        with pytest.raises(NotSearchedError, match="Other searches"):
            searcher.answer(LARGE, NEEDLE)
    finally:
        os.kill(pid, signal.SIGCONT)
        held.result(60)
        searcher.end()


def test_it_ends_with_whoever_has_it(searcher: Searcher) -> None:
    searcher.answer(LARGE, NEEDLE)
    pid = searcher.pid
    assert pid is not None

    searcher.end()

    assert not is_alive(pid)
    assert searcher.answer(LARGE, NEEDLE) == answer(LARGE, NEEDLE)


def test_without_a_process_there_is_a_sentence(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")

    with pytest.raises(NotSearchedError, match="cut off"):
        searcher.answer(LARGE, NEEDLE)
