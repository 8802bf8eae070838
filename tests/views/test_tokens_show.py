"""The page of personal tokens: one's own, and for owners everybody's; no token stands in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from results.models import Membership, PersonalToken, Team
from results.services import personal_tokens
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

TOKENS = "/t/acme/tokens/"


def token_of(team: Team, user: User, label: str) -> str:
    membership = Membership.objects.get(team=team, user=user)
    more: dict[str, Any] = {"lasts": timedelta(days=3_650), "by": user, "now": make.NOW}
    return personal_tokens.make(membership=membership, label=label, **more).token


def test_it_works(as_bob: Client, team: Team, bob: User) -> None:
    token = token_of(team, bob, "nightly <b>")

    text = as_bob.get(TOKENS).content.decode()

    assert "nightly &lt;b&gt;" in text
    assert f"runlens_…{token[-4:]}" in text
    assert token not in text
    assert "http://testserver/t/acme/runs/run_….json" in text


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    assert_hidden(as_charlie, TOKENS)


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, TOKENS)


def test_others_see_ones_tokens_only_as_owners(
    as_alice: Client, as_bob: Client, team: Team, alice: User, bob: User
) -> None:
    token_of(team, alice, "of the owner")
    token_of(team, bob, "of the viewer")

    owner, viewer = (one.get(TOKENS).content.decode() for one in (as_alice, as_bob))

    assert "of the viewer" in owner
    assert "of the owner" in owner
    assert "of the owner" not in viewer


def test_a_token_that_has_expired_says_so(as_bob: Client, team: Team, bob: User) -> None:
    token_of(team, bob, "old")
    PersonalToken.objects.update(expires_at=make.NOW + timedelta(seconds=1))

    text = as_bob.get(TOKENS).content.decode()

    assert "Expired" in text
    assert "Remove this token" in text


def test_its_queries_do_not_grow_with_the_tokens(
    as_alice: Client, team: Team, alice: User, bob: User
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            as_alice.get(TOKENS)
        return len(asked)

    token_of(team, bob, "first")
    queries()
    before = queries()
    for number in range(12):
        token_of(team, alice if number % 2 else bob, f"number {number}")

    assert queries() == before


def test_the_settings_lead_there_whatever_the_role(as_bob: Client, team: Team) -> None:
    assert f'href="{TOKENS}"' in as_bob.get("/t/acme/settings/").content.decode()
