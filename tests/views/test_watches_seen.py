"""Marking every outcome as seen: ones own, in one team, and never by opening a page."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client

from results.models import Team, Watch
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

SEEN = "/t/acme/watches/seen/"


def test_it_works(as_alice: Client, alice: User, bob: User, team: Team) -> None:
    other = make.make_team(name="Other", owner=alice)
    for number in range(3):
        make.make_watch(team=team, by=alice, run_id=f"run_{number}", outcome="failed")
    make.make_watch(team=team, by=alice)
    make.make_watch(team=team, by=bob, outcome="failed")
    make.make_watch(team=other, by=alice, outcome="failed")

    response = as_alice.post(SEEN)

    assert response["Location"] == "/t/acme/watches/"
    left = Watch.objects.unseen()
    assert {(watch.by, watch.team) for watch in left} == {(bob, team), (alice, other)}
    assert Watch.objects.live().get().seen_at is None


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    assert_hidden(as_charlie, SEEN, method="post")


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, SEEN, method="post", back="/")


def test_opening_its_address_or_the_list_marks_nothing(
    as_alice: Client, alice: User, team: Team
) -> None:
    make.make_watch(team=team, by=alice, outcome="failed")

    assert as_alice.get(SEEN).status_code == 405
    as_alice.get("/t/acme/watches/")

    assert Watch.objects.unseen().exists()
