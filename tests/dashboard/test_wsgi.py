"""A web process goes round by itself, unless watchers do that for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dashboard import local_secrets

ROOT = Path(__file__).resolve().parents[2]
THREADS = "import dashboard.wsgi, threading; print([t.name for t in threading.enumerate()])"


@pytest.mark.parametrize(("setting", "goes_round"), [({}, True), ({"ROUNDS_IN_WEB": "0"}, False)])
def test_a_web_process_goes_round_unless_told_otherwise(
    tmp_path: Path, setting: dict[str, str], goes_round: bool
) -> None:
    environment = local_secrets.make(tmp_path) | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3",
        "PATH": "/usr/bin:/bin",
    }

    done = subprocess.run(
        [sys.executable, "-c", THREADS],
        cwd=ROOT,
        env=environment | setting,
        capture_output=True,
        text=True,
        check=True,
    )

    assert ("rounds" in done.stdout) == goes_round
