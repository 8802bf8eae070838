"""The settings of a team: everybody in it reads them, owners find forms."""

from __future__ import annotations

from typing import Any

from django.test import Client

from results.models import Team
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

PAGE = "/t/acme/settings/"


def test_it_works(as_alice: Client, team: Team) -> None:
    make.make_result(team=team)

    page = as_alice.get(PAGE).content.decode()

    assert "Results are kept for ever." in page
    assert "1 stored, the oldest on" in page
    assert "23 Nov 2026" in page
    assert 'name="keep_days"' in page
    assert "of generation 1" in page


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    assert_hidden(as_charlie, PAGE)


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, PAGE)


def test_a_viewer_reads_and_finds_no_form(as_bob: Client, team: Team) -> None:
    Team.objects.update(keep_days=1)

    page = as_bob.get(PAGE).content.decode()

    assert "Results are deleted 1 day after they were stored here." in page
    assert "An owner of the team can change it." in page
    assert "keep_days" not in page


def test_t10_a_wrong_ring_is_told(as_alice: Client, team: Team, settings: Any) -> None:
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="

    page = as_alice.get(PAGE).content.decode()

    assert "cannot be opened with this instance's key ring" in page
    assert "of generation" not in page
