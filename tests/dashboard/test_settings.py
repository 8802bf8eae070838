"""The start: a setting that cannot be used ends it with one line, and never with a secret in it."""

from __future__ import annotations

import base64
import os
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECRET = "CANARY secret of more than fifty characters, for these tests only"
RING = "k1:" + base64.b64encode(bytes(range(32))).decode()


def _given(folder: Path, changed: dict[str, str | None]) -> dict[str, str]:
    """Exactly these settings, None for one that is not set."""
    settings = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": SECRET,
        "VAULT_KEYS": RING,
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "PYTHONDONTWRITEBYTECODE": "1",
        **changed,
    }
    return {name: value for name, value in settings.items() if value is not None}


def read_settings(folder: Path, **changed: str | None) -> dict[str, Any]:
    """Read the settings anew from this environment; SystemExit when they end the start."""
    with patch.dict(os.environ, _given(folder, changed), clear=True):
        return runpy.run_path(str(ROOT / "dashboard" / "settings.py"))


def start(folder: Path, *command: str, **changed: str | None) -> subprocess.CompletedProcess[str]:
    """Start a whole process from this environment."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=_given(folder, changed),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def setting(folder: Path, expression: str, **changed: str | None) -> str:
    """What a setting is after a good start."""
    named = SimpleNamespace(**read_settings(folder, **changed))
    return str(eval(expression, {"s": named}))  # noqa: S307  our own expressions, below


REFUSED = [
    ({"ADMIN_USERNAME": "erin"}, "ADMIN_PASSWORD is not set"),
    ({"ADMIN_PASSWORD": "CANARY"}, "ADMIN_USERNAME is not set"),
    ({"ADMIN_USERNAME": "a\nb", "ADMIN_PASSWORD": "CANARY"}, "ADMIN_USERNAME must be one line"),
    ({"MAIL_URL": "CANARY"}, "MAIL_URL must be"),
    ({"MAIL_URL": "https://u:CANARY@h"}, "MAIL_URL must be"),
    ({"MAIL_URL": "smtp://u:CANARY@h:port"}, "MAIL_URL must be"),
    ({"MAIL_URL": "smtp://"}, "MAIL_URL must be"),
    ({"OIDC_SERVER_URL": "https://id.example"}, "OIDC_CLIENT_ID is not set"),
    ({"OIDC_CLIENT_SECRET": "CANARY"}, "OIDC_SERVER_URL is not set"),
    ({"OIDC_SERVER_URL": "id.example"}, "OIDC_SERVER_URL must look like"),
    ({"OIDC_SERVER_URL": "https://u:CANARY@id.example"}, "OIDC_SERVER_URL must look like"),
    ({"OIDC_SERVER_URL": "https://id.example/?x=CANARY"}, "OIDC_SERVER_URL must look like"),
    ({"SECRET_KEY": None}, "or DATA_DIR to a folder that holds it in secrets/secret_key"),
    ({"SECRET_KEY": ""}, "SECRET_KEY is too weak"),
    ({"SECRET_KEY": "CANARYshort"}, "SECRET_KEY is too weak"),
    ({"SECRET_KEY": "x" * 60}, "SECRET_KEY is too weak"),
    ({"VAULT_KEYS": None}, "VAULT_KEYS is not set"),
    ({"DEBUG": "CANARY"}, "DEBUG must be 1 or 0"),
    ({"DATABASE_URL": "mysql://u:CANARY@h/n"}, "DATABASE_URL must be"),
    ({"DATABASE_URL": "CANARY"}, "DATABASE_URL must be"),
    ({"DATABASE_URL": ""}, "DATABASE_URL must be"),
    ({"DATABASE_URL": "postgres://u:CANARY@h:port/n"}, "DATABASE_URL must be"),
    ({"DATABASE_URL": "sqlite:////proc/nowhere/db"}, "the folder of the SQLite file cannot be made"),
    ({"DATABASE_URL": "postgres://"}, "DATABASE_URL names no database"),
    ({"DATABASE_URL": "sqlite://:memory:"}, "DATABASE_URL names no database"),
    ({"DATABASE_URL": "sqlite:////tmp"}, "the SQLite file is a folder"),
    ({"CACHE_URL": "memcached://CANARY"}, "CACHE_URL must be"),
    ({"CACHE_URL": "redis://[CANARY"}, "CACHE_URL must be"),
    ({"CACHE_URL": "redis://:CANARY@host/first"}, "CACHE_URL must be"),
    ({"CACHE_URL": "redis://:CANARY@host:port/0"}, "CACHE_URL must be"),
    ({"CACHE_URL": "redis://"}, "CACHE_URL must be"),
    ({"CACHE_URL": ""}, "CACHE_URL must be"),
    ({"TRIGGER_API_URL": "api.trigger.dev"}, "TRIGGER_API_URL must look like"),
    ({"TRIGGER_API_URL": "ftp://api.trigger.dev"}, "TRIGGER_API_URL must look like"),
    ({"TRIGGER_API_URL": "https://u:CANARY@h"}, "TRIGGER_API_URL must look like"),
    ({"TRIGGER_API_URL": "https://h:99999"}, "TRIGGER_API_URL is not an address"),
    ({"TRIGGER_API_URL": "https://["}, "TRIGGER_API_URL is not an address"),
    ({"SITE_URL": "https://h/path"}, "SITE_URL must look like"),
    ({"SITE_URL": "https://h?q=1"}, "SITE_URL must look like"),
    ({"SITE_URL": ""}, "SITE_URL must look like"),
    ({"SITE_URL": "https://h h"}, "SITE_URL must look like"),
    ({"SITE_URL": 'https://h"'}, "SITE_URL must look like"),
    ({"ALLOWED_HOSTS": "https://h"}, "ALLOWED_HOSTS lists what is no host"),
    ({"ALLOWED_HOSTS": "h:8000"}, "ALLOWED_HOSTS lists what is no host"),
    ({"ALLOWED_HOSTS": "h i"}, "ALLOWED_HOSTS lists what is no host"),
    ({"TRIGGER_ALLOWED_HOSTS": "https://h"}, "TRIGGER_ALLOWED_HOSTS lists what is no host"),
    ({"TRIGGER_ALLOWED_HOSTS": ".suffix"}, "TRIGGER_ALLOWED_HOSTS lists what is no host"),
    ({"TRIGGER_ALLOWED_HOSTS": "h:port"}, "TRIGGER_ALLOWED_HOSTS lists what is no host"),
    ({"TRIGGER_STORE_HOSTS": "h/bucket"}, "TRIGGER_STORE_HOSTS lists what is no host"),
    ({"TRIGGER_STORE_HOSTS": "*.h"}, "TRIGGER_STORE_HOSTS lists what is no host"),
    ({"OUTPUT_MAX_BYTES": "16MiB"}, "OUTPUT_MAX_BYTES must be a whole number from 1,024"),
    ({"FIRST_LOOK_WAIT_MS": "-1"}, "FIRST_LOOK_WAIT_MS must be a whole number from 0 to 10,000"),
    ({"UNKNOWN_RUN_MINUTES": "0"}, "UNKNOWN_RUN_MINUTES must be a whole number from 1"),
    ({"PENDING_RUN_MINUTES": "1.5"}, "PENDING_RUN_MINUTES must be a whole number from 1"),
    ({"RUNS_AT_ONCE": ""}, "RUNS_AT_ONCE must be a whole number from 1 to 250"),
    ({"STATIC_ROOT": " "}, "STATIC_ROOT must be the path of a folder"),
    ({"DATA_DIR": ""}, "DATA_DIR must be the path of a folder"),
    ({"HOST": "http://h"}, "HOST must be an address or a host name"),
    ({"HOST": ""}, "HOST must be an address or a host name"),
    ({"PORT": "0"}, "PORT must be a whole number from 1 to 65,535"),
    ({"WORKERS": "0"}, "WORKERS must be a whole number from 1 to 64"),
    ({"STOP_DELAY_S": "-1"}, "STOP_DELAY_S must be a whole number from 0 to 60"),
    ({"LOG_FORMAT": "xml"}, "LOG_FORMAT must be one of text, json"),
    ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL must be one of DEBUG, INFO"),
    ({"SLOW_QUERY_MS": "-1"}, "SLOW_QUERY_MS must be a whole number from 0"),
    ({"METRICS_TOKEN": "CANARYshort"}, "METRICS_TOKEN is too weak"),
    ({"METRICS_TOKEN_FILE": "/nowhere"}, "METRICS_TOKEN_FILE cannot be read"),
    ({"SHARE_DAYS": "366"}, "SHARE_DAYS must be a whole number from 1 to 365"),
    ({"TRUST_PROXY_PROTO": "2"}, "TRUST_PROXY_PROTO must be 1 or 0"),
    ({"SECRET_KEY_FILE": "/nowhere/secret"}, "SECRET_KEY and SECRET_KEY_FILE are both set"),
    ({"SECRET_KEY": None, "SECRET_KEY_FILE": "/nowhere/secret"}, "SECRET_KEY_FILE cannot be read"),
    ({"SECRET_KEY": None, "SECRET_KEY_FILE": "/"}, "SECRET_KEY_FILE cannot be read"),
    ({"VAULT_KEYS_FILE": "/nowhere/ring"}, "VAULT_KEYS and VAULT_KEYS_FILE are both set"),
    ({"DATABASE_URL": None, "DATABASE_URL_FILE": "/nowhere"}, "DATABASE_URL_FILE cannot be read"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "says"), REFUSED)
def test_what_cannot_be_used_is_said_in_one_line(
    given: dict[str, str | None],
    says: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        read_settings(tmp_path, **given)

    assert ended.value.code == 1
    said = capsys.readouterr()
    assert said.out == ""
    [line] = said.err.splitlines()
    assert line.startswith("runlens: ")
    assert says in line
    assert "CANARY" not in line


@pytest.mark.parametrize(
    ("given", "site"),
    [
        ({}, "http://localhost:8000"),
        ({"PORT": "8010"}, "http://localhost:8010"),
        ({"PORT": "8010", "SITE_URL": "https://runs.example"}, "https://runs.example"),
    ],
)
def test_the_site_is_at_the_port_unless_it_is_named(
    given: dict[str, str], site: str, tmp_path: Path
) -> None:
    assert setting(tmp_path, "s.SITE_URL", **given) == site


@pytest.mark.parametrize("ring", ["", "k1:CANARY"])
def test_a_malformed_ring_ends_every_start_in_one_line_and_is_not_printed(
    ring: str, tmp_path: Path
) -> None:
    done = start(tmp_path, "-c", "import dashboard.wsgi", VAULT_KEYS=ring)

    assert done.returncode == 1
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.startswith("runlens: VAULT_KEYS is malformed")
    assert "CANARY" not in line


def test_a_database_that_cannot_be_reached_is_said_in_one_line(tmp_path: Path) -> None:
    nobody = "postgres://u:CANARY@127.0.0.1:1/n"

    done = start(tmp_path, "manage.py", "migrate", DATABASE_URL=nobody)

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("runlens: the database cannot be used: ")
    assert "CANARY" not in done.stderr


def test_a_good_start_is_quiet(tmp_path: Path) -> None:
    done = start(tmp_path, "-W", "error", "manage.py", "check")

    assert done.returncode == 0
    assert done.stderr == ""


def test_secrets_can_come_from_files(tmp_path: Path) -> None:
    for name, content in {"key": SECRET, "ring": RING, "cache": "redis://h:1/2"}.items():
        (tmp_path / name).write_text(content + "\n", encoding="utf-8")

    said = setting(
        tmp_path,
        "s.SECRET_KEY, s.VAULT_KEYS, s.CACHES['default']['LOCATION']",
        SECRET_KEY=None,
        SECRET_KEY_FILE=str(tmp_path / "key"),
        VAULT_KEYS=None,
        VAULT_KEYS_FILE=str(tmp_path / "ring"),
        CACHE_URL_FILE=str(tmp_path / "cache"),
    )

    assert said == str((SECRET, RING, "redis://h:1/2"))


def test_a_file_that_is_no_text_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key").write_bytes(b"CANARY\xff")

    with pytest.raises(SystemExit):
        read_settings(tmp_path, SECRET_KEY=None, SECRET_KEY_FILE=str(tmp_path / "key"))

    [line] = capsys.readouterr().err.splitlines()
    assert "CANARY" not in line


def test_what_is_not_set_is_safe(tmp_path: Path) -> None:
    assert setting(tmp_path, "s.DEBUG, s.ALLOWED_HOSTS, s.TRIGGER_API_URL") == str(
        (False, ["localhost"], "https://api.trigger.dev")
    )
    assert setting(tmp_path, "s.TRUST_PROXY_PROTO, hasattr(s, 'SECURE_PROXY_SSL_HEADER')") == str(
        (False, False)
    )


def test_a_folder_is_where_everything_is(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "secret_key").write_text(SECRET, encoding="utf-8")
    (folder / "vault_keys").write_text(RING, encoding="utf-8")
    unset = {"SECRET_KEY": None, "VAULT_KEYS": None, "DATABASE_URL": None}

    said = setting(
        tmp_path,
        "s.SECRET_KEY, s.VAULT_KEYS, s.DATABASES['default']['NAME'], str(s.STATIC_ROOT)",
        DATA_DIR=str(tmp_path),
        **unset,
    )

    assert said == str((SECRET, RING, f"{tmp_path}/runlens.sqlite3", f"{tmp_path}/static"))


def test_logs_are_written_as_the_operator_wants_them(tmp_path: Path) -> None:
    wanted = "s.LOGGING['handlers']['console']['formatter'], s.LOGGING['root']['level']"

    assert setting(tmp_path, wanted) == str(("text", "INFO"))
    assert setting(tmp_path, wanted, LOG_FORMAT="JSON", LOG_LEVEL="warning") == str(
        ("json", "WARNING")
    )


def test_https_hardens_cookies(tmp_path: Path) -> None:
    names = "s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_NAME, s.ALLOWED_HOSTS"

    said = setting(tmp_path, names, SITE_URL="https://runs.example/")

    assert said == str(("__Host-sessionid", True, "__Host-csrftoken", ["runs.example"]))


def test_sqlite_makes_its_folder(tmp_path: Path) -> None:
    done = start(
        tmp_path,
        *("manage.py", "migrate", "--verbosity", "0"),
        DATABASE_URL=f"sqlite:///{tmp_path}/new/folder/db.sqlite3",
    )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "new" / "folder" / "db.sqlite3").exists()


def test_the_deployment_check_is_clean(tmp_path: Path) -> None:
    done = start(
        tmp_path,
        *("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        SITE_URL="https://runs.example",
        TRUST_PROXY_PROTO="1",
    )

    assert done.returncode == 0, done.stderr


def test_a_wrong_setting_ends_the_web_process_too(tmp_path: Path) -> None:
    done = start(tmp_path, "-c", "import dashboard.wsgi", SITE_URL="nonsense")

    assert (done.returncode, done.stderr.splitlines()) == (
        1,
        ["runlens: SITE_URL must look like https://host or http://host:port, nothing after it."],
    )
