"""Sending a test: for owners, at once, and the page says how it went."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from results import courier
from results.models import Membership, Team, WebhookDelivery
from results.services import webhooks
from tests import make
from tests.processes.receiver import Receiver
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

ADDRESS = "/t/acme/webhook/test/"


def test_it_works(as_alice: Client, team: Team, settings: Any) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1"]
    with Receiver() as receiver:
        make.make_webhook(team=team, url=receiver.url)

        response = as_alice.post(ADDRESS, follow=True)

    courier.courier().run(webhooks.http().aclose, timeout_s=60)
    assert b"Test: delivered. The address answered 204." in response.content
    assert receiver.received[0].told["event"] == "webhook.test"


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    make.make_webhook(team=team)

    assert_hidden(as_charlie, ADDRESS, method="post")
    assert not WebhookDelivery.objects.exists()


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, ADDRESS, method="post", back="/")


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_only_owners_may(as_bob: Client, bob: Any, team: Team, role: str) -> None:
    make.make_webhook(team=team)
    Membership.objects.filter(user=bob).update(role=role)

    assert as_bob.post(ADDRESS).status_code == 403
    assert not WebhookDelivery.objects.exists()


def test_without_a_webhook_there_is_nothing(as_alice: Client, team: Team) -> None:
    make.make_webhook(team=make.make_team(name="Elsewhere"))

    assert as_alice.post(ADDRESS).status_code == 404


def test_a_failure_and_a_closed_vault_are_said(as_alice: Client, team: Team, settings: Any) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1"]
    make.make_webhook(team=team, url="http://127.0.0.1:1/x")

    failed = as_alice.post(ADDRESS, follow=True)
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="
    locked = as_alice.post(ADDRESS, follow=True)

    courier.courier().run(webhooks.http().aclose, timeout_s=60)
    assert b"Test: failed. The address refused the connection." in failed.content
    assert b"nothing was sent" in locked.content
    assert WebhookDelivery.objects.count() == 1
