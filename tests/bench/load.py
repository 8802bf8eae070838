"""HTTP load in a process of its own: closed loops, paced viewers, probes; it judges nothing.

Reads one request as JSON from standard input and writes what it saw as JSON. It imports only the
standard library, so that it starts at once and its weight on the machine stays small.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_CLOSING = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_DELAY = re.compile(rb'data-poll="(\d+)"')
_NEXT = re.compile(rb'hx-get="([^"]*/panel/[^"]*)"')
_TOO_LATE_S = 30.0
_FIRST_S = 2.0


@dataclass
class Seen:
    """What happened so far: seconds of each answer, statuses, and how many requests got none."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0
    unanswered: int = 0
    statuses: dict[int, int] = field(default_factory=dict)

    def note(self, status: int, seconds: float) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status >= 400:
            self.errors += 1
        else:
            self.seconds.append(seconds)


class Connection:
    """One HTTP/1.1 connection, opened again when the server closes it."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "127.0.0.1", parts.port or 80)
        lines = {"Host": parts.netloc, **headers}
        self._head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> tuple[int, bytes]:
        """Return status and body."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._address, limit=1 << 20)
        reader, writer = self._streams
        writer.write(f"GET {path} HTTP/1.1\r\n{self._head}\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        if status in (204, 304):
            body = b""
        elif found := _LENGTH.search(head):
            body = await reader.readexactly(int(found[1]))
        elif _CHUNKED.search(head):
            body = await _chunks(reader)
        else:
            body = await reader.read()
            self.close()
        if _CLOSING.search(head):
            self.close()
        return status, body

    def close(self) -> None:
        """Close it; the next request opens a new one."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    pieces = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        pieces.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(pieces)


async def _timed(connection: Connection, path: str, seen: Seen) -> bytes:
    started = time.perf_counter()
    try:
        async with asyncio.timeout(_TOO_LATE_S):
            status, body = await connection.get(path)
    except (OSError, EOFError, ValueError, TimeoutError):
        connection.close()
        # Whoever gets no answer has waited for ever; that counts as an answer that is far too late.
        seen.unanswered += 1
        seen.seconds.append(_TOO_LATE_S)
        return b""
    seen.note(status, time.perf_counter() - started)
    return body


async def closed_loop(spec: dict[str, Any]) -> dict[str, Any]:
    """As many requests as fit: each connection asks again as soon as it was answered."""
    seen, ends = Seen(), time.perf_counter() + spec["seconds"]
    path = _path(spec["url"])

    async def ask() -> None:
        connection = Connection(spec["url"], spec["headers"])
        while time.perf_counter() < ends:
            await _timed(connection, path, seen)
        connection.close()

    started = time.perf_counter()
    await asyncio.gather(*(ask() for _ in range(spec["connections"])))
    return _told(seen, time.perf_counter() - started)


async def viewers(spec: dict[str, Any]) -> dict[str, Any]:
    """People who look at pages that refresh: each has a connection, and asks at an interval.

    Each asks for what the last answer told it to ask for, and without a steady ``interval`` also
    when it told it to, as a browser does. An answer that is late delays only the next question of
    the same viewer.
    """
    seen, steady = Seen(), spec.get("interval")
    started = time.perf_counter()
    ends = started + spec["seconds"]

    async def look(path: str) -> None:
        connection = Connection(spec["url"], spec["headers"])
        interval = steady or _FIRST_S
        at = started + random.random() * interval
        while at < ends:
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            body = await _timed(connection, path, seen)
            if told := _NEXT.search(body):
                path = told[1].decode().replace("&amp;", "&")
            if not steady and (delay := _DELAY.search(body)):
                interval = float(delay[1])
            at = max(at + interval, time.perf_counter())
        connection.close()

    paths = spec["paths"]
    await asyncio.gather(*(look(paths[n % len(paths)]) for n in range(spec["viewers"])))
    return _told(seen, time.perf_counter() - started)


async def probe(spec: dict[str, Any]) -> dict[str, Any]:
    """Somebody else who opens a page on a fresh connection at steady moments, answered or not."""
    seen, path = Seen(), _path(spec["url"])

    async def ask() -> None:
        connection = Connection(spec["url"], spec["headers"])
        await _timed(connection, path, seen)
        connection.close()

    started = time.perf_counter()
    tasks = []
    for number in range(round(spec["seconds"] / spec["every"])):
        await asyncio.sleep(max(0.0, started + number * spec["every"] - time.perf_counter()))
        tasks.append(asyncio.create_task(ask()))
    await asyncio.gather(*tasks)
    return _told(seen, time.perf_counter() - started)


def by_wrk(spec: dict[str, Any]) -> dict[str, Any]:
    """The closed loop by wrk, which takes a tenth of the work off the machine."""
    headers = [part for pair in spec["headers"].items() for part in ("-H", ": ".join(pair))]
    done = subprocess.run(
        [
            "wrk",
            *("-t1", f"-c{spec['connections']}", f"-d{max(1, round(spec['seconds']))}s"),
            *("--latency", "--timeout", "30s", *headers, spec["url"]),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    text = done.stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    lost = re.search(r"connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    rate = re.search(r"Requests/sec: +([\d.]+)", text)
    halves = re.search(r"50% +([\d.]+)(us|ms|s)", text)
    unit = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
    return {
        "rate": float(rate[1]) if rate else 0.0,
        "p50": float(halves[1]) * unit[halves[2]] if halves else 0.0,
        "errors": int(bad[1] if bad else 0) + sum(map(int, lost.groups() if lost else ())),
        "client": "wrk",
    }


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"


def _told(seen: Seen, took_s: float) -> dict[str, Any]:
    from tests.bench.ratios import percentile

    return {
        "rate": (len(seen.seconds) - seen.unanswered) / took_s,
        "count": len(seen.seconds) - seen.unanswered,
        "errors": seen.errors,
        "unanswered": seen.unanswered,
        "statuses": seen.statuses,
        **{f"p{at}": percentile(seen.seconds, at) for at in (50, 95, 99)},
        "client": "asyncio",
    }


def main() -> None:
    """Do what standard input asks for."""
    spec = json.load(sys.stdin)
    kind = spec["kind"]
    if kind == "closed" and spec.get("wrk", True) and shutil.which("wrk"):
        told = by_wrk(spec)
    else:
        does = {"closed": closed_loop, "viewers": viewers, "probe": probe}[kind]
        told = asyncio.run(does(spec))
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
