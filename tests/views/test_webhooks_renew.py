"""A new secret for a webhook: for owners, shown once, and the old one is gone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from results.models import Membership, Team, Webhook
from results.services import sealing
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

ADDRESS = "/t/acme/webhook/renew/"


def test_it_works(as_alice: Client, team: Team) -> None:
    make.make_webhook(team=team)

    response = as_alice.post(ADDRESS)

    found = re.search(r'value="(whsec_[^"]+)"', response.content.decode())
    assert found
    assert found[1] != make.WEBHOOK_SECRET
    opened = sealing.open_webhook(Webhook.objects.get(), sealing.data_key(team))
    assert opened == ("https://hooks.example/runs-of-acme", found[1])
    assert b"whsec_" not in as_alice.get("/t/acme/webhook/").content


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    make.make_webhook(team=team)

    assert_hidden(as_charlie, ADDRESS, method="post")
    opened = sealing.open_webhook(Webhook.objects.get(), sealing.data_key(team))
    assert opened[1] == make.WEBHOOK_SECRET


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, ADDRESS, method="post", back="/")


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_only_owners_may(as_bob: Client, bob: Any, team: Team, role: str) -> None:
    make.make_webhook(team=team)
    Membership.objects.filter(user=bob).update(role=role)

    assert as_bob.post(ADDRESS).status_code == 403
    opened = sealing.open_webhook(Webhook.objects.get(), sealing.data_key(team))
    assert opened[1] == make.WEBHOOK_SECRET


def test_without_a_webhook_there_is_nothing(as_alice: Client, team: Team) -> None:
    make.make_webhook(team=make.make_team(name="Elsewhere"))

    assert as_alice.post(ADDRESS).status_code == 404


def test_a_closed_vault_is_said_and_changes_nothing(
    as_alice: Client, team: Team, settings: Any
) -> None:
    make.make_webhook(team=team)
    ring, settings.VAULT_KEYS = settings.VAULT_KEYS, "k1:" + "QUFB" * 10 + "QUE="

    response = as_alice.post(ADDRESS, follow=True)

    assert b"nothing was changed" in response.content
    settings.VAULT_KEYS = ring
    opened = sealing.open_webhook(Webhook.objects.get(), sealing.data_key(team))
    assert opened[1] == make.WEBHOOK_SECRET
