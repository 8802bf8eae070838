"""Processes that are started, killed and started again, each with a log of its own; they assert nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.browser.conftest import ROOT, free_port

_START_S = 90.0


@dataclass
class Running:
    """One process with all that it starts; what it prints is appended to ``log``.

    ``port`` is where it listens, if it does.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    is_up: Callable[[], bool] = field(default=lambda: True)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when it is up."""
        self.launch()
        self.wait_until_up()

    def launch(self) -> None:
        """Start it and wait for nothing."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env={**self.environment, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                # A group of its own, so that a server dies with all its workers.
                start_new_session=True,
            )

    def wait_until_up(self) -> None:
        """Return when it is up; raises AssertionError when it ends or takes too long."""
        ends = time.monotonic() + _START_S
        while not self.is_up():
            assert self.process is not None
            assert self.process.poll() is None, f"{self.name}: {self.log.read_text()[-2000:]}"
            assert time.monotonic() < ends, f"{self.name} did not start"
            time.sleep(0.05)

    def kill(self) -> None:
        """kill -9, with all that it started."""
        self._end(signal.SIGKILL)

    def end(self) -> int:
        """SIGTERM; returns the exit status once it is gone."""
        process = self.process
        if process is None:
            return 0
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=40)
        self._end(signal.SIGKILL)
        return process.returncode

    def workers(self) -> list[int]:
        """The processes that it started, or itself when it started none."""
        assert self.process is not None
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in children] or [pid]

    def _end(self, sign: signal.Signals) -> None:
        if self.process is not None:
            # Workers that have not followed it are in its group.
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, sign)
            self.process.wait(timeout=30)
            self.process = None


def web_server(
    name: str, environment: Mapping[str, str], log: Path, *, workers: int = 1
) -> Running:
    """A web server as `make serve` starts it, on a port of its own."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "dashboard.server"),
        *("127.0.0.1", str(port), str(workers), "0"),
    ]
    return Running(name, command, environment, log, lambda: answers(port), port)


def watcher(name: str, environment: Mapping[str, str], log: Path) -> Running:
    """`manage.py watch`."""

    def is_up() -> bool:
        return log.exists() and "Going round" in log.read_text(errors="replace")

    return Running(name, [sys.executable, "manage.py", "watch"], environment, log, is_up)


def answers(port: int, path: str = "/health/live") -> bool:
    """Whether a server on this port answers with success."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30):
            return True
    except (urllib.error.URLError, OSError):
        return False
