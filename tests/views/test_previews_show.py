"""The page of a link before it is made: drawn as visitors will see it, and seen by members alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from results.domain.disclosure import Choices, Scope
from results.models import AuditEvent, ShareLink, Team
from tests.views.sharing import OUTSIDE, WITHHELD, rich_result, shared
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

CHOSEN = Choices(Scope.PART, "/part")


def preview(choices: Choices = CHOSEN, more: str = "") -> str:
    return f"/t/acme/runs/run_stored1/share/preview/{choices.for_address}/{more}"


def test_it_works(as_alice: Client, alice: Any, client: Client, team: Team) -> None:
    link = shared(team, alice, CHOSEN)

    ours, theirs = as_alice.get(preview()), client.get(f"{link}")

    assert ours.status_code == theirs.status_code == 200
    drawn = ours.content.decode().replace(preview(), link)
    assert drawn == theirs.content.decode()
    for secret in (*OUTSIDE, *WITHHELD):
        assert secret.encode() not in ours.content


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    rich_result(team)

    assert_hidden(as_charlie, preview())


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    rich_result(team)

    assert_asks_for_sign_in(client, preview())


def test_a_viewer_may_not(as_bob: Client, team: Team) -> None:
    rich_result(team)

    assert as_bob.get(preview()).status_code == 403


@pytest.mark.parametrize("choices", ["x", "e30", "A" * 500, "%00"])
def test_what_is_no_choice_is_not_there(as_alice: Client, team: Team, choices: str) -> None:
    rich_result(team)

    address = preview().replace(CHOSEN.for_address, choices)
    assert as_alice.get(address).status_code == 404


def test_looking_makes_nothing(as_alice: Client, team: Team) -> None:
    rich_result(team)
    before = AuditEvent.objects.count()

    as_alice.get(preview())

    assert not ShareLink.objects.exists()
    assert AuditEvent.objects.count() == before
