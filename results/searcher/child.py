"""The process that searches: takes inquiries from the socket it was started with, and ends with the other end.

`python -m results.searcher.child SECONDS MIB`, its standard input the socket. It knows no Django, no setting
and no secret, and keeps nothing from one inquiry to the next.
"""

from __future__ import annotations

import gc
import os
import resource
import select
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from results.domain.inquiry import answer
from results.searcher import wire

# Pages come first where the two want the same core.
_NICENESS = 10
_MIB = 1024 * 1024
# What a search may take, in sizes of the value.
_SIZES = 16
_GRACE_S = 5


def main(seconds: str, mib: str) -> None:
    """Serve until nobody is at the other end.

    An answer takes ``seconds`` at most, and sixteen times the memory of the value and ``mib`` MiB.
    """
    _settle_down()
    with socket.socket(fileno=0) as end:
        end.setblocking(True)
        with suppress(ConnectionError):
            while _serve(end, int(float(seconds)) + _GRACE_S, int(mib) * _MIB):
                # What refers to itself would keep the value until much later.
                gc.collect()


def _serve(end: socket.socket, seconds: int, spare: int) -> bool:
    """Answer one inquiry, of which nothing is left behind; False at the end of the stream."""
    message = wire.receive(end)
    if message is None:
        return False
    _bound(seconds, spare + _SIZES * len(message[1]))
    wire.send(end, _answered(end, message))
    signal.alarm(0)
    return True


def _answered(end: socket.socket, message: wire.Message) -> object:
    packet, inquiry = wire.read_asked(message)
    poll = select.poll()
    poll.register(end, select.POLLHUP)

    def still_wanted() -> None:
        if poll.poll(0):
            # Whoever asked is gone: killed, or tired of waiting.
            os._exit(0)

    try:
        found = answer(packet, inquiry, checkpoint=still_wanted)
    except MemoryError:
        return wire.TOO_LARGE
    return None if found is None else asdict(found)


def _settle_down() -> None:
    """Be the least important process, and one that leaves nothing behind."""
    # A server that is asked to end still answers what it has been asked; then the stream ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):
        # Where memory ends, this process goes and no web worker does.
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _bound(seconds: int, size: int) -> None:
    """Let the system end what takes too long, and refuse what takes too much, whatever runs here."""
    signal.alarm(seconds)
    with suppress(OSError, ValueError):
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (size, hard))


if __name__ == "__main__":
    main(*sys.argv[1:])
