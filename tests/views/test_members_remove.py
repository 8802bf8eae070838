"""Removing a member: their next request finds nothing, also from a page that was open."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client

from results.models import AuditEvent, Membership, Team
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden


def address(team: Team, user: User, *, slug: str = "acme") -> str:
    pk = Membership.objects.get(team=team, user=user).pk
    return f"/t/{slug}/members/{pk}/remove/"


def test_it_works(as_alice: Client, team: Team, bob: User) -> None:
    page = as_alice.post(address(team, bob), follow=True)

    assert b"bob does not belong to Acme any more." in page.content
    assert not Membership.objects.filter(user=bob).exists()
    assert AuditEvent.objects.get(action="member.removed").actor == "alice"


def test_it_hides_from_strangers(as_charlie: Client, team: Team, bob: User) -> None:
    assert_hidden(as_charlie, address(team, bob), method="post")
    assert Membership.objects.filter(user=bob).exists()


def test_it_asks_for_sign_in(client: Client, team: Team, bob: User) -> None:
    assert_asks_for_sign_in(client, address(team, bob), method="post", back="/")


def test_a_viewer_removes_nobody(as_bob: Client, team: Team, alice: User) -> None:
    assert as_bob.post(address(team, alice)).status_code == 403
    assert Membership.objects.filter(user=alice).exists()


def test_t3_a_removed_member_is_told_between_two_polls(
    as_alice: Client, as_bob: Client, team: Team, bob: User
) -> None:
    make.make_result(team=team)
    panel, poll = "/t/acme/runs/run_stored1/panel/", {"HX-Request": "true"}
    assert as_bob.get(panel, headers=poll).status_code == 200

    as_alice.post(address(team, bob))

    gone = as_bob.get(panel, headers=poll)
    assert gone.status_code == 404
    assert b"hx-trigger" not in gone.content


def test_t23_the_last_owner_cannot_leave(as_alice: Client, team: Team, alice: User) -> None:
    page = as_alice.post(address(team, alice), follow=True)

    assert b"A team needs an owner." in page.content
    assert Membership.objects.filter(user=alice).exists()


def test_one_of_two_owners_can_leave(as_alice: Client, team: Team, alice: User, bob: User) -> None:
    Membership.objects.filter(user=bob).update(role="owner")

    assert as_alice.post(address(team, alice))["Location"] == "/"
    assert as_alice.get("/t/acme/members/").status_code == 404


def test_t1_a_member_of_another_team_is_not_there(
    as_charlie: Client, team: Team, bob: User, charlie: User
) -> None:
    make.make_team(name="Other", owner=charlie)

    assert as_charlie.post(address(team, bob, slug="other")).status_code == 404
    assert Membership.objects.filter(user=bob).exists()
