"""Counts in files: what processes counted that live no more goes at the next start, and nothing else."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from results.services import measuring


def test_only_the_dead_of_this_machine_are_forgotten(tmp_path: Path, settings: Any) -> None:
    settings.METRICS_DIR = tmp_path
    done = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        capture_output=True,
        text=True,
        check=True,
    )
    host, dead, alive = socket.gethostname(), int(done.stdout), os.getpid()
    kept = {f"counter_{host}-{alive}.db", f"counter_elsewhere-{dead}.db", "something.db"}
    gone = {f"counter_{host}-{dead}.db", f"histogram_{host}-{dead}.db"}
    for name in kept | gone:
        (tmp_path / name).touch()

    measuring.forget_the_dead()

    assert {path.name for path in tmp_path.iterdir()} == kept


def test_there_is_nothing_to_forget_where_nobody_counted(tmp_path: Path, settings: Any) -> None:
    settings.METRICS_DIR = tmp_path / "never"

    measuring.forget_the_dead()

    assert not settings.METRICS_DIR.exists()
