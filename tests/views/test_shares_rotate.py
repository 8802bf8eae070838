"""Giving a link another address: the old one is dead at once, all else stays."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from results.models import AuditEvent, ShareLink, Team
from tests.views.sharing import shared
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden


@pytest.fixture
def old(team: Team, alice: Any) -> str:
    return shared(team, alice)


def rotate() -> str:
    return f"/t/acme/shares/{ShareLink.objects.get().pk}/rotate/"


def test_it_works(as_alice: Client, client: Client, old: str) -> None:
    assert client.get(old).status_code == 200

    response = as_alice.post(rotate(), follow=True)

    new = response.context["page"].live[0].url.removeprefix("http://testserver")
    assert new != old
    assert client.get(old).status_code == client.get(f"{old}output").status_code == 404
    assert client.get(new).status_code == 200
    assert AuditEvent.objects.filter(action="share.rotated", actor="alice").count() == 1


def test_it_hides_from_strangers(as_charlie: Client, old: str) -> None:
    assert_hidden(as_charlie, rotate(), method="post")


def test_it_asks_for_sign_in(client: Client, old: str) -> None:
    assert_asks_for_sign_in(client, rotate(), method="post", back="/")


def test_a_viewer_may_not(as_bob: Client, client: Client, old: str) -> None:
    assert as_bob.post(rotate()).status_code == 403
    assert client.get(old).status_code == 200


def test_a_link_that_has_ended_stays_ended(as_alice: Client, old: str) -> None:
    ShareLink.objects.update(revoked_at=timezone.now())

    response = as_alice.post(rotate(), follow=True)

    assert b"has ended" in response.content
    assert not AuditEvent.objects.filter(action="share.rotated").exists()


def test_a_wrong_ring_changes_nothing(
    as_alice: Client, client: Client, old: str, settings: Any
) -> None:
    right, settings.VAULT_KEYS = settings.VAULT_KEYS, "k1:" + "QUFB" * 10 + "QUE="

    assert b"was not changed" in as_alice.post(rotate(), follow=True).content

    settings.VAULT_KEYS = right
    assert client.get(old).status_code == 200
