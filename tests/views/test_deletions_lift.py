"""Looking a run up anew whose result is gone: by members, on request only."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from results.models import AuditEvent, Sighting, Team, Tombstone
from results.services import retention
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

RUN = "/t/acme/runs/run_stored1/"
LIFT = f"{RUN}delete/lift/"


@pytest.fixture(autouse=True)
def _gone(team: Team, alice: User) -> None:
    retention.delete_result(result=make.make_result(team=team), by=alice, now=make.NOW)


def test_it_works(as_alice: Client) -> None:
    assert LIFT in as_alice.get(RUN).content.decode()

    response = as_alice.post(LIFT, follow=True)

    assert response.status_code == 200
    assert Sighting.objects.get().run_id == "run_stored1"
    assert not Tombstone.objects.exists()
    assert AuditEvent.objects.get(action="result.lookup_allowed").subject == "run_stored1"


def test_it_hides_from_strangers(as_charlie: Client) -> None:
    assert_hidden(as_charlie, LIFT, method="post")
    assert Tombstone.objects.exists()


def test_it_asks_for_sign_in(client: Client) -> None:
    assert_asks_for_sign_in(client, LIFT, method="post", back="/")


def test_a_viewer_may_not(as_bob: Client) -> None:
    assert as_bob.post(LIFT).status_code == 403
    assert Tombstone.objects.exists()


def test_what_is_not_gone_is_not_found(as_alice: Client) -> None:
    assert as_alice.post("/t/acme/runs/run_other1/delete/lift/").status_code == 404
