"""OpenID Connect: one proved address leads to its account or to its invitation, and nothing else in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from results.models import AuditEvent, Membership, Role, Team
from results.services import invitations
from tests.accounts.provider import CLIENT_SECRET, Provider, provider

LOGIN = "/accounts/oidc/oidc/login/"


@pytest.fixture
def idp(settings: Any, db: None) -> Iterator[Provider]:
    """A provider that this instance signs on with."""
    with provider() as told:
        app = {
            "provider_id": "oidc",
            "name": "Example ID",
            "client_id": "runlens",
            "secret": CLIENT_SECRET,
            "settings": {"server_url": told.url},
        }
        settings.OIDC_NAME, settings.OIDC_IS_SET_UP = "Example ID", True
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
        }
        yield told


def person(email: str, *, verified: bool = True, **more: Any) -> dict[str, Any]:
    """What the provider says of somebody."""
    subject = more.pop("sub", f"id of {email}")
    return {"sub": subject, "email": email, "email_verified": verified, **more}


def sign_on(client: Client, idp: Provider, who: dict[str, Any], *, back: str = "") -> Any:
    """Go to the provider and come back as somebody."""
    idp.person = who
    away = client.post(LOGIN, {"next": back} if back else {})
    assert away.status_code == 302, away.content.decode()
    asked = parse_qs(urlsplit(away["Location"]).query)
    assert away["Location"].startswith(f"{idp.url}/authorization?")
    assert asked["code_challenge_method"] == ["S256"]
    callback = urlsplit(asked["redirect_uri"][0]).path
    return client.get(callback, {"code": "a code", "state": asked["state"][0]})


def is_in(client: Client) -> bool:
    return client.get("/accounts/").status_code == 200


def with_mail(user: User, email: str) -> User:
    user.email = email
    user.save()
    return user


def test_a_proved_address_leads_to_its_account(
    client: Client, idp: Provider, alice: User, team: Team
) -> None:
    with_mail(alice, "Alice@x.example")
    assert b"Continue with Example ID" in client.get("/accounts/login/").content

    back = sign_on(client, idp, person("alice@x.example"), back="/t/acme/keys/")

    assert back["Location"] == "/t/acme/keys/"
    assert is_in(client)
    assert SocialAccount.objects.get().user == alice
    assert User.objects.count() == 2
    told = AuditEvent.objects.filter(actor="alice", action__startswith="account.")
    assert [event.action for event in told.order_by("pk")] == [
        "account.changed",
        "account.signed_in",
    ]
    alice.refresh_from_db()
    assert alice.check_password("password"), "the password still works"


def test_a_linked_account_is_found_whatever_its_address_has_become(
    client: Client, idp: Provider, alice: User
) -> None:
    with_mail(alice, "alice@x.example")
    sign_on(client, idp, person("alice@x.example", sub="7"))

    other = Client()
    sign_on(other, idp, person("new@x.example", sub="7"))

    assert other.session["_auth_user_id"] == str(alice.pk)


@pytest.mark.parametrize(
    "who",
    [
        person("alice@x.example", verified=False),
        {"sub": "7", "email": "alice@x.example"},
        person("mallory@x.example"),
        person("alice@x.example.evil.example"),
        {"sub": "7"},
        person("", preferred_username="alice"),
    ],
)
def test_t13_nobody_else_comes_in(
    client: Client, idp: Provider, alice: User, team: Team, who: dict[str, Any]
) -> None:
    with_mail(alice, "alice@x.example")

    back = sign_on(client, idp, who)

    assert back.status_code == 403
    assert b"Nobody invited you yet" in back.content
    assert not is_in(client)
    assert User.objects.count() == 2
    assert not SocialAccount.objects.exists()


def test_an_address_of_two_accounts_leads_to_neither(
    client: Client, idp: Provider, alice: User, bob: User
) -> None:
    with_mail(alice, "us@x.example")
    with_mail(bob, "us@x.example")

    assert sign_on(client, idp, person("us@x.example")).status_code == 403
    assert not is_in(client)


def test_an_invited_address_makes_an_account_with_its_places(
    client: Client, idp: Provider, alice: User, team: Team
) -> None:
    now = timezone.now()
    invitations.invite(
        team=team, role=Role.MEMBER, email="dan@x.example", mailer=None, by=alice, now=now
    )

    sign_on(client, idp, person("Dan@x.example", preferred_username="alice", name="Dan D."))

    assert is_in(client)
    dan = Membership.objects.get(team=team, role="member").user
    assert dan.email.lower() == "dan@x.example"
    assert dan.username.lower() not in ("alice", "bob")
    assert not dan.has_usable_password()
    assert (dan.is_staff, dan.is_superuser) == (False, False)
    again = Client()
    sign_on(again, idp, person("Dan@x.example"))
    assert is_in(again)


def test_an_invitation_that_has_ended_lets_nobody_in(
    client: Client, idp: Provider, alice: User, team: Team
) -> None:
    now = timezone.now()
    made = invitations.invite(
        team=team, role=Role.MEMBER, email="dan@x.example", mailer=None, by=alice, now=now
    )
    invitations.revoke(row=made.row, by=alice, now=now)

    assert sign_on(client, idp, person("dan@x.example")).status_code == 403
    assert User.objects.count() == 2


def test_t3_a_disabled_account_stays_out(client: Client, idp: Provider, alice: User) -> None:
    with_mail(alice, "alice@x.example")
    sign_on(Client(), idp, person("alice@x.example"))
    User.objects.update(is_active=False)

    for who in (person("alice@x.example"), person("alice@x.example", sub="another")):
        sign_on(client, idp, who)
        assert not is_in(client)


@pytest.mark.parametrize("said", [{"state": "forged", "code": "x"}, {}, {"error": "<b>CANARY"}])
def test_what_comes_back_unasked_lets_nobody_in(
    client: Client, idp: Provider, said: dict[str, str]
) -> None:
    back = client.get("/accounts/oidc/oidc/login/callback/", said, follow=True)

    assert b"That did not work" in back.content
    assert b"CANARY" not in back.content
    assert not is_in(client)


def test_a_provider_that_is_broken_is_said(client: Client, idp: Provider) -> None:
    idp.is_broken = True

    back = client.post(LOGIN, follow=True)

    assert b"That did not work" in back.content


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_t16_it_never_leads_elsewhere(
    client: Client, idp: Provider, alice: User, target: str
) -> None:
    with_mail(alice, "alice@x.example")

    assert sign_on(client, idp, person("alice@x.example"), back=target)["Location"] == "/"


def test_nothing_that_the_provider_gave_is_kept(
    client: Client, idp: Provider, alice: User, caplog: Any
) -> None:
    caplog.set_level("DEBUG")
    with_mail(alice, "alice@x.example")
    sign_on(client, idp, person("alice@x.example"))

    assert idp.sent[0]["client_secret"] == [CLIENT_SECRET]
    assert not SocialToken.objects.exists()
    kept = [session.get_decoded() for session in Session.objects.all()]
    for text in (caplog.text, str(list(AuditEvent.objects.values())), str(kept)):
        assert "CANARYACCESS" not in text
        assert CLIENT_SECRET not in text
