"""The instance that is to suffer, with stores of its own that may; it neither breaks nor checks anything."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from results.sandbox.server import Sandbox
from tests.browser.conftest import PASSWORD
from tests.chaos.clock import Clock
from tests.grown.shape import Grown, raised_grown
from tests.grown.stores import Disk, OwnPostgres, OwnRedis

_SEED = """
from django.contrib.auth.models import User
from django.utils import timezone
from results.domain.identity import ApiKey
from results.models import Role, Team
from results.sandbox.scenarios import SANDBOX_KEYS
from results.services import keys, members
now, acme = timezone.now(), Team.objects.get()
people = {{name: User.objects.create_user(name, password={password!r}) for name in ("erin", "charlie")}}
members.add_member(team=acme, user=people["erin"], role=Role.MEMBER, by=None, now=now)
beta = members.create_team(name="Beta", owner=people["charlie"], by=None, now=now)
keys.store(team=beta, project="Shop", api_url=keys.default_api_url(), branch="",
    key=ApiKey.parse(SANDBOX_KEYS["dev"]), by=people["charlie"], now=now)
"""


@dataclass
class Stage:
    """Everything that may be broken."""

    folder: Path
    sandbox: Sandbox
    clock: Clock
    grown: Grown
    redis: OwnRedis | None
    postgres: OwnPostgres | None
    disk: Disk | None

    @property
    def database(self) -> str:
        """What rows are kept in."""
        return "SQLite" if self.postgres is None else "PostgreSQL"

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the database, past the product."""
        if self.postgres is not None:
            with psycopg.connect(self.postgres.url) as connection:
                return list(connection.execute(statement.encode()).fetchall())
        file = self.grown.stage.environment["DATABASE_URL"].removeprefix("sqlite:///")
        with closing(sqlite3.connect(file, timeout=10)) as plain:
            return list(plain.execute(statement))


@contextmanager
def raised(*, embedded: bool) -> Iterator[Stage]:
    """Start an instance with two teams; everything is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="runlens-chaos-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stores: dict[str, str] = {}
        postgres, redis, disk = None, None, None
        if not embedded and OwnPostgres.programs() is not None:
            postgres = OwnPostgres()
            stack.callback(postgres.remove)
            postgres.make()
            disk, stores["DATABASE_URL"] = postgres.disk, postgres.url
        else:
            disk = Disk(folder / "disk", 24)
            disk.folder.mkdir()
            disk.mount()
            stack.callback(disk.unmount)
            stores["DATABASE_URL"] = f"sqlite:///{disk.folder}/runlens.sqlite3"
        if not embedded and OwnRedis.can_be_had():
            redis = OwnRedis(folder)
            stack.callback(redis.stop)
            redis.start()
            stores["CACHE_URL"] = redis.url
        clock = Clock()
        sandbox = stack.enter_context(Sandbox(now=clock))
        # The audit's own lines would hide everything else in the logs.
        extra = {"AUDIT_STDOUT": "0", "OUTPUT_MAX_BYTES": str(1024 * 1024)}
        grown = stack.enter_context(raised_grown(folder, stores, sandbox, extra))
        grown.stage.manage("shell", "-v", "0", "-c", _SEED.format(password=PASSWORD))
        yield Stage(folder, sandbox, clock, grown, redis, postgres, disk)
