"""Every page of an account opens, knows each of its names, and keeps the strict policy."""

from __future__ import annotations

import copy
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from tests import make
from tests.accounts.codes import code_of, prove, signed_in, with_app
from tests.accounts.provider import provider
from tests.admin.test_policy import VIOLATIONS

MARK = "UNKNOWN-NAME"
OWN = (
    *("", "passkeys/", "sessions/", "password/change/", "reauthenticate/", "reauthenticate/code/"),
    *("app/remove/", "recovery/", "recovery/new/", "passkeys/add/"),
)


@pytest.fixture(autouse=True)
def _marked(settings: Any) -> None:
    """Let a name that nothing answers to appear in the page."""
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["string_if_invalid"] = MARK
    settings.TEMPLATES = templates


def assert_sound(response: Any, page: str, *, status: int = 200) -> None:
    text = response.content.decode()
    assert response.status_code == status, page
    assert MARK not in text, page
    assert VIOLATIONS.findall(text) == [], page
    assert "<title>" in text
    assert "no-store" in response["Cache-Control"]


def test_every_page_of_ones_own(alice: User) -> None:
    secret = with_app(signed_in(alice))
    with time_machine.travel(make.NOW + timedelta(days=9000)):
        client = signed_in(alice)
        assert_sound(client.get("/accounts/second-step/"), "second step")
        client.post("/accounts/second-step/", {"code": code_of(secret)})
        prove(client)
        for page in OWN:
            assert_sound(client.get(f"/accounts/{page}"), page)


def test_every_page_before_anything_is_set_up(alice: User) -> None:
    client = signed_in(alice)
    prove(client)

    for page in ("", "app/add/", "passkeys/add/"):
        assert_sound(client.get(f"/accounts/{page}"), page)
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)
    assert_sound(client.get("/accounts/password/set/"), "password/set/")


def test_every_page_for_anybody(client: Client, db: None, settings: Any) -> None:
    for page in (
        *("login/", "login/?next=/t/acme/keys/", "password/reset/", "password/reset/done/"),
        *("password/reset/key/done/", "password/reset/key/x-y/"),
    ):
        assert_sound(client.get(f"/accounts/{page}"), page)
    assert_sound(client.get("/accounts/oidc/error/"), "oidc/error/", status=401)
    settings.MAIL_URL = "smtp://127.0.0.1"
    assert_sound(client.get("/accounts/password/reset/"), "reset with mail")


def focused(page: str) -> list[str]:
    """The fields that take the focus when the page opens."""
    inputs = re.findall(r"<input[^>]*>", page)
    return [re.findall(r'name="(\w+)"', one)[0] for one in inputs if "autofocus" in one]


def test_after_a_wrong_password_only_that_is_typed_again(client: Client, alice: User) -> None:
    fresh = client.get("/accounts/login/").content.decode()
    wrong = client.post(
        "/accounts/login/", {"username": "alice", "password": "no"}
    ).content.decode()

    assert focused(fresh) == ["username"]
    assert focused(wrong) == ["password"]
    assert 'value="alice"' in wrong


def test_single_sign_on_asks_before_it_leads_away(client: Client, db: None, settings: Any) -> None:
    with provider() as told:
        app = {
            "provider_id": "oidc",
            "name": "Example ID",
            "client_id": "x",
            "secret": "y",
            "settings": {"server_url": told.url},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}

        assert_sound(client.get("/accounts/oidc/oidc/login/"), "oidc")


def test_nobody_is_shown_what_is_of_ones_own(client: Client, db: None) -> None:
    for page in OWN:
        assert client.get(f"/accounts/{page}")["Location"].startswith("/accounts/login/?next=")
