"""The other end of a webhook on a real socket, which may keep a message waiting; it checks nothing."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came: headers by lower-case name, the body, and when (seconds since 1970)."""

    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def told(self) -> dict[str, Any]:
        """The JSON object of the body."""
        told: dict[str, Any] = json.loads(self.body)
        return told


class Receiver:
    """Answers every POST with ``status``; the first about a run in ``held`` waits to be released."""

    def __init__(self, *, status: int = 204, held: tuple[str, ...] = ()) -> None:
        self.status = status
        self.received: list[Received] = []
        self.released = threading.Event()
        self._held = set(held)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def about(self, run_id: str) -> list[Received]:
        """The requests that told of this run."""
        return [one for one in self.received if one.told.get("run_id") == run_id]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                one = Received(headers, body, time.time())
                outer.received.append(one)
                if one.told.get("run_id") in outer._held:
                    outer._held.discard(one.told["run_id"])
                    outer.released.wait(60)
                try:
                    self.send_response(outer.status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    # Whoever sent it was killed meanwhile.
                    self.close_connection = True

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        return Handler
