"""Who belongs to a team and who was invited, for its owners; no token is on the page."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from results.models import Role, Team
from results.services import invitations, members
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

PAGE = "/t/acme/members/"


def test_it_works(as_alice: Client, team: Team) -> None:
    page = as_alice.get(PAGE).content.decode()

    assert "alice" in page
    assert "bob" in page
    assert "Invite somebody" in page
    assert "the only one, so this cannot change" in page


def test_it_hides_from_strangers(as_charlie: Client, as_dora: Client, team: Team) -> None:
    assert_hidden(as_charlie, PAGE)
    assert_hidden(as_dora, PAGE)


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, PAGE)


def test_only_owners_see_it_and_the_way_to_it(
    as_alice: Client, as_bob: Client, team: Team, bob: User
) -> None:
    assert PAGE.encode() in as_alice.get("/t/acme/keys/").content
    for role in (Role.VIEWER, Role.MEMBER):
        members.add_member(team=team, user=bob, role=role, by=None, now=make.NOW)
        assert as_bob.get(PAGE).status_code == 403
        assert PAGE.encode() not in as_bob.get("/t/acme/keys/").content


def test_open_invitations_are_listed_without_their_tokens(
    as_alice: Client, team: Team, alice: User
) -> None:
    now = timezone.now()
    tokens = []
    for email, made_at in (("dan@x.example", now), ("old@x.example", now - timedelta(days=8))):
        made = invitations.invite(
            team=team, role=Role.VIEWER, email=email, mailer=None, by=alice, now=made_at
        )
        tokens.append(made.token or "")
    other = make.make_team(name="Other", owner=alice)
    invitations.invite(
        team=other, role=Role.VIEWER, email="else@x.example", mailer=None, by=alice, now=now
    )

    page = as_alice.get(PAGE).content.decode()

    assert "dan@x.example" in page
    assert "old@x.example" not in page
    assert "else@x.example" not in page
    assert not any(token in page for token in tokens)


def test_a_disabled_member_is_told_apart(as_alice: Client, team: Team, bob: User) -> None:
    bob.is_active = False
    bob.save()

    assert b"Disabled" in as_alice.get(PAGE).content
