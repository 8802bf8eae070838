"""Setting a team's webhook: for owners; its secret is in the first answer and in no other."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from results.models import Membership, Team, Webhook
from results.services import sealing
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

SAVE = "/t/acme/webhook/save/"
VALUES = {"url": "https://hooks.example/new", "enabled": "on"}


def test_it_works(as_alice: Client, team: Team) -> None:
    response = as_alice.post(SAVE, VALUES)

    assert response.status_code == 200
    found = re.search(r'value="(whsec_[^"]+)"', response.content.decode())
    assert found
    row = Webhook.objects.get()
    assert sealing.open_webhook(row, sealing.data_key(team)) == (VALUES["url"], found[1])
    assert "no-store" in response["Cache-Control"]
    assert b"whsec_" not in as_alice.get("/t/acme/webhook/").content
    assert all("whsec_" not in str(s.get_decoded()) for s in Session.objects.all())


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    assert_hidden(as_charlie, SAVE, method="post")
    assert not Webhook.objects.exists()


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, SAVE, method="post", back="/")


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_only_owners_may(as_bob: Client, bob: Any, team: Team, role: str) -> None:
    Membership.objects.filter(user=bob).update(role=role)

    assert as_bob.post(SAVE, VALUES).status_code == 403
    assert not Webhook.objects.exists()


def test_a_second_time_shows_no_secret(as_alice: Client, team: Team) -> None:
    make.make_webhook(team=team)

    response = as_alice.post(SAVE, {"url": VALUES["url"]}, follow=True)

    assert b"Deliveries go to hooks.example" in response.content
    assert b"Switched off" in response.content
    assert b"whsec_" not in response.content
    assert not Webhook.objects.get().enabled


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", b"This field is required"),
        ("http://hooks.example/", b"plain http is allowed only for hosts listed"),
        ("https://x.example/" + "a" * 2_000, b"at most 2000 characters"),
        ("<b>", b"malformed"),
        ("https://h.example/\x00", b"Null characters"),
    ],
)
def test_an_address_that_cannot_be_told_is_refused_and_kept_in_the_form(
    as_alice: Client, team: Team, url: str, words: bytes
) -> None:
    response = as_alice.post(SAVE, {"url": url, "enabled": "on"})

    assert response.status_code == 400
    assert words in response.content
    assert not Webhook.objects.exists()
    if url.startswith("http://"):
        assert f'value="{url}"'.encode() in response.content


def test_a_closed_vault_is_said(as_alice: Client, team: Team, settings: Any) -> None:
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="

    response = as_alice.post(SAVE, VALUES)

    assert response.status_code == 400
    assert b"nothing was sent" in response.content
