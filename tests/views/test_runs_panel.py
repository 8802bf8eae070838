"""The fragment of a pending run: it answers from the row, never from the network, and ends itself."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from results.domain.status import State
from results.models import Lookup, ProjectKey, Sighting, Team
from results.rounds import go_round
from results.sandbox.server import Sandbox
from results.services import looks
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

PANEL = "/t/acme/runs/run_pending1/panel/"
HX = {"HX-Request": "true"}


def poll(client: Client, address: str = PANEL) -> Any:
    return client.get(address, headers=HX)


def stops(response: Any) -> bool:
    return b"hx-get" not in response.content and b"hx-trigger" not in response.content


def pending(team: Team, **facts: Any) -> Sighting:
    sighting = make.make_sighting(
        team=team, state=State.PENDING, status="EXECUTING", now=timezone.now()
    )
    Sighting.objects.filter(pk=sighting.pk).update(**facts)
    return sighting


def test_it_works(as_bob: Client, team: Team) -> None:
    make.make_key(team=team)
    pending(team)

    response = poll(as_bob)

    assert response.status_code == 200
    assert b'<div id="run-progress"' in response.content
    assert b"<html" not in response.content
    assert f'hx-get="{PANEL}?seen='.encode() in response.content
    assert "HX-Request" in response["Vary"]


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    pending(team)

    assert_hidden(as_charlie, PANEL)
    assert_hidden(as_charlie, PANEL, headers=HX)


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, PANEL)


def test_a_signed_out_page_gets_a_link_and_never_a_form(client: Client, team: Team) -> None:
    response = poll(client)

    assert response.status_code == 401
    assert b"/accounts/login/" in response.content
    assert b"<form" not in response.content
    assert b"<html" not in response.content
    assert stops(response)


@pytest.mark.parametrize(
    ("here", "back"),
    [
        ("http://testserver/t/acme/runs/?ids=run_a,run_b", "/t/acme/runs/%3Fids%3Drun_a%2Crun_b"),
        ("https://elsewhere.example/t/acme/", "/"),
        ("", "/"),
    ],
)
def test_signing_in_again_leads_back_to_the_page_that_was_open(
    client: Client, team: Team, here: str, back: str
) -> None:
    headers = {"HX-Request": "true"} | ({"HX-Current-URL": here} if here else {})

    response = client.get("/t/acme/runs/run_pending1/panel/", headers=headers)

    assert f'href="/accounts/login/?next={back}"' in response.content.decode()


def test_a_removed_member_gets_a_fragment_that_ends_the_polling(
    as_bob: Client, bob: Any, team: Team
) -> None:
    make.make_key(team=team)
    pending(team)
    assert not stops(poll(as_bob))

    bob.memberships.all().delete()
    response = poll(as_bob)

    assert response.status_code == 404
    assert b"<html" not in response.content
    assert b"not available to you any more" in response.content
    assert stops(response)


def test_a_browser_is_sent_to_the_page(as_bob: Client, team: Team) -> None:
    response = as_bob.get(PANEL)

    assert response.status_code == 302
    assert response["Location"] == "/t/acme/runs/run_pending1/"
    assert "HX-Request" in response["Vary"]


def test_a_finished_answer_ends_the_polling(as_bob: Client, team: Team) -> None:
    make.make_result(team=team)

    response = poll(as_bob, "/t/acme/runs/run_stored1/panel/")

    assert response.status_code == 200
    assert b"Succeeded" in response.content
    assert response["HX-Retarget"] == "#run-body"
    assert stops(response)


def test_a_run_that_nobody_ever_looked_at_has_no_panel(as_bob: Client, team: Team) -> None:
    response = poll(as_bob, "/t/acme/runs/run_never1/panel/")

    assert response.status_code == 404
    assert stops(response)
    assert not Sighting.objects.exists()


def test_it_asks_nobody_and_notes_no_lookup(
    as_bob: Client, dev_key: ProjectKey, live: Sandbox, team: Team
) -> None:
    pending(team)

    for _ in range(5):
        poll(as_bob)

    assert live.count() == 0
    assert not Lookup.objects.exists()


def test_a_poll_keeps_the_run_wanted(as_bob: Client, team: Team) -> None:
    make.make_key(team=team)
    now = timezone.now()
    sighting = pending(team, wanted_until=now, due_at=now + timedelta(seconds=30))

    poll(as_bob)

    sighting.refresh_from_db()
    assert sighting.wanted_until == sighting.due_at + looks.GRACE


def test_only_what_has_changed_is_brought(as_bob: Client, team: Team) -> None:
    make.make_key(team=team)
    sighting = pending(team)
    first = poll(as_bob)
    assert b'id="run-state"' in first.content
    assert b'id="run-known"' in first.content
    seen = first.context["page"].refresh.asked_url

    same = poll(as_bob, seen)
    Sighting.objects.filter(pk=sighting.pk).update(status="WAITING")
    moved = poll(as_bob, seen)
    Sighting.objects.filter(pk=sighting.pk).update(status="EXECUTING", task="another")
    learned = poll(as_bob, seen)

    parts = (b'id="run-progress"', b'id="run-state"', b'id="run-known"')
    assert [part in same.content for part in parts] == [True, False, False]
    assert [part in moved.content for part in parts] == [True, True, False]
    assert [part in learned.content for part in parts] == [True, False, True]
    assert b'id="run-state" data-state="Waiting"' in moved.content


@pytest.mark.parametrize("seen", ["", ".", "x", "\x00", "a.b.c", "é" * 500])
def test_an_odd_word_about_what_is_shown_brings_everything(
    as_bob: Client, team: Team, seen: str
) -> None:
    make.make_key(team=team)
    pending(team)

    response = as_bob.get(PANEL, {"seen": seen}, headers=HX)

    assert b'id="run-state"' in response.content
    assert b'id="run-known"' in response.content


@pytest.mark.parametrize("state", [State.UNKNOWN, State.UNREACHABLE, State.RATE_LIMITED])
def test_the_asking_ends_and_the_page_says_so(as_bob: Client, team: Team, state: State) -> None:
    make.make_key(team=team)
    over = timezone.now() - timedelta(seconds=1)
    pending(team, state=state, status="", give_up_at=over, keys_asked=[{"key": "k", "said": "s"}])

    response = poll(as_bob)

    assert stops(response)
    assert b"this page has stopped looking" in response.content
    assert b"Resume checking" in response.content


def test_a_refused_key_ends_the_polling(as_bob: Client, team: Team) -> None:
    make.make_key(team=team)
    pending(team, state=State.KEY_REFUSED, status="")

    assert stops(poll(as_bob))


def test_trouble_with_a_pending_run_keeps_what_was_seen(as_bob: Client, team: Team) -> None:
    make.make_key(team=team)
    pending(team, trouble="refused the connection")

    response = poll(as_bob)

    assert b"What is shown is older" in response.content
    assert not stops(response)


def test_a_pending_run_becomes_its_result(
    as_bob: Client, dev_key: ProjectKey, live: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = "run_live60sdev"
    first = as_bob.get(f"/t/acme/runs/{run_id}/")
    assert first.context["page"].state is State.PENDING

    monkeypatch.setattr(live, "_now", lambda: time.time() + 60)
    panel = f"/t/acme/runs/{run_id}/panel/"
    for _ in range(1_000):
        time.sleep(0.05)
        Sighting.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        go_round()
        response = poll(as_bob, panel)
        if response.context["page"].state.is_final:
            break

    assert b"Succeeded" in response.content
    assert stops(response)
    calls = live.count()
    go_round()
    assert live.count() == calls
