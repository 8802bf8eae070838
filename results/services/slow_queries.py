"""Logs queries that take long, with their text and without their values; it changes no query."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

_log = logging.getLogger("runlens.queries")
_LONGEST = 2_000
# Tests put a clock of their own in its place.
clock = time.perf_counter


def listen() -> None:
    """Watch every connection that is opened from now on, once however often this is called."""
    connection_created.connect(_watch, dispatch_uid="results.slow_queries")


def _watch(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    if settings.SLOW_QUERY_MS and timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(timed)


def timed(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Run the query; say so when it took longer than SLOW_QUERY_MS."""
    began = clock()
    try:
        return execute(sql, params, many, context)
    finally:
        ms = (clock() - began) * 1000
        if ms >= settings.SLOW_QUERY_MS:
            text = " ".join(str(sql).split())[:_LONGEST]
            _log.warning("slow query: %s", text, extra={"told": {"ms": round(ms, 1)}})
