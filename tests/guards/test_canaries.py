"""The hunt: a stored key, a link and an output are looked for wherever the product leaves bytes.

Pages and errors of everybody, logs, caches, sessions, Django's own log, dumps and exports.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from django.views.debug import DEBUG_ENGINE

from dashboard.log_lines import TextLine
from dashboard.tracebacks import NoValuesFilter
from results.models import AuditEvent, Role, Team
from results.sandbox.server import Sandbox
from results.services import exporting, members
from tests import make
from tests.guards.addresses import addresses
from tests.guards.stage import Stage, set_stage
from tests.services.test_secrets_at_rest import spellings

# Every page of the site, again for everybody.
pytestmark = pytest.mark.timeout(600)

KEY = "tr_dev_Zq7CanaryWvX3kLmN9pRsT1b2"
FORGED = "tr_dev_Hj5ForgedBnM8wQxE2dCvF4c3"
# What the ends of a key leave to be hidden: all but its prefix and its last four characters.
HIDDEN = (KEY[7:-4], FORGED[7:-4])
OUTPUT = "Ux4OutputYbN6jHgT0zPq"


@pytest.fixture
def stage(team: Team, alice: User) -> Stage:
    return set_stage(team=team, by=alice, secret=KEY, output=f'{{"said":"{OUTPUT}"}}'.encode())


@pytest.fixture
def clients(team: Team, alice: User, bob: User, charlie: User, dora: User) -> dict[str, Client]:
    """Everybody, each signed in; bob views."""
    mel = make.make_user(name="mel")
    members.add_member(team=team, user=mel, role=Role.MEMBER, by=None, now=make.NOW)
    found = {"nobody": Client()}
    for user in (alice, mel, bob, charlie, dora):
        found[user.username] = Client(raise_request_exception=False)
        found[user.username].force_login(user)
    return found


def pages(stage: Stage) -> list[str]:
    found = [one.path for one in addresses()]
    for some in (stage.member_pages, stage.pages_for_roles, stage.open_pages, stage.admin_pages):
        found += some.values()
    found += ["/team-admin/", f"/team-admin/results/projectkey/{stage.key.pk}/change/"]
    for name in ("team", "membership", "projectkey", "sharelink"):
        found.append(f"/team-admin/results/{name}/")
    return found


def everything_said(
    clients: dict[str, Client], addresses: list[str]
) -> Iterator[tuple[str, bytes]]:
    for who, client in clients.items():
        for address in addresses:
            response = client.get(address)
            body = b"".join(response) if response.streaming else response.content
            yield f"{who} {address}", body + str(response.headers).encode()


def assert_hides(dump: bytes, where: str, *secrets: str) -> None:
    for secret in secrets:
        found = [part for part in spellings(secret) if part in dump]
        assert not found, (where, found)


def cached() -> bytes:
    """Every byte that the cache holds, in memory or in Redis."""
    if hasattr(cache, "_cache") and isinstance(cache._cache, dict):
        return b"\n".join(str(key).encode() + bytes(kept) for key, kept in cache._cache.items())
    redis = cache._cache.get_client()  # type: ignore[attr-defined]
    keys = list(redis.scan_iter())
    return b"\n".join(key + (redis.get(key) or b"") for key in keys)


def write_everywhere(stage: Stage, clients: dict[str, Client], api: Sandbox) -> None:
    """Paste keys wherever one can be pasted, and let some be refused."""
    secret = {"secret": FORGED, "project": "P", "api_url": api.url, "team": str(stage.team.pk)}
    for client in clients.values():
        for page in ("/t/acme/keys/add/", f"/t/acme/keys/{stage.key.pk}/replace/"):
            client.post(page, secret)
        client.post("/", {"text": f"run_stored1 {FORGED}", "team": "acme"})
        for site in ("admin", "team-admin"):
            client.post(f"/{site}/results/projectkey/add/", secret)
            client.post(f"/{site}/results/projectkey/{stage.key.pk}/change/", secret)
        client.get(f"/?q={FORGED}")
        client.get("/t/acme/runs/?ids=run_stored1", headers={"Referer": f"http://x/?{FORGED}"})


def test_t9_nothing_that_anybody_is_shown_or_that_is_kept_holds_a_key(
    stage: Stage,
    clients: dict[str, Client],
    api: Sandbox,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    caplog.handler.setFormatter(TextLine())
    for name in ("", "django", "django.request"):
        caplog.set_level(logging.DEBUG, logger=name)
    # They write down whole contexts of pages and every parameter of a query.
    for name in ("django.template", "django.db.backends"):
        assert logging.getLogger(name).getEffectiveLevel() >= logging.WARNING
    write_everywhere(stage, clients, api)
    outsiders = ("nobody", "charlie", "dora")
    shown = False

    for who, told in everything_said(clients, pages(stage)):
        assert_hides(told, who, *HIDDEN)
        shown |= any(f"tr_dev_••••{key[-4:]}".encode() in told for key in (KEY, FORGED))
        if who.split()[0] in outsiders and "/s/" not in who:
            assert_hides(told, who, OUTPUT, stage.token, stage.personal.token)

    assert shown, "the prefix and the last four are there to tell keys apart"
    out = StringIO()
    call_command("dumpdata", stdout=out)
    assert stage.result.run_id in out.getvalue()
    sessions = [(one.session_data, one.get_decoded()) for one in Session.objects.all()]
    entries = [*LogEntry.objects.values(), *AuditEvent.objects.values()]
    left = {
        "log": caplog.text,
        "sessions": str(sessions),
        "Django's log and the audit": str(entries),
        "dumpdata": out.getvalue(),
    }
    for where, text in left.items():
        assert_hides(text.encode(), where, *HIDDEN, OUTPUT, stage.token, stage.personal.token)
    assert_hides(cached(), "cache", *HIDDEN, OUTPUT, stage.token, stage.personal.token)

    exporting.export(team=stage.team, folder=tmp_path / "out", by=None, now=timezone.now())
    files = b"".join(
        file.read_bytes() for file in (tmp_path / "out").rglob("*.*") if file.is_file()
    )
    assert OUTPUT.encode() in files, "an export is there to take outputs away"
    assert_hides(files, "export", *HIDDEN, stage.token, make.WEBHOOK_SECRET)


def _patterns(found: Any) -> Iterator[URLPattern]:
    for one in found:
        if isinstance(one, URLResolver):
            yield from _patterns(one.url_patterns)
        else:
            yield one


def _breaking(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that does all that it does, and then breaks with all of it in its hands."""

    def broken(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key, opened = KEY, OUTPUT
        response = view(request, *args, **kwargs)
        raise RuntimeError(f"a bug after {len(key)} and {len(opened)} with {response.status_code}")

    return broken


def settings_once() -> Callable[[NoValuesFilter], dict[str, Any]]:
    """The settings as a report shows them, in the first one only."""
    shown = NoValuesFilter.get_safe_settings
    left = [True]

    def get_safe_settings(self: NoValuesFilter) -> dict[str, Any]:
        return shown(self) if left and left.pop() else {}

    return get_safe_settings


@pytest.mark.parametrize("debug", [True, False])
def test_t9_no_view_that_breaks_shows_what_it_held(
    stage: Stage,
    clients: dict[str, Client],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    settings: Any,
    *,
    debug: bool,
) -> None:
    settings.DEBUG = debug
    # Compiled and filled in anew for every report, with hundreds of settings that are the same in each.
    monkeypatch.setattr(DEBUG_ENGINE, "from_string", functools.cache(DEBUG_ENGINE.from_string))
    monkeypatch.setattr(NoValuesFilter, "get_safe_settings", settings_once())
    caplog.handler.setFormatter(TextLine())
    caplog.set_level(logging.DEBUG)
    for pattern in _patterns(get_resolver().url_patterns):
        monkeypatch.setattr(pattern, "callback", _breaking(pattern.callback))
    posted = {"secret": FORGED, "text": FORGED, "project": FORGED, "q": FORGED}
    broke, asked = 0, pages(stage)

    for who in ("alice", "dora"):
        client = clients[who]
        for address in asked:
            for response in (client.get(address), client.post(address, posted)):
                broke += response.status_code == 500
                told = response.content + str(response.headers).encode()
                assert_hides(told, address, *HIDDEN, OUTPUT)
                # Whoever opens a link has it in the address bar.
                assert "/s/" in address or stage.token.encode() not in told

    assert broke > 150
    assert_hides(caplog.text.encode(), "log", *HIDDEN, OUTPUT)
