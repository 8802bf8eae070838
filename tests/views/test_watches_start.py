"""Starting a watch: for members, of runs that have not ended, and never by opening a page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from results.domain.status import State
from results.models import Membership, Sighting, Team, Watch
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

START = "/t/acme/runs/run_pending1/watch/"
RUN = "/t/acme/runs/run_pending1/"


def pending(team: Team) -> Sighting:
    """A run that was just asked about, so that its page asks nobody."""
    sighting = make.make_sighting(team=team, state=State.PENDING, status="EXECUTING")
    now = timezone.now()
    later = {"due_at": now + timedelta(hours=1), "give_up_at": now + timedelta(hours=2)}
    Sighting.objects.update(**later)
    return sighting


def test_it_works(as_alice: Client, team: Team) -> None:
    pending(team)

    response = as_alice.post(START)

    assert response.status_code == 302
    assert response["Location"] == RUN
    watch = Watch.objects.get()
    assert (watch.by.username, watch.run_id, watch.outcome) == ("alice", "run_pending1", "")


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    pending(team)

    assert_hidden(as_charlie, START, method="post")
    assert not Watch.objects.exists()


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, START, method="post", back="/")


def test_a_viewer_may_not_and_is_offered_nothing(as_bob: Client, team: Team) -> None:
    pending(team)
    make.make_key(team=team)

    assert as_bob.post(START).status_code == 403
    assert not Watch.objects.exists()
    page = as_bob.get(RUN).content
    assert b"Executing" in page
    assert b"Watch" not in page


def test_a_member_may(client: Client, bob: Any, team: Team) -> None:
    Membership.objects.filter(user=bob).update(role="member")
    client.force_login(bob)
    pending(team)

    assert client.post(START).status_code == 302
    assert Watch.objects.get().by == bob


def test_opening_its_address_watches_nothing(as_alice: Client, team: Team) -> None:
    pending(team)

    assert as_alice.get(START).status_code == 405
    assert not Watch.objects.exists()


def test_a_run_that_nobody_looked_up_or_that_is_elsewhere_is_not_there(
    as_alice: Client, team: Team
) -> None:
    make.make_sighting(team=make.make_team(name="Elsewhere"))

    assert as_alice.post(START).status_code == 404
    assert not Watch.objects.exists()


def test_a_run_that_has_ended_is_shown_with_a_word(as_alice: Client, team: Team) -> None:
    make.make_result(team=team, run_id="run_pending1")

    response = as_alice.post(START, follow=True)

    assert b"run_pending1 has ended already" in response.content
    assert not Watch.objects.exists()


def test_a_full_team_is_told_what_to_do(as_alice: Client, team: Team, settings: Any) -> None:
    settings.WATCHES_PER_TEAM = 1
    pending(team)
    make.make_sighting(team=team, run_id="run_other")
    as_alice.post("/t/acme/runs/run_other/watch/")

    as_alice.post(START)

    said = as_alice.get("/t/acme/watches/").content
    assert b"Acme already watches 1 runs" in said
    assert b"Stop one of the watches" in said
    assert Watch.objects.count() == 1


def test_the_page_of_a_run_offers_to_watch_and_then_to_stop(as_alice: Client, team: Team) -> None:
    make.make_key(team=team)
    pending(team)
    before = as_alice.get(RUN).content
    as_alice.post(START)
    after = as_alice.get(RUN).content

    assert b"Watch until it ends" in before
    assert b"Stop watching" not in before
    assert b"Stop watching" in after
    assert b"Watch until it ends" not in after
    assert b"data-notify hidden" in after
