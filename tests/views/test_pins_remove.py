"""Unpinning a run: by any member of the team, whoever pinned it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from results.models import AuditEvent, Pin, Team
from results.services import pins
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

PAGE = "/t/acme/runs/run_stored1/"
UNPIN = PAGE + "unpin/"


@pytest.fixture(autouse=True)
def _pinned(team: Team, bob: User) -> None:
    make.make_result(team=team)
    pins.pin(team=team, run_id="run_stored1", by=bob, now=make.NOW)


def test_it_works(as_alice: Client) -> None:
    response = as_alice.post(UNPIN, follow=True)

    assert response.redirect_chain == [(PAGE, 302)]
    assert b">Pin</button>" in response.content
    assert not Pin.objects.exists()


def test_it_hides_from_strangers(as_charlie: Client) -> None:
    assert_hidden(as_charlie, UNPIN, method="post")
    assert Pin.objects.exists()


def test_it_asks_for_sign_in(client: Client) -> None:
    assert_asks_for_sign_in(client, UNPIN, method="post", back="/")


def test_a_viewer_may_not(as_bob: Client) -> None:
    assert as_bob.post(UNPIN).status_code == 403
    assert Pin.objects.exists()


def test_twice_is_written_down_once(as_alice: Client) -> None:
    as_alice.post(UNPIN)
    as_alice.post(UNPIN)

    assert AuditEvent.objects.filter(action="run.unpinned", actor="alice").count() == 1


def test_another_teams_pin_stays(as_alice: Client, alice: User) -> None:
    other = make.make_team(name="Other")
    pins.pin(team=other, run_id="run_stored1", by=alice, now=make.NOW)

    as_alice.post(UNPIN, {"back": "?who=team"})

    assert Pin.objects.get().team == other
