"""The keys of a team: what each opens and what the API said, never more of a secret than its ends."""

from __future__ import annotations

from django.test import Client

from results.models import Team
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

PAGE = "/t/acme/keys/"


def test_it_works(as_alice: Client, team: Team) -> None:
    make.make_key(team=team)

    response = as_alice.get(PAGE)

    assert response.status_code == 200
    assert "tr_dev_••••A1b2" in response.content.decode()
    assert b"Shop" in response.content
    assert make.KEY.encode() not in response.content


def test_it_hides_from_strangers(as_charlie: Client, as_dora: Client, team: Team) -> None:
    assert_hidden(as_charlie, PAGE)
    assert_hidden(as_dora, PAGE)


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, PAGE)


def test_a_viewer_sees_no_form(as_bob: Client, team: Team) -> None:
    make.make_key(team=team)

    response = as_bob.get(PAGE)

    assert "tr_dev_••••A1b2" in response.content.decode()
    assert b"/keys/add/" not in response.content
    assert b"Forget" not in response.content
    assert b"Replace" not in response.content


def test_a_team_without_keys_is_told_what_to_do(
    as_alice: Client, as_bob: Client, team: Team
) -> None:
    assert b"Add the secret key of the project" in as_alice.get(PAGE).content
    assert b"An owner or member of the team can add one" in as_bob.get(PAGE).content


def test_a_scoped_key_shows_its_longer_prefix(as_alice: Client, team: Team) -> None:
    make.make_key(team=team, secret="tr_prod_sk_Abcdefgh12345678wxyz", environment="prod")

    assert "tr_prod_sk_••••wxyz" in as_alice.get(PAGE).content.decode()


def test_keys_of_other_teams_are_not_listed(as_alice: Client, team: Team) -> None:
    make.make_key(team=make.make_team(name="Elsewhere"), project="Hidden")

    assert b"Hidden" not in as_alice.get(PAGE).content


def test_the_form_proposes_the_api_of_this_instance(as_alice: Client, team: Team) -> None:
    assert b'value="https://api.trigger.dev"' in as_alice.get(PAGE).content
