"""Where a request came from: an id on every answer and log line, an address that nobody can make up."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from dashboard.log_lines import OriginFilter
from dashboard.middleware import OriginMiddleware
from results.models import AuditEvent, Team
from results.services.origin import Origin, coming_from, current
from tests import make

OWN = re.compile(r"[0-9a-f]{32}")
ROOT = Path(__file__).resolve().parents[2]
PAGES = ("/accounts/login/", "/", "/never/was/", "/health/live", "/static/never.css", "/admin/")


def downloaded(client: Client, **headers: str) -> AuditEvent:
    response = client.get("/t/acme/runs/run_stored1/output", headers=headers)
    assert response.status_code == 200
    event = AuditEvent.objects.get(action="output.downloaded")
    assert event.request_id == response["X-Request-ID"]
    return event


@pytest.mark.parametrize("page", PAGES)
def test_t24_every_answer_has_an_id_of_its_own(client: Client, db: None, page: str) -> None:
    ids = {client.get(page)["X-Request-ID"] for _ in range(3)}

    assert len(ids) == 3
    assert all(OWN.fullmatch(one) for one in ids)


@pytest.mark.parametrize("told", ["a" * 32, "short", "x" * 65, "a\r\nb: c" * 4, "<b>bold</b>"])
def test_t24_a_client_cannot_choose_the_id(as_alice: Client, team: Team, told: str) -> None:
    make.make_result(team=team)

    event = downloaded(as_alice, **{"X-Request-ID": told})

    assert OWN.fullmatch(event.request_id)
    assert event.request_id != told


def test_t24_a_trusted_proxy_may_choose_the_id(as_alice: Client, team: Team, settings: Any) -> None:
    settings.TRUST_REQUEST_ID = True
    make.make_result(team=team)

    assert downloaded(as_alice, **{"X-Request-ID": "edge-0123456789.7"}).request_id == (
        "edge-0123456789.7"
    )
    for nonsense in ("short", "x" * 65, "a b" * 5, ""):
        response = as_alice.get("/", headers={"X-Request-ID": nonsense})
        assert OWN.fullmatch(response["X-Request-ID"])


@pytest.mark.parametrize(
    ("proxies", "address"), [(0, "127.0.0.1"), (1, "203.0.113.9"), (2, "198.51.100.66")]
)
def test_t24_an_address_is_believed_as_far_as_proxies_are_trusted(
    as_alice: Client, team: Team, settings: Any, proxies: int, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    make.make_result(team=team)

    event = downloaded(as_alice, **{"X-Forwarded-For": "198.51.100.66, 203.0.113.9"})

    assert event.address == address


def test_a_request_leaves_nothing_behind_in_its_thread(settings: Any) -> None:
    inside: list[Origin] = []

    def answer(request: HttpRequest) -> HttpResponse:
        inside.append(current())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        OriginMiddleware(answer)(RequestFactory().get("/"))

    assert inside[0].address == "127.0.0.1"
    assert current() == Origin()


def test_t24_log_lines_carry_the_id(
    as_alice: Client, caplog: pytest.LogCaptureFixture, db: None
) -> None:
    caplog.handler.addFilter(only := OriginFilter())
    try:
        response = as_alice.get("/never/was/")
        logging.getLogger("x").warning("nobody asked")
        with coming_from(Origin("b" * 32, "")):
            logging.getLogger("x").warning("somebody asked")
    finally:
        caplog.handler.removeFilter(only)

    told = {r.getMessage(): r.request_id for r in caplog.records if hasattr(r, "request_id")}
    assert told["Not Found: /never/was/"] == response["X-Request-ID"]
    assert told["nobody asked"] == "-"
    assert told["somebody asked"] == "b" * 32


SCRIPT = """
import django; django.setup()
from django.core.management import call_command
from django.contrib.auth.models import User
call_command("migrate", verbosity=0)
User.objects.create_user("alice", password="x")
call_command("createteam", "Acme", owner="alice", stdout=open("/dev/null", "w"))
"""


@pytest.mark.parametrize("is_on", [True, False])
def test_t24_events_go_to_standard_output_as_json_lines(tmp_path: Path, *, is_on: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "dashboard.settings",
            "SECRET_KEY": "a secret key of this test, which opens nothing anywhere else",
            "VAULT_KEYS": os.environ["VAULT_KEYS"],
            "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
            "PYTHONDONTWRITEBYTECODE": "1",
            **({} if is_on else {"AUDIT_STDOUT": "0"}),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    actions = [(one["event"], one["action"]) for one in told]
    assert actions == ([("audit", "team.created"), ("audit", "member.added")] if is_on else [])
    assert done.stderr == ""
