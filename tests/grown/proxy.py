"""A small reverse proxy in a thread of its own, as one stands before a grown instance; it knows no page.

It takes turns, says who asked, and asks another server when one is not there. What changes something
is sent again only if the first server cannot have begun with it.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

_HOST = "127.0.0.1"
_OWN = frozenset(
    {
        "connection",
        "keep-alive",
        "transfer-encoding",
        "te",
        "trailer",
        "upgrade",
        "proxy-connection",
    }
)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Whoever did not answer is asked last for so long.
_REST_S = 1.0
_PATIENCE_S = 60.0


class Proxy:
    """Listens on ``port`` and passes everything on to servers on ``backends``, in turn."""

    def __init__(self, port: int, backends: Sequence[int]) -> None:
        self.port = port
        self.told: Counter[str] = Counter()
        self._backends = list(backends)
        self._resting = dict.fromkeys(self._backends, 0.0)
        self._out: set[int] = set()
        self._in_flight: Counter[int] = Counter()
        self._turn = 0
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._ready = threading.Event()

    @property
    def url(self) -> str:
        """Where people reach the instance."""
        return f"http://localhost:{self.port}"

    def __enter__(self) -> Self:
        listener = socket.create_server((_HOST, self.port), backlog=1024)
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listener)), name="proxy", daemon=True
        )
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._thread is not None and self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
            self._thread = None

    def take_out(self, port: int) -> None:
        """Send nothing new to a server, and return when it has answered what it was sent."""
        self._out.add(port)
        while self._in_flight[port]:
            time.sleep(0.01)

    def put_back(self, port: int) -> None:
        """Let a server take its turns again."""
        self._out.discard(port)
        self._resting[port] = 0.0

    async def _serve(self, listener: socket.socket) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        # A connection for each request: a refused one then says that nothing was begun.
        connector = aiohttp.TCPConnector(force_close=True, limit=0)
        async with aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=_PATIENCE_S),
        ) as session:
            self._session = session
            runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=1)
            await runner.setup()
            await web.SockSite(runner, listener).start()
            self._ready.set()
            try:
                await self._stopping.wait()
            finally:
                await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        for port in self._in_turn():
            self._in_flight[port] += 1
            try:
                answer = await self._asked(port, request, body)
            except aiohttp.ClientConnectorError:
                self._rest(port, "nobody there")
            except (aiohttp.ClientError, TimeoutError, OSError):
                self._rest(port, "cut")
                if request.method not in _SAFE:
                    return self._away("cut and not repeated")
            else:
                self.told[f"by {port}"] += 1
                return answer
            finally:
                self._in_flight[port] -= 1
        return self._away("no server")

    def _in_turn(self) -> list[int]:
        self._turn += 1
        turned = [
            self._backends[(self._turn + step) % len(self._backends)]
            for step in range(len(self._backends))
        ]
        now = time.monotonic()
        turned = [port for port in turned if port not in self._out]
        return sorted(turned, key=lambda port: self._resting[port] > now)

    def _rest(self, port: int, why: str) -> None:
        self._resting[port] = time.monotonic() + _REST_S
        self.told[why] += 1

    async def _asked(self, port: int, request: web.BaseRequest, body: bytes) -> web.Response:
        headers = _passed(request.headers)
        before = f"{headers['X-Forwarded-For']}, " if "X-Forwarded-For" in headers else ""
        headers["X-Forwarded-For"] = f"{before}{request.remote}"
        headers["X-Forwarded-Proto"] = "http"
        async with self._session.request(
            request.method,
            URL(f"http://{_HOST}:{port}{request.raw_path}", encoded=True),
            headers=headers,
            data=body or None,
            allow_redirects=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        ) as answer:
            content = await answer.read()
            passed = _passed(answer.headers)
            if request.method != "HEAD":
                passed.pop("Content-Length", None)
            return web.Response(status=answer.status, headers=passed, body=content)

    def _away(self, why: str) -> web.Response:
        self.told[why] += 1
        return web.Response(status=503, headers={"Retry-After": "1"}, text=f"proxy: {why}\n")


def _passed(headers: Mapping[str, str]) -> CIMultiDict[str]:
    """All but those that are about one connection."""
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in _OWN)
