"""The sandbox as a real HTTP server in a thread of its own; it must not know the rules of the API."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from results.sandbox import scenarios
from results.sandbox.answer import JSON_TYPE, Answer
from results.sandbox.api import Api, Ask
from results.sandbox.calls import Call, CallLog, kind_of, without_secrets
from results.sandbox.faults import Faults, faulty_answer
from results.sandbox.keys import bare_key, public_claims
from results.sandbox.object_store import ObjectStore
from results.sandbox.streams import send, send_broken
from results.sandbox.world import Bucket, World

CONTROL = "/_sandbox/"
GOODBYE_S = 0.05


class Sandbox:
    """A running stand-in for the API, also as a context manager.

    ``calls`` has every request, ``faults`` makes requests go wrong, ``world`` may be added to at
    any time. ``now`` (seconds since 1970) rules living runs, rate limits, tokens and signed URLs.
    """

    def __init__(
        self,
        world: World | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
        *,
        bucket: Bucket | None = None,
        now: Callable[[], float] = time.time,
        on_answer: Callable[[Call, int], None] | None = None,
    ) -> None:
        """Port 0 takes a free one. ``on_answer`` is called in the server's thread with each request
        and the status of its answer, 0 when the answer was broken on purpose."""
        self.world = scenarios.world() if world is None else world
        self.faults = Faults()
        self.calls = CallLog()
        self._api = Api(self.world, bucket or Bucket())
        self._now = now
        self._on_answer = on_answer
        self._address = (host, port)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._ready = threading.Event()

    @property
    def store(self) -> ObjectStore:
        """The object store, whose ``downloads`` are what reached it."""
        return self._api.store

    @property
    def port(self) -> int:
        """The port that the server listens on, once it was started."""
        return self._address[1]

    @property
    def url(self) -> str:
        """``http://host:port``, without a slash at the end."""
        host, port = self._address
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def start(self) -> Self:
        """Listen, and return when connections are accepted. Raises OSError when the port is taken."""
        host, port = self._address
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=1024)
        self._address = (host, listener.getsockname()[1])
        self._ready.clear()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listener)), name="sandbox", daemon=True
        )
        self._thread.start()
        self._ready.wait()
        return self

    def stop(self) -> None:
        """Close every connection and end the thread; nothing happens when it is not running."""
        thread, self._thread = self._thread, None
        if thread is None or self._loop is None or self._stopping is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def count(self, run_id: str | None = None, *, path: str | None = None) -> int:
        """How many requests asked for this run and had this text in their raw path."""
        return self.calls.count(run_id, path=path)

    def reset(self) -> None:
        """Forget calls, first sights and faults, and fill the buckets; the world stays."""
        self.calls.clear()
        self.faults.clear()
        self._api.forget()

    async def _serve(self, listener: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        runner = web.ServerRunner(
            web.Server(self._handle, access_log=None), shutdown_timeout=GOODBYE_S
        )
        await runner.setup()
        await web.SockSite(runner, listener).start()
        self._ready.set()
        try:
            await self._stopping.wait()
        finally:
            await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await self._answered(request)
        except ConnectionError:
            # Whoever asked has hung up, as a client does that has had enough of an answer.
            return web.Response()

    async def _answered(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        if path.startswith(CONTROL):
            return await send(request, self._control(request.method, path))
        call = self._recorded(request, path)
        now = self._now()
        fault = self.faults.strike(call.method, path, call.key)
        ask = Ask(
            request.method,
            path,
            query,
            {name.lower(): value for name, value in request.headers.items()},
            f"http://{request.host}",
        )
        if fault is None:
            return await self._send(request, call, self._api.answer(ask, now))
        if fault.kind == "latency":
            # Sighted now: a living run does not wait for the slow answer to begin its life.
            if call.run_id is not None:
                self._api.sight(call.run_id, now)
            await asyncio.sleep(fault.seconds)
            return await self._send(request, call, self._api.answer(ask, self._now()))
        wrong = faulty_answer(fault, now)
        if wrong is not None:
            return await self._send(request, call, wrong)
        self._report(call, 0)
        return await send_broken(request, self._api.answer(ask, now), fault)

    async def _send(
        self, request: web.BaseRequest, call: Call, answer: Answer
    ) -> web.StreamResponse:
        self._report(call, answer.status)
        return await send(request, answer)

    def _report(self, call: Call, status: int) -> None:
        if self._on_answer is not None:
            self._on_answer(call, status)

    def _recorded(self, request: web.BaseRequest, path: str) -> Call:
        headers = {name.lower(): value for name, value in request.headers.items()}
        kind, run_id = kind_of(path)
        call = Call(
            method=request.method,
            path=request.raw_path,
            kind=kind,
            run_id=run_id,
            key=self._owner(headers.get("authorization", "")),
            headers=without_secrets(headers),
            at=self._now(),
        )
        self.calls.add(call)
        return call

    def _owner(self, authorization: str) -> str | None:
        key = bare_key(authorization).strip()
        owners = self.world.with_key(key)
        if owners:
            return owners[0].name
        claims = public_claims(key)
        environment = None if claims is None else self.world.with_id(str(claims.get("sub")))
        return None if environment is None else environment.name

    def _control(self, method: str, path: str) -> Answer:
        if (method, path) == ("POST", f"{CONTROL}reset"):
            self.reset()
            return _plain({"reset": True})
        if (method, path) == ("GET", f"{CONTROL}calls"):
            return _plain(self.calls.totals())
        return Answer(404, b"no such control\n", "text/plain; charset=utf-8", streamed=False)


def _plain(value: object) -> Answer:
    return Answer(200, json.dumps(value).encode(), JSON_TYPE, streamed=False)
