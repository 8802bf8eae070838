"""The system checks: what an operator is told before the first request."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from results.checks import (
    api_address_may_be_asked,
    processes_share_a_cache,
    ring_problem,
    site_is_reached_safely,
    sqlite_is_sound,
)
from results.services.doctor import stores


def test_settings_that_work_are_not_complained_about() -> None:
    assert ring_problem() == ""
    assert api_address_may_be_asked(None) == []


@pytest.mark.parametrize("ring", ["", "k1", "k1:AAAA", "nonsenseAAAA", "k1:" + "A" * 44, "1k:AAAA"])
def test_a_malformed_ring_is_told_without_any_of_it(settings: Any, ring: str) -> None:
    settings.VAULT_KEYS = ring

    problem = ring_problem()

    assert problem.startswith("VAULT_KEYS is malformed")
    assert "AAAA" not in problem


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://trigger.internal:3040", "plain http"),
        ("https://api.example:9999", "port 9999"),
    ],
)
def test_an_api_address_that_may_not_be_asked_is_a_warning(
    settings: Any, url: str, words: str
) -> None:
    settings.TRIGGER_API_URL = url

    [warning] = api_address_may_be_asked(None)

    assert warning.id == "results.W001"
    assert words in warning.msg


@pytest.mark.parametrize("entry", ["trigger.internal", "trigger.internal:3040"])
def test_a_listed_api_address_in_plain_http_is_fine(settings: Any, entry: str) -> None:
    settings.TRIGGER_API_URL = "http://trigger.internal:3040"
    settings.TRIGGER_ALLOWED_HOSTS = [entry]

    assert api_address_may_be_asked(None) == []


@pytest.mark.parametrize(
    ("url", "ids"),
    [
        ("https://runs.example", []),
        ("http://localhost:8000", []),
        ("http://127.0.0.1:8000", []),
        ("http://runs.example", ["results.W002"]),
        ("http://localhost.example", ["results.W002"]),
    ],
)
def test_an_address_that_everybody_can_listen_to_is_a_warning(
    settings: Any, url: str, ids: list[str]
) -> None:
    settings.SITE_URL = url

    assert [warning.id for warning in site_is_reached_safely(None)] == ids


@pytest.mark.parametrize(
    ("engine", "cache", "ids"),
    [
        ("sqlite3", "locmem.LocMemCache", []),
        ("sqlite3", "redis.RedisCache", []),
        ("postgresql", "redis.RedisCache", []),
        ("postgresql", "locmem.LocMemCache", ["results.W003"]),
    ],
)
def test_many_processes_without_a_shared_cache_are_a_warning(
    settings: Any, monkeypatch: pytest.MonkeyPatch, engine: str, cache: str, ids: list[str]
) -> None:
    kinds = {"DATABASES": ("ENGINE", f"django.db.backends.{engine}")}
    kinds["CACHES"] = ("BACKEND", f"django.core.cache.backends.{cache}")
    for store, (name, kind) in kinds.items():
        monkeypatch.setitem(getattr(settings, store)["default"], name, kind)

    assert [warning.id for warning in processes_share_a_cache(None)] == ids


@pytest.mark.parametrize("is_sound", [False, True])
def test_a_sqlite_that_may_damage_the_file_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, is_sound: bool
) -> None:
    if connection.vendor != "sqlite":
        assert sqlite_is_sound(None, databases=["default"]) == []
        return
    monkeypatch.setattr(stores, "wal_may_be_reset", lambda _: not is_sound)

    told = sqlite_is_sound(None, databases=["default"])

    assert [warning.id for warning in told] == ([] if is_sound else ["results.W004"])
    assert sqlite_is_sound(None) == []
