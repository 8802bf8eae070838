"""Has requests that compute long give way to short ones in the same process; it must not know what they compute.

Threads share one interpreter, which Python hands round evenly: beside one that computes without a
pause, a page takes twice its time. Whoever computes long for one reader waits a moment instead.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

LONG_BYTES = 128 * 1024
"""What is done with a value above this size may take longer than all the rest of a page."""

_WAITS_S = 0.15


@dataclass(slots=True)
class _Request:
    """The request that a thread answers: since when it computes long, and how long it has waited."""

    long_since: float | None = None
    waited_s: float = 0.0


class RightOfWay:
    """The requests of one process, of which the short ones come first."""

    def __init__(self, *, waits_s: float = _WAITS_S) -> None:
        """``waits_s`` is what a long request waits in all, beside as much time as it has computed.

        A busy process always answers short ones, so nothing may wait for the last of them.
        """
        self.waits_s = waits_s
        self._changed = threading.Condition()
        self._short = 0
        self._thread = threading.local()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Answer a request in this thread; it is a short one until it says otherwise.

        Inside of another one it is a part of that, and changes nothing.
        """
        if self._request is not None:
            yield
            return
        self._thread.request = request = _Request()
        self._count(1)
        try:
            yield
        finally:
            del self._thread.request
            if request.long_since is None:
                self._count(-1)

    def expect_long(self) -> None:
        """Say that the request of this thread computes long from here on; nothing outside of requests."""
        request = self._request
        if request is not None and request.long_since is None:
            request.long_since = monotonic()
            self._count(-1)

    @contextmanager
    def idle(self) -> Iterator[None]:
        """Wait for something in this thread, so that nobody has to give way to it meanwhile.

        A long request computes nothing meanwhile, for which it would give way any longer.
        """
        request, began = self._request, monotonic()
        is_short = request is not None and request.long_since is None
        self._count(-is_short)
        try:
            yield
        finally:
            self._count(is_short)
            if request is not None and request.long_since is not None:
                request.long_since += monotonic() - began

    def give_way(self) -> None:
        """Let the short requests go first, for a bounded time; at once when this thread answers no long one.

        To be called every few milliseconds of work.
        """
        request = self._request if self._short else None
        if request is None or request.long_since is None:
            return
        began = monotonic()
        computed_s = began - request.long_since - request.waited_s
        with self._changed:
            self._changed.wait_for(
                lambda: not self._short, self.waits_s + computed_s - request.waited_s
            )
        request.waited_s += monotonic() - began

    @property
    def _request(self) -> _Request | None:
        return getattr(self._thread, "request", None)

    def _count(self, more: int) -> None:
        with self._changed:
            self._short += more
            if not self._short:
                self._changed.notify_all()


requests = RightOfWay()
"""Those of this process."""

answering = requests.answering
expect_long = requests.expect_long
idle = requests.idle
give_way = requests.give_way
