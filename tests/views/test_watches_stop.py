"""Stopping a watch: ones own, from the run or from the list."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client

from results.models import Team, Watch
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

STOP = "/t/acme/runs/run_pending1/watch/stop/"


def test_it_works(as_alice: Client, alice: User, team: Team) -> None:
    sighting = make.make_sighting(team=team)
    sighting.task = "report"
    sighting.save()
    make.make_watch(team=team, by=alice)

    response = as_alice.post(STOP)

    assert response["Location"] == "/t/acme/runs/run_pending1/"
    assert Watch.objects.get().outcome == "stopped"
    assert Watch.objects.get().task == "report"


def test_it_hides_from_strangers(as_charlie: Client, alice: User, team: Team) -> None:
    make.make_watch(team=team, by=alice)

    assert_hidden(as_charlie, STOP, method="post")
    assert Watch.objects.live().exists()


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, STOP, method="post", back="/")


def test_it_goes_back_to_the_list(as_alice: Client, alice: User, team: Team) -> None:
    make.make_watch(team=team, by=alice)

    response = as_alice.post(STOP, {"back": "list"})

    assert response["Location"] == "/t/acme/watches/"


def test_nobody_stops_what_somebody_else_watches(as_alice: Client, bob: User, team: Team) -> None:
    make.make_watch(team=team, by=bob)

    assert as_alice.post(STOP).status_code == 404
    assert Watch.objects.live().exists()


def test_stopping_what_has_ended_meanwhile_keeps_its_outcome(
    as_alice: Client, alice: User, team: Team
) -> None:
    make.make_watch(team=team, by=alice, outcome="failed")

    assert as_alice.post(STOP).status_code == 302
    assert Watch.objects.get().outcome == "failed"
