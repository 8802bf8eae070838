"""The production server beside a sandbox in the test's own process, so that tests can add runs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dashboard import local_secrets
from results.sandbox.server import Sandbox
from tests.browser.conftest import INSECURE_HOST, PASSWORD, ROOT, free_port, is_grown


@dataclass
class Stage:
    """The address of the server, the sandbox that it asks, and the settings that it runs with."""

    url: str
    sandbox: Sandbox
    environment: dict[str, str]
    told: str = ""
    workers: Callable[[], list[int]] = list

    def manage(self, *arguments: str, **extra: str) -> str:
        """Run a management command of this instance and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment | extra,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def keep_keys_of(self, environment: str) -> None:
        """Forget the team's keys of every other environment."""
        others = f"ProjectKey.objects.exclude(environment={environment!r}).delete()"
        self.manage("shell", "-c", f"from results.models import ProjectKey; {others}")

    def forget_failures(self) -> None:
        """Let every API address be asked again, whatever it did so far."""
        forgotten = "ApiCircuit.objects.all().delete()"
        self.manage("shell", "-c", f"from results.models import ApiCircuit; {forgotten}")


def environment_of(
    folder: Path, port: int, sandbox: Sandbox, stores: dict[str, str]
) -> dict[str, str]:
    host = sandbox.url.partition("://")[2]
    kept = ("PATH", "HOME", "LANG", "VIRTUAL_ENV")
    return (
        {name: os.environ[name] for name in kept if name in os.environ}
        | {
            "DATABASE_URL": f"sqlite:///{folder}/runlens.sqlite3",
            "STATIC_ROOT": f"{folder}/static",
            "DJANGO_SETTINGS_MODULE": "dashboard.settings",
            "SITE_URL": f"http://localhost:{port}",
            "ALLOWED_HOSTS": f"localhost,{INSECURE_HOST}",
            "TRIGGER_API_URL": sandbox.url,
            "TRIGGER_ALLOWED_HOSTS": host,
            "TRIGGER_STORE_HOSTS": host,
            # Pages are opened faster than anybody opens them.
            "LOOKUPS_PER_MINUTE": "0",
        }
        | local_secrets.make(folder)
        | stores
    )


@contextmanager
def raised(folder: Path, stores: dict[str, str]) -> Iterator[Stage]:
    """Start everything, with alice, bob, their team and the sandbox's keys; end it afterwards."""
    if is_grown():
        # That shape is made of this module.
        from tests.grown.shape import raised_grown

        with Sandbox() as sandbox, raised_grown(folder, stores, sandbox) as grown:
            yield grown.stage
        return
    port = free_port()
    with Sandbox() as sandbox:
        stage = Stage(
            f"http://localhost:{port}", sandbox, environment_of(folder, port, sandbox, stores)
        )
        stage.manage("migrate", "--verbosity", "0")
        stage.manage("collectstatic", "--verbosity", "0", "--no-input")
        stage.manage("seeddemo", "--password", PASSWORD)
        server = subprocess.Popen(
            [sys.executable, "-m", "dashboard.server", "127.0.0.1", str(port), "2", "0"],
            cwd=ROOT,
            env=stage.environment,
        )
        stage.workers = lambda: _children(server.pid)
        try:
            _wait_for(stage.url)
            yield stage
        finally:
            server.terminate()
            server.wait(timeout=60)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _wait_for(url: str) -> None:
    for _ in range(900):
        try:
            with urllib.request.urlopen(f"{url}/health/live"):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"{url} did not start")
