"""Searching inside a value: matches with their place, in ranges, and only in what is theirs to see."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.test import Client

from results.models import Team
from results.searcher.queue import IN_PLACE_BYTES, SEATS, searcher
from tests import make
from tests.hostile import HOSTILE
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

SEARCH = "/t/acme/runs/run_stored1/search/"
FRAGMENT = {"X-Fragment": "1"}
OUTPUT = b'{"items":[{"name":"Abc","price":1.10},{"name":"xabcx","price":2}]}'
DETAILS = b'{"metadata":{"step":"abc"},"payload":{"card":"abc 4242"}}'


def ask(client: Client, *, fragment: bool = True, **query: str) -> str:
    response = client.get(SEARCH, query, headers=FRAGMENT if fragment else {})
    assert response.status_code == 200
    assert "X-Fragment" in response["Vary"]
    text: str = response.content.decode()
    return text


def test_it_works(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, output=OUTPUT)

    found = ask(as_bob, q="abc")

    assert "2 matches" in found
    assert 'data-pointer="/items/0/name">items[0].name</a>' in found
    assert "<mark>Abc</mark>" in found
    assert "x<mark>abc</mark>x" in found
    assert (
        'href="/t/acme/runs/run_stored1/branch/?of=output&amp;at=/items/0/name&amp;reveal=#marked"'
        in found
    )
    assert "<html" not in found


def test_it_hides_from_strangers(as_charlie: Client, as_dora: Client, team: Team) -> None:
    make.make_result(team=team)

    for outsider in (as_charlie, as_dora):
        assert_hidden(outsider, SEARCH + "?q=a")


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, SEARCH + "?q=a")


def test_without_the_script_it_is_a_page_that_keeps_what_was_typed(
    as_bob: Client, team: Team
) -> None:
    make.make_result(team=team, output=OUTPUT)

    page = ask(as_bob, fragment=False, q="abc", where="values", under="$.items[1]")

    assert "<html" in page
    assert 'name="q" value="abc"' in page
    assert '<option value="values" selected>' in page
    assert 'name="under" value="$.items[1]"' in page
    assert "1 match<" in page
    assert 'href="/t/acme/runs/run_stored1/"' in page


def test_a_text_is_not_asked_for_keys_and_paths_that_it_lacks(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, output=b'"one abc two"')

    page = ask(as_bob, fragment=False, q="abc")

    assert "1 match<" in page
    assert 'placeholder="Search the text' in page
    for lacking in ('name="where"', 'name="under"'):
        assert lacking not in page


@pytest.mark.parametrize(("name", "found"), [("metadata", "step"), ("payload", "card")])
def test_what_is_beside_the_output_is_searched_from_where_it_is_shown(
    as_alice: Client, team: Team, name: str, found: str
) -> None:
    make.make_result(team=team, output=OUTPUT, details=DETAILS)
    shown: str = as_alice.get("/t/acme/runs/run_stored1/").content.decode()

    form = shown.partition(f'aria-label="Search in the {name}"')[0].rpartition("<form")[2]
    field = f'<input type="hidden" name="of" value="{name}">'
    page = ask(as_alice, fragment=False, q="abc", of=name)

    assert f'action="{SEARCH}"' in form
    assert field in shown
    assert f"<h1>Search in the {name}</h1>" in page
    assert f"of={name}&amp;at=/{found}&amp;reveal=#marked" in page


def test_what_holds_nothing_is_not_offered_to_be_searched(as_alice: Client, team: Team) -> None:
    make.make_result(team=team, details=b'{"metadata":7,"payload":{}}')

    shown = as_alice.get("/t/acme/runs/run_stored1/").content.decode()

    assert "<h2>Payload</h2>" in shown
    assert "<h2>Metadata</h2>" in shown
    for name in ("metadata", "payload"):
        assert f"Search in the {name}" not in shown


def test_an_exact_phrase_minds_its_case(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, output=OUTPUT)

    assert "1 match<" in ask(as_bob, q='"Abc"')


def test_numbers_are_found_as_they_are_spelt(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, output=OUTPUT)

    assert "items[0].price" in ask(as_bob, q="1.10")


@pytest.mark.parametrize("query", ["", "   ", '""'])
def test_nothing_typed_is_said(as_bob: Client, team: Team, query: str) -> None:
    make.make_result(team=team, output=OUTPUT)

    assert "<li" not in ask(as_bob, q=query)


def test_a_filter_that_is_not_understood_is_explained(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, output=OUTPUT)

    found = ask(as_bob, q="abc", under="$.items[")

    assert "not understood" in found
    assert 'role="alert"' in found


def test_many_matches_come_in_ranges(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, output=json.dumps(["abc"] * 250).encode())

    first, last = ask(as_bob, q="abc"), ask(as_bob, q="abc", after="200")

    assert "250 matches" in first
    assert first.count("<li>") == 100
    assert "after=100" in first
    assert last.count("<li>") == 50
    assert 'start="201"' in last
    assert "data-more-matches" not in last


@pytest.mark.parametrize("after", ["-1", "x", "99999999999999", "٣"])
def test_a_range_that_makes_no_sense_is_the_beginning(
    as_bob: Client, team: Team, after: str
) -> None:
    make.make_result(team=team, output=OUTPUT)

    assert "Abc" in ask(as_bob, q="abc", after=after)


def test_metadata_is_searched_by_all_members_and_the_payload_not_by_viewers(
    as_bob: Client, as_alice: Client, team: Team
) -> None:
    make.make_result(team=team, details=DETAILS)

    assert "1 match<" in ask(as_bob, q="abc", of="metadata")
    assert "4242" in ask(as_alice, q="abc", of="payload")
    assert as_bob.get(SEARCH, {"q": "abc", "of": "payload"}).status_code == 404


@pytest.mark.parametrize("name", ["nothing", "", "details"])
def test_a_value_that_is_not_there_is_not_found(as_bob: Client, team: Team, name: str) -> None:
    make.make_result(team=team)

    assert as_bob.get(SEARCH, {"q": "a", "of": name}).status_code == 404


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_matches_and_questions_are_only_text(as_bob: Client, team: Team, text: str) -> None:
    make.make_result(team=team, output=json.dumps({text: text}).encode())

    for fragment in (True, False):
        page = ask(as_bob, fragment=fragment, q=text.replace("\x00", ""), under=text)
        page += ask(as_bob, fragment=fragment, q=text[:3].replace("\x00", ""))
        for tag in (
            "<script>hit",
            "<img",
            "<svg",
            "<iframe",
            "<x ",
            "<b onclick",
            "onerror=hit()>",
        ):
            assert tag not in page


def test_a_locked_result_has_nothing_to_search(as_bob: Client, team: Team, settings: Any) -> None:
    make.make_result(team=team, output=OUTPUT)
    settings.VAULT_KEYS = "k1:" + "A" * 43 + "="

    assert as_bob.get(SEARCH, {"q": "abc"}).status_code == 404


@pytest.fixture
def occupied() -> Iterator[None]:
    """As many searches in large values as a worker bears."""
    asked = [searcher().occupied() for _ in range(SEATS)]
    with ExitStack() as stack:
        for each in asked:
            stack.enter_context(each)
        yield


@pytest.mark.usefixtures("occupied")
def test_too_many_searches_are_asked_to_come_back_and_small_values_are_searched_all_the_same(
    as_bob: Client, team: Team
) -> None:
    make.make_result(team=team, output=b'["abc",' + b"1," * IN_PLACE_BYTES + b"2]", details=DETAILS)

    for headers in (FRAGMENT, {}):
        response = as_bob.get(SEARCH, {"q": "abc"}, headers=headers)
        assert response.status_code == 503
        assert response["Retry-After"]
        said = (
            '<p class="error" role="alert">Other searches are running. Try again in a moment.</p>'
        )
        assert said in response.content.decode()
    assert "1 match<" in ask(as_bob, q="abc", of="metadata")


def test_a_large_value_is_answered_as_a_small_one_is(as_bob: Client, team: Team) -> None:
    lines = b"x\n" * IN_PLACE_BYTES + "Zoë\n".encode()
    make.make_result(team=team, output=lines, output_type="text/plain")

    found = ask(as_bob, q="zoë")

    assert f"line {IN_PLACE_BYTES + 1:,}</a>" in found
    assert "<mark>Zoë</mark>" in found


@pytest.mark.parametrize("type_", ["text/plain", "application/json"])
def test_a_text_is_searched_as_a_text_whatever_it_came_as(
    as_bob: Client, team: Team, type_: str
) -> None:
    text = "error one\nfine\nerror two"
    data = text if type_ == "text/plain" else json.dumps(text)
    make.make_result(team=team, output=data.encode(), output_type=type_)

    found = ask(as_bob, q="error")
    page = as_bob.get("/t/acme/runs/run_stored1/").content.decode()

    assert "2 matches" in found
    assert "line 1</a>" in found
    assert "line 3</a>" in found
    assert 'placeholder="Search the text' in page
    assert 'name="under"' not in page


def test_a_match_in_a_text_leads_to_its_line(as_bob: Client, team: Team) -> None:
    lines = [f"Zoë wrote line {number}" for number in range(1, 3_001)]
    make.make_result(team=team, output="\n".join(lines).encode(), output_type="text/plain")

    found = as_bob.get("/t/acme/runs/run_stored1/search/", {"q": "line 2999"})
    link = re.search(r'href="([^"]+)#L2999" data-pointer="">line 2,999</a>', found.content.decode())

    assert link is not None
    page = as_bob.get(html.unescape(link[1])).content.decode()
    assert "<li id=L2996>Zoë wrote line 2996</li>" in page
    assert "<li id=L2999>Zoë wrote line 2999</li>" in page
    assert "<li id=L2995>" not in page
