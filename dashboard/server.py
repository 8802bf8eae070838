"""The production server: granian with the options that were measured, the rounds beside it, a calm end.

`python -m dashboard.server HOST PORT WORKERS STOP_DELAY_S`, which `dashboard.start` becomes when
everything is prepared. SIGTERM: `/health/ready` says for STOP_DELAY_S that this server leaves, while
it serves on; then no connection is taken any more, requests in flight end, and workers give their
leases back. SIGINT, and a second SIGTERM, leave the delay out.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
import sys
import threading
from typing import Any

from django.conf import settings
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

# Imported here once, and shared by every process that is started below.
from dashboard import leaving, serving
from dashboard.keeper import Keeper

TARGET = "dashboard.serving:application"
BLOCKING_THREADS = 4
# Longer than any request takes, and than what is in flight to the API when a worker ends.
FINISH_S = 30


class Server(MPServer):
    """Granian that says that it leaves before it does, and lets the rounds end with its workers."""

    stop_delay_s = 0.0
    rounds: Keeper | None = None

    def signal_handler_interrupt(self, number: int = signal.SIGINT, *_: Any) -> None:
        """End now, or a while after the first SIGTERM."""
        waits = number == signal.SIGTERM and self.stop_delay_s and not leaving.is_up()
        leaving.put_up()
        if waits:
            later = threading.Timer(self.stop_delay_s, super().signal_handler_interrupt)
            later.daemon = True
            later.start()
        else:
            super().signal_handler_interrupt()  # type: ignore[no-untyped-call]

    def shutdown(self, exit_code: int = 0) -> None:
        """End the workers, and at the same time the rounds."""
        if self.rounds is not None:
            self.rounds.ask_to_end()
        super().shutdown(exit_code)  # type: ignore[no-untyped-call]


def server(host: str, port: int, workers: int, stop_delay_s: float) -> Server:
    """Return the server, not yet started."""
    made = Server(
        TARGET,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=BLOCKING_THREADS,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=FINISH_S,
    )
    made.stop_delay_s = stop_delay_s
    return made


def main(host: str, port: str, workers: str, stop_delay_s: str) -> None:
    """Serve until a signal ends it."""
    if sys.platform == "linux":
        # Later releases of Python have another default, with which nothing would be shared.
        multiprocessing.set_start_method("fork")
    leaving.prepare()
    try:
        made = server(host, int(port), int(workers), float(stop_delay_s))
        made.rounds = rounds = _rounds()
        try:
            made.serve(target_loader=pages, wrap_loader=False)
        finally:
            if rounds is not None:
                rounds.end(timeout_s=FINISH_S)
    finally:
        leaving.take_down()


def pages() -> Any:
    """Make this process a worker, and return the application that it serves."""
    serving.begin_pages(goes_round=False)
    serving.follow_server()
    return serving.application


def _rounds() -> Keeper | None:
    """Start the process that goes round, unless others do."""
    # What was imported is never freed, and memory that nobody writes is shared by all processes.
    gc.collect()
    gc.freeze()
    if not settings.ROUNDS_IN_WEB:
        return None
    keeper = Keeper("rounds", serving.go_round)
    keeper.start()
    return keeper


if __name__ == "__main__":
    main(*sys.argv[1:])
