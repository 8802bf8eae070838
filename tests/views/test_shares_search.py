"""Searching inside a shared result: in its output and error, and in nothing else, ever."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from results.models import ShareLink, Team
from results.services import sharing
from tests import make
from tests.views.strangers import body, headers

DETAILS = b'{"metadata":{"step":"abc META"},"payload":{"card":"abc 4242"}}'
NEVER = f"/s/{'A' * 43}/search/"


def shared(team: Team, by: Any) -> str:
    result = make.make_result(team=team, output=b'{"a":"abc"}', details=DETAILS)
    return f"/s/{sharing.share(result=result, by=by, now=timezone.now()).token}/search/"


@pytest.mark.parametrize("fragment", [True, False])
def test_it_works(client: Client, alice: Any, team: Team, *, fragment: bool) -> None:
    asked = {"X-Fragment": "1"} if fragment else {}

    response = client.get(shared(team, alice), {"q": "abc"}, headers=asked)

    assert b"<mark>abc</mark>" in response.content
    assert (b"<html" in response.content) == (not fragment)
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "private, no-store"


def test_it_hides_everything_of_the_team(
    client: Client, as_alice: Client, alice: Any, team: Team
) -> None:
    address = shared(team, alice)

    for reader in (client, as_alice):
        page = reader.get(address, {"q": "abc"}).content.decode()
        for ours in ("Acme", "acme", "alice", "/t/", "/keys/", "META", "4242"):
            assert ours not in page
        for name in ("metadata", "payload"):
            assert reader.get(address, {"q": "abc", "of": name}).status_code == 404


def test_it_asks_nobody_to_sign_in(client: Client, alice: Any, team: Team) -> None:
    assert b"/accounts/" not in client.get(shared(team, alice), {"q": "abc"}).content


def test_a_link_that_is_over_answers_like_one_that_never_was(
    client: Client, alice: Any, team: Team
) -> None:
    address = shared(team, alice)
    ShareLink.objects.update(revoked_at=timezone.now())

    there, never = client.get(address, {"q": "abc"}), client.get(NEVER, {"q": "abc"})

    assert there.status_code == never.status_code == 404
    assert body(there) == body(never)
    assert headers(there) == headers(never)


def test_searching_is_no_opening(client: Client, alice: Any, team: Team) -> None:
    client.get(shared(team, alice), {"q": "abc"})

    assert ShareLink.objects.get().opened_count == 0
