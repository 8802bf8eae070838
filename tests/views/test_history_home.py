"""An address that was cut after the team: its members come to the history, nobody else anywhere."""

from __future__ import annotations

from django.test import Client

from results.models import AuditEvent, Lookup, Team
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

ADDRESS = "/t/acme/"


def test_it_works(as_bob: Client, team: Team) -> None:
    before = AuditEvent.objects.count()

    response = as_bob.get(ADDRESS)

    assert (response.status_code, response["Location"]) == (302, "/t/acme/history/")
    assert as_bob.get(response["Location"]).status_code == 200
    assert AuditEvent.objects.count() == before
    assert not Lookup.objects.exists()


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    assert_hidden(as_charlie, ADDRESS)


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, ADDRESS)


def test_without_its_last_stroke_it_leads_there_too(as_bob: Client, team: Team) -> None:
    assert as_bob.get("/t/acme", follow=True).request["PATH_INFO"] == "/t/acme/history/"
