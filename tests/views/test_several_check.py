"""Asking about all runs of a page at once: what has not ended is due again; nobody is asked too often."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from results.domain.status import State
from results.models import Sighting, Team
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

ADDRESS = "/t/acme/runs/check/?ids=run_a,run_b,run_done"
PAGE = "/t/acme/runs/?ids=run_a,run_b,run_done"
HX = {"HX-Request": "true"}


def given_up(team: Team, **facts: Any) -> None:
    """Two runs that nobody asks about any more, and one that has ended."""
    make.make_key(team=team)
    make.make_result(team=team, run_id="run_done")
    before = timezone.now() - timedelta(minutes=1)
    for name in ("run_a", "run_b"):
        make.make_sighting(team=team, run_id=name, state=State.PENDING, status="QUEUED", now=before)
    over = {"due_at": before + timedelta(hours=1), "give_up_at": before, "checked_at": before}
    Sighting.objects.update(**over | facts)


def due() -> list[str]:
    return sorted(Sighting.objects.due(timezone.now()).values_list("run_id", flat=True))


def test_it_works(as_bob: Client, team: Team) -> None:
    given_up(team)

    response = as_bob.post(ADDRESS, headers=HX)

    assert response.status_code == 200
    assert due() == ["run_a", "run_b"]
    assert b"<html" not in response.content
    assert b"2 of 3 still asked about" in response.content
    assert b"data-asking" in response.content
    assert b"Check now" in response.content
    assert all(one.give_up_at > timezone.now() for one in Sighting.objects.all())


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    given_up(team)

    assert_hidden(as_charlie, ADDRESS, method="post")
    assert_hidden(as_charlie, ADDRESS, method="post", headers=HX)
    assert due() == []


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, ADDRESS, method="post", back="/")


def test_without_script_it_leads_back_to_the_page(as_bob: Client, team: Team) -> None:
    given_up(team)

    response = as_bob.post(f"{ADDRESS}&sort=-ran")

    assert response.status_code == 302
    assert response["Location"] == f"{PAGE}&sort=-ran"
    assert Sighting.objects.filter(due_at__lte=timezone.now()).count() == 2


def test_a_page_that_does_not_look_by_itself_stays_so_whatever_is_pressed(
    as_bob: Client, team: Team
) -> None:
    given_up(team)
    Sighting.objects.update(give_up_at=timezone.now() + timedelta(hours=1))

    page = as_bob.get(f"{PAGE}&refresh=off").text
    pressed = re.findall(r'href="(\?ids=[^"]+)"', page) + re.findall(
        r'action="([^"]+check/[^"]+)"', page
    )

    assert len(pressed) > 5
    assert [url for url in pressed if "refresh=off" not in url] == [
        PAGE.removeprefix("/t/acme/runs/")
    ]
    assert as_bob.post(f"{ADDRESS}&refresh=off")["Location"] == f"{PAGE}&refresh=off"


def test_the_rows_that_end_their_asking_offer_to_resume(as_bob: Client, team: Team) -> None:
    given_up(team)

    response = as_bob.get("/t/acme/runs/rows/?ids=run_a,run_b,run_done", headers=HX)

    text = response.content.decode()
    assert "Nothing here will change by itself any more." in text
    assert "Resume checking" in text
    assert 'action="/t/acme/runs/check/?ids=run_a,run_b,run_done"' in text


def test_what_has_ended_or_has_no_key_offers_nothing(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, run_id="run_done")

    assert b"runs/check" not in as_bob.get("/t/acme/runs/?ids=run_done").content
    assert b"runs/check" not in as_bob.get("/t/acme/runs/?ids=run_new").content


def test_a_pause_that_the_api_asked_for_is_kept(as_bob: Client, team: Team) -> None:
    given_up(team, pause_until=timezone.now() + timedelta(minutes=1))

    as_bob.post(ADDRESS, headers=HX)

    assert due() == []


@pytest.mark.usefixtures("one_moment")
def test_what_was_answered_a_moment_ago_is_not_asked_again(as_bob: Client, team: Team) -> None:
    given_up(team)
    now = timezone.now()
    just_answered = {"checked_at": now, "give_up_at": now + timedelta(hours=1)}
    Sighting.objects.filter(run_id="run_b").update(**just_answered)

    as_bob.post(ADDRESS, headers=HX)

    assert due() == ["run_a"]


def test_a_claim_of_somebody_else_is_kept(as_bob: Client, team: Team) -> None:
    until = timezone.now() + timedelta(seconds=20)
    given_up(team, claim="00000000-0000-0000-0000-000000000007", lease_until=until)

    as_bob.post(ADDRESS, headers=HX)

    assert due() == []
    assert Sighting.objects.filter(lease_until=until).count() == 2


def test_many_runs_take_as_many_queries_as_few(as_bob: Client, team: Team) -> None:
    given_up(team)
    as_bob.post(ADDRESS, headers=HX)
    Sighting.objects.update(checked_at=None, due_at=timezone.now() + timedelta(hours=1))
    with CaptureQueriesContext(connection) as few:
        as_bob.post(ADDRESS, headers=HX)
    names = [f"run_more{number}" for number in range(20)]
    for name in names:
        make.make_sighting(
            team=team, run_id=name, state=State.PENDING, status="QUEUED", now=timezone.now()
        )
    Sighting.objects.update(checked_at=None, due_at=timezone.now() + timedelta(hours=1))

    with CaptureQueriesContext(connection) as many:
        as_bob.post(f"{ADDRESS},{','.join(names)}", headers=HX)

    assert len(many) == len(few)


def test_nothing_is_made_of_a_run_that_nobody_looked_up(as_bob: Client, team: Team) -> None:
    make.make_key(team=team)

    as_bob.post("/t/acme/runs/check/?ids=run_never", headers=HX)

    assert not Sighting.objects.exists()


def test_an_address_that_names_no_run_leads_to_the_box(as_bob: Client, team: Team) -> None:
    response = as_bob.post("/t/acme/runs/check/?ids=nonsense")

    assert (response.status_code, response["Location"]) == (302, "/")
