"""One object for each process: made once, kept, and never shared with a process that was forked."""

from __future__ import annotations

import multiprocessing
import threading

from results.per_process import PerProcess


def test_it_is_made_when_it_is_first_asked_for_and_kept() -> None:
    own = PerProcess(object)

    assert own.made() is None
    first = own.get()
    assert own.get() is first
    assert own.made() is first


def test_threads_that_ask_at_once_get_the_same() -> None:
    together, seen = threading.Barrier(8), set()
    own = PerProcess(object)

    def ask() -> None:
        together.wait(60)
        seen.add(own.get())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(seen) == 1


def test_a_forked_process_makes_its_own() -> None:
    own = PerProcess(object)
    inherited = own.get()
    context = multiprocessing.get_context("fork")
    told = context.SimpleQueue()

    def look() -> None:
        told.put(own.made() is None)
        told.put(own.get() is not inherited)

    child = context.Process(target=look)
    child.start()
    child.join(60)

    assert [told.get(), told.get()] == [True, True]
    assert own.get() is inherited
