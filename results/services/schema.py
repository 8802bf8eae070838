"""Whether the database has the tables that this code knows, and who may change them; it holds no table.

Any number of processes may start at once: one of them migrates, the others wait and find it done.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

# Any number will do, as long as nothing else in the database locks the same.
_LOCK = 7_286_350_417


@dataclass(frozen=True, slots=True)
class Schema:
    """Migrations that are still to be applied, and those that only a later release knows."""

    pending: tuple[str, ...]
    newer: tuple[str, ...]

    @property
    def too_new(self) -> str:
        """Why this code must not start on the database, or nothing."""
        if not self.newer:
            return ""
        return (
            f"the database was made by a later release: it has {', '.join(self.newer[:3])}, which "
            "this one does not know. Start that release again, or restore a backup from before it"
        )


def read() -> Schema:
    """Compare the database with the code; raises django.db.Error."""
    executor = MigrationExecutor(connection)
    loader = executor.loader
    plan = executor.migration_plan(loader.graph.leaf_nodes())
    known = set(loader.disk_migrations)
    known.update(old for one in loader.disk_migrations.values() for old in one.replaces)
    newer = sorted(
        (app, name)
        for app, name in loader.applied_migrations
        if app in loader.migrated_apps and (app, name) not in known
    )
    return Schema(
        tuple(f"{one.app_label}.{one.name}" for one, _ in plan),
        tuple(f"{app}.{name}" for app, name in newer),
    )


def migrate() -> Schema:
    """Apply what is pending and return what was found before; only within `alone`.

    Nothing is changed when the database is too new.
    """
    found = read()
    if found.pending and not found.newer:
        call_command("migrate", verbosity=0, interactive=False)
    return found


@contextmanager
def alone(*, waiting: Callable[[], object]) -> Iterator[None]:
    """Hold the one lock of all that start; it ends with the process, however that ends.

    ``waiting`` is called once when somebody else has it. Raises django.db.Error, and OSError where
    the folder of a SQLite file cannot be written.
    """
    holds = _holds_advisory_lock if connection.vendor == "postgresql" else _holds_file
    with holds(waiting):
        yield


@contextmanager
def _holds_advisory_lock(waiting: Callable[[], object]) -> Iterator[None]:
    # A connection of its own, so that nothing that a migration does can let go of the lock.
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                waiting()
                cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            yield
    finally:
        own.close()


@contextmanager
def _holds_file(waiting: Callable[[], object]) -> Iterator[None]:
    path = Path(f"{connection.settings_dict['NAME']}.migrating")
    with path.open("w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
