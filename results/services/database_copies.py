"""Copies the whole database into a file and a file into the database, while others use it.

It knows the two kinds of database and nothing of what they hold. Sessions stay out of a copy: whoever
found one could go on as somebody who is signed in.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection

SESSIONS = "django_session"
_MIGRATIONS = "django_migrations"
# What `migrate` and a process that nobody has used yet fill by themselves.
_FILLED = frozenset(
    {_MIGRATIONS, "django_content_type", "auth_permission", "results_chore", SESSIONS}
)


class CopyError(Exception):
    """The database could not be copied, or was not changed; the message says why."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds: applied migrations and how many rows in each table."""

    migrations: list[str]
    rows: dict[str, int]


def suffix() -> str:
    """How a copy of this kind of database is called."""
    return "sqlite3" if connection.vendor == "sqlite" else "pgdump"


def copy_out(into: Path) -> Copied:
    """Write a copy that is the database at one moment, and prove that it opens; raises CopyError."""
    return _sqlite_out(into) if connection.vendor == "sqlite" else _postgres_out(into)


def copy_in(source: Path) -> None:
    """Put a copy in the place of everything that is there, whole or not at all; raises CopyError."""
    if connection.vendor == "sqlite":
        _sqlite_in(source)
    else:
        _postgres_in(source)


def is_empty() -> bool:
    """Whether nobody has stored anything here yet: at most the tables are there."""
    with connection.cursor() as cursor:
        for table in set(_ours(connection.introspection.table_names(cursor))) - _FILLED:
            cursor.execute(f'SELECT 1 FROM "{table}" LIMIT 1')  # noqa: S608  a table of ours
            if cursor.fetchone():
                return False
    return True


def row_counts(tables: Iterable[str]) -> dict[str, int]:
    """Return how many rows each of these tables has, those that are there."""
    with connection.cursor() as cursor:
        there = connection.introspection.table_names(cursor)
        return _counts(cursor, sorted(set(tables).intersection(there)))


def _ours(tables: Iterable[str]) -> list[str]:
    """Those that belong to this program, in whatever version."""
    known = {_MIGRATIONS} | {
        model._meta.db_table  # noqa: SLF001  Django's documented way
        for model in apps.get_models(include_auto_created=True)
    }
    return sorted(table for table in tables if table in known or table.startswith("results_"))


def _counts(cursor: Any, tables: Iterable[str]) -> dict[str, int]:
    counted = {}
    for table in tables:
        cursor.execute(f'SELECT COUNT(*) FROM "{table}"')  # noqa: S608  a table of ours
        counted[table] = cursor.fetchone()[0]
    return counted


def _carried(cursor: Any, tables: Iterable[str]) -> Copied:
    ours = [table for table in _ours(tables) if table != SESSIONS]
    cursor.execute(f"SELECT app, name FROM {_MIGRATIONS} ORDER BY id")  # noqa: S608  a constant
    applied = [f"{app}.{name}" for app, name in cursor.fetchall()]
    return Copied(applied, _counts(cursor, ours))


# --- SQLite -------------------------------------------------------------------------------------


def _sqlite_out(into: Path) -> Copied:
    """The online backup in one step is one moment of the database; writers go on in the WAL."""
    source = Path(str(connection.settings_dict["NAME"]))
    if not source.is_file():
        raise CopyError(f"There is no database at {source}.")
    try:
        with closing(_plain_sqlite(source)) as ours, closing(_plain_sqlite(into)) as copy:
            ours.backup(copy)
            copy.execute("PRAGMA secure_delete=ON")
            with copy:
                if SESSIONS in _tables(copy):
                    copy.execute(f"DELETE FROM {SESSIONS}")  # noqa: S608  a constant
            # One file without companions, wherever it is carried.
            copy.execute("PRAGMA journal_mode=DELETE")
        with closing(_plain_sqlite(into)) as copy:
            return _checked(copy)
    except sqlite3.Error as error:
        raise CopyError(f"The database could not be copied: {error}.") from None


def _sqlite_in(source: Path) -> None:
    """The online backup the other way: one transaction, so that whoever reads sees old or new."""
    target = Path(str(connection.settings_dict["NAME"]))
    connection.close()
    try:
        with closing(_plain_sqlite(source)) as copy:
            _checked(copy)
            with closing(_plain_sqlite(target)) as ours:
                ours.execute("PRAGMA journal_mode=WAL")
                copy.backup(ours)
                ours.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise CopyError(f"Nothing was restored: {error}.") from None


def _plain_sqlite(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=30)


def _checked(copy: sqlite3.Connection) -> Copied:
    """Read every page, and what the copy says of itself."""
    told = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if told != "ok":
        raise CopyError(f"The copy of the database is not whole: {told}.")
    return _carried(copy.cursor(), _tables(copy))


def _tables(copy: sqlite3.Connection) -> list[str]:
    rows = copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return [name for (name,) in rows]


# --- PostgreSQL ---------------------------------------------------------------------------------


def _postgres_out(into: Path) -> Copied:
    """pg_dump under a snapshot of ours, so that the counts are those of the very copy."""
    _need("pg_dump", "pg_restore")
    with _snapshot() as (cursor, snapshot):
        _run("pg_dump", f"--snapshot={snapshot}", *_DUMP, f"--file={into}", database=True)
        # Reads and unpacks all of it.
        _run("pg_restore", f"--file={os.devnull}", str(into))
        return _carried(cursor, connection.introspection.table_names(cursor))


_DUMP = (
    *("--format=custom", "--no-owner", "--no-privileges", "--no-password"),
    f"--exclude-table-data={SESSIONS}",
)


@contextmanager
def _snapshot() -> Iterator[tuple[Any, str]]:
    """A moment that other connections can see too."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            cursor.execute("SELECT pg_export_snapshot()")
            yield cursor, cursor.fetchone()[0]
        finally:
            cursor.execute("ROLLBACK")


def _postgres_in(source: Path) -> None:
    """Everything of ours goes and the copy comes in one transaction, whose last word is ours.

    Without the COMMIT, which is sent when the whole copy was, psql ends and nothing has happened.
    """
    psql, environment = _client("psql")
    psql += ["-X", "-q", "-w", "-v", "ON_ERROR_STOP=1", "-o", os.devnull]
    unpack = [_found("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(source)]
    clear = _clearing()
    connection.close()
    with tempfile.TemporaryFile() as said:
        unpacking = subprocess.Popen(unpack, stdout=subprocess.PIPE, stderr=said)  # noqa: S603
        putting = subprocess.Popen(psql, stdin=subprocess.PIPE, stderr=said, env=environment)  # noqa: S603
        with suppress(BrokenPipeError), unpacking, putting:
            assert unpacking.stdout is not None and putting.stdin is not None  # noqa: S101, PT018
            putting.stdin.write(b"BEGIN;\nSET LOCAL client_min_messages = error;\n" + clear)
            shutil.copyfileobj(unpacking.stdout, putting.stdin)
            if unpacking.wait() == 0:
                putting.stdin.write(b"\nCOMMIT;\n")
        if unpacking.returncode or putting.returncode:
            said.seek(0)
            raise CopyError(f"Nothing was restored: {_first_line(said.read())}")


def _clearing() -> bytes:
    """SQL that takes away what is ours, and nothing of anybody who shares the database."""
    with connection.cursor() as cursor:
        tables = _ours(connection.introspection.table_names(cursor))
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
            " AND proname LIKE 'results\\_%%' AND pronargs = 0"
        )
        functions = [name for (name,) in cursor.fetchall()]
    drops = [f'DROP TABLE IF EXISTS "{table}" CASCADE;' for table in tables]
    drops += [f'DROP FUNCTION IF EXISTS "{name}"() CASCADE;' for name in functions]
    return "\n".join([*drops, ""]).encode()


def _need(*programs: str) -> None:
    for program in programs:
        _found(program)


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise CopyError(
            f"{program} is not on the PATH; install PostgreSQL's client programs of the server's "
            "version or newer (Debian: postgresql-client)."
        )
    return path


def _client(program: str) -> tuple[list[str], Mapping[str, str]]:
    """The command and environment with which a client program reaches our database.

    The password is in the environment, which only its owner can read, and never an argument.
    """
    settings = connection.settings_dict
    arguments, extra = connection.client.settings_to_cmd_args_env(settings, [])
    return [_found(program), *arguments[1:]], os.environ | (extra or {})


def _run(program: str, *arguments: str, database: bool = False) -> None:
    command, environment = _client(program) if database else ([_found(program)], os.environ)
    done = subprocess.run(  # noqa: S603  a client of the database, with arguments of ours
        [*command, *arguments],
        capture_output=True,
        env=environment,
        check=False,
    )
    if done.returncode:
        raise CopyError(f"The database could not be copied: {_first_line(done.stderr)}")


def _first_line(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[0][:300] if lines else "the program said nothing."
