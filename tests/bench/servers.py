"""Starts the servers of a comparison and ends them; knows their memory, and nothing of what they serve."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
_START_S = 60.0
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")

SHIPPED = ("--interface", "wsgi", "--blocking-threads", "4", "--log-level", "warning")
"""How `make serve` has granian run, but for host, port and workers; a test holds the two together."""


class NotRun(Exception):  # noqa: N818  it reads as what the table says
    """Something that a goal needs is not there; the text is the reason."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        port: int = taken.getsockname()[1]
        return port


def cores() -> tuple[set[int], set[int]] | None:
    """One core for a single-worker server and another one for the load; None where that cannot be."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    ours = sorted(os.sched_getaffinity(0))
    return ({ours[0]}, {ours[1]}) if len(ours) > 1 else None


def plain_environment() -> dict[str, str]:
    """What every process gets of ours: no setting of the person who runs this."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ}


@dataclass
class Server:
    """A running server of our own, with its address, process, log, and how long it took to answer."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path
    started_s: float

    def stop(self) -> None:
        """End it, and whatever it started."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            for pid in reversed(family(self.process.pid)):
                with suppress(ProcessLookupError):
                    os.kill(pid, 9)
            self.process.wait()

    def pids(self) -> list[int]:
        """Its processes, itself first."""
        return family(self.process.pid)


@dataclass
class Servers:
    """The servers of one comparison; leaving it ends them all."""

    folder: Path
    running: list[Server] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for server in reversed(self.running):
            server.stop()

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        port: int,
        environment: Mapping[str, str],
        answers_at: str = "/",
        core: set[int] | None = None,
        scheme: str = "http",
    ) -> Server:
        """Start a command that serves on a port; returns when it answers there, raises NotRun if never."""
        log = self.folder / f"{name}-{port}.log"
        began = time.perf_counter()
        with log.open("wb") as out:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**plain_environment(), **environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if core:
            # Threads and children take it over, and there are none yet.
            os.sched_setaffinity(process.pid, core)
        server = Server(f"{scheme}://{HOST}:{port}", process, log, 0.0)
        self.running.append(server)
        while not _answers(port, answers_at if scheme == "http" else None):
            if process.poll() is not None or time.perf_counter() - began > _START_S:
                raise NotRun(f"{name} did not start: {_last_line(log)}")
            time.sleep(0.01)
        server.started_s = time.perf_counter() - began
        return server

    def granian(
        self,
        name: str,
        application: str,
        environment: Mapping[str, str],
        *,
        workers: int = 2,
        port: int | None = None,
        answers_at: str = "/",
        python_path: str = "",
    ) -> Server:
        """Serve a WSGI application as `make serve` does; a single worker has a core to itself."""
        port = port or free_port()
        both = cores()
        paths = {"PYTHONPATH": python_path} if python_path else {}
        return self.start(
            name,
            [
                *(sys.executable, "-m", "granian", *SHIPPED, "--workers", str(workers)),
                *("--host", HOST, "--port", str(port), application),
            ],
            port=port,
            environment={**environment, **paths},
            answers_at=answers_at,
            core=both[0] if both and workers == 1 else None,
        )


def _answers(port: int, path: str | None) -> bool:
    if path is None:
        with socket.socket() as sock:
            return sock.connect_ex((HOST, port)) == 0
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}{path}", timeout=5):
            return True
    except urllib.request.HTTPError:
        return True
    except OSError:
        return False


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else "it said nothing"


# --- Load, each in a process of its own ---------------------------------------------------------


def start_load(kind: str, url: str, headers: Mapping[str, str], **spec: Any) -> Load:
    """Start load on a server; `Load.told` waits for what it saw."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.load"],
        cwd=ROOT,
        env=plain_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    both = cores()
    if both and spec.pop("pinned", False):
        os.sched_setaffinity(process.pid, both[1])
    assert process.stdin is not None
    process.stdin.write(json.dumps({"kind": kind, "url": url, "headers": headers, **spec}).encode())
    process.stdin.close()
    process.stdin = None
    return Load(process)


@dataclass
class Load:
    """Load that runs."""

    process: subprocess.Popen[bytes]

    def told(self) -> dict[str, Any]:
        """Wait for its end and return what it saw; raises NotRun when more than a few answers were refusals."""
        out, _ = self.process.communicate()
        if self.process.returncode:
            raise NotRun("the load ended with an error")
        told: dict[str, Any] = json.loads(out)
        if told["errors"] > 2 + told.get("count", 1000) * 0.02:
            raise NotRun(f"{told['errors']} requests failed: {told.get('statuses', '')}")
        return told


def rate(
    url: str, headers: Mapping[str, str], *, seconds: float, connections: int = 16, **spec: Any
) -> dict[str, Any]:
    """Requests a second in a closed loop, and their median latency."""
    return start_load(
        "closed", url, headers, seconds=seconds, connections=connections, **spec
    ).told()


# --- Memory, where /proc tells it ---------------------------------------------------------------


def family(pid: int) -> list[int]:
    """A process and all that it started, as far as /proc tells."""
    found = [pid]
    for parent in found:
        with suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                with suppress(OSError):
                    found += map(int, (task / "children").read_text().split())
    return found


def _kib(pid: int, file: str, name: str) -> int:
    for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    return 0


def need_proc() -> None:
    """Raise NotRun where memory cannot be read."""
    if not Path("/proc/self/smaps_rollup").exists():
        raise NotRun("memory is read from /proc, which this system has not")


def pss_mib(pids: Sequence[int]) -> float:
    """Memory of processes in MiB, what they share counted once."""
    need_proc()
    total = 0
    for pid in pids:
        with suppress(OSError):
            total += _kib(pid, "smaps_rollup", "Pss")
    return total / 1024


def peak_mib(pids: Sequence[int]) -> float:
    """The sum of the largest resident sizes since the last `forget_peaks`, in MiB."""
    need_proc()
    return sum(_kib(pid, "status", "VmHWM") for pid in pids) / 1024


def forget_peaks(pids: Sequence[int]) -> None:
    """Let peaks start at what is resident now."""
    need_proc()
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
