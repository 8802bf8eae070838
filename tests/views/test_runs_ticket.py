"""A run as text for a ticket: what happened, where it stands, and nothing that comes alive in Markdown."""

from __future__ import annotations

import pytest
from django.test import Client

from results.domain.status import State
from results.models import Team
from tests import make
from tests.hostile import HOSTILE
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

TICKET = "/t/acme/runs/run_stored1/ticket/"
ERROR = (
    b'{"type":"BUILT_IN_ERROR","name":"TypeError","message":"no id",'
    b'"stackTrace":"TypeError: no id\\n    at run (file:///app/src/a.ts:1:2)"}'
)


def test_it_works(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, state=State.FAILED, error=ERROR)

    response = as_bob.get(TICKET)

    text = response.content.decode()
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "TypeError: no id" in text
    assert "file:///app/src/a.ts:1:2" in text
    assert "http://testserver/t/acme/runs/run_stored1/" in text
    assert "UTC" in text


def test_it_hides_from_strangers(as_charlie: Client, as_dora: Client, team: Team) -> None:
    make.make_result(team=team)

    for outsider in (as_charlie, as_dora):
        assert_hidden(outsider, TICKET)


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, TICKET)


def test_it_is_offered_on_the_page_of_a_finished_run(as_bob: Client, team: Team) -> None:
    make.make_result(team=team)

    assert f'data-copy-url="{TICKET}"' in as_bob.get("/t/acme/runs/run_stored1/").content.decode()


def test_a_run_that_was_never_stored_is_not_found(as_bob: Client, team: Team) -> None:
    assert as_bob.get("/t/acme/runs/run_nobody/ticket/").status_code == 404


@pytest.mark.parametrize("text", HOSTILE)
def test_it_is_plain_text_whatever_is_in_it(as_bob: Client, team: Team, text: str) -> None:
    make.make_result(team=team, output=text.encode(), output_type="text/plain")

    response = as_bob.get(TICKET)

    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"
