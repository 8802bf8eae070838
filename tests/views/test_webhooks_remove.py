"""Removing a webhook: for owners, with everything that waits to be sent."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from results.models import AuditEvent, Membership, Team, Webhook
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

ADDRESS = "/t/acme/webhook/remove/"


def test_it_works(as_alice: Client, team: Team) -> None:
    make.make_delivery(team=team, result=make.make_result(team=team))

    response = as_alice.post(ADDRESS, follow=True)

    assert b"The webhook is removed" in response.content
    assert b"No webhook yet" in response.content
    assert not Webhook.objects.exists()
    assert AuditEvent.objects.filter(action="webhook.removed", actor="alice").exists()


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    make.make_webhook(team=team)

    assert_hidden(as_charlie, ADDRESS, method="post")
    assert Webhook.objects.exists()


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, ADDRESS, method="post", back="/")


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_only_owners_may(as_bob: Client, bob: Any, team: Team, role: str) -> None:
    make.make_webhook(team=team)
    Membership.objects.filter(user=bob).update(role=role)

    assert as_bob.post(ADDRESS).status_code == 403
    assert Webhook.objects.exists()


def test_without_a_webhook_there_is_nothing(as_alice: Client, team: Team) -> None:
    make.make_webhook(team=make.make_team(name="Elsewhere"))

    assert as_alice.post(ADDRESS).status_code == 404
