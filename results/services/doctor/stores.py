"""Database, key ring and cache: whether they answer, and are as they must be; it writes no row."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator

from django.conf import settings
from django.core.cache import cache
from django.db import Error, connection

from results import vault
from results.services import ring_report, schema, sealing
from results.services.doctor.findings import Finding, fail, ok, warn

# What every connection must have said, and what it means when it is otherwise.
_PRAGMAS = {
    "journal_mode": ("wal", "readers and writers wait for each other"),
    "synchronous": ("1", "commits are slower, or may be lost with the power"),
    "foreign_keys": ("1", "rows may be left without what they belong to"),
    "secure_delete": ("1", "what was deleted can be read from the file"),
}
_FIXED: dict[tuple[int, ...], int] = {(3, 44): 6, (3, 50): 7}


def look() -> Iterator[Finding]:
    """Nothing that needs the database is asked when it does not answer."""
    answers = database()
    yield answers
    if answers.verdict == "ok":
        if connection.vendor == "sqlite":
            yield from sqlite()
        yield migrations()
        yield ring()
    yield from shared_cache()


def database() -> Finding:
    """Whether it answers."""
    began = time.monotonic()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
        version = ".".join(str(part) for part in connection.get_database_version())
    except Error as error:
        reason = " ".join(str(error).split())[:200]
        return fail("database", f"does not answer: {reason}", "Start it, or correct DATABASE_URL.")
    ms = (time.monotonic() - began) * 1000
    return ok("database", f"{connection.display_name} {version} answers in {ms:.0f} ms")


def sqlite() -> Iterator[Finding]:
    """The library's version and what its connections were told."""
    version = connection.get_database_version()
    told = ".".join(str(part) for part in version)
    if wal_may_be_reset(version):
        yield warn("sqlite library", f"{told} {RESET_BUG}", RESET_MEND)
    else:
        yield ok("sqlite library", f"{told} has no known fault in WAL mode")
    wrong = []
    with connection.cursor() as cursor:
        for name, (expected, meaning) in _PRAGMAS.items():
            cursor.execute(f"PRAGMA {name}")
            if str(cursor.fetchone()[0]).lower() != expected:
                wrong.append(f"{name} is not {expected}: {meaning}")
    if wrong:
        mend = "Keep the file on a local disk; network folders have no WAL."
        yield fail("sqlite settings", "; ".join(wrong), mend)
    else:
        yield ok("sqlite settings", "WAL, NORMAL, foreign keys, secure delete")


RESET_BUG = (
    "has a fault by which two processes that write at the same instant may damage the file "
    "(fixed in 3.51.3, 3.50.7 and 3.44.6)"
)
RESET_MEND = "Use a Python with a newer SQLite, or PostgreSQL; until then back up often."


def wal_may_be_reset(version: tuple[int, ...]) -> bool:
    """Whether this SQLite has the fault in WAL mode that may damage a file."""
    if version[:2] in _FIXED:
        return version[2] < _FIXED[version[:2]]
    return (3, 7, 0) <= version < (3, 51, 3)


def migrations() -> Finding:
    """Whether the tables are those of this release."""
    found = schema.read()
    if found.newer:
        return fail("migrations", f"{found.too_new}", "Run the release that made it.")
    if found.pending:
        said = f"{len(found.pending)} are not applied, from {found.pending[0]} on"
        return fail("migrations", said, "manage.py migrate (a start does it by itself)")
    return ok("migrations", "all applied")


def ring() -> Finding:
    """Whether the key ring opens what is sealed."""
    if problem := sealing.ring_problem():
        return fail("key ring", problem, "Bring the right ring back.")
    try:
        missing = ring_report.missing_key_ids()
    except Error:
        return fail("key ring", "could not be tried, because tables are missing", "Migrate first.")
    except vault.VaultError as error:
        return fail("key ring", str(error), "Bring the right ring back.")
    if missing:
        said = f"does not open what {', '.join(missing)} sealed"
        return fail("key ring", said, "Bring the right ring back; see: manage.py vault status")
    return ok("key ring", f"opens what is stored; {sealing.ring().first_id} seals")


def shared_cache() -> Iterator[Finding]:
    """Whether it keeps what it is given, and whether all processes have the same."""
    is_shared = "redis" in str(settings.CACHES["default"]["BACKEND"])
    key, value = f"doctor-{uuid.uuid4()}", "kept"
    try:
        cache.set(key, value, 10)
        kept = cache.get(key) == value
        cache.delete(key)
    except Exception as error:  # noqa: BLE001  every client raises errors of its own
        said = f"does not answer: {type(error).__name__}"
        yield fail("cache", said, "Start Redis, or correct CACHE_URL; locmem:// needs none.")
        return
    if not kept:
        yield fail("cache", "forgets at once what it is given", "Give Redis more memory.")
    elif is_shared:
        yield ok("cache", "Redis keeps what it is given, for all processes")
    elif connection.vendor == "postgresql":
        yield warn("cache", f"each process has its own. {ALONE}", "Set CACHE_URL to a Redis.")
    else:
        yield ok("cache", "each process has its own; on one machine that is enough")


ALONE = "Whatever is counted or kept there, each process counts and keeps alone"
