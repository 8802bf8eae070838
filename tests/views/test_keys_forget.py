"""Forgetting a key: its secret is gone, what it found stays."""

from __future__ import annotations

from django.test import Client

from results.models import AuditEvent, ProjectKey, StoredResult, Team
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden


def address(row: ProjectKey) -> str:
    return f"/t/acme/keys/{row.pk}/forget/"


def test_it_works(as_alice: Client, team: Team) -> None:
    row = make.make_key(team=team)
    result = make.make_result(team=team)
    StoredResult.objects.filter(pk=result.pk).update(key=row)

    response = as_alice.post(address(row), follow=True)

    assert b"the key is forgotten" in response.content
    assert not ProjectKey.objects.exists()
    assert as_alice.get("/t/acme/runs/run_stored1/").status_code == 200
    assert AuditEvent.objects.filter(action="key.forgotten", actor="alice").count() == 1


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    assert_hidden(as_charlie, address(make.make_key(team=team)), method="post")
    assert ProjectKey.objects.count() == 1


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, address(make.make_key(team=team)), method="post", back="/")


def test_a_viewer_may_not(as_bob: Client, team: Team) -> None:
    row = make.make_key(team=team)

    assert as_bob.post(address(row)).status_code == 403
    assert ProjectKey.objects.count() == 1


def test_a_key_of_another_team_is_not_there(as_alice: Client, team: Team) -> None:
    row = make.make_key(team=make.make_team(name="Elsewhere"))

    assert as_alice.post(address(row)).status_code == 404
    assert ProjectKey.objects.count() == 1


def test_opening_its_address_forgets_nothing(as_alice: Client, team: Team) -> None:
    row = make.make_key(team=team)

    assert as_alice.get(address(row)).status_code == 405
    assert ProjectKey.objects.count() == 1


def test_forgetting_twice_is_not_found(as_alice: Client, team: Team) -> None:
    row = make.make_key(team=team)
    as_alice.post(address(row))

    assert as_alice.post(address(row)).status_code == 404
