"""Units of systemd and the site of nginx: what they start exists, what they set is read."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from dashboard import settings_page

ROOT = Path(__file__).resolve().parents[2]
UNITS = ("runlens.service", "runlens-watch.service")
SETTINGS = {name for part in settings_page.MEANINGS.values() for name in part}


def lines(unit: str) -> list[tuple[str, str]]:
    text = (ROOT / "deploy" / unit).read_text(encoding="utf-8")
    told = [line.partition("=") for line in text.splitlines() if "=" in line[:60]]
    return [(name, value) for name, _, value in told if not name.startswith("#")]


@pytest.mark.parametrize("unit", UNITS)
def test_what_it_starts_exists(unit: str) -> None:
    [command] = [value for name, value in lines(unit) if name == "ExecStart"]
    python, *words = command.split()

    assert python == "/opt/runlens/.venv/bin/python"
    if words[0] == "-m":
        assert (ROOT / f"{words[1].replace('.', '/')}.py").exists()
    else:
        assert words == ["manage.py", "watch"]


@pytest.mark.parametrize("unit", UNITS)
def test_what_it_sets_is_read(unit: str) -> None:
    given = " ".join(value for name, value in lines(unit) if name == "Environment")

    for setting in re.findall(r"\b([A-Z_]+)=", given):
        assert setting.removesuffix("_FILE") in SETTINGS | {"PYTHONUNBUFFERED"}


@pytest.mark.parametrize("unit", UNITS)
def test_it_has_no_privilege_and_time_to_end(unit: str) -> None:
    told = dict(lines(unit))

    assert told["User"] == "runlens"
    assert told["NoNewPrivileges"] == "yes"
    assert told["ProtectSystem"] == "strict"
    assert told["KillMode"] == "mixed"
    assert int(told["TimeoutStopSec"]) >= 45


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_understands_it(unit: str, tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("there is no systemd here")
    # The program is not installed where the unit looks for it.
    text = (ROOT / "deploy" / unit).read_text(encoding="utf-8")
    here = tmp_path / unit
    here.write_text(text.replace("/opt/runlens/.venv/bin/python", "/bin/true"), encoding="utf-8")

    done = subprocess.run(
        [verify, "verify", "--man=no", str(here)], capture_output=True, text=True, check=False
    )

    ours = [line for line in done.stderr.splitlines() if unit in line]
    assert ours == []


def test_nginx_passes_on_nothing_that_a_client_says_of_itself() -> None:
    told = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")

    for header in ("X-Forwarded-Proto $scheme", "X-Forwarded-For $remote_addr", "X-Request-ID $request_id"):  # fmt: skip
        assert f"proxy_set_header {header};" in told
    assert "$request_uri" not in told.partition("listen 443")[2]
    assert told.count("{") == told.count("}")
