"""Signing in and out: a new session, a way back inside the site, and no trace after leaving."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

COOKIE = settings.SESSION_COOKIE_NAME


def sign_in(client: Client, *, next_page: str = "", **values: str) -> Any:
    given = {"username": "alice", "password": "password", "next": next_page, **values}
    return client.post("/accounts/login/", given)


def test_it_leads_back_to_the_page_that_was_asked_for(client: Client, alice: User) -> None:
    address = "/t/acme/runs/run_abc/?env=prod"
    asked = client.get(address)
    assert asked["Location"] == f"/accounts/login/?next={quote(address, safe='/')}"

    assert sign_in(client, next_page=address)["Location"] == address


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "///evil.example",
        "https:///evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "\x00//evil.example",
        "javascript:alert(1)",
        "/%0d%0aX: y//evil.example\r\nX: y",
        " https://evil.example",
        "http://testserver.evil.example",
    ],
)
def test_it_never_leads_elsewhere(client: Client, alice: User, target: str) -> None:
    place = sign_in(client, next_page=target)["Location"]

    assert place == "/" or (place.startswith("/%") and "\n" not in place)
    again = client.get(f"/accounts/login/?next={quote(target)}")
    assert again["Location"] == place


def test_a_planted_session_is_not_kept(client: Client, alice: User) -> None:
    client.cookies[COOKIE] = "a" * 32
    sign_in(client)
    mine = client.cookies[COOKIE].value
    assert mine != "a" * 32

    planted = Client()
    planted.cookies[COOKIE] = "a" * 32
    assert planted.get("/").status_code == 302


def test_a_session_of_somebody_else_is_not_taken_over(
    client: Client, alice: User, bob: User
) -> None:
    client.force_login(bob)
    before = client.cookies[COOKIE].value
    client.post("/accounts/logout/")
    sign_in(client)

    assert client.cookies[COOKIE].value != before


def test_a_new_password_ends_other_sessions(as_alice: Client, alice: User) -> None:
    alice.set_password("another password")
    alice.save()

    assert as_alice.get("/").status_code == 302


@pytest.mark.parametrize(
    "values",
    [{"password": "wrong"}, {"username": "nobody"}, {"username": "a\x00b"}, {"username": ""}],
)
def test_a_wrong_sign_in_says_so_and_repeats_no_password(
    client: Client, alice: User, values: dict[str, str]
) -> None:
    response = sign_in(client, **({"password": "CANARYPASSWORD"} | values))

    assert response.status_code == 200
    assert b'class="error"' in response.content
    assert b"CANARYPASSWORD" not in response.content
    assert COOKIE not in client.cookies


def test_unknown_and_wrong_are_the_same_words(client: Client, alice: User) -> None:
    wrong = sign_in(client, password="wrong").context["form"].non_field_errors()
    unknown = sign_in(client, username="nobody").context["form"].non_field_errors()

    assert wrong == unknown


@pytest.mark.parametrize(
    ("typed", "who"), [("alice", "alice"), ("ALICE", "alice"), ("bob", "bob"), ("Bob", "Bob")]
)
def test_a_name_is_found_as_it_is_spelt_or_when_there_is_no_other(
    client: Client, alice: User, bob: User, typed: str, who: str
) -> None:
    User.objects.create_user("Bob", password="password")

    sign_in(client, username=typed)

    assert User.objects.get(pk=client.session["_auth_user_id"]).username == who


def test_a_name_that_could_be_two_people_is_nobody(client: Client, bob: User) -> None:
    User.objects.create_user("Bob", password="password")

    assert sign_in(client, username="BOB").status_code == 200
    assert COOKIE not in client.cookies


def test_leaving_needs_a_form(as_alice: Client) -> None:
    assert as_alice.get("/accounts/logout/").status_code == 405
    assert as_alice.get("/").status_code == 200
    assert as_alice.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert as_alice.get("/").status_code == 302
