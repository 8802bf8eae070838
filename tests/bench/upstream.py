"""The API's other end in a process of its own: the sandbox's answers over TLS, late and counted.

`python -m tests.bench.upstream PORT CERTIFICATE`. `GET /bench/count` says what came since it was
last asked; `GET /bench/delay/<seconds>` makes every answer late from now on.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import ssl
import sys
import time

from aiohttp import web

from results.sandbox.api import Api, Ask
from results.sandbox.calls import kind_of
from results.sandbox.scenario import ended
from results.sandbox.scenarios import SANDBOX_KEYS
from results.sandbox.streams import send
from results.sandbox.world import Bucket, Environment, LivingRun, Run, Status, World, moment
from tests.bench import documents

KEY = SANDBOX_KEYS["prod"]
STEADY = "run_bench0steady0000000000"
FRESH = 400
RESTLESS = 500
_BORN = "2026-11-23T07:00:00.000Z"


def restless(number: int) -> str:
    """A run that is never done, and whose status is another one at every question."""
    return f"run_bench0restless{number:08d}"


def fresh(number: int) -> str:
    """A run that has ended and that nobody has looked up yet."""
    return f"run_bench0fresh{number:011d}"


def world() -> World:
    """Runs of one environment whose limit is never reached."""
    place = Environment(name="prod", slug="prod", key=KEY, bucket=Bucket(10**9, 10**9, 1))
    made = World([place], [])
    made.add_run(_unfinished(STEADY, "EXECUTING"))
    for number in range(RESTLESS):
        made.add_run(_never_the_same(restless(number)))
    small = documents.output(2 * documents.KIB).decode()
    for number in range(FRESH):
        row = ended(
            "fresh",
            fresh(number),
            "prod",
            "",
            _BORN,
            task="report",
            output=small,
            output_type=documents.SUPERJSON,
        ).row
        made.add_run(row)
    return made


def _unfinished(run_id: str, status: Status) -> Run:
    born = moment(_BORN)
    return Run(
        id=run_id,
        environment="prod",
        status=status,
        created_ms=born,
        started_ms=born + 1000,
        task="report",
    )


def _never_the_same(run_id: str) -> LivingRun:
    rows = [_unfinished(run_id, "EXECUTING"), _unfinished(run_id, "WAITING_TO_RESUME")]
    # One question is two calls.
    turns = itertools.count()
    return LivingRun(run_id, "prod", lambda _first, _now: rows[next(turns) // 2 % 2])


class Upstream:
    """Answers like the sandbox, after a delay, and counts."""

    def __init__(self) -> None:
        self._api = Api(world(), Bucket())
        self._delay_s = 0.0
        self._counted: dict[str, int] = {}
        self._waiting = 0
        self._most_waiting = 0

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        path, _, query = request.raw_path.partition("?")
        if path.startswith("/bench/"):
            return self._control(path)
        self._count(kind_of(path)[0])
        self._waiting += 1
        self._most_waiting = max(self._most_waiting, self._waiting)
        try:
            if self._delay_s:
                await asyncio.sleep(self._delay_s)
        finally:
            self._waiting -= 1
        headers = {name.lower(): value for name, value in request.headers.items()}
        ask = Ask(request.method, path, query, headers, f"https://{request.host}")
        return await send(request, self._api.answer(ask, time.time()))

    def _count(self, kind: str) -> None:
        self._counted[kind] = self._counted.get(kind, 0) + 1

    def _control(self, path: str) -> web.Response:
        if path.startswith("/bench/delay/"):
            self._delay_s = float(path.rpartition("/")[2])
        told = {**self._counted, "most_waiting": self._most_waiting}
        self._counted, self._most_waiting = {}, self._waiting
        return web.Response(body=json.dumps(told), content_type="application/json")


async def serve(port: int, certificate: str) -> None:
    """Serve for ever."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    runner = web.ServerRunner(web.Server(Upstream().handle, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls, backlog=1024).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
