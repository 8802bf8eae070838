"""Changing a member's role: by owners, in their own team, never the last owner's."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from results.models import AuditEvent, Membership, Role, Team
from results.services import members
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden


def address(team: Team, user: User, *, slug: str = "acme") -> str:
    pk = Membership.objects.get(team=team, user=user).pk
    return f"/t/{slug}/members/{pk}/role/"


def role_of(user: User) -> str:
    return Membership.objects.get(user=user).role


def test_it_works(as_alice: Client, team: Team, bob: User) -> None:
    page = as_alice.post(address(team, bob), {"role": "member"}, follow=True)

    assert b"bob is member now." in page.content
    assert role_of(bob) == "member"
    assert AuditEvent.objects.get(action="member.changed").actor == "alice"


def test_it_hides_from_strangers(as_charlie: Client, team: Team, bob: User) -> None:
    assert_hidden(as_charlie, address(team, bob), method="post", data={"role": "owner"})
    assert role_of(bob) == "viewer"


def test_it_asks_for_sign_in(client: Client, team: Team, bob: User) -> None:
    assert_asks_for_sign_in(client, address(team, bob), method="post", back="/")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER])
def test_t23_nobody_below_an_owner_raises_anybody(
    as_bob: Client, team: Team, bob: User, role: Role
) -> None:
    members.add_member(team=team, user=bob, role=role, by=None, now=make.NOW)

    assert as_bob.post(address(team, bob), {"role": "owner"}).status_code == 403
    assert role_of(bob) == role


def test_t23_the_last_owner_stays(as_alice: Client, team: Team, alice: User) -> None:
    page = as_alice.post(address(team, alice), {"role": "viewer"}, follow=True)

    assert b"A team needs an owner." in page.content
    assert role_of(alice) == "owner"


def test_whoever_steps_down_sees_the_list_no_more(
    as_alice: Client, team: Team, alice: User, bob: User
) -> None:
    as_alice.post(address(team, bob), {"role": "owner"})

    response = as_alice.post(address(team, alice), {"role": "viewer"})

    assert response["Location"] == "/"
    assert as_alice.get("/t/acme/members/").status_code == 403


@pytest.mark.parametrize("role", ["", "operator", "OWNER", "\x00"])
def test_what_is_no_role_changes_nothing(
    as_alice: Client, team: Team, bob: User, role: str
) -> None:
    page = as_alice.post(
        address(team, bob), {"role": role, "is_superuser": "1", "user": "1"}, follow=True
    )

    assert b"There is no such role." in page.content
    assert role_of(bob) == "viewer"


def test_t1_a_member_of_another_team_is_not_there(
    as_charlie: Client, team: Team, bob: User, charlie: User
) -> None:
    make.make_team(name="Other", owner=charlie)

    response = as_charlie.post(address(team, bob, slug="other"), {"role": "owner"})

    assert response.status_code == 404
    assert role_of(bob) == "viewer"


def test_t3_a_role_that_was_taken_is_gone_at_the_next_request(
    as_alice: Client, as_bob: Client, team: Team, bob: User
) -> None:
    as_alice.post(address(team, bob), {"role": "owner"})
    assert as_bob.get("/t/acme/members/").status_code == 200

    as_alice.post(address(team, bob), {"role": "viewer"})

    assert as_bob.get("/t/acme/members/").status_code == 403
