"""A database that somebody else writes for long is said to be busy, and nothing is half done."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from results.models import StoredResult
from tests import make


def test_a_file_that_somebody_else_writes_for_long_is_said_to_be_and_nothing_is_half_done(
    transactional_db: None,
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has one writer for all")
    alice = make.make_user(name="alice")
    team = make.make_team(owner=alice)
    make.make_result(team=team)
    client = Client(raise_request_exception=False)
    client.force_login(alice)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=0")

    with closing(sqlite3.connect(Path(connection.settings_dict["NAME"]))) as other:
        other.execute("BEGIN IMMEDIATE")
        read = client.get("/t/acme/history/")
        written = client.post("/t/acme/runs/run_stored1/delete/", {"confirm": "1"})
        other.rollback()
    connection.close()

    assert (read.status_code, written.status_code) == (200, 503)
    assert StoredResult.objects.count() == 1
    assert client.post("/t/acme/runs/run_stored1/delete/", {"confirm": "1"}).status_code == 302
    assert StoredResult.objects.count() == 0
