"""CPU microseconds of one call to the API: by the product's client, one at a time and 50 at once, and by bare asyncio."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import sys
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

import django

_CALLS = 1_000
_AT_ONCE = 50


async def _cost(call: object, at_once: int) -> float:
    assert callable(call)
    left = iter(range(_CALLS))

    async def work() -> None:
        for _ in left:
            await call()

    await asyncio.gather(*(call() for _ in range(at_once)))
    began = time.process_time()
    await asyncio.gather(*(work() for _ in range(at_once)))
    return (time.process_time() - began) / _CALLS * 1e6


async def _ours(url: str) -> tuple[float, float]:
    from results.domain.identity import ApiKey
    from results.services import asking
    from results.trigger.client import TriggerClient
    from tests.bench import upstream

    client = TriggerClient(
        asking.http(),
        url,
        ApiKey.parse(upstream.KEY),
        now=lambda: datetime.now(UTC),
        deadline_s=lambda: 15.0,
    )

    async def call() -> None:
        await client.retrieve(upstream.STEADY)

    one, many = await _cost(call, 1), await _cost(call, _AT_ONCE)
    await asking.http().aclose()
    return one, many


async def _raw(url: str) -> float:
    from tests.bench import upstream

    parts = urlsplit(url)
    tls = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    request = (
        f"GET /api/v3/runs/{upstream.STEADY} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"Authorization: Bearer {upstream.KEY}\r\n\r\n"
    ).encode()

    async def call() -> None:
        reader, writer = (
            idle.pop()
            if idle
            else await asyncio.open_connection(parts.hostname, parts.port, ssl=tls)
        )
        writer.write(request)
        await reader.readuntil(b"\r\n\r\n")
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
        idle.append((reader, writer))

    cost = await _cost(call, _AT_ONCE)
    for _, writer in idle:
        writer.close()
    return cost


def main() -> None:
    """Measure all three."""
    url = os.environ["BENCH_UPSTREAM"]
    one, many = asyncio.run(_ours(url))
    raw = asyncio.run(_raw(url))
    json.dump({"one": one, "many": many, "raw": raw}, sys.stdout)


if __name__ == "__main__":
    django.setup()
    main()
