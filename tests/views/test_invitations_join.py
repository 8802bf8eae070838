"""Joining by an invitation: as who is signed in, or with a new account; one answer for dead links."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from results.models import AuditEvent, Invitation, Membership, Role, Team
from results.services import invitations
from tests.views.strangers import body, headers

WORDS = "correct horse battery staple"
NEW = {"username": "dan", "password": WORDS, "again": WORDS}


@pytest.fixture
def made(team: Team, alice: User) -> invitations.Made:
    return invitations.invite(
        team=team, role=Role.MEMBER, email="", mailer=None, by=alice, now=timezone.now()
    )


@pytest.fixture
def link(made: invitations.Made) -> str:
    return f"/join/{made.token}/"


def test_it_works(client: Client, link: str) -> None:
    page = client.get(link).content.decode()
    assert "Join Acme" in page
    assert "member" in page

    response = client.post(link, NEW, follow=True)

    assert b"Welcome to Acme." in response.content
    assert Membership.objects.get(user__username="dan").role == "member"
    assert client.get("/t/acme/keys/").status_code == 200
    assert Client().get(link).status_code == 404


def test_it_hides_whatever_became_of_a_link(
    client: Client, as_alice: Client, made: invitations.Made, link: str, alice: User, charlie: User
) -> None:
    unknown = client.get(f"/join/{'A' * 43}/")
    assert unknown.status_code == 404
    rows = Invitation.objects.all()
    ends = (
        {"revoked_at": timezone.now()},
        {"accepted_at": timezone.now(), "accepted_by": charlie},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
    )
    for end in ends:
        rows.update(**end)
        for method in (client.get, client.post):
            dead = method(link)
            assert dead.status_code == 404
            assert body(dead) == body(unknown)
            assert headers(dead) == headers(unknown)
        rows.update(revoked_at=None, accepted_at=None, expires_at=made.row.expires_at)
    assert client.get("/join/x/").status_code == 404
    assert client.get(link).status_code == 200


def test_it_asks_for_nothing_but_the_link(client: Client, link: str) -> None:
    page = client.get(link)

    assert page.status_code == 200
    assert f"/accounts/login/?next={link}" in page.content.decode()
    # Nothing of the team but its name.
    assert b"alice" not in page.content
    assert b"acme" not in page.content


def test_whoever_is_signed_in_joins_by_one_button(
    as_charlie: Client, link: str, charlie: User
) -> None:
    page = as_charlie.get(link).content.decode()
    assert "Join Acme as member</button>" in page
    assert "password" not in page
    assert not Membership.objects.filter(user=charlie).exists(), "looking joins nobody"

    response = as_charlie.post(link, follow=True)

    assert b"Welcome to Acme." in response.content
    assert Membership.objects.get(user=charlie).role == "member"


def test_whoever_belongs_already_keeps_their_role(as_bob: Client, link: str, bob: User) -> None:
    response = as_bob.post(link, follow=True)

    assert b"You belong to Acme already, as viewer." in response.content
    assert Membership.objects.get(user=bob).role == "viewer"
    assert Client().get(link).status_code == 200


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"password": "short pass", "again": "short pass"}, "at least 12 characters"),
        (dict.fromkeys(NEW, "dan.of.the.shop"), "too similar"),
        ({"password": "qwertyuiop123", "again": "qwertyuiop123"}, "too common"),
        ({"password": "", "again": ""}, "required"),
        ({"again": "something else entirely"}, "differ"),
        ({"username": "alice"}, "Somebody has that name already"),
        ({"username": "ALICE"}, "Somebody has that name already"),
        ({"username": ""}, "required"),
        ({"username": "a b"}, "valid username"),
        ({"username": "x" * 151}, "150"),
        ({"username": "a\x00b"}, "Null characters"),
    ],
)
def test_t13_what_cannot_be_an_account_is_said_and_no_password_repeated(
    client: Client, link: str, changed: dict[str, str], says: str
) -> None:
    response = client.post(link, NEW | changed)

    page = response.content.decode()
    assert response.status_code == 400
    assert says in page
    assert WORDS not in page
    assert not User.objects.filter(username="dan").exists()
    assert client.get(link).status_code == 200


def test_a_long_password_of_any_kind_is_taken(client: Client, link: str) -> None:
    words = "pässwörter ohne regeln " * 20

    client.post(link, NEW | {"password": words, "again": words})

    assert User.objects.get(username="dan").check_password(words)


def test_nobody_becomes_more_than_was_offered(client: Client, link: str) -> None:
    client.post(link, NEW | {"is_superuser": "1", "is_staff": "1", "role": "owner", "team": "x"})

    dan = User.objects.get(username="dan")
    assert (dan.is_superuser, dan.is_staff) == (False, False)
    assert Membership.objects.get(user=dan).role == "member"


def test_t24_no_token_and_no_password_is_written_down(
    client: Client, made: invitations.Made, link: str, caplog: Any
) -> None:
    caplog.set_level("DEBUG")
    client.post(link, NEW)

    for text in (caplog.text, str(list(AuditEvent.objects.values()))):
        assert WORDS not in text
    assert made.token is not None
    assert made.token not in str(list(AuditEvent.objects.values()))
    done = AuditEvent.objects.filter(actor="dan").order_by("pk").values_list("action", flat=True)
    assert list(done) == [
        "account.added",
        "member.added",
        "invitation.accepted",
        "account.signed_in",
    ]
