"""One branch of a value: list items for the tree, a page for everybody else, and only what is theirs."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from results.domain.status import State
from results.models import Team
from tests import make
from tests.hostile import HOSTILE
from tests.pages.walks import spelt
from tests.views.reading import read_page
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden, body, headers

BRANCH = "/t/acme/runs/run_stored1/branch/"
FRAGMENT = {"X-Fragment": "1"}
DETAILS = b'{"metadata":{"step":["META"]},"payload":{"card":["4242"]}}'


def ask(client: Client, *, fragment: bool = False, **query: str | bytes | int) -> Any:
    return client.get(BRANCH, query, headers=FRAGMENT if fragment else {})


def values(response: Any) -> list[str]:
    """The texts of the leaves, in order."""
    return read_page(response.content.decode()).values


def test_it_works(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, output=b'{"a":{"b":[1,2,3]}}')

    response = ask(as_bob, of="output", at="/a/b")

    assert response.status_code == 200
    assert values(response) == ["1", "2", "3"]
    assert b"<html" in response.content
    assert b'href="/t/acme/runs/run_stored1/"' in response.content
    assert b'href="/t/acme/runs/run_stored1/branch/?of=output&amp;at=/a"' in response.content
    assert response["Cache-Control"] == "private, no-store"


def test_it_hides_from_strangers(as_charlie: Client, as_dora: Client, team: Team) -> None:
    make.make_result(team=team)

    for outsider in (as_charlie, as_dora):
        assert_hidden(outsider, BRANCH)
        assert_hidden(outsider, BRANCH + "?of=output&at=/sum")
        assert_hidden(outsider, BRANCH, headers=FRAGMENT)


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, BRANCH + "?of=output&after=3")


def test_the_script_gets_list_items_and_nothing_around_them(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, output=b'{"a":[1]}')

    response = ask(as_bob, fragment=True, at="/a")

    assert response.content.decode().strip().startswith("<li data-at=")
    assert b"<html" not in response.content
    assert values(response) == ["1"]


@pytest.mark.parametrize("fragment", [True, False])
def test_no_cache_mistakes_one_for_the_other(as_bob: Client, team: Team, *, fragment: bool) -> None:
    make.make_result(team=team)

    response = ask(as_bob, fragment=fragment)

    assert "X-Fragment" in response["Vary"]
    assert "Cookie" in response["Vary"]


@pytest.mark.parametrize(
    "query",
    [
        {"of": "nope"},
        {"of": ""},
        {"of": "OUTPUT"},
        {"of": "details"},
        {"of": "inner"},
        {"of": "error"},
        {"of": "output\x00"},
        {"at": "a"},
        {"at": "/nope"},
        {"at": "/a/9"},
        {"at": "/a/01"},
        {"at": "/a/-1"},
        {"at": "/\x00"},
        {"at": "/a" * 30_000},
        {"at": "~"},
        {"at": "/" + "9" * 5_000},
        {"at": "/\ud800".encode("utf-8", "surrogatepass")},
    ],
)
def test_what_is_not_there_is_not_found(as_alice: Client, team: Team, query: Any) -> None:
    make.make_result(team=team, output=b'{"a":[1]}', details=DETAILS)

    for fragment in (True, False):
        assert ask(as_alice, fragment=fragment, **query).status_code == 404


@pytest.mark.parametrize("run_id", ["run_other1", "run_pending1"])
def test_a_run_without_a_result_has_no_branches(as_alice: Client, team: Team, run_id: str) -> None:
    make.make_sighting(team=team, state=State.PENDING, status="EXECUTING")

    assert as_alice.get(f"/t/acme/runs/{run_id}/branch/").status_code == 404


@pytest.mark.parametrize(
    "after", ["-1", "x", "", "1.5", "1e3", " 1", "+1", "9" * 5_000, "\x00", "²", "0x1", "None"]
)
def test_a_range_that_is_none_begins_at_the_beginning(
    as_bob: Client, team: Team, after: str
) -> None:
    make.make_result(team=team, output=json.dumps(list(range(150))).encode())

    response = ask(as_bob, after=after)

    assert response.status_code == 200
    assert values(response)[:2] == ["0", "1"]


@pytest.mark.parametrize("after", ["150", "151", "99999999999"])
def test_a_range_beyond_the_end_leads_back(as_bob: Client, team: Team, after: str) -> None:
    make.make_result(team=team, output=json.dumps(list(range(150))).encode())

    response = ask(as_bob, fragment=True, after=after)

    assert response.status_code == 200
    assert values(response) == []
    assert b'href="/t/acme/runs/run_stored1/branch/?of=output&amp;at="' in response.content


def test_a_long_list_comes_in_ranges(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, output=json.dumps(list(range(250))).encode())

    first, last = ask(as_bob), ask(as_bob, after=200)

    assert values(first) == [str(number) for number in range(100)]
    assert b"Show 100\xe2\x80\x93199 of 250" in first.content
    assert values(last) == [str(number) for number in range(200, 250)]
    assert b"after=100" in last.content
    assert b"Show what comes before" in last.content
    assert b"Show 2" not in last.content


def test_a_viewer_sees_metadata_and_no_payload(
    as_alice: Client, as_bob: Client, team: Team
) -> None:
    make.make_result(team=team, details=DETAILS)

    assert values(ask(as_bob, of="metadata", at="/step")) == ["META"]
    assert ask(as_bob, of="payload", at="/card").status_code == 404
    assert values(ask(as_alice, of="payload", at="/card")) == ["4242"]


def test_what_a_viewer_may_not_see_looks_like_what_never_was(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, details=DETAILS)

    for fragment in (True, False):
        kept = ask(as_bob, fragment=fragment, of="payload")
        never = ask(as_bob, fragment=fragment, of="nothing")
        assert kept.status_code == never.status_code == 404
        assert body(kept) == body(never)
        assert headers(kept) == headers(never)


def test_an_old_result_without_details_has_neither(as_alice: Client, team: Team) -> None:
    make.make_result(team=team)

    assert ask(as_alice, of="metadata").status_code == 404
    assert ask(as_alice, of="payload").status_code == 404


def test_the_value_inside_a_text_has_branches(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, output=b'{"a":{"b":["in"]}}', output_type="text/plain")

    assert values(ask(as_bob, of="inner", at="/a/b")) == ["in"]
    assert ask(as_bob, of="output", at="/a/b").status_code == 404


def test_the_message_of_an_error_has_branches(as_bob: Client, team: Team) -> None:
    error = json.dumps({"type": "STRING_ERROR", "raw": '{"why":["no"]}'}).encode()
    make.make_result(team=team, state=State.FAILED, error=error)

    assert values(ask(as_bob, of="error", at="/why")) == ["no"]
    assert ask(as_bob, of="output").status_code == 404


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_branch_is_only_text(as_bob: Client, team: Team, text: str) -> None:
    make.make_result(team=team, output=json.dumps({text: {text: [text]}}).encode())
    name = text.replace("~", "~0").replace("/", "~1")

    page = ask(as_bob, at=f"/{name}")

    assert page.status_code == 200
    main = page.content.decode().partition('<main id="main" tabindex="-1">')[2]
    read = read_page(main.partition("</main>")[0])
    assert read.elements <= {
        "h1",
        "p",
        "a",
        "code",
        *("dl", "dt", "dd", "div"),
        "ul",
        "li",
        "details",
        "summary",
        "bdi",
        "span",
    }
    assert read.attributes <= {
        *("class", "href", "title"),
        *("data-branch", "data-more", "data-at", "data-position", "data-size"),
    }
    assert all(address.startswith("/t/acme/runs/run_stored1/") for address in read.addresses)


@pytest.mark.parametrize(
    "name", ["a/b", "~", "%2F", "ä", "", "\x00", "+", "a&at=b", "#", "日本 語"]
)
def test_a_strange_name_in_an_address_is_found(as_bob: Client, team: Team, name: str) -> None:
    make.make_result(team=team, output=json.dumps({name: {"x": {"y": {"z": 1}}}}).encode())

    whole = as_bob.get("/t/acme/runs/run_stored1/")
    (link,) = read_page(whole.content.decode()).branches

    assert b"<bdi class=key>z" not in as_bob.get(link).content
    assert b"<bdi class=key>y" in as_bob.get(link).content


def test_every_node_of_a_megabyte_is_reached_by_links_alone(as_bob: Client, team: Team) -> None:
    value = {
        "records": [
            {"id": number, "words": [f"{number} says {word:0180}" for word in range(90)]}
            for number in range(60)
        ],
        "crowd": {f"member {number}": number for number in range(1_500)},
        "deep": {"a": {"b": {"c": {"d": [{"e": ["bottom"]}]}}}},
        "texts": [f"{letter * 9_000} the end of {letter}" for letter in "abc"],
    }
    output = json.dumps(value).encode()
    assert len(output) > 1_000_000
    make.make_result(team=team, output=output)

    reached, values = _walked(as_bob, "/t/acme/runs/run_stored1/?view=tree")

    assert set(_pointers(value)) == reached
    assert _leaves(spelt(output)) <= values


def test_every_node_of_a_page_is_reached_by_its_links(as_bob: Client, team: Team) -> None:
    value = {
        "list": [f"l{number}" for number in range(130)],
        "deep": {"a": {"b": {"c": {"d": ["bottom"]}}}},
        "records": [{"id": f"r{number}", "in": {"tags": [f"t{number}"]}} for number in range(12)],
        "long": "x" * 5_000,
    }
    make.make_result(team=team, output=json.dumps(value).encode())

    _, found = _walked(as_bob, "/t/acme/runs/run_stored1/?view=tree")

    assert _leaves(spelt(json.dumps(value))) <= found


def test_a_wrong_ring_shows_no_branch(as_bob: Client, team: Team, settings: Any) -> None:
    make.make_result(team=team)
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="

    response = ask(as_bob)

    assert response.status_code in (302, 404)
    assert b"/sum" not in response.content


def _walked(client: Client, first: str) -> tuple[set[str], set[str]]:
    """Follow every link to a branch, each once: the pointers and the values that were seen."""
    pointers: set[str] = set()
    values: set[str] = set()
    waiting, known = [first], {first}
    while waiting:
        response = client.get(waiting.pop())
        assert response.status_code == 200
        read = read_page(response.content.decode())
        assert len(read.pointers) <= 501
        pointers |= set(read.pointers)
        values |= set(read.values)
        new = dict.fromkeys(link for link in read.branches if link not in known)
        known |= set(new)
        waiting += new
    return pointers, values


def _pointers(value: Any, at: str = "") -> Iterator[str]:
    yield at
    if isinstance(value, dict | list):
        below = value.items() if isinstance(value, dict) else enumerate(value)
        for name, child in below:
            yield from _pointers(child, f"{at}/{name}")


def _leaves(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_leaves, value))
    if isinstance(value, tuple) and value[0] == "object":
        return set().union(*(_leaves(child) for _, child in value[1]))
    return {value if isinstance(value, str) else value[1]}


def test_lines_are_pages_of_their_own_without_a_script(as_bob: Client, team: Team) -> None:
    text = "".join(f"line {number}\n" for number in range(1, 2_501)).encode()
    make.make_result(team=team, output=text, output_type="text/plain")

    page = as_bob.get("/t/acme/runs/run_stored1/").content.decode()
    numbers: list[int] = []
    while True:
        numbers += map(int, re.findall(r"<li id=L(\d+)>line", page))
        link = re.search(r'data-more-lines="after" href="([^"]+)"', page)
        if link is None:
            break
        page = as_bob.get(html.unescape(link[1])).content.decode()

    assert numbers == list(range(1, 2_501))
    assert "earlier lines" in page


def test_a_picture_is_sent_as_a_picture_that_runs_nothing(as_bob: Client, team: Team) -> None:
    gif = "data:text/html;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
    values = {
        "ok": gif.replace("text/html", "image/png"),
        "no": gif,
        "svg": "data:image/svg+xml;base64,PHN2Zz4=",
    }
    make.make_result(team=team, output=json.dumps(values).encode())

    shown = as_bob.get(BRANCH, {"at": "/ok", "as": "image"})

    assert shown.status_code == 200
    assert shown["Content-Type"] == "image/gif"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "script-src 'self'" in shown["Content-Security-Policy"]
    for pointer in ("/no", "/svg", ""):
        assert as_bob.get(BRANCH, {"at": pointer, "as": "image"}).status_code == 404


def test_json_in_a_text_is_opened_on_demand(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, output=json.dumps({"reply": '{"a":{"b":[7]}}'}).encode())

    (link,) = read_page(as_bob.get("/t/acme/runs/run_stored1/").content.decode()).branches
    inside = read_page(as_bob.get(link, headers={"X-Fragment": "1"}).content.decode())

    assert link == "/t/acme/runs/run_stored1/branch/?of=output&in=/reply&at="
    assert inside.pointers == ["/a"]
    assert inside.branches == ["/t/acme/runs/run_stored1/branch/?of=output&in=/reply&at=/a"]


def test_a_member_can_share_the_part_without_a_script(
    as_alice: Client, as_bob: Client, team: Team
) -> None:
    make.make_result(team=team, output=b'{"a":{"b":[1]}}')
    way = "/t/acme/runs/run_stored1/share/?scope=part&amp;pointer=%2Fa%2Fb"

    assert way in as_alice.get(BRANCH, {"at": "/a/b"}).content.decode()
    assert "share/" not in as_bob.get(BRANCH, {"at": "/a/b"}).content.decode()
    for other in ({"at": ""}, {"at": "/a", "view": "text"}):
        assert "share/" not in as_alice.get(BRANCH, other).content.decode()


def test_a_list_of_objects_is_a_table_for_the_page_and_for_the_script(
    as_bob: Client, team: Team
) -> None:
    make.make_result(team=team, output=b'{"items":[{"a":"<b>","n":2},{"a":"x","n":1}]}')
    asked: dict[str, Any] = {"at": "/items", "view": "table", "sort": "n", "rows": "<B>"}

    page, part = ask(as_bob, **asked), ask(as_bob, fragment=True, **asked)

    for answer in (page, part):
        told = answer.content.decode()
        assert "1 of 2 rows holds that" in " ".join(told.split())
        assert 'name="rows" value="&lt;B&gt;"' in told
        assert '<input type="hidden" name="at" value="/items">' in told
        assert "<b>" not in told
    assert b"<html" in page.content
    assert b"<html" not in part.content
