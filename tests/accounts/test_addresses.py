"""Only the addresses of accounts that we want are there, and nobody signs up."""

from __future__ import annotations

from typing import Any

import pytest
from allauth import urls as everything
from django.contrib.auth.models import User
from django.test import Client
from django.urls import NoReverseMatch, reverse

from results.admin.site import site
from tests.guards.addresses import addresses

CLOSED = (
    *("account_email", "account_confirm_email", "account_inactive", "account_signup_by_passkey"),
    *("account_request_login_code", "account_confirm_login_code", "socialaccount_connections"),
    *("mfa_signup_webauthn", "mfa_edit_webauthn"),
)


def test_no_other_address_is_included() -> None:
    names = {address.name for address in addresses()}

    assert everything.urlpatterns
    assert not names & set(CLOSED)
    for name in CLOSED:
        with pytest.raises(NoReverseMatch):
            reverse(name)


@pytest.mark.parametrize(
    "page", ["signup/", "oidc/signup/", "email/", "3rdparty/", "social/signup/"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_t13_nobody_signs_up(client: Client, db: None, page: str, method: str) -> None:
    values = {"username": "mallory", "password1": "correct horse battery staple"}

    response = getattr(client, method)(f"/accounts/{page}", values)

    assert response.status_code in (404, 405)
    assert not User.objects.exists()


def test_operators_see_no_row_that_holds_a_secret_of_an_account() -> None:
    shown = {model._meta.app_label for model in site._registry}

    assert shown == {"auth", "results"}


def test_single_sign_on_is_nowhere_unless_it_is_set_up(client: Client, db: None) -> None:
    assert b"oidc" not in client.get("/accounts/login/").content
    for page in ("login/", "login/callback/"):
        assert client.get(f"/accounts/oidc/oidc/{page}").status_code == 404
        assert client.get(f"/accounts/oidc/never/{page}").status_code == 404


def test_forms_never_come_back_as_json(client: Client, alice: Any) -> None:
    response = client.post(
        "/accounts/login/",
        {"username": "alice", "password": "CANARYPASSWORD"},
        headers={"Accept": "application/json", "X-Requested-With": "XMLHttpRequest"},
    )

    assert response["Content-Type"].startswith("text/html")
    assert b"CANARYPASSWORD" not in response.content
