"""Deleting one result: asked first, done by members, told honestly afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from results.models import Role, Sighting, StoredResult, Team, Tombstone
from results.services import members, sharing
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden, body

RUN = "/t/acme/runs/run_stored1/"
DELETE = f"{RUN}delete/"


@pytest.fixture(autouse=True)
def _stored(team: Team) -> None:
    make.make_result(team=team)


def test_it_works(as_alice: Client, alice: User, client: Client, team: Team) -> None:
    link = sharing.share(result=StoredResult.objects.get(), by=alice, now=timezone.now())
    assert DELETE in as_alice.get(RUN).content.decode()
    asked = as_alice.get(DELETE)
    assert b"1 share link to it will open nothing any more" in asked.content
    assert StoredResult.objects.exists()

    response = as_alice.post(DELETE, follow=True)

    assert response.status_code == 410
    told = response.content.decode()
    assert "alice deleted this result, on <time" in told
    assert "It had been kept since" in told
    assert "report" not in told
    assert client.get(f"/s/{link.token}/").status_code == 404
    assert not StoredResult.objects.exists()


def test_it_hides_from_strangers(as_charlie: Client, as_alice: Client) -> None:
    for method in ("get", "post"):
        assert_hidden(as_charlie, DELETE, method=method)
    assert StoredResult.objects.exists()
    as_alice.post(DELETE)
    assert_hidden(as_charlie, RUN)


def test_it_asks_for_sign_in(client: Client, as_alice: Client) -> None:
    assert_asks_for_sign_in(client, DELETE)
    as_alice.post(DELETE)
    assert_asks_for_sign_in(client, RUN)


def test_a_viewer_may_not_but_reads_that_it_is_gone(as_bob: Client, as_alice: Client) -> None:
    assert as_bob.post(DELETE).status_code == as_bob.get(DELETE).status_code == 403
    assert DELETE not in as_bob.get(RUN).content.decode()

    as_alice.post(DELETE)

    told = as_bob.get(RUN)
    assert told.status_code == 410
    assert b"Look it up anew" not in told.content


def test_a_member_may(team: Team) -> None:
    erin, client = make.make_user(name="erin"), Client()
    members.add_member(team=team, user=erin, role=Role.MEMBER, by=None, now=make.NOW)
    client.force_login(erin)

    assert client.post(DELETE).status_code == 302
    assert Tombstone.objects.get().by == "erin"


def test_looking_at_what_is_gone_asks_nobody(as_alice: Client) -> None:
    as_alice.post(DELETE)

    for _ in range(2):
        assert as_alice.get(RUN).status_code == 410
    document = as_alice.get("/t/acme/runs/run_stored1.json")

    assert document.status_code == 410
    assert document.json()["gone"] == "deleted"
    assert not Sighting.objects.exists()
    assert b"Deleted" in as_alice.get("/t/acme/runs/?ids=run_stored1,run_other1").content


def test_a_run_of_another_team_cannot_be_deleted(as_alice: Client) -> None:
    other = make.make_result(team=make.make_team(name="Other"), run_id="run_theirs1")

    response = as_alice.post("/t/acme/runs/run_theirs1/delete/")

    assert response.status_code == 404
    assert body(response) == body(as_alice.post("/t/acme/runs/run_never1/delete/"))
    assert StoredResult.objects.filter(pk=other.pk).exists()


def test_t10_what_cannot_be_opened_can_be_deleted(as_alice: Client, settings: Any) -> None:
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="

    assert DELETE in as_alice.get(RUN).content.decode()
    as_alice.post(DELETE)

    assert not StoredResult.objects.exists()
