"""`config`: every setting in force and where it came from, and no secret."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from dashboard import local_secrets

ROOT = Path(__file__).resolve().parents[2]


def config(folder: Path, *arguments: str) -> str:
    (folder / "token").write_text("CANARY metrics token of these tests", encoding="utf-8")
    environment = local_secrets.make(folder) | {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"sqlite:///{folder}/CANARY.sqlite3",
        "CACHE_URL": "redis://:CANARY@127.0.0.1:1/0",
        "METRICS_TOKEN_FILE": str(folder / "token"),
        "SHARE_DAYS": "3",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "config", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_it_tells_values_and_sources_and_masks_secrets(tmp_path: Path) -> None:
    lines = config(tmp_path).splitlines()

    assert "SHARE_DAYS=3   # environment" in lines
    assert "WATCH_HOURS=24" in lines
    assert "DATABASE_URL=••••   # environment" in lines
    assert f"SECRET_KEY=••••   # {tmp_path}/secret_key" in lines
    assert f"METRICS_TOKEN=••••   # {tmp_path}/token" in lines
    held = [path.read_text(encoding="utf-8").strip() for path in tmp_path.glob("*_key*")]
    assert len(held) == 2
    for secret in ("CANARY", *held):
        assert secret not in "\n".join(lines)


def test_it_tells_programs_what_was_changed(tmp_path: Path) -> None:
    told = {one["name"]: one for one in json.loads(config(tmp_path, "--json", "--changed"))}

    assert told["SHARE_DAYS"] == {
        "name": "SHARE_DAYS",
        "default": "7",
        "value": "3",
        "source": "environment",
        "is_secret": False,
    }
    assert "WATCH_HOURS" not in told
    assert "CANARY" not in json.dumps(told)
