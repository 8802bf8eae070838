"""Who may search now, who waits and who is told to come back; it must not know what is looked for.

A request that waits for a search holds one of its worker's few threads. So one search runs in a
worker at a time, one more waits, and every other one is answered at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.util import Finalize

from results import right_of_way
from results.domain.inquiry import Answer, Inquiry, answer
from results.domain.packet import Packet
from results.per_process import PerProcess
from results.searcher.process import DiedError, SearchProcess, TooLargeError

_log = logging.getLogger(__name__)

IN_PLACE_BYTES = 128 * 1024
"""A value up to this size is searched where it is, in less time than the way to the process would take."""

SEATS = 2
"""Request threads of a worker that are in a search, or wait for one; a worker has four."""

WAIT_S = 10.0
ANSWER_S = 45.0

_TRIES = 2
_END_S = 1.0

_BUSY = "Other searches are running. Try again in a moment."
_SLOW = "This search took too long and was stopped. Look for something rarer, or under a path."
_LARGE = "This search would have needed too much memory. Look for something rarer, or under a path."
_FAILED = "The search was cut off. Try again in a moment."


class NotSearchedError(Exception):
    """There is no answer this time; the message is a sentence for whoever asked."""


class Searcher:
    """Answers inquiries: small values here, large ones in a process that is started when it is needed."""

    def __init__(self, *, wait_s: float = WAIT_S, answer_s: float = ANSWER_S) -> None:
        self._wait_s, self._answer_s = wait_s, answer_s
        self._seats = threading.BoundedSemaphore(SEATS)
        self._turn = threading.Lock()
        self._process: SearchProcess | None = None

    @property
    def pid(self) -> int | None:
        """The process that there is now, by its id."""
        process = self._process
        return process.pid if process else None

    def answer(self, packet: Packet, inquiry: Inquiry) -> Answer | None:
        """Return what ``inquiry.answer`` does; raises NotSearchedError."""
        if len(packet.data or b"") <= IN_PLACE_BYTES:
            return answer(packet, inquiry, checkpoint=_let_others_run)
        with self.occupied(), right_of_way.idle():
            if not self._turn.acquire(timeout=self._wait_s):
                raise NotSearchedError(_BUSY)
            try:
                return self._beside(packet, inquiry)
            finally:
                self._turn.release()

    @contextmanager
    def occupied(self) -> Iterator[None]:
        """Take one of the seats meanwhile; raises NotSearchedError when there is none."""
        if not self._seats.acquire(blocking=False):
            raise NotSearchedError(_BUSY)
        try:
            yield
        finally:
            self._seats.release()

    def end(self) -> None:
        """Let the process end, if there is one; the next large search starts another.

        One that searches is left to end with this process.
        """
        if not self._turn.acquire(timeout=_END_S):
            return
        try:
            if self._process is not None:
                self._process.end(at_once=False)
                self._process = None
        finally:
            self._turn.release()

    def _beside(self, packet: Packet, inquiry: Inquiry) -> Answer | None:
        until = time.monotonic() + self._answer_s
        for _ in range(_TRIES):
            try:
                return self._ask(packet, inquiry, until)
            except DiedError:
                # Somebody killed it, or the system did. Another one may have more luck.
                continue
            except TooLargeError:
                raise NotSearchedError(_LARGE) from None
            except TimeoutError:
                raise NotSearchedError(_SLOW) from None
            except OSError:
                _log.exception("no process could be started for a search")
                break
        raise NotSearchedError(_FAILED)

    def _ask(self, packet: Packet, inquiry: Inquiry, until: float) -> Answer | None:
        if self._process is None:
            self._process = SearchProcess(answer_s=self._answer_s)
        try:
            return self._process.ask(packet, inquiry, until=until)
        except BaseException:
            self._process.end()
            self._process = None
            raise


def _let_others_run() -> None:
    time.sleep(0)


def _started() -> Searcher:
    made = Searcher()
    # A server's worker never reaches `atexit`; this is called there, and in any other process too.
    Finalize(None, made.end, exitpriority=50)
    return made


_own = PerProcess(_started)


def searcher() -> Searcher:
    """Return this process's searcher."""
    return _own.get()
