"""`addkey`: a key from standard input, tried and sealed, or one line on why not."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from results.models import ProjectKey, Team
from results.sandbox.scenarios import PREVIEW_BRANCH, SANDBOX_KEYS
from results.sandbox.server import Sandbox
from results.services import sealing

GOOD = SANDBOX_KEYS["dev"]


def add(monkeypatch: pytest.MonkeyPatch, typed: str, **options: str) -> str:
    out = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    call_command("addkey", stdout=out, **({"team": "acme", "project": "Shop"} | options))
    return out.getvalue()


def test_it_works(team: Team, api: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    said = add(monkeypatch, GOOD + "\n", api_url=api.url + "/")

    row = ProjectKey.objects.get()
    assert said == "Shop · development tr_dev_••••0001: accepted\n"
    assert (row.team, row.api_url) == (team, api.url)
    assert sealing.open_secret(row, sealing.data_key(team)).reveal() == GOOD


def test_the_api_of_this_instance_is_the_default(
    team: Team, api: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(monkeypatch, GOOD)

    assert ProjectKey.objects.get().api_url == api.url


def test_a_preview_key_takes_its_branch(
    team: Team, api: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CommandError, match="needs the name of its branch"):
        add(monkeypatch, SANDBOX_KEYS["preview"])

    add(monkeypatch, SANDBOX_KEYS["preview"], branch=PREVIEW_BRANCH)
    assert ProjectKey.objects.get().branch == PREVIEW_BRANCH


def test_a_key_that_could_not_be_tried_is_kept_and_said(
    team: Team, api: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.faults.add("html502")

    assert "stored untried: the API failed with status 502" in add(monkeypatch, GOOD)


@pytest.mark.parametrize(
    ("typed", "options", "says"),
    [
        (GOOD, {"team": "never-was"}, "There is no team never-was"),
        ("", {}, "Secret key: This field is required"),
        ("CANARYCANARY", {}, "not spelt like a secret key"),
        ("tr_dev_CANARYCANARYCANARY", {}, "Trigger.dev refused this key"),
        (GOOD, {"project": ""}, "Project: This field is required"),
        (GOOD, {"project": "x" * 81}, "Project: Ensure this value has at most 80"),
        (GOOD, {"api_url": "http://169.254.169.254"}, "Nothing was sent"),
        (GOOD, {"api_url": "x" * 300}, "API address: Ensure this value has at most 255"),
        (GOOD, {"branch": "x" * 300}, "Preview branch: Ensure"),
    ],
)
def test_what_cannot_be_stored_is_said_in_one_line(
    team: Team,
    api: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    options: dict[str, str],
    says: str,
) -> None:
    with pytest.raises(CommandError) as said:
        add(monkeypatch, typed, **options)

    message = str(said.value)
    assert says in message
    assert "\n" not in message
    assert "CANARY" not in message
    assert GOOD not in message
    assert not ProjectKey.objects.exists()


def test_bytes_that_are_no_text_are_refused(
    team: Team, api: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"tr_dev_\xff"), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", stdin)

    with pytest.raises(CommandError, match="is not text"):
        call_command("addkey", team="acme", project="Shop")


def test_a_wrong_ring_stores_nothing(
    team: Team, api: Sandbox, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="

    with pytest.raises(CommandError, match="cannot be opened"):
        add(monkeypatch, GOOD)

    assert api.count() == 0


def test_as_a_command_it_ends_without_a_word_of_trouble(tmp_path: Path, sandbox: Sandbox) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": settings.SECRET_KEY,
        "VAULT_KEYS": settings.VAULT_KEYS,
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "TRIGGER_API_URL": sandbox.url,
        "TRIGGER_ALLOWED_HOSTS": "127.0.0.1",
    }
    prepare = (
        "import django; django.setup(); from django.core.management import call_command as call; "
        "call('migrate', verbosity=0); "
        "from django.contrib.auth.models import User; User.objects.create(username='alice'); "
        "call('createteam', 'Acme', owner='alice'); "
        "call('addkey', team='acme', project='Shop')"
    )

    done = subprocess.run(
        [sys.executable, "-c", prepare],
        cwd=Path(__file__).resolve().parents[2],
        env=environment | {"DJANGO_SETTINGS_MODULE": "dashboard.settings"},
        input=GOOD + "\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert "Shop · development tr_dev_••••0001: accepted" in done.stdout
    assert (done.returncode, done.stderr) == (0, "")
