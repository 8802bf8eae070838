"""Counts what a process does, for `/metrics`; it decides nothing, and knows no page and no row.

Workers of one machine count in files of one folder, because a scrape reaches only one of them.
Without METRICS_TOKEN nobody reads the counts, and they stay in memory.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

from django.conf import settings

TOGETHER = bool(settings.METRICS_TOKEN)
if TOGETHER:
    # The library looks for the folder once, when it is imported.
    settings.METRICS_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.METRICS_DIR)

from prometheus_client import CollectorRegistry, Counter, Histogram, values  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

from results.trigger.http import Call  # noqa: E402


def _process() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


if TOGETHER:
    # Containers that share a folder have the same process ids.
    values.ValueClass = values.MultiProcessValue(_process)  # type: ignore[no-untyped-call]

_here = CollectorRegistry()

_CALLS = Counter(
    "runlens_upstream_calls",
    "Calls to the API, to object stores and to webhooks, by how they ended.",
    ["to", "outcome"],
    registry=_here,
)
_CALL_SECONDS = Histogram(
    "runlens_upstream_seconds",
    "How long those calls took.",
    ["to"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15),
    registry=_here,
)
_PAGES = Counter(
    "runlens_pages", "Answers, by page and status.", ["page", "status"], registry=_here
)
_PAGE_SECONDS = Histogram(
    "runlens_page_seconds",
    "How long pages took.",
    ["page"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=_here,
)


def call_ended(call: Call) -> None:
    """Count one call to the outside."""
    _CALLS.labels(call.to, call.outcome).inc()
    _CALL_SECONDS.labels(call.to).observe(call.seconds)


def page_served(page: str, *, status: int, seconds: float) -> None:
    """Count one answer; ``page`` is the name of its address."""
    _PAGES.labels(page, str(status)).inc()
    _PAGE_SECONDS.labels(page).observe(seconds)


def counted() -> CollectorRegistry:
    """Return all that was counted here, or by all processes that share the folder."""
    if not TOGETHER:
        return _here
    together = CollectorRegistry()
    MultiProcessCollector(together, path=str(settings.METRICS_DIR))  # type: ignore[no-untyped-call]
    return together


def forget_the_dead() -> None:
    """Take away what processes of this machine counted that live no more, as a restart would."""
    host = socket.gethostname()
    for path in Path(settings.METRICS_DIR).glob(f"*_{host}-*.db"):
        pid = path.stem.rpartition("-")[2]
        if pid.isdecimal() and not _lives(int(pid)):
            path.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
