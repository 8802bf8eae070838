"""A database that is away, busy or full is told from a bug, on pages and by the probe."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.test import Client

from results.models import Lookup, ShareLink, Sighting, StoredResult, Team
from results.services import store_trouble
from results.services.store_trouble import Trouble, trouble_of
from tests import make
from tests.guards.stage import set_stage


def of_sqlite(code: int) -> Exception:
    error = sqlite3.OperationalError("CANARY")
    error.sqlite_errorcode = code
    return error


def of_postgres(code: str) -> Exception:
    return psycopg.errors.lookup(code)("CANARY")


TROUBLES = [
    (of_sqlite(sqlite3.SQLITE_BUSY), Trouble.BUSY),
    (of_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), Trouble.BUSY),
    (of_sqlite(sqlite3.SQLITE_FULL), Trouble.FULL),
    (of_sqlite(sqlite3.SQLITE_IOERR_WRITE), Trouble.FULL),
    (of_sqlite(sqlite3.SQLITE_READONLY), Trouble.FULL),
    (of_sqlite(sqlite3.SQLITE_CANTOPEN), Trouble.AWAY),
    (of_sqlite(sqlite3.SQLITE_ERROR), None),
    (of_postgres("57P01"), Trouble.AWAY),
    (of_postgres("57P03"), Trouble.AWAY),
    (of_postgres("08006"), Trouble.AWAY),
    (of_postgres("53300"), Trouble.BUSY),
    (of_postgres("53100"), Trouble.FULL),
    (of_postgres("25006"), Trouble.FULL),
    (of_postgres("40P01"), Trouble.BUSY),
    (of_postgres("42P01"), None),
    (of_postgres("23505"), None),
    (psycopg.OperationalError("connection refused"), Trouble.AWAY),
    (psycopg.InterfaceError("the connection is closed"), Trouble.AWAY),
    (psycopg.ProgrammingError("a bug of ours"), None),
    (ValueError("no database at all"), None),
]


def as_django_raises(error: Exception) -> Exception:
    kind = InterfaceError if isinstance(error, psycopg.InterfaceError) else OperationalError
    try:
        raise kind("CANARY") from error
    except (OperationalError, InterfaceError) as raised:
        return raised


@pytest.mark.parametrize(("error", "trouble"), TROUBLES, ids=repr)
def test_trouble_is_told_from_a_bug(error: Exception, trouble: Trouble | None) -> None:
    assert trouble_of(error) is trouble
    assert trouble_of(as_django_raises(error)) is trouble
    assert trouble_of(None) is None


def failing(error: Exception, *, only: str | tuple[str, ...] = "") -> Callable[..., Any]:
    """Let statements fail as the database would, those that begin so if ``only`` says how."""

    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(only):
            raise as_django_raises(error)
        return execute(sql, params, many, context)

    return fail


@pytest.mark.parametrize(
    ("error", "headline", "seconds"),
    [
        (of_postgres("57P01"), "The database is away", "5"),
        (of_sqlite(sqlite3.SQLITE_BUSY), "Too much at once", "2"),
        (of_sqlite(sqlite3.SQLITE_FULL), "There is no room left", "60"),
    ],
)
def test_r15_a_page_says_what_is_the_matter_and_when_to_come_again(
    as_alice: Client,
    team: Team,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    headline: str,
    seconds: str,
) -> None:
    as_alice.raise_request_exception = False

    with connection.execute_wrapper(failing(error)):
        response = as_alice.get("/t/acme/keys/")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == seconds
    assert headline in response.content.decode()
    assert b"CANARY" not in response.content
    lines = [record for record in caplog.records if record.levelname == "ERROR"]
    assert lines
    assert [line for line in lines if line.exc_info] == []
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "private, no-store"
    assert as_alice.get("/t/acme/keys/").status_code == 200


def test_r15_a_session_that_cannot_be_written_is_no_bad_request(client: Client, alice: Any) -> None:
    client.raise_request_exception = False

    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "django_session" in sql and not sql.startswith("SELECT"):
            raise as_django_raises(of_postgres("57P01"))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        response = client.post("/accounts/login/", {"username": "alice", "password": "password"})

    assert response.status_code == 503


def test_a_bug_is_still_called_one(as_alice: Client, team: Team) -> None:
    as_alice.raise_request_exception = False

    with connection.execute_wrapper(failing(of_postgres("42P01"))):
        response = as_alice.get("/t/acme/keys/")

    assert response.status_code == 500
    assert b"Something broke on our side" in response.content


@pytest.mark.django_db(transaction=True)
def test_r14_what_is_stored_is_read_on_a_full_disk(
    as_alice: Client, client: Client, alice: Any, team: Team
) -> None:
    stage = set_stage(team=team, by=alice)
    looks, opened = Lookup.objects.count(), ShareLink.objects.get().opened_count
    error = of_sqlite(sqlite3.SQLITE_FULL)

    with (
        connection.execute_wrapper(failing(error, only="INSERT")),
        connection.execute_wrapper(failing(error, only=("UPDATE", "DELETE"))),
    ):
        for name in ("runs-show", "runs-document", "history-show", "keys-show", "shares-show"):
            assert as_alice.get(stage.member_pages[name]).status_code == 200, name
        assert client.get(f"/s/{stage.token}/").status_code == 200
        as_alice.raise_request_exception = False
        refused = as_alice.post(f"/t/acme/runs/{stage.result.run_id}/unpin/")

    assert refused.status_code == 503
    assert b"There is no room left" in refused.content
    assert (Lookup.objects.count(), ShareLink.objects.get().opened_count) == (looks, opened)


@pytest.mark.django_db(transaction=True)
def test_a_result_whose_content_finds_no_room_is_not_stored_by_half(team: Team) -> None:
    full = failing(of_sqlite(sqlite3.SQLITE_FULL), only='INSERT INTO "RESULTS_RESULTBODY"')

    with connection.execute_wrapper(full), pytest.raises(DatabaseError):
        make.make_result(team=team)

    assert not StoredResult.objects.exists()
    assert Sighting.objects.get().run_id == "run_stored1"


def write(error: Exception) -> None:
    with store_trouble.passed_over("a look"):
        raise as_django_raises(error)


def test_only_a_full_disk_is_passed_over() -> None:
    write(of_sqlite(sqlite3.SQLITE_FULL))
    with pytest.raises(DatabaseError):
        write(of_postgres("57P01"))


def test_sqlite_really_says_that_it_is_full_or_locked(tmp_path: Path) -> None:
    file = tmp_path / "small.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None)) as one:
        one.execute("PRAGMA max_page_count=3")
        one.execute("CREATE TABLE t (x)")
        with pytest.raises(sqlite3.Error) as full:
            one.execute("INSERT INTO t VALUES (zeroblob(100000))")
        assert trouble_of(full.value) is Trouble.FULL
        one.execute("BEGIN IMMEDIATE")
        with closing(sqlite3.connect(file, timeout=0)) as two, pytest.raises(sqlite3.Error) as busy:
            two.execute("INSERT INTO t VALUES (1)")
        assert trouble_of(busy.value) is Trouble.BUSY
