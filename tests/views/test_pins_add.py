"""Pinning a run: for members, from its page or from the history, up to a number."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from results.models import AuditEvent, Pin, Team
from results.services import pins
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

PAGE = "/t/acme/runs/run_stored1/"
PIN = PAGE + "pin/"


@pytest.fixture(autouse=True)
def _looked_up(team: Team, alice: User) -> None:
    make.make_result(team=team)
    make.make_lookup(team=team, run_id="run_stored1", by=alice, now=make.NOW)


def test_it_works(as_alice: Client, as_bob: Client) -> None:
    assert b">Pin</button>" in as_alice.get(PAGE).content

    response = as_alice.post(PIN, follow=True)

    assert response.redirect_chain == [(PAGE, 302)]
    assert b"Pinned by <bdi>alice</bdi>" in response.content
    assert b">Unpin</button>" in response.content
    seen = as_bob.get(PAGE).content
    assert b"Pinned by <bdi>alice</bdi>" in seen
    assert b"pin</button>" not in seen
    assert b"Pin</button>" not in seen


def test_it_hides_from_strangers(as_charlie: Client) -> None:
    assert_hidden(as_charlie, PIN, method="post")
    assert not Pin.objects.exists()


def test_it_asks_for_sign_in(client: Client) -> None:
    assert_asks_for_sign_in(client, PIN, method="post", back="/")


@pytest.mark.parametrize(
    ("sender", "leads_to"),
    [
        (f"http://testserver{PAGE}?view=text", f'{PAGE}?view=text">Open the page again'),
        ("https://evil.example/x", '/">Find a run'),
    ],
)
def test_a_button_of_an_earlier_sign_in_leads_back_to_its_page(
    alice: User, sender: str, leads_to: str
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    refused = client.post(PIN, headers={"Origin": "http://testserver", "Referer": sender})

    assert refused.status_code == 403
    assert f'<a class="button" href="{leads_to}</a>' in refused.text
    assert not Pin.objects.exists()


def test_a_viewer_may_not(as_bob: Client) -> None:
    assert as_bob.post(PIN).status_code == 403
    assert not Pin.objects.exists()


def test_twice_is_once(as_alice: Client) -> None:
    as_alice.post(PIN)
    as_alice.post(PIN)

    assert Pin.objects.count() == AuditEvent.objects.filter(action="run.pinned").count() == 1


def test_a_run_that_nobody_looked_at_is_not_there(as_alice: Client) -> None:
    assert as_alice.post("/t/acme/runs/run_never/pin/").status_code == 404
    assert not Pin.objects.exists()


def test_an_unfinished_run_can_be_pinned(as_alice: Client, alice: User, team: Team) -> None:
    make.make_sighting(team=team)
    make.make_lookup(team=team, run_id="run_pending1", by=alice, now=make.NOW)

    as_alice.post("/t/acme/runs/run_pending1/pin/")

    assert Pin.objects.get().run_id == "run_pending1"


def test_one_too_many_is_refused_in_a_sentence(as_alice: Client, team: Team, alice: User) -> None:
    for number in range(pins.MOST):
        pins.pin(team=team, run_id=f"run_{number}", by=alice, now=make.NOW)

    response = as_alice.post(PIN, follow=True)

    assert "50 runs already, which is the most. Unpin one first" in response.content.decode()
    assert Pin.objects.count() == pins.MOST


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        ("?who=team&outcome=failed", "/t/acme/history/?who=team&outcome=failed"),
        ("", "/t/acme/history/?"),
        ("https://evil.example/", "/t/acme/history/?https%3A%2F%2Fevil.example%2F="),
        ("//evil.example", "/t/acme/history/?%2F%2Fevil.example="),
        ("?a=\r\nSet-Cookie: x=1", "/t/acme/history/?a=%0D%0ASet-Cookie%3A+x%3D1"),
    ],
)
def test_from_the_history_it_leads_back_there_and_nowhere_else(
    as_alice: Client, back: str, expected: str
) -> None:
    response: Any = as_alice.post(PIN, {"back": back})

    assert response["Location"] == expected
