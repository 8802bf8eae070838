"""Marked secrets never leave: not in a page, a representation, a log, a report of a bug, or a row."""

from __future__ import annotations

import base64
import logging
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils import timezone
from django.views.debug import get_exception_reporter_class

from results import forms
from results.domain.identity import ApiKey
from results.models import AuditEvent, ProjectKey, StoredResult, Team
from results.sandbox.scenarios import SANDBOX_KEYS, scenario
from results.sandbox.server import Sandbox
from results.services import lookup, sealing, sharing
from tests import make
from tests.guards.stage import Stage, set_stage

KEY = "tr_dev_CANARYkeyAAAAAAAAAAAAA1b2"
OUTPUT = b'{"said":"CANARYOUTPUTCANARYOUTPUT"}'
PASSWORD = "CANARYPASSWORD"
TOLD = (
    *("CANARYOUTPUT", "CANARYERROR", "CANARYMETADATA", "CANARYPAYLOAD", "CANARYPARENT"),
    "CANARYNOTE",
)
HX = {"HX-Request": "true"}


def spellings(secret: str) -> set[str]:
    """The ways in which a secret may be hidden in plain sight; every slice of it is one."""
    encoded = secret.encode()
    ways = {secret[start : start + 12] for start in range(len(secret) - 11)}
    return ways | {encoded.hex(), base64.b64encode(encoded).decode(), quote(secret)}


def assert_absent(secret: str, text: str) -> None:
    found = [way for way in spellings(secret) if way in text]
    assert not found, found


@pytest.fixture
def stage(team: Team, alice: User) -> Stage:
    return set_stage(team=team, by=alice, secret=KEY, output=OUTPUT)


def readers(*users: User) -> Iterator[Client]:
    for user in users:
        client = Client()
        client.force_login(user)
        yield client
    yield Client()


def test_no_page_shows_a_key_to_anybody(
    stage: Stage, alice: User, bob: User, charlie: User, dora: User
) -> None:
    pages = stage.member_pages | stage.pages_for_roles | stage.open_pages | stage.admin_pages
    for client in readers(alice, bob, charlie, dora):
        for name, address in pages.items():
            response = client.get(address, headers=HX if name == "runs-panel" else {}, follow=True)
            assert_absent(KEY, response.content.decode("utf-8", "replace"))
            assert_absent(KEY, str(response.headers))
            assert_absent(make.WEBHOOK_SECRET, response.content.decode("utf-8", "replace"))


def test_what_a_team_reads_nobody_else_does(stage: Stage, charlie: User, dora: User) -> None:
    pages = stage.member_pages | stage.pages_for_roles | stage.admin_pages
    for client in readers(charlie, dora):
        for name, address in pages.items():
            response = client.get(address, headers=HX if name == "runs-panel" else {}, follow=True)
            text = response.content.decode("utf-8", "replace")
            for secret in (*TOLD, stage.token):
                assert secret not in text, name


def test_what_a_run_was_given_is_for_members_and_never_behind_a_link(
    stage: Stage, alice: User, bob: User
) -> None:
    owner, viewer, nobody = readers(alice, bob)
    run = stage.member_pages["runs-show"]
    payload, metadata = f"{run}branch/?of=payload", f"{run}branch/?of=metadata"

    assert b"CANARYPAYLOAD" in owner.get(run).content
    assert b"CANARYPAYLOAD" in owner.get(payload).content
    assert b"CANARYMETADATA" in viewer.get(metadata).content
    for address in (*stage.member_pages.values(), payload):
        assert b"CANARYPAYLOAD" not in viewer.get(address).content, address
    shared = stage.open_pages["shares-read"]
    asked = [f"{shared}branch/?of={name}" for name in ("payload", "metadata", "details")]
    for client in (owner, viewer, nobody):
        for address in (*stage.open_pages.values(), *asked):
            for secret in (
                b"CANARYPAYLOAD",
                b"CANARYMETADATA",
                b"CANARYTAG",
                b"CANARYPARENT",
                b"CANARYNOTE",
            ):
                assert secret not in client.get(address).content, address


def test_a_viewer_finds_no_token(stage: Stage, bob: User) -> None:
    client = next(readers(bob))

    for address in stage.member_pages.values():
        assert_absent(stage.token, client.get(address).content.decode("utf-8", "replace"))


def test_nothing_prints_itself(stage: Stage) -> None:
    key = ApiKey(KEY)
    opened = sealing.data_key(stage.team)
    result = lookup.open_result(result=stage.result, team=stage.team)
    form = forms.KeyForm({"secret": KEY, "project": "P", "api_url": "https://x"})
    form.is_valid()
    objects = [key, opened, sealing.ring(), stage.key, stage.result, stage.link, form.cleaned_data]

    for thing in objects:
        for text in (repr(thing), str(thing), f"{thing}", f"{thing!r:>40}"):
            assert_absent(KEY, text)
            assert_absent(stage.token, text)
    assert_absent(KEY, form.as_p() + str(form.errors))
    assert "CANARYERROR" not in repr(result.row)


def test_no_row_holds_a_secret_in_the_clear(stage: Stage) -> None:
    for model in apps.get_models():
        for row in model._default_manager.values():
            text = " ".join(
                bytes(value).decode("latin-1")
                if isinstance(value, bytes | memoryview)
                else str(value)
                for value in row.values()
            )
            for secret in (KEY, stage.token, make.WEBHOOK_SECRET, "/runs-of-acme", *TOLD):
                assert_absent(secret, text)


# They log whole addresses, and a presigned address is a secret.
TALKATIVE = ("httpx", "httpcore", "aiohttp", "asyncio")


@pytest.mark.parametrize("talkative", [False, True])
def test_the_walk_of_a_key_is_not_logged(
    as_alice: Client,
    team: Team,
    live: Sandbox,
    caplog: pytest.LogCaptureFixture,
    *,
    talkative: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("django.request", "django.db.backends", *(TALKATIVE if talkative else ())):
        caplog.set_level(logging.DEBUG, logger=name)
    secret = SANDBOX_KEYS["prod"]
    values = {"project": "P", "secret": secret, "api_url": live.url}

    as_alice.post("/t/acme/keys/add/", values)
    as_alice.get(f"/t/acme/runs/{scenario('store-json-current').run_id}/")
    live.faults.add("html502")
    as_alice.get("/t/acme/runs/run_broken1/")
    as_alice.post(f"/t/acme/keys/{ProjectKey.objects.get().pk}/test/")

    assert StoredResult.objects.get().state == "succeeded"
    assert_absent(secret, caplog.text)
    # No setting makes them say a key; that they say no address is up to our own logging.
    if not talkative:
        assert "X-Amz-Signature" not in caplog.text
        assert all(logging.getLogger(n).getEffectiveLevel() >= logging.WARNING for n in TALKATIVE)
    rows = [*AuditEvent.objects.values(), *(s.get_decoded() for s in Session.objects.all())]
    assert_absent(secret, str(rows))


def _bug_inside(request: HttpRequest) -> None:
    """A bug while a key, its bytes and an output lie in variables of every name."""
    form = forms.KeyForm(request.POST)
    form.is_valid()
    plain = KEY.encode()
    headers = {"Authorization": f"Bearer {KEY}"}
    text, output = KEY, OUTPUT
    raise RuntimeError(f"a bug after {len(plain) + len(headers) + len(text) + len(output)} bytes")


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("as_mail", [True, False])
def test_a_report_of_a_bug_holds_no_value(debug: bool, as_mail: bool, settings: Any) -> None:
    settings.DEBUG = debug
    settings.CACHES = {"default": {"LOCATION": f"redis://:{PASSWORD}@h"}}
    request = RequestFactory().post(
        "/t/acme/keys/add/?q=" + KEY,
        {"secret": KEY, "text": KEY},
        headers={"Referer": "http://testserver/?q=" + KEY, "Cookie": "runlens_sessionid=" + KEY},
        DATABASE_URL=f"postgres://u:{PASSWORD}@h/n",
    )
    try:
        _bug_inside(request)
    except RuntimeError:
        reporter: Any = get_exception_reporter_class(request)
        report = reporter(request, *sys.exc_info(), is_email=as_mail)

    for text in (report.get_traceback_html(), report.get_traceback_text()):
        assert "a bug after" in text
        assert_absent(settings.VAULT_KEYS.partition(":")[2], text)
        assert_absent(settings.SECRET_KEY, text)
        for secret in (OUTPUT.decode(), PASSWORD):
            assert secret not in text
        assert_absent(KEY, text)
        assert str(settings.DATABASES["default"]["NAME"]) not in text


@pytest.mark.parametrize("debug", [True, False])
def test_a_bug_while_a_key_is_stored_shows_none_of_it(
    as_alice: Client,
    team: Team,
    api: Sandbox,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
    *,
    debug: bool,
) -> None:
    settings.DEBUG = debug
    settings.TRIGGER_ALLOWED_HOSTS = None
    caplog.set_level(logging.DEBUG)
    as_alice.raise_request_exception = False
    values = {"project": "P", "secret": KEY, "api_url": api.url}

    response = as_alice.post("/t/acme/keys/add/", values)
    settings.TRIGGER_ALLOWED_HOSTS = ["127.0.0.1"]

    assert response.status_code == 500
    assert_absent(KEY, response.content.decode())
    assert_absent(KEY, caplog.text)


def test_a_session_holds_no_more_than_who_and_what_to_say(as_alice: Client, stage: Stage) -> None:
    chosen = {"scope": "whole", "expires": "7d", "make": ""}
    as_alice.post(f"/t/acme/runs/{stage.result.run_id}/share/", chosen)
    as_alice.post("/", {"text": KEY})

    for session in Session.objects.all():
        held = session.get_decoded()
        who = {"_auth_user_id", "_auth_user_backend", "_auth_user_hash"}
        assert set(held) <= who | {"_messages", "signed_in_at", "seen_at"}
        assert_absent(KEY, str(held))
        assert_absent(stage.token, str(held))


def test_history_names_things_and_never_values(as_alice: Client, stage: Stage, alice: User) -> None:
    made = sharing.share(result=stage.result, by=alice, now=timezone.now())
    as_alice.post(f"/t/acme/shares/{made.row.pk}/revoke/")
    as_alice.post(f"/t/acme/keys/{stage.key.pk}/forget/")

    text = str(list(AuditEvent.objects.values()))
    for secret in (KEY, stage.token, str(made.token), "CANARYOUTPUT"):
        assert_absent(secret, text)
    assert make.KEY not in text


def test_t24_no_way_into_the_audit_lets_a_secret_in(
    as_alice: Client,
    as_dora: Client,
    stage: Stage,
    api: Sandbox,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:
    caplog.set_level(logging.DEBUG)
    settings.TRUSTED_PROXIES, settings.TRUST_REQUEST_ID = 1, True
    said = {"X-Forwarded-For": KEY, "X-Request-ID": KEY, "User-Agent": KEY}
    token = stage.token
    kept = {"project": KEY, "secret": SANDBOX_KEYS["dev"], "api_url": api.url}
    refused = {"project": "P", "secret": f"{KEY[:-1]}Z", "api_url": api.url}
    before = AuditEvent.objects.count()

    with django_capture_on_commit_callbacks(execute=True):
        for name, password in ((KEY, "x"), ("alice", KEY), ("alice", PASSWORD)):
            fields = {"username": name, "password": password}
            Client().post("/accounts/login/", fields, headers=said)
        for values in (kept, refused):
            as_alice.post("/t/acme/keys/add/", values, headers=said)
        as_alice.post(f"/t/acme/keys/{stage.key.pk}/replace/", {"secret": KEY}, headers=said)
        as_alice.post(f"/t/acme/keys/{stage.key.pk}/test/", headers=said)
        as_alice.get(stage.member_pages["runs-output"], headers=said)
        as_alice.get(f"/t/acme/activity/?as=csv&about={KEY}&who={token}", headers=said).getvalue()
        for address in (f"/s/{token}/", f"/s/{token}/output?as=raw"):
            Client().get(address, headers=said)
        as_dora.post(
            f"/admin/auth/user/{stage.link.created_by_id}/password/",
            {"password1": PASSWORD + "x1", "password2": PASSWORD + "x1", "usable_password": "true"},
        )
        sharing.revoke(row=stage.link, by=User.objects.get(username="dora"), now=timezone.now())

    events = AuditEvent.objects.order_by("pk")[before:]
    actions = {event.action for event in events}
    assert actions >= {
        *("account.sign_in_failed", "account.changed", "key.stored", "key.refused"),
        *("output.downloaded", "activity.exported", "share.opened", "share.downloaded"),
        "share.revoked",
    }
    rows = str([*AuditEvent.objects.values()])
    lines = "\n".join(r.getMessage() for r in caplog.records if r.name == "runlens.audit")
    assert lines.count("\n") + 1 == len(events)
    page = as_alice.get("/t/acme/activity/").content.decode()
    for text in (rows, lines, page):
        for secret in (KEY, token, PASSWORD, OUTPUT.decode(), SANDBOX_KEYS["dev"], *TOLD):
            assert secret not in text
        assert_absent(KEY, text)
