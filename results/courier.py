"""Carries calls to the network so that no request thread waits on it; it knows neither rows nor API.

One background event loop per process, started at the first errand and so always after a fork. What
an errand brings back is handed to a recorder thread, because the loop must never wait on a database.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from django.db import close_old_connections

from results import right_of_way
from results.per_process import PerProcess

T = TypeVar("T")
R = TypeVar("R")

_log = logging.getLogger(__name__)
IN_FLIGHT = 200
"""How many errands a process carries at once; more wait for their turn."""
_RECORDERS = 2


class ErrandError(RuntimeError):
    """An errand failed because of a bug; the log has it.

    The failure itself stays behind: the frames of its traceback hold keys, and whoever waits for
    the errand may show a traceback with all its variables.
    """


class Courier:
    """A loop in a thread of its own, and the threads that record what it brings back."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._places = asyncio.Semaphore(IN_FLIGHT)
        self._recorders = ThreadPoolExecutor(_RECORDERS, thread_name_prefix="recorder")
        self._carried = 0
        self._settled = threading.Condition()
        self._thread = threading.Thread(target=self._loop.run_forever, name="courier", daemon=True)
        self._thread.start()

    def carry(self, errand: Callable[[], Awaitable[T]], then: Callable[[T], R]) -> Future[R]:
        """Run ``errand`` on the loop and ``then`` with its result on a recorder thread.

        Returns at once; the future is done when the result has been recorded, and raises
        ErrandError when either of them failed.
        """
        done: Future[R] = Future()

        async def run() -> None:
            try:
                async with self._places:
                    brought = await errand()
                recorded = await self.on_a_recorder(partial(then, brought))
            except Exception as error:  # noqa: BLE001  the edge where a bug must not be lost
                done.set_exception(_told(error))
            else:
                done.set_result(recorded)
            finally:
                with self._settled:
                    self._carried -= 1
                    self._settled.notify_all()

        with self._settled:
            self._carried += 1
        asyncio.run_coroutine_threadsafe(run(), self._loop)
        return done

    def settle(self, *, timeout_s: float) -> bool:
        """Wait until everything that was carried is recorded; False when ``timeout_s`` is over."""
        with self._settled:
            return self._settled.wait_for(lambda: self._carried == 0, timeout_s)

    @property
    def free(self) -> int:
        """How many errands more it would carry at once now."""
        return max(0, IN_FLIGHT - self._carried)

    async def on_a_recorder(self, task: Callable[[], R]) -> R:
        """Run ``task`` on a recorder thread, for an errand that needs a row before it goes on."""
        return await self._loop.run_in_executor(self._recorders, _with_live_connections, task)

    def on_recorders(self, task: Callable[[], None]) -> None:
        """Run ``task`` once on every recorder thread, and wait for it (to close connections)."""
        gate = threading.Barrier(_RECORDERS)

        def meet() -> None:
            gate.wait(timeout=60)
            task()

        for future in [self._recorders.submit(meet) for _ in range(_RECORDERS)]:
            future.result(timeout=60)

    def run(self, errand: Callable[[], Awaitable[T]], *, timeout_s: float) -> T:
        """Run ``errand`` on the loop and wait for it.

        Raises TimeoutError after ``timeout_s``, ErrandError when it failed.
        """

        async def bounded() -> T:
            failure: Exception
            try:
                async with asyncio.timeout(timeout_s):
                    return await errand()
            except TimeoutError:
                failure = TimeoutError()
            except Exception as error:  # noqa: BLE001  the edge where a bug must not be lost
                failure = _told(error)
            raise failure

        with right_of_way.idle():
            return asyncio.run_coroutine_threadsafe(bounded(), self._loop).result(timeout_s + 1)


def _with_live_connections(task: Callable[[], R]) -> R:
    # Only requests have Django look after connections; one that broke would stay broken for ever.
    close_old_connections()
    try:
        return task()
    finally:
        close_old_connections()


def _told(error: Exception) -> ErrandError:
    _log.error("an errand failed", exc_info=error)
    return ErrandError(type(error).__name__)


_own = PerProcess(Courier)


def courier() -> Courier:
    """Return this process's courier, started now if it was not."""
    return _own.get()


def running() -> Courier | None:
    """Return this process's courier if there is one; starts none."""
    return _own.made()
