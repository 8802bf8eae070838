"""What runs inside a process of the server, pages or rounds; it starts no process and holds no rule."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from multiprocessing.util import Finalize

from dashboard import requests

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

# A page gives way to other threads at each of its queries. Behind one that computes, as the page of a
# large result does, it would wait this long every time before it goes on; Python's 5 ms are a quarter
# of what a page takes. Searches compute far longer, and in a process of their own.
sys.setswitchinterval(0.0005)

application = requests.application()

# After the set-up above models exist; a broken address ends the start, not the first request.
import dashboard.urls  # noqa: E402, F401
from results.rounds import Rounds  # noqa: E402
from results.services import looks  # noqa: E402

# How long what is in flight to the API may keep an ending process.
FINISH_S = 10.0
# What is asked about in the background gives way to who waits for a page, and still gets a quarter
# of a core that is wanted by one of them.
NICENESS = 5
_LOOK_S = 1.0


def begin_pages(*, goes_round: bool) -> None:
    """Make this a process that serves pages, and let it go round as well when nobody else does."""
    looks.begin_gathering()
    rounds = Rounds(beside_pages=True)
    if goes_round:
        rounds.start()
    # A server's worker never reaches `atexit`; this is called there, and in any other process too.
    Finalize(None, rounds.end, kwargs={"timeout_s": FINISH_S}, exitpriority=100)


def go_round() -> None:
    """Go round in this process until SIGTERM, or until the server that started it is no more.

    Ctrl-C at a terminal reaches every process there; the server then says when this one ends.
    """
    asked_to_end = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: asked_to_end.set())
    os.nice(NICENESS)
    rounds = Rounds()
    rounds.start()
    while not asked_to_end.wait(_LOOK_S) and not is_orphan():
        pass
    rounds.end(timeout_s=FINISH_S)


def follow_server() -> None:
    """Have this process end, as SIGTERM does, soon after the server that started it was killed.

    It would go on serving beside the next server, which may be of another release.
    """

    def follow() -> None:
        while not asked_to_end.wait(_LOOK_S):
            if is_orphan():
                os.kill(os.getpid(), signal.SIGTERM)
                return

    asked_to_end = threading.Event()
    threading.Thread(target=follow, name="follow", daemon=True).start()


def is_orphan() -> bool:
    """Whether the process that started this one through `multiprocessing` is no more."""
    parent = multiprocessing.parent_process()
    return parent is not None and os.getppid() != parent.pid
