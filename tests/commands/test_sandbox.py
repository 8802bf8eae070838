"""`manage.py sandbox`: what it prints is all that an instance needs to ask it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from results.sandbox.scenarios import SANDBOX_KEYS, SHOWCASE
from tests.browser.conftest import free_port
from tests.dashboard.test_settings import read_settings

ROOT = Path(__file__).resolve().parents[2]


def test_it_names_settings_that_work_keys_and_runs(tmp_path: Path) -> None:
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "manage.py", "sandbox", "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        told = ""
        for line in process.stdout:
            told += line
            if "Ctrl-C" in line:
                break
        process.terminate()

    named = dict(re.findall(r"^  ([A-Z_]+)=(\S+)$", told, re.MULTILINE))
    settings = read_settings(tmp_path, **named)
    assert settings["TRIGGER_API_URL"] == f"http://127.0.0.1:{port}"
    assert settings["TRIGGER_STORE_HOSTS"] == [f"127.0.0.1:{port}"]
    assert all(f"  {key}\n" in told for key in SANDBOX_KEYS.values())
    assert all(run.run_id in told for run in SHOWCASE)
