"""The courier: one loop beside the request threads, whose errands never get lost."""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import Future

import pytest
from django.db import connection, connections, transaction

from results.courier import Courier, ErrandError, courier


@pytest.fixture(scope="module")
def carrier() -> Courier:
    return Courier()


async def five() -> int:
    return 5


async def broken() -> int:
    secret = "tr_dev_a_secret_in_a_frame"
    raise RuntimeError(f"a bug of {len(secret)} letters")


def test_what_an_errand_brings_is_recorded_on_another_thread(carrier: Courier) -> None:
    threads: list[str] = []

    def record(number: int) -> int:
        threads.append(threading.current_thread().name)
        return number + 1

    assert carrier.carry(five, record).result(timeout=60) == 6
    assert threads[0].startswith("recorder")


def test_carrying_returns_at_once(carrier: Courier) -> None:
    go_on = threading.Event()

    async def slow() -> int:
        await asyncio.to_thread(go_on.wait, 60)
        return 1

    done = carrier.carry(slow, lambda number: number)

    assert not done.done()
    go_on.set()
    assert done.result(timeout=60) == 1


def test_a_slow_recorder_does_not_hold_up_the_loop(carrier: Courier) -> None:
    release = threading.Event()
    waiting = [carrier.carry(five, lambda _: release.wait(60)) for _ in range(4)]

    assert carrier.run(five, timeout_s=60) == 5

    release.set()
    assert all(future.result(timeout=60) for future in waiting)


@pytest.mark.parametrize("where", ["errand", "recorder"])
def test_a_bug_is_logged_and_ends_only_its_own_errand(
    carrier: Courier, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    def fail(number: int) -> int:
        raise RuntimeError("a bug")

    failed = carrier.carry(broken, int) if where == "errand" else carrier.carry(five, fail)

    with pytest.raises(ErrandError, match="RuntimeError"):
        failed.result(timeout=60)
    assert "a bug" in caplog.text
    assert carrier.run(five, timeout_s=60) == 5


def test_a_failure_brings_no_frame_of_its_errand_along(carrier: Courier) -> None:
    for future in (carrier.carry(broken, int), _run_in_thread(carrier)):
        error = future.exception(timeout=60)
        assert isinstance(error, ErrandError)
        assert error.__cause__ is None
        assert error.__context__ is None
        assert "broken" not in _frames(error)


def test_an_errand_that_takes_too_long_is_called_off(carrier: Courier) -> None:
    called_off = threading.Event()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            called_off.set()

    with pytest.raises(TimeoutError):
        carrier.run(endless, timeout_s=0.1)
    assert called_off.wait(60)


def test_no_more_than_two_hundred_errands_are_under_way(carrier: Courier) -> None:
    under_way = 0
    most = 0
    all_sent = threading.Event()

    async def count() -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        # On a busy machine the first errands would else be back before the last ones are sent.
        await asyncio.sleep(0.01)
        while not all_sent.is_set():  # noqa: ASYNC110  it is set by another thread
            await asyncio.sleep(0.01)
        under_way -= 1

    done = [carrier.carry(count, lambda _: None) for _ in range(500)]
    all_sent.set()
    for future in done:
        future.result(timeout=60)

    assert most == 200


def test_a_task_for_the_recorders_runs_once_on_each(carrier: Courier) -> None:
    names: list[str] = []

    carrier.on_recorders(lambda: names.append(threading.current_thread().name))

    assert len(set(names)) == len(names) == 2


def test_a_process_has_one_courier_however_many_threads_ask() -> None:
    found: list[Courier] = []
    threads = [threading.Thread(target=lambda: found.append(courier())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(map(id, found))) == 1


def test_a_forked_process_gets_a_courier_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = courier()
    pid = os.getpid()

    monkeypatch.setattr(os, "getpid", lambda: pid + 1)
    theirs = courier()
    monkeypatch.undo()

    assert theirs is not ours
    assert theirs.run(five, timeout_s=60) == 5


def _run_in_thread(carrier: Courier) -> Future[int]:
    future: Future[int] = Future()
    try:
        future.set_result(carrier.run(broken, timeout_s=60))
    except ErrandError as error:
        future.set_exception(error)
    return future


def _frames(error: BaseException) -> str:
    names = []
    trace = error.__traceback__
    while trace is not None:
        names.append(trace.tb_frame.f_code.co_name)
        trace = trace.tb_next
    return " ".join(names)


def test_settling_waits_until_everything_is_recorded_but_not_for_ever(carrier: Courier) -> None:
    release = threading.Event()
    failed = carrier.carry(broken, lambda _: None)
    carrier.carry(five, lambda _: release.wait(60))

    assert not carrier.settle(timeout_s=0.05)
    release.set()
    assert carrier.settle(timeout_s=60)
    assert isinstance(failed.exception(timeout=60), ErrandError)


@pytest.mark.django_db(transaction=True)
def test_r15_recorders_whose_connections_were_cut_record_again(carrier: Courier) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("a database that is a file cuts no connection")
    used: set[int] = set()

    def write(_: object = None) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            used.add(cursor.fetchone()[0])

    try:
        carrier.on_recorders(write)
        assert len(used) == 2
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", [list(used)])

        for _ in range(4):
            carrier.carry(five, write).result(timeout=60)

        assert len(used) > 2
    finally:
        carrier.on_recorders(connections.close_all)
