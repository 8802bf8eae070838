"""Tells what is wrong with the database from an error that it raised; it knows no page and mends nothing.

Trouble passes: the same request succeeds later. A statement that is wrong is a bug and no trouble.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

from django.db import Error, connection

if TYPE_CHECKING:
    import psycopg

# With less than this left on its disk a database that is a file counts as full.
_LEAST_BYTES = 1024 * 1024
_log = logging.getLogger(__name__)


class Trouble(Enum):
    """What is the matter with the database."""

    AWAY = "away"
    BUSY = "busy"
    FULL = "full"


_SQLITE = {
    sqlite3.SQLITE_BUSY: Trouble.BUSY,
    sqlite3.SQLITE_LOCKED: Trouble.BUSY,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_READONLY: Trouble.FULL,
    sqlite3.SQLITE_IOERR: Trouble.FULL,
    sqlite3.SQLITE_CANTOPEN: Trouble.AWAY,
}
# By SQLSTATE, or by its class of two characters.
_POSTGRES = {
    "08": Trouble.AWAY,
    "57P01": Trouble.AWAY,
    "57P02": Trouble.AWAY,
    "57P03": Trouble.AWAY,
    "57P05": Trouble.AWAY,
    "53100": Trouble.FULL,
    "25006": Trouble.FULL,
    "53": Trouble.BUSY,
    "55P03": Trouble.BUSY,
    "57014": Trouble.BUSY,
    "40001": Trouble.BUSY,
    "40P01": Trouble.BUSY,
}


def trouble_of(error: BaseException | None) -> Trouble | None:
    """Return what is wrong with the database when that is where this error comes from."""
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, sqlite3.Error):
            return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        if _is_of_postgres(error):
            return _of_postgres(error)
        error, seen = error.__cause__ or error.__context__, seen + 1
    return None


@contextmanager
def passed_over(what: str) -> Iterator[None]:
    """Go on without this write when there is no room for it: a page can be read all the same."""
    try:
        yield
    except Error as error:
        if trouble_of(error) is not Trouble.FULL:
            raise
        _log.warning("the disk is full or read-only: %s was not written", what)


def has_room() -> bool:
    """Whether there is room to write; a server's disk cannot be seen from here and counts as such."""
    if connection.vendor != "sqlite":
        return True
    folder = Path(str(connection.settings_dict["NAME"])).parent
    return not folder.is_dir() or shutil.disk_usage(folder).free >= _LEAST_BYTES


def _is_of_postgres(error: BaseException) -> TypeGuard[psycopg.Error]:
    # An instance on SQLite never loads it, and starts the sooner.
    loaded = sys.modules.get("psycopg")
    return loaded is not None and isinstance(error, loaded.Error)


def _of_postgres(error: psycopg.Error) -> Trouble | None:
    code = error.sqlstate
    if code is None:
        # Nothing came from the server: it is not there, or the connection broke.
        from psycopg import InterfaceError, OperationalError  # noqa: PLC0415  loaded, as its error shows

        return Trouble.AWAY if isinstance(error, OperationalError | InterfaceError) else None
    return _POSTGRES.get(code) or _POSTGRES.get(code[:2])
