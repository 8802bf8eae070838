"""Every class of answer carries the same protecting headers, files and refusals too."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from dashboard import urls as site_urls
from results.models import ProjectKey, Team
from tests.guards.stage import Stage, set_stage

CSP = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
EVERYWHERE = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
Ask = Callable[[Client, Client, Stage], Any]

ANSWERS: dict[str, tuple[int, Ask]] = {
    "page": (200, lambda us, _, on: us.get(on.member_pages["runs-show"])),
    "document": (200, lambda us, _, on: us.get(on.member_pages["runs-document"])),
    "download": (200, lambda us, _, on: us.get(on.member_pages["runs-output"])),
    "fragment": (
        200,
        lambda us, _, on: us.get(on.member_pages["runs-panel"], headers={"HX-Request": "true"}),
    ),
    "branch": (
        200,
        lambda us, _, on: us.get(on.member_pages["runs-branch"], headers={"X-Fragment": "1"}),
    ),
    "shared": (200, lambda _, nobody, on: nobody.get(on.open_pages["shares-read"])),
    "shared branch": (
        200,
        lambda _, nobody, on: nobody.get(
            on.open_pages["shares-branch"], headers={"X-Fragment": "1"}
        ),
    ),
    "health": (200, lambda _, nobody, on: nobody.get("/health/live")),
    "sign-in": (200, lambda _, nobody, on: nobody.get("/accounts/login/")),
    "redirect": (302, lambda _, nobody, on: nobody.get("/")),
    "slash": (301, lambda us, _, on: us.get("/t/acme/keys")),
    "bad input": (400, lambda us, _, on: us.post("/", {"text": ""})),
    "foreign host": (400, lambda us, _, on: us.get("/", headers={"Host": "evil.example"})),
    "signed-out fragment": (
        401,
        lambda _, nobody, on: nobody.get("/t/acme/keys/", headers={"HX-Request": "true"}),
    ),
    "stale form": (403, lambda us, _, on: _checking(us).post("/", {"text": "run_a"})),
    "not found": (404, lambda us, _, on: us.get("/nothing/here")),
    "gone fragment": (
        404,
        lambda us, _, on: us.get("/t/never-was/keys/", headers={"HX-Request": "true"}),
    ),
    "wrong method": (405, lambda us, _, on: us.get("/t/acme/keys/add/")),
    "bug": (500, lambda us, _, on: us.get("/broken/")),
    "too much": (429, lambda us, _, on: _too_many(us)),
    "operators": (302, lambda _, nobody, on: nobody.get("/admin/")),
    "owners": (302, lambda _, nobody, on: nobody.get("/team-admin/")),
    "owners' list": (200, lambda us, _, on: us.get("/team-admin/results/projectkey/")),
    "owners' form": (
        200,
        lambda us, _, on: us.get(f"/team-admin/results/team/{on.team.pk}/change/"),
    ),
    "owners' script": (200, lambda us, _, on: us.get("/team-admin/jsi18n/")),
    "forged filter": (
        400,
        lambda us, _, on: us.get("/team-admin/results/membership/?user__password=x"),
    ),
    "style": (200, lambda _, nobody, on: nobody.get("/static/css/runlens.css")),
    "missing style": (404, lambda _, nobody, on: nobody.get("/static/css/never.css")),
}


def _checking(client: Client) -> Client:
    checking = Client(enforce_csrf_checks=True)
    checking.cookies = client.cookies
    return checking


def _too_many(client: Client) -> Any:
    """A lookup that is one too many, by a team without a key, so that nobody is asked."""
    ProjectKey.objects.all().delete()
    cache.clear()
    with override_settings(LOOKUPS_PER_MINUTE=1):
        answers = [client.get(f"/t/acme/runs/run_new{number}.json") for number in range(2)]
    cache.clear()
    return answers[-1]


def broken(request: HttpRequest) -> HttpResponse:
    """A bug."""
    raise RuntimeError("CANARYBUG")


@pytest.fixture
def _broken_address(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.urls import clear_url_caches

    monkeypatch.setattr(site_urls, "urlpatterns", [*site_urls.urlpatterns, path("broken/", broken)])
    clear_url_caches()


@pytest.fixture(autouse=True)
def _whole_resolver() -> Any:
    from django.urls import clear_url_caches

    yield
    clear_url_caches()


@pytest.mark.usefixtures("_broken_address")
@pytest.mark.parametrize("name", ANSWERS)
def test_every_class_of_answer_is_protected(
    name: str, as_alice: Client, alice: Any, team: Team, tmp_path: Path, settings: Any
) -> None:
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "runlens.css").write_text("main {}", encoding="utf-8")
    settings.STATIC_ROOT = tmp_path
    stage = set_stage(team=team, by=alice)
    nobody = Client()
    as_alice.raise_request_exception = False
    status, ask = ANSWERS[name]

    response = ask(as_alice, nobody, stage)

    assert response.status_code == status
    assert set(response["Content-Security-Policy"].split("; ")) == CSP
    for header, value in EVERYWHERE.items():
        assert response[header] == value, header
    assert re.fullmatch(r"[0-9a-f]{32}", response["X-Request-ID"])
    for feature in (
        *("accelerometer", "camera", "geolocation", "gyroscope", "magnetometer", "microphone"),
        *("payment", "usb"),
    ):
        assert f"{feature}=()" in response["Permissions-Policy"]
    assert response["Referrer-Policy"] == (
        "no-referrer" if name.startswith("shared") else "same-origin"
    )
    if name == "style":
        assert "max-age" in response["Cache-Control"]
    else:
        assert "no-store" in response["Cache-Control"]
        assert "private" in response["Cache-Control"]
        assert "HX-Request" in response.get("Vary", "") or name in (
            "shared",
            "shared branch",
            "sign-in",
            "operators",
            "owners' list",
            "owners' form",
        )
    response.close()
    for leaking in ("Server", "X-Powered-By", "Access-Control-Allow-Origin"):
        assert leaking not in response


def test_operators_pages_are_protected(as_dora: Client, alice: Any, team: Team) -> None:
    stage = set_stage(team=team, by=alice)
    for address in stage.admin_pages.values():
        response = as_dora.get(address)
        assert response.status_code == 200, address
        assert set(response["Content-Security-Policy"].split("; ")) == CSP
        for header, value in EVERYWHERE.items():
            assert response[header] == value, header
        assert "no-store" in response["Cache-Control"]


@pytest.mark.usefixtures("_broken_address")
def test_a_bug_says_nothing_of_itself(as_alice: Client, team: Team) -> None:
    as_alice.raise_request_exception = False

    response = as_alice.get("/broken/")

    assert b"Something broke on our side" in response.content
    assert b"CANARYBUG" not in response.content


def test_cookies_are_kept_from_scripts_and_other_sites(client: Client, alice: Any) -> None:
    client.post("/accounts/login/", {"username": "alice", "password": "password"})

    for cookie in client.cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert not cookie["domain"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "testserver.evil.example"},
        {"Host": "testserver:80@evil.example"},
        {"Host": "evil.example#testserver"},
    ],
)
def test_a_foreign_host_is_refused(client: Client, db: None, headers: dict[str, str]) -> None:
    for address in ("/", "/accounts/login/", f"/s/{'A' * 43}/"):
        response = client.get(address, headers=headers)

        assert response.status_code == 400
        assert b"evil.example" not in response.content


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "https"},
        {"Forwarded": "host=evil.example;proto=https"},
    ],
)
def test_what_a_proxy_may_say_is_not_believed(
    client: Client, db: None, headers: dict[str, str]
) -> None:
    response = client.get("/", headers=headers)

    assert response["Location"] == "/accounts/login/?next=/"
    assert not response.wsgi_request.is_secure()
    assert response.wsgi_request.get_host() == "testserver"
