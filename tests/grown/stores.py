"""Stores of our own that may be stopped, started and filled up; they assert nothing of the product."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

from tests.browser.conftest import free_port

_START_S = 20.0
_OWNER = "runlens"


class OwnRedis:
    """A Redis server on a port of its own; what was in it is there again after a start."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def can_be_had() -> bool:
        """Whether the program is on this machine."""
        return shutil.which("redis-server") is not None

    @property
    def url(self) -> str:
        """Its address, as a setting."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, and return when it answers."""
        if self._process is not None:
            return
        program = shutil.which("redis-server") or "redis-server"
        words = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        words += ["--save", "", "--appendonly", "yes", "--appendfsync", "always"]
        self._process = subprocess.Popen([program, *words], stdout=subprocess.DEVNULL)
        with redis.Redis(port=self.port) as client:
            ends = time.monotonic() + _START_S
            while time.monotonic() < ends:
                with suppress(redis.RedisError):
                    client.ping()
                    return
                time.sleep(0.02)
        raise AssertionError("Redis did not start")

    def stop(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@dataclass
class Disk:
    """A folder of a small file system of its own, when we may make one, that can be filled up."""

    folder: Path
    mib: int
    is_small: bool = False

    def mount(self) -> None:
        """Make it small; without the right to, it stays a plain folder."""
        if os.geteuid() == 0 and shutil.which("mount"):
            size = f"size={self.mib}m,mode=0755"
            command = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(self.folder)]
            self.is_small = (
                subprocess.run(command, capture_output=True, check=False).returncode == 0
            )

    def unmount(self) -> None:
        """Take it away."""
        if self.is_small:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=False)

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"

    def fill(self) -> None:
        """Leave no room at all."""
        with suppress(OSError), self._filler.open("wb", buffering=0) as filler:
            for piece in (1024 * 1024, 4096, 1):
                with suppress(OSError):
                    while filler.write(b"x" * piece):
                        pass

    def free(self) -> None:
        """Make room again."""
        self._filler.unlink(missing_ok=True)


@dataclass
class OwnPostgres:
    """A cluster of our own, run by somebody who is not root, on a disk of its own."""

    disk: Disk = field(
        default_factory=lambda: Disk(Path(tempfile.mkdtemp(prefix="runlens-pg-")), 384)
    )
    port: int = field(default_factory=free_port)

    @staticmethod
    def programs() -> Path | None:
        """The folder of initdb and pg_ctl, when they are on this machine."""
        found = [path for name in ("initdb", "pg_ctl") if (path := shutil.which(name))]
        if len(found) == 2:
            return Path(found[0]).parent
        folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
        return folders[-1].parent if folders else None

    @property
    def url(self) -> str:
        """Its database, as a setting."""
        return f"postgres://{_OWNER}@127.0.0.1:{self.port}/postgres"

    @property
    def _data(self) -> Path:
        return self.disk.folder / "data"

    def make(self) -> None:
        """Make the cluster and start it."""
        self.disk.mount()
        if (user := _somebody()) is not None:
            shutil.chown(self.disk.folder, user)
        options = ["--auth=trust", "--encoding=UTF8", "--no-sync", "--no-instructions"]
        self._run("initdb", "-D", str(self._data), "-U", _OWNER, *options)
        self.start()

    def start(self) -> None:
        """Start it if it is not running, and return when it answers."""
        if self.is_running():
            return
        settings = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "''",
            "shared_buffers": "32MB",
            "max_wal_size": "96MB",
            "max_connections": "60",
        }
        words = " ".join(f"-c {name}={value}" for name, value in settings.items())
        log = str(self.disk.folder / "log")
        self._run("pg_ctl", "-D", str(self._data), "-w", "-l", log, "-o", words, "start")

    def stop(self) -> None:
        """Pull the plug: no goodbye, and recovery at the next start."""
        if self.is_running():
            self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")

    def is_running(self) -> bool:
        """Whether its server lives."""
        return self._run("pg_ctl", "-D", str(self._data), "status", may_fail=True) == 0

    def cut_connections(self) -> None:
        """End every connection but our own."""
        with suppress(psycopg.Error), psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )

    def remove(self) -> None:
        """Stop it and leave nothing behind."""
        self.disk.free()
        self.stop()
        self.disk.unmount()
        shutil.rmtree(self.disk.folder, ignore_errors=True)

    def _run(self, program: str, *words: str, may_fail: bool = False) -> int:
        folder = self.programs()
        assert folder is not None, "there are no programs of PostgreSQL's server here"
        done = subprocess.run(
            [str(folder / program), *words],
            cwd=self.disk.folder,
            # What pg_ctl starts must not hold our pipe.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=_somebody(),
            check=False,
        )
        assert may_fail or done.returncode == 0, f"{program} failed with {done.returncode}"
        return done.returncode


def _somebody() -> str | None:
    """Who runs the cluster when we are root, which it refuses to be run by."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)
