"""The stores are opened for many at once, as the settings promise."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client


@pytest.fixture
def sqlite(db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("this instance runs on another database")


def pragma(name: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        return cursor.fetchone()[0]


@pytest.mark.usefixtures("sqlite")
def test_sqlite_is_opened_for_concurrent_use() -> None:
    assert pragma("journal_mode") == "wal"
    assert pragma("foreign_keys") == 1
    assert pragma("synchronous") == 1
    assert pragma("busy_timeout") == 5_000


@pytest.mark.usefixtures("sqlite")
def test_a_transaction_takes_the_lock_at_once() -> None:
    assert connection.transaction_mode == "IMMEDIATE"  # type: ignore[attr-defined]
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.usefixtures("db")
def test_connections_are_kept_and_tried_before_use() -> None:
    assert connection.settings_dict["CONN_MAX_AGE"] is None
    if connection.vendor == "postgresql":
        assert connection.settings_dict["CONN_HEALTH_CHECKS"] is True


def test_the_cache_keeps_what_it_is_given() -> None:
    cache.set("a-key", {"n": 1}, 5)

    assert cache.get("a-key") == {"n": 1}


def test_a_session_ends_everywhere_at_once(as_alice: Client) -> None:
    cookie = as_alice.cookies[settings.SESSION_COOKIE_NAME].value
    other = Client()
    other.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert other.get("/").status_code == 200

    as_alice.post("/accounts/logout/")

    assert other.get("/").status_code == 302
    assert not Session.objects.filter(session_key=cookie).exists()
