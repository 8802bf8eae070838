"""Queries that take long are logged with their text on one line, and never with a value."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from results.models import Team
from results.services import slow_queries


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.name == "runlens.queries"]


def test_a_slow_query_is_logged_without_its_values(
    settings: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SLOW_QUERY_MS = 500
    ticks = iter((0.0, 0.7))
    monkeypatch.setattr(slow_queries, "clock", lambda: next(ticks))
    sql = "SELECT id\n FROM results_team WHERE slug = %s"

    answered = slow_queries.timed(lambda *_: "rows", sql, ["CANARY"], False, {})

    assert answered == "rows"
    assert lines(caplog) == ["slow query: SELECT id FROM results_team WHERE slug = %s"]
    [told] = [vars(r)["told"] for r in caplog.records if r.name == "runlens.queries"]
    assert told == {"ms": 700.0}


def test_a_quick_query_is_not(team: Team, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.SLOW_QUERY_MS = 600_000

    with connection.execute_wrapper(slow_queries.timed):
        assert Team.objects.count() == 1

    assert lines(caplog) == []


def test_every_connection_is_watched_once(db: None) -> None:
    slow_queries.listen()
    another = connection.copy()
    try:
        for _ in range(2):
            another.connect()
            another.close()
    finally:
        another.close()

    assert another.execute_wrappers.count(slow_queries.timed) == 1
