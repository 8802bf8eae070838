"""What the measures stand on: the product filled and served as in production, the floor, the upstream."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from dashboard import local_secrets
from tests.bench import certificate, documents, servers
from tests.bench.servers import HOST, ROOT, NotRun, Server, Servers, free_port

_OUTPUT_MAX = 64 * documents.MIB
SIZES = {
    "small": 10 * documents.KIB,
    "other": 10 * documents.KIB,
    "large": 10 * documents.MIB,
    "huge": 50 * documents.MIB,
}
PENDING = 500


def run_module(module: str, environment: Mapping[str, str], *, said: str = "") -> str:
    """Run one of our modules in a process with this environment; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", *module.split()],
        cwd=ROOT,
        env={**servers.plain_environment(), **environment},
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise NotRun(f"{module.split(maxsplit=1)[0]} failed: {last[0][:300]}")
    return done.stdout


@dataclass
class Instance:
    """One instance of the product with a database of its own, and who is signed in there."""

    environment: dict[str, str]
    cookie: str
    team: str
    runs: dict[str, str]
    pending: list[str]

    @property
    def headers(self) -> dict[str, str]:
        """What alice's browser sends."""
        return {"Cookie": self.cookie}

    def run_path(self, name: str, part: str = "") -> str:
        """Where the page of a stored result is, or a part of it."""
        return f"/t/{self.team}/runs/{self.runs[name]}/{part}"

    def panel_path(self, run_id: str) -> str:
        """Where the refreshing part of an unfinished run is."""
        return f"/t/{self.team}/runs/{run_id}/panel/"


@dataclass
class Floor:
    """The floor app with its database and who is signed in there."""

    environment: dict[str, str]
    cookie: str
    path: str = "/t/acme/runs/run_floor/"

    @property
    def headers(self) -> dict[str, str]:
        """What a browser sends."""
        return {"Cookie": self.cookie}


@dataclass
class Stage:
    """Everything that is made once for all measures of one form."""

    folder: Path
    full: bool
    rounds: int = 3
    sizes: dict[str, int] = field(default_factory=lambda: dict(SIZES))
    pending: int = PENDING
    _running: Servers = field(init=False)

    def __post_init__(self) -> None:
        self._running = Servers(self.folder)

    def close(self) -> None:
        """End what runs for the whole time."""
        self._running.__exit__()

    @cached_property
    def upstream(self) -> Upstream:
        """The other end of the API, started at its first use."""
        both, trusted = certificate.make(self.folder)
        port = free_port()
        self._running.start(
            "upstream",
            [sys.executable, "-m", "tests.bench.upstream", str(port), str(both)],
            port=port,
            environment={},
            scheme="https",
        )
        return Upstream(f"https://{HOST}:{port}", trusted)

    @cached_property
    def product(self) -> Instance:
        """The product with results of every size."""
        wanted = {"results": self.sizes, "pending": self.pending, "api_url": self.upstream.url}
        return self.instance("product", wanted)

    def instance(self, name: str, wanted: Mapping[str, Any]) -> Instance:
        """A new, migrated and filled instance."""
        environment = self._environment(name)
        _manage("migrate --verbosity 0 --no-input", environment)
        seeded = json.loads(run_module("tests.bench.seed", environment, said=json.dumps(wanted)))
        return Instance(environment, **seeded)

    @cached_property
    def statics(self) -> bool:
        """Whether the product's files are where every instance looks for them."""
        _manage("collectstatic --verbosity 0 --no-input", self.product.environment)
        return True

    def _environment(self, name: str) -> dict[str, str]:
        folder = self.folder / name
        api = self.upstream.url
        return {
            **local_secrets.make(folder),
            "DJANGO_SETTINGS_MODULE": "dashboard.settings",
            "DATABASE_URL": f"sqlite:///{folder}/runlens.sqlite3",
            "STATIC_ROOT": f"{self.folder}/product-static",
            "SITE_URL": "http://localhost",
            "ALLOWED_HOSTS": f"localhost,{HOST}",
            "TRIGGER_API_URL": api,
            "TRIGGER_ALLOWED_HOSTS": api.removeprefix("https://"),
            "SSL_CERT_FILE": str(self.upstream.trusted),
            "OUTPUT_MAX_BYTES": str(_OUTPUT_MAX),
            # What a seed prints is read.
            "AUDIT_STDOUT": "0",
        }

    @cached_property
    def floor(self) -> Floor:
        """The floor app, made at its first use."""
        environment = {
            "DJANGO_SETTINGS_MODULE": "tests.bench.floor.settings",
            "FLOOR_DATABASE": str(self.folder / "floor.sqlite3"),
        }
        (self.folder / "static").mkdir(exist_ok=True)
        return Floor(environment, run_module("tests.bench.floor.seed", environment))

    @contextmanager
    def serving(self) -> Iterator[Serving]:
        """Servers that run for one group of measures."""
        with Servers(self.folder) as running:
            yield Serving(self, running)


@dataclass
class Serving:
    """Starts the product and the floor on a group's own servers."""

    stage: Stage
    running: Servers

    def product(self, instance: Instance | None = None, *, workers: int = 2) -> Server:
        """The product as `make serve` starts it."""
        assert self.stage.statics
        port, both = free_port(), servers.cores()
        return self.running.start(
            "product",
            [sys.executable, "-m", "dashboard.server", HOST, str(port), str(workers), "0"],
            port=port,
            environment=(instance or self.stage.product).environment,
            answers_at="/health/live",
            core=both[0] if both and workers == 1 else None,
        )

    def floor(self, *, workers: int = 2) -> Server:
        """The floor app on the same server."""
        return self.running.granian(
            "floor",
            "tests.bench.floor.wsgi:application",
            self.stage.floor.environment,
            workers=workers,
            answers_at="/health/live",
        )

    def hello(self, *, workers: int = 1) -> Server:
        """Raw hello on the same server."""
        return self.running.granian(
            "hello", "tests.bench.floor.hello:application", {}, workers=workers
        )


@dataclass
class Upstream:
    """The upstream's address, the file with its certificate, and its controls."""

    url: str
    trusted: Path

    def _control(self, path: str) -> dict[str, int]:
        context = ssl.create_default_context(cafile=str(self.trusted))
        with urllib.request.urlopen(f"{self.url}/bench/{path}", context=context, timeout=10) as got:
            told: dict[str, int] = json.load(got)
            return told

    def delay(self, seconds: float) -> None:
        """Answer so late from now on; forgets what was counted."""
        self._control(f"delay/{seconds}")

    def counted(self) -> dict[str, int]:
        """How many calls of each kind came since the last time, and how many waited at once."""
        return self._control("count")


def _manage(command: str, environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *command.split()],
        cwd=ROOT,
        env={**servers.plain_environment(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotRun(
            f"manage.py {command.split(maxsplit=1)[0]} failed: {done.stderr.strip()[-200:]}"
        )
