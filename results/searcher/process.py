"""One searching process as its web worker holds it: started, asked, ended; it must not know who waits."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import suppress

from results.domain.inquiry import Answer, Inquiry
from results.domain.packet import Packet
from results.searcher import wire

_END_S = 2.0
_SPARE_MIB = 192
_KEPT = ("LANG", "LD_LIBRARY_PATH")


class DiedError(Exception):
    """The process ended before it answered: killed, or by itself where memory ended."""


class TooLargeError(Exception):
    """The search would have taken more memory than it may have."""


class SearchProcess:
    """A process that answers one inquiry at a time."""

    def __init__(self, *, answer_s: float, spare_mib: int = _SPARE_MIB) -> None:
        """``answer_s`` bounds an answer from within, should nobody be left to end it.

        ``spare_mib`` is the memory that it may take beside sixteen times that of the value.
        Raises OSError when no process can be started.
        """
        self._end, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = _started(theirs, str(answer_s), str(spare_mib))
            except OSError:
                self._end.close()
                raise

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def ask(self, packet: Packet, inquiry: Inquiry, *, until: float) -> Answer | None:
        """Return its answer (see ``inquiry.answer``) before ``until`` (monotonic seconds).

        Raises DiedError, TooLargeError, or TimeoutError; after any of them it has to be ended.
        """
        try:
            wire.send(self._end, *wire.asked(packet, inquiry), until=until)
            message = wire.receive(self._end, until=until)
        except TimeoutError:
            raise
        except OSError:
            raise DiedError from None
        if message is None:
            raise DiedError
        if message[0] == wire.TOO_LARGE:
            raise TooLargeError
        return wire.read_answer(message[0])

    def end(self, *, at_once: bool = True) -> None:
        """Kill it, or let it end by itself first."""
        self._end.close()
        if not at_once:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_END_S)
        self._process.kill()
        self._process.wait()


def _started(end: socket.socket, *told: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  nothing in it comes from outside
        [sys.executable, "-P", "-s", "-m", "results.searcher.child", *told],
        stdin=end.fileno(),
        # What it could say might quote what it reads.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        cwd="/",
    )


def _environment() -> dict[str, str]:
    """What it needs to find the same code; no setting and no secret of the web worker."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {
        "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),  # noqa: PTH109
        "PYTHONDONTWRITEBYTECODE": "1",
        # Large blocks go back to the system as soon as they are free.
        "MALLOC_MMAP_THRESHOLD_": str(128 * 1024),
    }
