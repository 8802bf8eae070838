"""Scripts that come with a personal token: they read what its holder may read, and are refused in JSON."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client

from results.access import for_members
from results.domain.status import State
from results.models import AuditEvent, Lookup, Membership, PersonalToken, Role, Team
from results.services import members, personal_tokens
from tests import make

DOCUMENT = "/t/acme/runs/run_stored1.json"
OUTPUT = "/t/acme/runs/run_stored1/output?as=raw"


@pytest.fixture
def token(team: Team, bob: User) -> str:
    membership = Membership.objects.get(team=team, user=bob)
    more: dict[str, Any] = {"lasts": timedelta(days=3_650), "by": bob, "now": make.NOW}
    return personal_tokens.make(membership=membership, label="report", **more).token


def ask(path: str, token: str, *, scheme: str = "Bearer", client: Client | None = None) -> Any:
    return (client or Client()).get(path, headers={"Authorization": f"{scheme} {token}"})


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
def test_a_script_reads_a_run_without_a_session(team: Team, token: str, scheme: str) -> None:
    make.make_result(team=team)

    response = ask(DOCUMENT, token, scheme=scheme)

    assert response.json()["output"] == {"sum": 3}
    assert not response.cookies
    assert response["Cache-Control"] == "private, no-store"


def test_a_script_takes_an_output_byte_for_byte_and_its_holder_is_noted(
    team: Team, token: str
) -> None:
    make.make_result(team=team, output=b'{"sum": 12345678901234567890}')

    response = ask(OUTPUT, token)

    assert response.content == b'{"sum": 12345678901234567890}'
    assert AuditEvent.objects.get(action="output.downloaded").actor == "bob"


def test_a_run_that_nobody_has_looked_up_is_looked_up(team: Team, bob: User, token: str) -> None:
    told = ask("/t/acme/runs/run_new1.json", token).json()

    assert (told["run_id"], told["is_final"]) == ("run_new1", False)
    assert Lookup.objects.get().user == bob


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/t/bravo/runs/run_stored1.json", 404),
        ("/t/never-was/runs/run_stored1.json", 404),
    ],
)
def test_what_the_holder_may_not_see_or_is_not_there_is_not_there(
    team: Team, bob: User, token: str, path: str, status: int
) -> None:
    make.make_result(team=make.make_team(name="Bravo", owner=bob))

    response = ask(path, token)

    assert response.status_code == status
    assert response.json() == {"error": "There is nothing here for this token."}


@pytest.mark.parametrize(
    ("run", "form", "why"),
    [
        ("run_new1", "json", "No result of this run is stored. Its .json has it looked up."),
        ("run_failed1", "json", "No output of this run is stored."),
        ("run_stored1", "xml", "The forms of an output are raw, text, json, csv, csv;."),
        ("run_stored1", "csv", "The output is no list of objects, so there is no CSV of it."),
        ("run_stored1", "text", "The output is no text."),
        ("run_undefined1", "json", "The output is undefined, which JSON cannot say."),
    ],
)
def test_an_output_that_is_not_there_says_why(
    team: Team, token: str, run: str, form: str, why: str
) -> None:
    make.make_result(team=team)
    make.make_result(team=team, run_id="run_failed1", state=State.FAILED, output=None)
    make.make_result(
        team=team,
        run_id="run_undefined1",
        output=b'{"json":null,"meta":{"values":["undefined"]}}',
        output_type="application/super+json",
    )

    response = ask(f"/t/acme/runs/{run}/output?as={form}", token)

    assert (response.status_code, response.json()) == (404, {"error": why})


def test_the_switch_that_keeps_outputs_from_viewers_holds_for_their_tokens(
    team: Team, alice: User, token: str
) -> None:
    make.make_result(team=team)
    members.show_outputs_to_viewers(team=team, shown=False, by=alice, now=make.NOW)

    document, output = ask(DOCUMENT, token), ask(OUTPUT, token)

    assert (document.json()["withheld"], document.json()["output"]) == (True, None)
    assert output.status_code == 403
    assert "role" in output.json()["error"]


@pytest.mark.parametrize("told", ["runlens_" + "A" * 43, "eyJhbGciOiJIUzI1NiJ9.e30.x"])
def test_what_is_no_token_is_told_so_and_not_led_to_a_form(team: Team, told: str) -> None:
    response = ask(DOCUMENT, told)

    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer ")
    assert "no personal token" in response.json()["error"]


@pytest.mark.parametrize(
    "told", ["{}", "Token {}", "Basic {}", "Bearer{}", "Bearer,{}", "Bearer", "Bearer "]
)
def test_a_token_in_another_form_is_told_how_to_be_sent(team: Team, token: str, told: str) -> None:
    response = Client().get(DOCUMENT, headers={"Authorization": told.format(token)})

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="Runlens"'
    assert "Authorization: Bearer runlens_" in response.json()["error"]


def test_whoever_asks_for_no_page_and_sends_nothing_is_told_what_to_send(team: Team) -> None:
    response = Client().get(DOCUMENT, headers={"Accept": "*/*"})

    assert response.status_code == 401
    assert "Authorization: Bearer runlens_" in response.json()["error"]


@pytest.mark.parametrize("of_a_proxy", ["Bearer eyJhbGciOiJIUzI1NiJ9.e30.x", "Basic dXNlcjpwYXNz"])
def test_a_browser_is_led_to_the_form_whatever_a_proxy_sends(team: Team, of_a_proxy: str) -> None:
    told = {"Authorization": of_a_proxy, "Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

    response = Client().get(DOCUMENT, headers=told)

    assert (response.status_code, response["Location"]) == (
        302,
        f"/accounts/login/?next={DOCUMENT}",
    )


def test_a_tab_before_the_token_is_as_good_as_a_space(team: Team, token: str) -> None:
    make.make_result(team=team)

    assert ask(DOCUMENT, token, scheme="Bearer\t").status_code == 200


def test_forms_of_another_kind_are_no_guesses(team: Team, token: str) -> None:
    for _ in range(31):
        Client().get(DOCUMENT, headers={"Authorization": f"Token {token}"})

    assert ask(DOCUMENT, "runlens_" + "A" * 43).status_code == 401


def test_too_many_guesses_are_told_when_to_come_again(team: Team) -> None:
    answers = [ask(DOCUMENT, "runlens_" + "A" * 43) for _ in range(31)]

    assert [one.status_code for one in answers] == [*[401] * 30, 429]
    assert answers[-1]["Retry-After"] == "60"


def test_too_many_lookups_are_told_so_in_json(team: Team, token: str, settings: Any) -> None:
    settings.LOOKUPS_PER_MINUTE = 1

    ask("/t/acme/runs/run_new1.json", token)
    response = ask("/t/acme/runs/run_new2.json", token)

    assert (response.status_code, response["Retry-After"]) == (429, "60")
    assert "looked up" in response.json()["error"]


def test_a_session_is_used_although_a_proxy_sends_a_token_of_its_own(
    as_bob: Client, team: Team
) -> None:
    make.make_result(team=team)

    assert ask(DOCUMENT, "of-a-proxy", client=as_bob).status_code == 200
    assert ask(DOCUMENT, "dXNlcjpwYXNz", scheme="Basic", client=as_bob).status_code == 200


def test_a_token_counts_before_a_session(as_charlie: Client, team: Team, token: str) -> None:
    make.make_result(team=team)

    assert ask(DOCUMENT, token, client=as_charlie).status_code == 200
    assert as_charlie.get(DOCUMENT).status_code == 404


def test_a_vault_that_does_not_open_leads_no_script_to_a_page(
    team: Team, token: str, settings: Any
) -> None:
    make.make_result(team=team)
    settings.VAULT_KEYS = "k9:" + "B" * 43 + "="

    response = ask(OUTPUT, token)

    assert response.status_code == 503
    assert "cannot be opened" in response.json()["error"]


def test_a_door_that_changes_something_takes_no_token() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    with pytest.raises(ValueError, match="changes nothing"):
        for_members(Role.MEMBER, methods=("GET", "POST"), takes_tokens=True)(view)


def test_a_token_is_in_no_row_that_a_request_leaves_behind(team: Team, token: str) -> None:
    make.make_result(team=team)
    ask(DOCUMENT, token)

    kept = f"{list(AuditEvent.objects.values())} {list(PersonalToken.objects.values())}"
    assert token.removeprefix("runlens_") not in kept
