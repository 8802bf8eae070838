"""Changing the passcode of a link: kept as a hash, never shown, and asked of everybody anew."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client

from results.models import AuditEvent, ShareLink, Team
from tests.views.sharing import PASSCODE, shared
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden


@pytest.fixture
def address(team: Team, alice: Any) -> str:
    return shared(team, alice, passcode=PASSCODE)


def passcode() -> str:
    return f"/t/acme/shares/{ShareLink.objects.get().pk}/passcode/"


def test_it_works(as_alice: Client, address: str) -> None:
    response = as_alice.post(passcode(), {"passcode": "another one"}, follow=True)

    assert b"asks for the new passcode" in response.content
    assert b"another one" not in response.content
    row = ShareLink.objects.get()
    assert check_password("another one", row.passcode)
    assert "another one" not in row.passcode
    assert "another one" not in str(list(AuditEvent.objects.values()))
    assert AuditEvent.objects.filter(action="share.passcode_set", actor="alice").count() == 1


def test_it_hides_from_strangers(as_charlie: Client, address: str) -> None:
    assert_hidden(as_charlie, passcode(), method="post")


def test_it_asks_for_sign_in(client: Client, address: str) -> None:
    assert_asks_for_sign_in(client, passcode(), method="post", back="/")


def test_a_viewer_may_not(as_bob: Client, address: str) -> None:
    before = ShareLink.objects.get().passcode

    assert as_bob.post(passcode(), {"passcode": "another one"}).status_code == 403
    assert ShareLink.objects.get().passcode == before


def test_a_short_one_changes_nothing(as_alice: Client, address: str) -> None:
    before = ShareLink.objects.get().passcode

    assert b"at least 6" in as_alice.post(passcode(), {"passcode": "12345"}, follow=True).content
    assert ShareLink.objects.get().passcode == before


def test_an_empty_one_takes_it_away(as_alice: Client, client: Client, address: str) -> None:
    response = as_alice.post(passcode(), {"passcode": ""}, follow=True)

    assert b"no passcode any more" in response.content
    assert b"in the part" in client.get(address).content
