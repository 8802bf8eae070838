"""Revoking an invitation: its link opens nothing from that moment on."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from results.models import Invitation, Role, Team
from results.services import invitations
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden


@pytest.fixture
def made(team: Team, alice: User) -> invitations.Made:
    return invitations.invite(
        team=team, role=Role.MEMBER, email="", mailer=None, by=alice, now=timezone.now()
    )


def address(made: invitations.Made, team: str = "acme") -> str:
    return f"/t/{team}/members/invitations/{made.row.pk}/revoke/"


def test_it_works(as_alice: Client, client: Client, made: invitations.Made) -> None:
    assert client.get(f"/join/{made.token}/").status_code == 200

    page = as_alice.post(address(made), follow=True)

    assert b"The invitation is revoked." in page.content
    assert client.get(f"/join/{made.token}/").status_code == 404


def test_it_hides_from_strangers(as_charlie: Client, made: invitations.Made) -> None:
    assert_hidden(as_charlie, address(made), method="post")
    assert Invitation.objects.get().revoked_at is None


def test_it_asks_for_sign_in(client: Client, made: invitations.Made) -> None:
    assert_asks_for_sign_in(client, address(made), method="post", back="/")


def test_a_viewer_revokes_nothing(as_bob: Client, made: invitations.Made) -> None:
    assert as_bob.post(address(made)).status_code == 403
    assert Invitation.objects.get().revoked_at is None


def test_t1_an_owner_of_another_team_revokes_nothing(
    as_charlie: Client, charlie: User, made: invitations.Made
) -> None:
    make.make_team(name="Other", owner=charlie)

    assert as_charlie.post(address(made, "other")).status_code == 404
    assert Invitation.objects.get().revoked_at is None
