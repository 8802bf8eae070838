"""Where a team's source code is: set by owners, led to by own frames, and told to no link holder."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from results.domain.status import State
from results.models import AuditEvent, Team
from results.services import sharing
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

SOURCE = "/t/acme/settings/source/"
GITHUB = "https://github.com/acme/jobs/blob/main/{path}#L{line}"
STACK = (
    "Error: no\n    at run (file:///app/src/trigger/a.ts:12:5)\n"
    "    at call (file:///app/node_modules/x/b.js:1:2)"
)
ERROR = json.dumps(
    {"type": "BUILT_IN_ERROR", "name": "Error", "message": "no", "stackTrace": STACK}
).encode()
LINK = 'href="https://github.com/acme/jobs/blob/main/src/trigger/a.ts#L12"'


def test_it_works(as_alice: Client, as_bob: Client, team: Team) -> None:
    make.make_result(team=team, state=State.FAILED, error=ERROR)

    as_alice.post(SOURCE, {"address": f" {GITHUB} "})

    for reader in (as_alice, as_bob):
        page = reader.get("/t/acme/runs/run_stored1/").content.decode()
        assert page.count("https://github.com/acme") == 1
        assert f'<a class="place" {LINK} target="_blank" rel="noreferrer noopener">' in page
        assert GITHUB in reader.get("/t/acme/settings/").content.decode()


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    assert_hidden(as_charlie, SOURCE, method="post", data={"address": GITHUB})


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, SOURCE, method="post", back="/")


def test_only_owners_say_where_it_is(as_bob: Client, team: Team) -> None:
    assert as_bob.post(SOURCE, {"address": GITHUB}).status_code == 403
    assert Team.objects.get().source_address == ""
    assert SOURCE not in as_bob.get("/t/acme/settings/").content.decode()


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)//{path}", "https://x.example/", "x" * 301]
)
def test_what_is_no_address_is_refused_with_why_and_kept(
    as_alice: Client, team: Team, address: str
) -> None:
    response = as_alice.post(SOURCE, {"address": address})

    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    assert f'value="{address}"' in response.content.decode()
    assert Team.objects.get().source_address == ""


def test_it_is_taken_back_by_an_empty_one_and_both_are_written_down(
    as_alice: Client, team: Team
) -> None:
    for address in (GITHUB, GITHUB, ""):
        as_alice.post(SOURCE, {"address": address})

    assert Team.objects.get().source_address == ""
    events = AuditEvent.objects.filter(action="source.set").order_by("sequence")
    assert [event.subject for event in events] == [GITHUB, "none"]


def test_a_ticket_leads_to_the_innermost_own_frame(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, state=State.FAILED, error=ERROR)
    ticket = "/t/acme/runs/run_stored1/ticket/"
    assert "Source" not in as_bob.get(ticket).text

    Team.objects.update(source_address=GITHUB)

    url = "https://github.com/acme/jobs/blob/main/src/trigger/a.ts#L12"
    assert f"**Source:** <{url}>" in as_bob.get(ticket).text


def test_whoever_holds_a_link_learns_nothing_of_where_the_code_is(
    client: Client, team: Team, alice: User
) -> None:
    Team.objects.update(source_address=GITHUB)
    result = make.make_result(team=team, state=State.FAILED, error=ERROR)
    made = sharing.share(result=result, by=alice, now=timezone.now())

    page = client.get(f"/s/{made.token}/").content.decode()

    assert "src/trigger/a.ts:12:5" in page
    assert "github.com" not in page


def test_the_preview_of_a_link_shows_no_more_than_the_link(as_alice: Client, team: Team) -> None:
    Team.objects.update(source_address=GITHUB)
    make.make_result(team=team, state=State.FAILED, error=ERROR)

    page = as_alice.get("/t/acme/runs/run_stored1/share/").content.decode()

    assert "github.com" not in page
