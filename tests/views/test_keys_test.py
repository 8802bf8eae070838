"""Testing a stored key again: what the API says now is kept and said."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from results.models import ProjectKey, Team
from results.models.keys import KeyAnswer
from results.sandbox.server import Sandbox
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden


def address(row: ProjectKey) -> str:
    return f"/t/acme/keys/{row.pk}/test/"


def test_it_works(as_alice: Client, tried_key: ProjectKey) -> None:
    ProjectKey.objects.update(last_answer=KeyAnswer.REFUSED, last_answer_text="old")

    response = as_alice.post(address(tried_key), follow=True)

    assert b"Shop \xc2\xb7 development: accepted." in response.content
    tried_key.refresh_from_db()
    assert (tried_key.last_answer, tried_key.last_answer_text) == (KeyAnswer.ACCEPTED, "")


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    assert_hidden(as_charlie, address(make.make_key(team=team)), method="post")


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, address(make.make_key(team=team)), method="post", back="/")


def test_a_viewer_may_not(as_bob: Client, tried_key: ProjectKey, api: Sandbox) -> None:
    assert as_bob.post(address(tried_key)).status_code == 403
    assert api.count() == 0


def test_a_key_of_another_team_is_not_there(as_alice: Client, team: Team, api: Sandbox) -> None:
    row = make.make_key(team=make.make_team(name="Elsewhere"), api_url=api.url)

    assert as_alice.post(address(row)).status_code == 404
    assert api.count() == 0


def test_a_refusal_is_kept_and_said(as_alice: Client, team: Team, api: Sandbox) -> None:
    row = make.make_key(team=team, api_url=api.url)

    response = as_alice.post(address(row), follow=True)

    assert b"development: refused" in response.content
    row.refresh_from_db()
    assert row.last_answer == KeyAnswer.REFUSED


@pytest.mark.parametrize("fault", ["html502", "reset", "garbage", "429"])
def test_trouble_of_the_api_is_said_to_be_its_own(
    as_alice: Client, tried_key: ProjectKey, api: Sandbox, fault: Any
) -> None:
    api.faults.add(fault)

    response = as_alice.post(address(tried_key), follow=True)

    assert b"could not be asked" in response.content
    tried_key.refresh_from_db()
    assert tried_key.last_answer == KeyAnswer.NOT_ASKED


def test_an_address_that_is_no_longer_allowed_is_not_asked(
    as_alice: Client, tried_key: ProjectKey, api: Sandbox, settings: Any
) -> None:
    settings.TRIGGER_ALLOWED_HOSTS = []
    settings.TRIGGER_API_URL = "https://api.trigger.dev"

    response = as_alice.post(address(tried_key), follow=True)

    assert b"Nothing was sent" in response.content
    assert api.count() == 0


def test_a_wrong_ring_is_said(
    as_alice: Client, tried_key: ProjectKey, api: Sandbox, settings: Any
) -> None:
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="

    response = as_alice.post(address(tried_key), follow=True)

    assert response.status_code == 200
    assert b"cannot be opened with this instance" in response.content
    assert api.count() == 0
