"""Revoking a personal token: at once, by its holder or an owner."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from results.models import Membership, PersonalToken, Team
from results.services import personal_tokens
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden


def token_of(team: Team, user: User) -> personal_tokens.Made:
    membership = Membership.objects.get(team=team, user=user)
    more: dict[str, Any] = {"lasts": timedelta(days=3_650), "by": user, "now": make.NOW}
    return personal_tokens.make(membership=membership, label="nightly", **more)


def address(made: personal_tokens.Made) -> str:
    return f"/t/acme/tokens/{made.row.pk}/revoke/"


def test_it_works(as_bob: Client, team: Team, bob: User) -> None:
    made = token_of(team, bob)

    response = as_bob.post(address(made), follow=True)

    assert "“nightly” opens nothing any more" in response.content.decode()
    told = {"Authorization": f"Bearer {made.token}"}
    assert Client().get("/t/acme/runs/run_stored1.json", headers=told).status_code == 401


def test_it_hides_from_strangers(as_charlie: Client, team: Team, bob: User) -> None:
    assert_hidden(as_charlie, address(token_of(team, bob)), method="post")
    assert PersonalToken.objects.count() == 1


def test_it_asks_for_sign_in(client: Client, team: Team, bob: User) -> None:
    assert_asks_for_sign_in(client, address(token_of(team, bob)), method="post", back="/")


def test_an_owner_ends_everybodys_and_a_viewer_only_ones_own(
    as_alice: Client, as_bob: Client, team: Team, alice: User, bob: User
) -> None:
    of_owner, of_viewer = token_of(team, alice), token_of(team, bob)

    assert as_bob.post(address(of_owner)).status_code == 404
    assert as_alice.post(address(of_viewer)).status_code == 302
    assert list(PersonalToken.objects.all()) == [of_owner.row]


def test_a_token_of_another_team_is_not_there(as_alice: Client, team: Team, bob: User) -> None:
    made = token_of(make.make_team(name="Bravo", owner=bob), bob)

    assert as_alice.post(address(made)).status_code == 404
    assert PersonalToken.objects.count() == 1
