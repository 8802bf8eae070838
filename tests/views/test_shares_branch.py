"""A branch of a shared result: of its output and its error, and of nothing else, ever."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from results.domain.disclosure import Choices, Scope
from results.domain.status import State
from results.models import ShareLink, Team
from results.services import sharing
from tests import make
from tests.views import sharing as sharing_of
from tests.views.sharing import OUTSIDE, WITHHELD
from tests.views.strangers import body, headers

FRAGMENT = {"X-Fragment": "1"}
DETAILS = b'{"metadata":{"step":["META"]},"payload":{"card":["4242"]},"tags":["very-important"]}'
NEVER = f"/s/{'A' * 43}/branch/"


def shared(team: Team, by: Any, **facts: Any) -> str:
    result = make.make_result(team=team, **facts)
    return f"/s/{sharing.share(result=result, by=by, now=timezone.now()).token}/branch/"


@pytest.mark.parametrize("fragment", [True, False])
def test_it_works(client: Client, alice: Any, team: Team, *, fragment: bool) -> None:
    address = shared(team, alice, output=b'{"a":["deep"]}')

    response = client.get(address, {"at": "/a"}, headers=FRAGMENT if fragment else {})

    assert response.status_code == 200
    assert b"deep" in response.content
    assert (b"<html" in response.content) == (not fragment)
    assert "X-Fragment" in response["Vary"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow, noarchive"


def test_it_hides_everything_of_the_team(
    client: Client, as_alice: Client, alice: Any, team: Team
) -> None:
    address = shared(team, alice, output=b'{"a":["deep"]}', details=DETAILS)

    for reader in (client, as_alice):
        page = reader.get(address, {"at": "/a"}).content.decode()
        for ours in (
            "Acme",
            "acme",
            "alice",
            "/t/",
            "/keys/",
            "META",
            "4242",
            "very-important",
            "<form",
        ):
            assert ours not in page


def test_it_asks_nobody_to_sign_in(client: Client, alice: Any, team: Team) -> None:
    assert b"/accounts/" not in client.get(shared(team, alice)).content


@pytest.mark.parametrize("name", ["metadata", "payload", "details", "", "OUTPUT", "inner", "error"])
@pytest.mark.parametrize("fragment", [True, False])
def test_what_is_not_shared_is_not_there_even_for_its_owner(
    client: Client, as_alice: Client, alice: Any, team: Team, *, name: str, fragment: bool
) -> None:
    address = shared(team, alice, details=DETAILS)

    for reader in (client, as_alice):
        response = reader.get(address, {"of": name}, headers=FRAGMENT if fragment else {})
        assert response.status_code == 404
        assert b"META" not in response.content
        assert b"4242" not in response.content


def test_the_error_of_a_shared_failure_has_branches(client: Client, alice: Any, team: Team) -> None:
    error = json.dumps({"type": "STRING_ERROR", "raw": '{"why":["no"]}'}).encode()
    address = shared(team, alice, state=State.FAILED, error=error)

    assert b"no</bdi>" in client.get(address, {"of": "error", "at": "/why"}).content


def test_the_value_inside_a_shared_text_has_branches(
    client: Client, alice: Any, team: Team
) -> None:
    address = shared(team, alice, output=b'{"a":["in"]}', output_type="text/plain")

    assert b"in</bdi>" in client.get(address, {"of": "inner", "at": "/a"}).content


@pytest.mark.parametrize("query", [{"at": "/nope"}, {"at": "x"}, {"of": "nope"}, {"at": "/\x00"}])
def test_a_branch_that_is_not_there_looks_like_a_link_that_never_was(
    client: Client, alice: Any, team: Team, query: dict[str, str]
) -> None:
    address = shared(team, alice)

    there, never = client.get(address, query), client.get(NEVER, query)

    assert there.status_code == never.status_code == 404
    assert body(there) == body(never)
    assert headers(there) == headers(never)


def test_a_revoked_link_opens_no_branch(client: Client, alice: Any, team: Team) -> None:
    address = shared(team, alice)
    assert client.get(address).status_code == 200

    ShareLink.objects.update(revoked_at=timezone.now())

    assert client.get(address).status_code == 404


def test_every_link_of_a_shared_page_stays_behind_the_share(
    client: Client, alice: Any, team: Team
) -> None:
    address = shared(team, alice, output=b'{"a":{"b":{"c":[1]}},"l":[' + b"1," * 200 + b"1]}")

    for page in (address, address.replace("branch/", "")):
        content = client.get(page).content.decode()
        assert address in content
        assert "/t/" not in content


def test_looking_into_a_result_is_not_opening_it_again(
    client: Client, alice: Any, team: Team
) -> None:
    address = shared(team, alice)
    client.get(address.replace("branch/", ""))

    client.get(address)
    client.get(address, headers=FRAGMENT)
    client.get(address.replace("branch/", "output"))

    assert ShareLink.objects.get().opened_count == 1


def test_it_makes_no_session_and_is_only_read(client: Client, alice: Any, team: Team) -> None:
    address = shared(team, alice)

    assert client.get(address).status_code == 200
    assert not client.cookies
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(address).status_code == 405


def test_a_wrong_ring_shows_no_branch(
    client: Client, alice: Any, team: Team, settings: Any
) -> None:
    address = shared(team, alice)
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="

    assert client.get(address).status_code == 404


POINTERS = st.text(alphabet="/~01.partCNYMEdeplist-", max_size=14) | st.sampled_from(
    [
        "",
        "/part",
        "/CANARYNAME",
        "/CANARYNAME/deep/0",
        "/../CANARYNAME",
        "/part/../CANARYNAME",
        "/list/0/x",
    ]
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "of": st.sampled_from(
                ["output", "inner", "error", "payload", "metadata", "details", "tags", ""]
            ),
            "at": POINTERS,
            "in": POINTERS,
            "after": st.integers(-2, 300).map(str),
            "view": st.sampled_from(["text", "wire", "tree", "table"]),
            "as": st.sampled_from(["text", "paths", "image", "raw", "json", "csv", ""]),
            "reveal": st.just(""),
            "q": st.sampled_from(["CANARY", "deep", "x", '"CANARYVALUE"', "*"]),
            "where": st.sampled_from(["anywhere", "keys", "values", "paths"]),
            "under": st.sampled_from(["", "$.CANARYNAME", "$..*", "/CANARYNAME", "$", "$.list"]),
            "sort": st.sampled_from(["CANARYCOLUMN", "x"]),
            "rows": st.sampled_from(["CANARY", "x", '"CANARYVALUE"', ""]),
            "column": st.integers(-1, 3).map(str),
        },
    ),
    st.sampled_from(["", "branch/", "search/", "output"]),
    st.sampled_from(
        [
            {},
            FRAGMENT,
            {"Range": "bytes=0-"},
            {"HX-Request": "true"},
            {"Accept": "application/json"},
        ]
    ),
)
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_t5_nothing_outside_of_a_shared_part_is_reached_by_any_address(
    client: Client, part: str, query: dict[str, str], place: str, asked: dict[str, str]
) -> None:
    response = client.get(part + place, query, headers=asked)

    # What somebody asked for is said back to them in the form, its trouble and addresses, nowhere else.
    told = re.sub(
        r'value="[^"]*"|href="[^"]*"|role="alert">[^<]*',
        "",
        response.content.decode("utf-8", "replace"),
    )
    for secret in (*OUTSIDE, *WITHHELD):
        assert secret not in told + str(response.headers)
    assert response.status_code in (200, 404)


@pytest.fixture
def part(alice: Any, team: Team) -> str:
    return sharing_of.shared(team, alice, Choices(Scope.PART, "/part"))
