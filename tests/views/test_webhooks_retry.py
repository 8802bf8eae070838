"""Sending a delivery again that was given up: for owners, of their own team."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from results.models import Membership, Team, WebhookDelivery
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden


def given_up(team: Team) -> WebhookDelivery:
    delivery = make.make_delivery(team=team, result=make.make_result(team=team))
    WebhookDelivery.objects.filter(pk=delivery.pk).update(given_up_at=make.NOW, attempts=6)
    return delivery


def address(delivery: WebhookDelivery) -> str:
    return f"/t/acme/webhook/{delivery.pk}/retry/"


def test_it_works(as_alice: Client, team: Team) -> None:
    delivery = given_up(team)

    response = as_alice.post(address(delivery), follow=True)

    assert b"It is sent again in a moment" in response.content
    delivery.refresh_from_db()
    assert (delivery.given_up_at, delivery.attempts) == (None, 0)


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    delivery = given_up(team)

    assert_hidden(as_charlie, address(delivery), method="post")
    delivery.refresh_from_db()
    assert delivery.given_up_at is not None


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, address(given_up(team)), method="post", back="/")


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_only_owners_may(as_bob: Client, bob: User, team: Team, role: str) -> None:
    Membership.objects.filter(user=bob).update(role=role)

    assert as_bob.post(address(given_up(team))).status_code == 403


def test_another_teams_delivery_is_not_there(as_alice: Client, team: Team) -> None:
    delivery = given_up(make.make_team(name="Elsewhere"))

    assert as_alice.post(address(delivery)).status_code == 404
    delivery.refresh_from_db()
    assert delivery.given_up_at is not None
