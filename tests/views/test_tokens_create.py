"""Making a personal token: it is in one answer and nowhere else."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from results.models import AuditEvent, PersonalToken, Team
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

CREATE = "/t/acme/tokens/create/"
TOKEN = re.compile(r'value="(runlens_[\w-]{43})"')


def test_it_works(as_bob: Client, team: Team) -> None:
    make.make_result(team=team)

    page = as_bob.post(CREATE, {"label": "nightly", "days": "7"}).content.decode()

    found = TOKEN.search(page)
    assert found
    row = PersonalToken.objects.get()
    assert (row.label, (row.expires_at - row.created_at).days) == ("nightly", 7)
    document = "/t/acme/runs/run_stored1.json"
    read = Client().get(document, headers={"Authorization": f"Bearer {found[1]}"})
    assert read.json()["output"] == {"sum": 3}
    assert found[1] not in as_bob.get("/t/acme/tokens/").content.decode()
    kept = f"{[s.get_decoded() for s in Session.objects.all()]} {list(AuditEvent.objects.values())}"
    assert found[1] not in kept


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    assert_hidden(as_charlie, CREATE, method="post", data={"label": "x", "days": "7"})
    assert not PersonalToken.objects.exists()


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, CREATE, method="post", back="/")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"label": "nightly"},
        {"label": "", "days": "7"},
        {"label": "   ", "days": "7"},
        {"label": "nightly", "days": "8"},
        {"label": "nightly", "days": "0"},
        {"label": "a\x00b", "days": "7"},
        {"label": "x" * 81, "days": "7"},
    ],
)
def test_what_is_no_wish_for_a_token_is_refused_and_kept(
    as_bob: Client, team: Team, values: dict[str, str]
) -> None:
    response = as_bob.post(CREATE, values)

    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    assert not PersonalToken.objects.exists()
    if values.get("label") == "nightly":
        assert 'value="nightly"' in response.content.decode()


def test_one_too_many_is_refused_with_what_to_do(as_bob: Client, team: Team) -> None:
    for number in range(20):
        as_bob.post(CREATE, {"label": f"number {number}", "days": "7"})

    response = as_bob.post(CREATE, {"label": "one more", "days": "7"})

    assert response.status_code == 400
    assert "Revoke one first" in response.content.decode()
    assert 'value="one more"' in response.content.decode()
