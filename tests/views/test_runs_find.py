"""The one box: everything that people paste ends in a run or in a sentence that helps."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import unquote

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from results.domain.status import State
from results.models import AuditEvent, Lookup, ProjectKey, Role, Sighting, Team
from results.services import members
from tests import make
from tests.views.strangers import assert_asks_for_sign_in

KEY = "tr_prod_CANARYkeyAAAAAAAAAAAAAA"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJwdWIiOnRydWV9CANARY.c2lnbmF0dXJl"


def paste(client: Client, text: str, team: str = "acme") -> Any:
    return client.post("/", {"text": text, "team": team})


def box(response: Any) -> str:
    """What stands in the box of the page that came back."""
    return str(response.context["page"].form["text"].value() or "")


def test_it_works(as_alice: Client, team: Team) -> None:
    response = paste(as_alice, "run_abc123")

    assert response.status_code == 302
    assert response["Location"] == "/t/acme/runs/run_abc123/"


def test_it_hides_other_teams(as_charlie: Client, team: Team) -> None:
    make.make_team(name="Elsewhere")

    response = paste(as_charlie, "run_abc123")
    nowhere = paste(as_charlie, "run_abc123", team="never-was")

    assert response.status_code == nowhere.status_code == 400
    assert b"Acme" not in response.content
    assert Sighting.objects.count() == Lookup.objects.count() == 0


def test_it_asks_for_sign_in(client: Client, db: None) -> None:
    assert_asks_for_sign_in(client, "/")
    assert_asks_for_sign_in(client, "/?q=run_abc123", back="/?q=run_abc123")


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("run_abc123", "/?q=run_abc123&team=acme"),
        (f"{KEY} run_abc123\n'run_def456'", "/?q=run_abc123,run_def456&team=acme"),
        (KEY, "/"),
        ("nothing", "/"),
        (" ".join(f"run_{n}" for n in range(2_000)), "/"),
    ],
)
def test_what_was_pasted_after_a_session_ended_is_looked_up_after_signing_in(
    client: Client, db: None, text: str, back: str
) -> None:
    response = client.post("/", {"text": text, "team": "acme"})

    assert response.status_code == 302
    assert unquote(response["Location"]) == f"/accounts/login/?next={back}"


def test_a_sign_in_page_does_not_repeat_a_key_from_the_address(client: Client, db: None) -> None:
    response = client.get("/", {"q": KEY}, follow=True)

    assert response.redirect_chain == [("/accounts/login/?next=/", 302)]
    assert KEY.encode() not in response.content


def test_an_address_looks_up_at_once(as_alice: Client, team: Team) -> None:
    response = as_alice.get("/", {"q": "see run_abc123 please"})

    assert response.status_code == 302
    assert response["Location"] == "/t/acme/runs/run_abc123/"


def test_an_address_may_name_the_team(as_alice: Client, alice: Any, team: Team) -> None:
    make.make_team(name="Beta", owner=alice)

    response = as_alice.get("/", {"q": "run_abc123", "team": "beta"})

    assert response["Location"] == "/t/beta/runs/run_abc123/"


def test_an_address_with_nothing_in_it_says_what_to_paste(as_alice: Client, team: Team) -> None:
    response = as_alice.get("/?q=")

    assert response.status_code == 400
    assert b"Paste a run id" in response.content


def test_the_environment_of_a_pasted_address_is_kept(as_alice: Client, team: Team) -> None:
    text = "https://cloud.trigger.dev/orgs/o/projects/p/env/prod/runs/run_abc123"

    response = paste(as_alice, text)

    assert response["Location"] == "/t/acme/runs/run_abc123/?env=prod"


def test_several_ids_lead_to_a_page_of_their_own(as_alice: Client, team: Team) -> None:
    response = paste(as_alice, "run_a1\nrun_b2, run_a1")

    assert response.status_code == 302
    assert response["Location"] == "/t/acme/runs/?ids=run_a1,run_b2"


def test_a_shortened_id_is_not_looked_up_and_stays_in_the_box(as_alice: Client, team: Team) -> None:
    response = paste(as_alice, "run_4xr9…pbxp")

    assert response.status_code == 400
    assert "run_4xr9…pbxp looks shortened" in response.content.decode()
    assert box(response) == "run_4xr9…pbxp"
    assert not Sighting.objects.exists()


def test_a_shortened_id_beside_a_whole_one_is_told(as_alice: Client, team: Team) -> None:
    response = paste(as_alice, "run_a1, run_4xr9...pbxp")

    assert response["Location"] == "/t/acme/runs/run_a1/"
    page = as_alice.get("/").content.decode()
    assert "run_4xr9...pbxp looks shortened and was not looked up" in page


def test_the_environment_of_several_addresses_is_kept(as_alice: Client, team: Team) -> None:
    address = "https://cloud.trigger.dev/orgs/o/projects/p/env/prod/runs/"

    response = paste(as_alice, f"{address}run_a1 {address}run_b2")

    assert response["Location"] == "/t/acme/runs/?ids=run_a1,run_b2&env=prod"


@pytest.mark.parametrize("by", ["form", "address"])
def test_more_runs_than_fit_are_refused_and_nothing_is_lost(
    as_alice: Client, team: Team, settings: Any, by: str
) -> None:
    settings.RUNS_AT_ONCE = 3
    text = "run_a1 run_b2 run_c3 run_d4 run_a1 run_e5"

    response = paste(as_alice, text) if by == "form" else as_alice.get("/", {"q": text})

    assert response.status_code == 400
    assert b"That holds 5 runs; 3 at once is the most" in response.content
    assert box(response) == text
    assert b"/t/acme/runs/?ids=run_a1,run_b2,run_c3&quot;" not in response.content
    assert (
        '<a class="button quiet" href="/t/acme/runs/?ids=run_a1,run_b2,run_c3">1–3</a>'
        in response.text
    )
    assert 'href="/t/acme/runs/?ids=run_d4,run_e5">4–5</a>' in response.text
    assert Sighting.objects.count() == Lookup.objects.count() == 0


def test_the_rest_of_too_many_is_looked_up_in_the_team_that_was_chosen(
    as_alice: Client, alice: Any, team: Team, settings: Any
) -> None:
    settings.RUNS_AT_ONCE = 2
    other = make.make_team(name="Other")
    members.add_member(team=other, user=alice, role=Role.VIEWER, by=None, now=make.NOW)
    address = "https://cloud.trigger.dev/orgs/o/projects/p/env/prod/runs/run_{}"

    response = paste(as_alice, " ".join(map(address.format, ("a1", "b2", "c3"))), team="other")

    assert 'href="/t/other/runs/?ids=run_a1,run_b2&amp;env=prod">1–2</a>' in response.text
    assert 'href="/t/other/runs/run_c3/?env=prod">3</a>' in response.text


def test_ten_thousand_ids_are_refused_at_once(as_alice: Client, team: Team) -> None:
    response = paste(as_alice, " ".join(f"run_{n:05}" for n in range(5_000)))

    assert response.status_code == 400
    assert b"That holds 5,000 runs; 200 at once is the most" in response.content
    assert Sighting.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Paste a run id"),
        ("   \n\t ", "Paste a run id"),
        ("batch_abc123", "That is a batch id"),
        ("attempt_abc123", "That is an attempt id"),
        ("hello", "There is no run id in that"),
        ("run_", "starts like a run id"),
        ("RUN_ABC", "starts like a run id"),
        ("run_" + "a" * 65, "far too long"),
        ("x" * 10_000, "There is no run id in that"),
        ("x" * 70_000, "65,536 is the most"),
        ("\x01\x02\x1b[31m\x7f", "There is no run id in that"),
        ("a\x00b", "There is no run id in that"),
        ("\u202eevil\u2028\U0001f600", "There is no run id in that"),
        ("<script>alert(1)</script>", "There is no run id in that"),
        ("https://cloud.trigger.dev/orgs/o/projects/p/runs", "no run id in that address"),
    ],
)
@pytest.mark.parametrize("by", ["form", "address"])
def test_what_is_no_run_id_is_explained_and_stays_in_the_box(
    as_alice: Client, team: Team, text: str, says: str, by: str
) -> None:
    response = paste(as_alice, text) if by == "form" else as_alice.get("/", {"q": text})

    assert response.status_code == 400
    assert says in response.content.decode()
    assert box(response) == text
    assert b"<script>alert" not in response.content
    assert Sighting.objects.count() == Lookup.objects.count() == AuditEvent.objects.filter(
        action="result.stored"
    ).count() == 0  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        f"{KEY}\x00",
        f"Authorization: Bearer {KEY}",
        "tr_prod_sk_CANARYkeyAAAAAAAAAAAAAA",
        "tr_pat_CANARYkeyAAAAAAAAAAAAAA",
        TOKEN,
        KEY + " " + "x" * 70_000,
        "x" * 70_000 + " " + TOKEN,
    ],
)
@pytest.mark.parametrize("by", ["form", "address"])
@pytest.mark.parametrize("team_slug", ["acme", "never-was"])
def test_a_key_is_never_shown_again_stored_or_logged(
    as_alice: Client,
    team: Team,
    text: str,
    by: str,
    team_slug: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    values = {"team": team_slug, "text" if by == "form" else "q": text}
    response = as_alice.post("/", values) if by == "form" else as_alice.get("/", values)

    assert response.status_code == 400
    assert "CANARY" not in response.content.decode()
    assert box(response) == ""
    assert "CANARY" not in caplog.text
    assert not any("CANARY" in str(s.get_decoded()) for s in Session.objects.all())
    assert Sighting.objects.count() == Lookup.objects.count() == 0


@pytest.mark.parametrize(
    "text",
    [
        f"run_abc123 {KEY}",
        f"\x00{KEY} run_abc123",
        f"curl -H 'Authorization: Bearer {KEY}' https://api.trigger.dev/api/v3/runs/run_abc123",
    ],
)
@pytest.mark.parametrize("by", ["form", "address"])
def test_a_run_beside_a_key_is_looked_up_and_the_key_forgotten(
    as_alice: Client, team: Team, text: str, by: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    response = paste(as_alice, text) if by == "form" else as_alice.get("/", {"q": text})

    assert response["Location"].startswith("/t/acme/runs/run_abc123/")
    assert "CANARY" not in response["Location"]
    assert "CANARY" not in caplog.text
    assert not any("CANARY" in str(s.get_decoded()) for s in Session.objects.all())
    page = as_alice.get(response["Location"])
    assert b"held an API key beside the run" in page.content
    assert b"CANARY" not in page.content


def test_what_a_trigger_call_returned_is_looked_up_without_a_word(
    as_alice: Client, team: Team
) -> None:
    response = paste(as_alice, f'{{"id":"run_abc123","publicAccessToken":"{TOKEN}"}}')

    assert response["Location"] == "/t/acme/runs/run_abc123/"
    assert b"held an API key" not in as_alice.get(response["Location"]).content


@pytest.mark.parametrize(
    ("text", "origin", "leads_to"),
    [
        (f"{KEY} run_abc123", "http://testserver", "/?q=run_abc123&team=acme"),
        ("no id in this", "http://testserver", None),
        ("run_abc123", "https://evil.example", None),
        ("run_abc123", "null", None),
    ],
)
def test_what_is_pasted_into_a_page_of_an_earlier_sign_in_is_looked_up(
    alice: Any, team: Team, text: str, origin: str, leads_to: str | None
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    stale = {"text": text, "team": "acme", "csrfmiddlewaretoken": "x" * 64}

    response = client.post("/", stale, headers={"Origin": origin})

    assert response.status_code == (302 if leads_to else 403)
    assert response.headers.get("Location") == leads_to
    assert not Lookup.objects.exists()


def test_a_key_pasted_is_explained(as_alice: Client, team: Team) -> None:
    assert b"Keys belong on the team&#x27;s keys page" in paste(as_alice, KEY).content


@pytest.mark.parametrize("slug", ["never-was", "elsewhere", "", "\x00", "x" * 10_000, "../acme"])
def test_a_team_that_is_not_mine_is_refused_in_the_same_words(
    as_alice: Client, team: Team, slug: str
) -> None:
    make.make_team(name="Elsewhere")

    response = paste(as_alice, "run_abc123", team=slug)

    assert response.status_code == 400
    assert box(response) == "run_abc123"
    assert b"Elsewhere" not in response.content
    if "\x00" not in slug:
        assert b"There is no such team among yours" in response.content


def test_more_than_is_taken_at_once_is_said(as_alice: Client, team: Team) -> None:
    response = paste(as_alice, "x" * 300_000)

    assert response.status_code == 400
    assert b"too much at once" in response.content


def test_too_many_fields_are_refused(as_alice: Client, team: Team) -> None:
    response = as_alice.post("/", {f"f{n}": "1" for n in range(1_100)})

    assert response.status_code == 400
    assert b"too much at once" in response.content


def test_a_team_without_a_key_is_told_so(as_alice: Client, as_bob: Client, team: Team) -> None:
    assert b"has no project key yet" in as_alice.get("/").content
    assert b"Add a key" in as_alice.get("/").content
    assert b"Ask an owner or member" in as_bob.get("/").content


def test_somebody_without_a_team_is_told_so(as_charlie: Client, team: Team) -> None:
    response = as_charlie.get("/")

    assert response.status_code == 200
    assert b"You belong to no team yet" in response.content


def test_what_was_looked_up_lately_is_listed_for_members_only(
    as_alice: Client, alice: Any, team: Team
) -> None:
    ProjectKey.objects.all().delete()
    make.make_result(team=team, run_id="run_before", state=State.FAILED)
    make.make_lookup(team=team, run_id="run_before", by=alice)

    page = as_alice.get("/").content
    for words in (b"run_before", b"Failed", b"report", b"4.00 s", b"/t/acme/history/"):
        assert words in page

    alice.memberships.all().delete()
    assert b"run_before" not in as_alice.get("/").content


def test_whoever_has_several_teams_finds_the_way_to_each(
    as_alice: Client, alice: Any, team: Team
) -> None:
    assert "Your teams" not in as_alice.get("/").text
    other = make.make_team(name="Other")
    members.add_member(team=other, user=alice, role=Role.VIEWER, by=None, now=make.NOW)
    make.make_team(name="Elsewhere")

    page = as_alice.get("/").text

    assert "Your teams" in page
    for slug in ("acme", "other"):
        assert f'<a href="/t/{slug}/history/">' in page
    assert "Elsewhere" not in page


def test_other_methods_are_refused(as_alice: Client, team: Team) -> None:
    assert as_alice.delete("/").status_code == 405
    assert as_alice.put("/").status_code == 405
