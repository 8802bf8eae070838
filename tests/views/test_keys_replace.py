"""Replacing the secret of a key: tried first, of the same environment, and the old one stays till then."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from results.models import AuditEvent, ProjectKey, Team
from results.sandbox.scenarios import SANDBOX_KEYS, SCOPED_KEY
from results.sandbox.server import Sandbox
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden


def address(row: ProjectKey) -> str:
    return f"/t/acme/keys/{row.pk}/replace/"


def sealed(row: ProjectKey) -> bytes:
    return bytes(ProjectKey.objects.get(pk=row.pk).sealed_secret)


def test_it_works(as_alice: Client, tried_key: ProjectKey, api: Sandbox) -> None:
    before = sealed(tried_key)

    page = as_alice.get(address(tried_key))
    response = as_alice.post(address(tried_key), {"secret": SANDBOX_KEYS["dev"]}, follow=True)

    assert "tr_dev_••••0001" in page.content.decode()
    assert b"Trigger.dev accepted it" in response.content
    assert sealed(tried_key) != before
    assert SANDBOX_KEYS["dev"] not in response.content.decode()
    assert AuditEvent.objects.filter(action="key.replaced", actor="alice").count() == 1


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    row = make.make_key(team=team)

    assert_hidden(as_charlie, address(row))
    assert_hidden(as_charlie, address(row), method="post")


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    row = make.make_key(team=team)

    assert_asks_for_sign_in(client, address(row))


def test_a_viewer_may_not(as_bob: Client, team: Team) -> None:
    row = make.make_key(team=team)
    before = sealed(row)

    assert as_bob.get(address(row)).status_code == 403
    assert as_bob.post(address(row), {"secret": SANDBOX_KEYS["dev"]}).status_code == 403
    assert sealed(row) == before


def test_a_key_of_another_team_is_not_there(as_alice: Client, team: Team) -> None:
    row = make.make_key(team=make.make_team(name="Elsewhere"))
    before = sealed(row)

    assert as_alice.post(address(row), {"secret": SANDBOX_KEYS["dev"]}).status_code == 404
    assert sealed(row) == before


@pytest.mark.parametrize(
    ("secret", "says"),
    [
        ("", "This field is required"),
        (None, "This field is required"),
        ("CANARY", "not spelt like a secret key"),
        (SANDBOX_KEYS["prod"], "That is a key of the production environment"),
        (SCOPED_KEY, "That is a key of the production environment"),
        ("tr_dev_CANARYkeyAAAAAAAAAAAAAA", "Trigger.dev refused this key"),
    ],
)
def test_the_old_one_stays_until_the_new_one_is_accepted(
    as_alice: Client, tried_key: ProjectKey, secret: str | None, says: str
) -> None:
    before = sealed(tried_key)

    response = as_alice.post(address(tried_key), {} if secret is None else {"secret": secret})

    assert response.status_code == 400
    assert says in response.content.decode()
    assert not secret or secret not in response.content.decode()
    assert sealed(tried_key) == before


def test_the_address_of_the_api_cannot_be_changed_along_the_way(
    as_alice: Client, tried_key: ProjectKey, api: Sandbox
) -> None:
    values = {"secret": SANDBOX_KEYS["dev"], "api_url": "https://api.trigger.dev", "project": "X"}

    as_alice.post(address(tried_key), values)

    tried_key.refresh_from_db()
    assert (tried_key.api_url, tried_key.project) == (api.url, "Shop")


def test_a_wrong_ring_changes_nothing(
    as_alice: Client, tried_key: ProjectKey, api: Sandbox, settings: Any
) -> None:
    before = sealed(tried_key)
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="

    response = as_alice.post(address(tried_key), {"secret": SANDBOX_KEYS["dev"]})

    assert response.status_code == 400
    assert b"nothing was changed" in response.content
    assert sealed(tried_key) == before
    assert api.count() == 0
