"""The production server: granian with the options that were measured, and a calm end; it knows no Django.

`python -m dashboard.server HOST PORT WORKERS STOP_DELAY_S`, which `dashboard.start` becomes when
everything is prepared. SIGTERM: `/health/ready` says for STOP_DELAY_S that this server leaves, while
it serves on; then no connection is taken any more, requests in flight end, and workers give their
leases back. SIGINT, and a second SIGTERM, leave the delay out.
"""

from __future__ import annotations

import signal
import sys
import threading
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from dashboard import leaving

TARGET = "dashboard.wsgi:application"
BLOCKING_THREADS = 4
# Longer than any request takes, and than what is in flight to the API when a worker ends.
FINISH_S = 30


class Server(MPServer):
    """Granian that says that it leaves before it does."""

    stop_delay_s = 0.0

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
    leaving.prepare()
    try:
        server(host, int(port), int(workers), float(stop_delay_s)).serve()
    finally:
        leaving.take_down()


if __name__ == "__main__":
    main(*sys.argv[1:])
