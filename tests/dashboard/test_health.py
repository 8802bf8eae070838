"""Probes: alive as long as it answers, ready when database and ring are; they tell no more."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from results.models import Team
from results.services import store_trouble


def test_live_needs_nothing(client: Client) -> None:
    response = client.get("/health/live")

    assert (response.status_code, response.content) == (200, b"live\n")


def test_ready_when_all_is_well(client: Client, db: None) -> None:
    response = client.get("/health/ready")

    assert response.status_code == 200
    assert json.loads(response.content) == {"database": "ok", "ring": "ok"}


def test_a_broken_ring_is_not_ready(client: Client, db: None, settings: Any) -> None:
    settings.VAULT_KEYS = "CANARY"

    response = client.get("/health/ready")

    assert response.status_code == 503
    assert json.loads(response.content) == {"database": "ok", "ring": "fail"}


@pytest.mark.parametrize("ring", ["k1:" + "B" * 43 + "=", "k2:" + "B" * 43 + "="])
def test_t10_a_ring_that_opens_nothing_is_not_ready(
    client: Client, team: Team, settings: Any, ring: str
) -> None:
    assert client.get("/health/ready").status_code == 200
    settings.VAULT_KEYS = ring

    response = client.get("/health/ready")

    assert response.status_code == 503
    assert json.loads(response.content) == {"database": "ok", "ring": "fail"}


def test_t10_any_ring_is_right_while_nothing_is_sealed(
    client: Client, db: None, settings: Any
) -> None:
    settings.VAULT_KEYS = "k9:" + "B" * 43 + "="

    assert client.get("/health/ready").status_code == 200


@pytest.mark.parametrize("problem", [OperationalError, InterfaceError])
def test_a_database_that_is_gone_is_not_ready(
    client: Client, db: None, problem: type[Exception]
) -> None:
    def fail(*_: object) -> None:
        raise problem("CANARY connection lost")

    with connection.execute_wrapper(fail):
        response = client.get("/health/ready")

    assert response.status_code == 503
    assert json.loads(response.content) == {"database": "fail", "ring": "ok"}


def test_a_database_that_is_not_migrated_is_not_ready(client: Client, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'results'")

    assert client.get("/health/ready").status_code == 503


def test_r14_a_disk_without_room_is_not_ready(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the disk of a server cannot be seen from here")
    monkeypatch.setattr(store_trouble, "_LEAST_BYTES", 10**18)

    response = client.get("/health/ready")

    assert response.status_code == 503
    assert json.loads(response.content) == {"database": "fail", "ring": "ok"}
    assert client.get("/health/live").status_code == 200


def test_probes_make_no_session(client: Client, db: None) -> None:
    client.get("/health/live")
    client.get("/health/ready")

    assert not client.cookies
