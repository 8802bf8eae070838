"""Inviting: the link is in one answer, or in a mail, and nowhere else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from results.models import AuditEvent, Invitation, Team
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

INVITE = "/t/acme/members/invite/"
LINK = re.compile(r"http://testserver/join/([A-Za-z0-9_-]{43})/")


def test_it_works(as_alice: Client, team: Team) -> None:
    page = as_alice.post(INVITE, {"role": "member"}, headers={"Host": "localhost"}).content.decode()

    found = LINK.search(page)
    assert found, "the address is the instance's, whatever host was asked"
    assert Invitation.objects.get().role == "member"
    kept = f"{[s.get_decoded() for s in Session.objects.all()]} {list(AuditEvent.objects.values())}"
    assert found[1] not in kept
    assert found[1] not in as_alice.get("/t/acme/members/").content.decode()
    assert Client().get(f"/join/{found[1]}/").status_code == 200


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    assert_hidden(as_charlie, INVITE, method="post", data={"role": "owner"})
    assert not Invitation.objects.exists()


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, INVITE, method="post", back="/")


def test_a_viewer_invites_nobody(as_bob: Client, team: Team) -> None:
    assert as_bob.post(INVITE, {"role": "viewer"}).status_code == 403
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"role": "operator"},
        {"role": ""},
        {"role": "member", "email": "no address"},
        {"role": "member", "email": "a@x.example\r\nBcc: b@x.example"},
        {"role": "member", "email": "a@x.example, b@x.example"},
    ],
)
def test_what_is_no_invitation_is_refused(
    as_alice: Client, team: Team, values: dict[str, str]
) -> None:
    response = as_alice.post(INVITE, values)

    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    assert not Invitation.objects.exists()


def test_t17_with_mail_set_up_the_link_goes_to_the_mailbox_alone(
    as_alice: Client, team: Team, settings: Any
) -> None:
    settings.MAIL_URL = "smtp://127.0.0.1"
    Team.objects.update(name="Acme\nBcc: x@x.example")

    page = as_alice.post(INVITE, {"role": "viewer", "email": "dan@x.example"}).content.decode()

    assert "on its way to dan@x.example" in page
    assert "/join/" not in page
    (sent,) = mail.outbox
    assert sent.to == ["dan@x.example"]
    assert sent.subject == "Join Acme Bcc: x@x.example on Runlens"
    assert LINK.search(str(sent.body))


def test_without_mail_an_address_only_tells_invitations_apart(as_alice: Client, team: Team) -> None:
    page = as_alice.post(INVITE, {"role": "viewer", "email": "dan@x.example"}).content.decode()

    assert LINK.search(page)
    assert mail.outbox == []


def test_a_mail_server_that_refuses_leaves_a_link(
    as_alice: Client, team: Team, settings: Any
) -> None:
    settings.MAIL_URL = "smtp://127.0.0.1:1"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    page = as_alice.post(INVITE, {"role": "viewer", "email": "dan@x.example"}).content.decode()

    assert "did not take the mail" in page
    assert LINK.search(page)
