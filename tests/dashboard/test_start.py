"""The start: secrets of an instance that has only a folder, refusals in one line, one way for everybody."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import local_secrets, start
from results.sandbox.server import Sandbox
from tests.browser.conftest import own_stores
from tests.browser.stage import Stage, environment_of
from tests.processes.instance import Instance

ROOT = Path(__file__).resolve().parents[2]
PREPARE = "from dashboard import start; start.make_secrets(); start.prepare()"


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "VAULT_KEYS", "DATABASE_URL", "CACHE_URL", "STATIC_ROOT"):
        monkeypatch.delenv(name, raising=False)


def run(
    code: str, environment: dict[str, str], *, at_once: int = 1
) -> list[subprocess.CompletedProcess[str]]:
    """Run so many processes side by side and return how they ended."""
    kept = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=kept | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(at_once)
    ]
    told = [process.communicate(timeout=250) for process in processes]
    return [
        subprocess.CompletedProcess(process.args, process.returncode, *said)
        for process, said in zip(processes, told, strict=True)
    ]


def ours(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith("runlens: ")]


def test_a_folder_is_enough_and_the_second_start_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    start.make_secrets()
    made = {path: path.read_text(encoding="utf-8") for path in (tmp_path / "secrets").iterdir()}
    said = capsys.readouterr().err
    start.make_secrets()

    assert {path.name for path in made} == {"secret_key", "vault_keys"}
    for path, text in made.items():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_text(encoding="utf-8") == text
        assert text.strip() not in said
    assert "keep vault_keys apart from your backups" in said
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "named", ["SECRET_KEY", "SECRET_KEY_FILE", "VAULT_KEYS", "VAULT_KEYS_FILE", "DATABASE_URL"]
)
def test_whoever_names_anything_gets_nothing_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv(named, "something")

    start.make_secrets()

    assert not list(tmp_path.iterdir())


def test_t10_no_new_ring_is_made_beside_a_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    start.make_secrets()
    (tmp_path / "runlens.sqlite3").touch()
    (tmp_path / "secrets" / "vault_keys").unlink()
    capsys.readouterr()

    with pytest.raises(SystemExit) as ended:
        start.make_secrets()

    assert ended.value.code == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "bring the key ring back" in line
    assert not (tmp_path / "secrets" / "vault_keys").exists()


def test_a_folder_that_cannot_be_written_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", "/proc/nowhere")

    with pytest.raises(SystemExit):
        start.make_secrets()

    [line] = capsys.readouterr().err.splitlines()
    assert "/proc/nowhere/secrets cannot be written" in line


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    """An instance that has never been started, on the stores of this run."""
    with Sandbox() as sandbox, own_stores() as stores:
        environment = environment_of(tmp_path, 8000, sandbox, stores)
        yield Instance(Stage("", sandbox, environment), tmp_path)


def test_three_that_start_at_once_migrate_once(instance: Instance) -> None:
    environment = instance.stage.environment

    done = run(PREPARE, environment, at_once=3)

    assert [one.returncode for one in done] == [0, 0, 0], [one.stderr for one in done]
    applied = [line for one in done for line in ours(one.stderr) if "applied" in line]
    assert len(applied) == 1
    names = instance.sql("SELECT app, name FROM django_migrations")
    assert len(names) == len(set(names)) > 0
    instance.sql(
        "INSERT INTO django_migrations (app, name, applied)"
        " VALUES ('results', '9999_later', '2026-01-01')"
    )

    # The same database, as a later release would leave it.
    [refused] = run(PREPARE, environment)
    [watcher] = run("import manage, sys; sys.argv[1:] = ['watch']; manage.main()", environment)

    assert refused.returncode == watcher.returncode == 1
    [line] = ours(refused.stderr)
    for said in (line, watcher.stderr):
        assert "made by a later release: it has results.9999_later" in said
    assert "Traceback" not in refused.stderr + watcher.stderr


def test_a_database_that_cannot_be_reached_is_said_in_one_line(tmp_path: Path) -> None:
    nobody = {"DATABASE_URL": "postgres://u:CANARY@127.0.0.1:1/n"}

    [done] = run(PREPARE, local_secrets.make(tmp_path) | nobody)

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("runlens: the database cannot be used: ")
    assert "CANARY" not in line


@pytest.mark.parametrize("file", ["Makefile", "deploy/Containerfile", "deploy/runlens.service"])
def test_everybody_starts_in_the_same_way(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8").replace('", "', " ")

    assert "python -m dashboard.start" in text
    assert "granian" not in text
