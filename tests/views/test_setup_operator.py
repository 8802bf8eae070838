"""The page behind the set-up link: the first operator, once, and nobody after."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from results.models import Team
from results.services import setup
from tests.views.strangers import body, headers

WORDS = "correct horse battery staple"
NEW = {"username": "erin", "password": WORDS, "again": WORDS, "team": "Acme"}


@pytest.fixture
def link(db: None) -> str:
    return f"/setup/{setup.open_link(now=timezone.now())}/"


def test_it_works(client: Client, link: str) -> None:
    assert b"Nobody runs this instance yet" in client.get(link).content

    response = client.post(link, NEW, follow=True)

    assert b"Welcome, erin. You run this instance." in response.content
    assert User.objects.get().is_superuser
    assert client.get("/admin/").status_code == 200
    assert client.get("/t/acme/members/").status_code == 200


def test_it_hides_whatever_became_of_a_link(client: Client, link: str) -> None:
    unknown = client.get(f"/setup/{'A' * 43}/")
    assert unknown.status_code == 404
    client.post(link, NEW)

    for other in (Client().get(link), Client().post(link, NEW | {"username": "frank"})):
        assert other.status_code == 404
        assert body(other) == body(unknown)
        assert headers(other) == headers(unknown)
    assert User.objects.count() == 1


def test_it_asks_for_nothing_but_the_link(client: Client, link: str) -> None:
    assert client.get(link).status_code == 200


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"password": "admin", "again": "admin"}, "at least 12 characters"),
        ({"again": "x"}, "differ"),
        ({"username": ""}, "required"),
        ({"team": "x" * 81}, "80"),
    ],
)
def test_t25_a_weak_beginning_is_refused_and_the_link_stays(
    client: Client, link: str, changed: dict[str, str], says: str
) -> None:
    response = client.post(link, NEW | changed)

    assert response.status_code == 400
    assert says in response.content.decode()
    assert WORDS not in response.content.decode()
    assert not User.objects.exists()
    assert not Team.objects.exists()
    assert client.post(link, NEW).status_code == 302


def test_a_broken_ring_is_said_and_makes_nobody(
    client: Client, link: str, settings: object
) -> None:
    settings.VAULT_KEYS = "k1:broken"  # type: ignore[attr-defined]

    response = client.post(link, NEW)

    assert response.status_code == 400
    assert b"No team was made, and no account" in response.content
    assert not User.objects.exists()
