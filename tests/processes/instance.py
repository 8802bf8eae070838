"""An instance whose processes are started and killed one by one, and its database; it asserts nothing."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.browser.conftest import ROOT, free_port
from tests.browser.stage import Stage, environment_of


@dataclass
class Instance:
    """The stage without its server: a migrated database and the sandbox; processes come and go."""

    stage: Stage
    folder: Path
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *, watchers: int) -> tuple[list[subprocess.Popen[str]], subprocess.Popen[str]]:
        """Start processes of `manage.py watch` and the production server; all go round on return."""
        web, port = self._start_web(workers=2)
        started = [self._start("manage.py", "watch") for _ in range(watchers)]
        for watcher in started:
            assert watcher.stdout is not None
            assert "Going round" in watcher.stdout.readline()
        wait_for(lambda: _serves(port), "the web server did not start")
        return started, web

    def start_server(self, *, workers: int) -> subprocess.Popen[str]:
        """Start a production server; it serves and goes round on return."""
        web, port = self._start_web(workers=workers)
        wait_for(lambda: _serves(port), "the web server did not start")
        return web

    def start_web(self) -> str:
        """Start one more production server on the same stores; returns its address when it serves."""
        _, port = self._start_web(workers=1)
        wait_for(lambda: _serves(port), "the web server did not start")
        return f"http://localhost:{port}"

    def _start_web(self, *, workers: int) -> tuple[subprocess.Popen[str], int]:
        port = free_port()
        return self._start(
            "-m", "dashboard.server", "127.0.0.1", str(port), str(workers), "0"
        ), port

    def _start(self, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.stage.environment | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A group of its own, so that a server dies with all its workers.
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def kill(self, process: subprocess.Popen[str]) -> float:
        """kill -9, with all that it started; returns the moment in seconds since 1970."""
        os.killpg(process.pid, signal.SIGKILL)
        moment = time.time()
        self._gone(process)
        return moment

    def freeze(self, process: subprocess.Popen[str]) -> None:
        """Let a process, with all that it started, stand still.

        Not in the middle of a write: on SQLite nobody could write while it stands there.
        """
        while True:
            os.killpg(process.pid, signal.SIGSTOP)
            if self._can_write():
                return
            os.killpg(process.pid, signal.SIGCONT)
            time.sleep(0.1)

    def _can_write(self) -> bool:
        url = self.stage.environment["DATABASE_URL"]
        if not url.startswith("sqlite"):
            return True
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=0.5)
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        finally:
            connection.close()
        return True

    def wake(self, process: subprocess.Popen[str]) -> None:
        """Let it go on."""
        os.killpg(process.pid, signal.SIGCONT)

    def end(self, process: subprocess.Popen[str]) -> tuple[int, str]:
        """SIGTERM; returns the exit status and what was printed last."""
        process.terminate()
        told = process.stdout.read() if process.stdout else ""
        status = process.wait(timeout=90)
        self._gone(process)
        return status, told

    def kill_alone(self, pid: int) -> float:
        """kill -9 of this process and of no other; returns the moment in seconds since 1970."""
        os.kill(pid, signal.SIGKILL)
        return time.time()

    def end_all(self) -> None:
        """Kill whatever is left."""
        for process in list(self.running):
            self.kill(process)

    def _gone(self, process: subprocess.Popen[str]) -> None:
        process.wait(timeout=90)
        if process.stdout is not None:
            process.stdout.close()
        self.running.remove(process)

    def make_due(self, run_id: str) -> None:
        """Let a run be due, as it was when it was seen first."""
        self.sql(
            f"UPDATE results_sighting SET due_at = first_seen_at WHERE run_id = '{run_id}'"  # noqa: S608
        )

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement on the instance's database, past the product."""
        url = self.stage.environment["DATABASE_URL"]
        if url.startswith("sqlite"):
            with sqlite3.connect(url.removeprefix("sqlite:///"), timeout=60) as connection:
                rows = list(connection.execute(statement))
            connection.close()
            return rows
        with psycopg.connect(url, autocommit=True) as pg:
            cursor = pg.execute(statement.encode())
            return list(cursor.fetchall()) if cursor.description else []


def children(pid: int) -> list[int]:
    """The processes that a process started and that live."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text().split())
    return [child for child in found if lives(child)]


def lives(pid: int) -> bool:
    """Whether a process does anything yet; one that has ended and was not asked how does not."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except (FileNotFoundError, ProcessLookupError):
        return False


def _serves(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/health/live"):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


def wait_for(happened: Callable[[], object], otherwise: str, *, at_most_s: float = 90) -> None:
    """Wait until something has happened; fails with a sentence when it does not."""
    ends = time.monotonic() + at_most_s
    while not happened():
        assert time.monotonic() < ends, otherwise
        time.sleep(0.05)


__all__ = ["Instance", "environment_of", "wait_for"]
