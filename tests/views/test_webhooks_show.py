"""The page of a team's webhook: for owners, with its deliveries and without its secret."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from results.models import Membership, Team, WebhookDelivery
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

PAGE = "/t/acme/webhook/"


def test_it_works(as_alice: Client, team: Team) -> None:
    make.make_delivery(team=team, result=make.make_result(team=team))

    page = as_alice.get(PAGE).content.decode()

    assert "Deliveries go to hooks.example" in page
    assert 'value="https://hooks.example/runs-of-acme"' in page
    assert "run_stored1" in page
    assert make.WEBHOOK_SECRET not in page


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    assert_hidden(as_charlie, PAGE)


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, PAGE)


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_only_owners_see_it_and_the_way_to_it(
    as_bob: Client, bob: User, team: Team, role: str
) -> None:
    Membership.objects.filter(user=bob).update(role=role)

    assert as_bob.get(PAGE).status_code == 403
    assert PAGE.encode() not in as_bob.get("/t/acme/watches/").content


def test_an_owner_finds_it_from_the_watches(as_alice: Client, team: Team) -> None:
    assert PAGE.encode() in as_alice.get("/t/acme/watches/").content


def test_no_webhook_yet_offers_a_form_alone(as_alice: Client, team: Team) -> None:
    page = as_alice.get(PAGE).content

    assert b"No webhook yet" in page
    assert b"Send a test" not in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ("New", "Attempt 0 of 6")),
        (
            {"delivered_at": make.NOW, "attempts": 2, "status": 200, "tried_at": make.NOW},
            ("Delivered", "The address answered 200.", "Attempt 2 of 6"),
        ),
        (
            {"attempts": 1, "status": 302, "tried_at": make.NOW},
            ("Waiting", "redirects are not followed", "Next at"),
        ),
        (
            {"attempts": 6, "trouble": "refused the connection", "given_up_at": make.NOW},
            ("Given up", "The address refused the connection.", "Send again"),
        ),
        (
            {"trouble": "has a name that cannot be found", "given_up_at": make.NOW},
            ("The address has a name that cannot be found.",),
        ),
        ({"trouble": "locked"}, ("key ring",)),
    ],
)
def test_a_delivery_says_how_it_went_and_what_comes_next(
    as_alice: Client, team: Team, change: dict[str, Any], words: tuple[str, ...]
) -> None:
    make.make_delivery(team=team, result=make.make_result(team=team))
    WebhookDelivery.objects.update(**change)

    page = as_alice.get(PAGE).content.decode()

    for part in words:
        assert part in page
    assert ("Send again" in page) == ("given_up_at" in change)


def test_a_closed_vault_is_said_and_the_address_stays_closed(
    as_alice: Client, team: Team, settings: Any
) -> None:
    make.make_webhook(team=team)
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="

    page = as_alice.get(PAGE).content

    assert b"Nothing is sent until" in page
    assert b"runs-of-acme" not in page
