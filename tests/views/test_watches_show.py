"""The list of ones own watches: live and ended, what is new marked."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client

from results.domain.status import State
from results.models import Sighting, Team, Watch
from results.models.watches import WatchOutcome
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

LIST = "/t/acme/watches/"


def test_it_works(as_alice: Client, alice: User, team: Team) -> None:
    make.make_sighting(team=team, state=State.PENDING, status="EXECUTING")
    Sighting.objects.update(task="send-newsletter")
    make.make_watch(team=team, by=alice)
    make.make_watch(team=team, by=alice, run_id="run_ended1", outcome="failed")

    page = as_alice.get(LIST).content.decode()

    assert page.index("run_pending1") < page.index("run_ended1")
    assert "Executing" in page
    assert "send-newsletter" in page
    assert "Failed" in page
    assert page.count(">new<") == 1
    assert "Mark all as seen" in page


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    assert_hidden(as_charlie, LIST)


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, LIST)


def test_a_viewer_has_no_list_and_no_way_to_it(as_bob: Client, team: Team) -> None:
    assert as_bob.get(LIST).status_code == 403
    assert LIST.encode() not in as_bob.get("/t/acme/keys/").content


def test_nothing_watched_says_how_to_begin(as_alice: Client, team: Team) -> None:
    page = as_alice.get(LIST).content

    assert b"You watch nothing" in page
    assert b"Mark all as seen" not in page


def test_it_shows_nobody_elses_and_no_other_teams(
    as_alice: Client, alice: User, bob: User, team: Team
) -> None:
    other = make.make_team(name="Other", owner=alice)
    make.make_watch(team=team, by=bob, run_id="run_ofbob")
    make.make_watch(team=other, by=alice, run_id="run_elsewhere", outcome="failed")

    page = as_alice.get(LIST).content

    assert b"run_ofbob" not in page
    assert b"run_elsewhere" not in page


def test_every_outcome_has_a_label_and_what_is_no_end_of_a_run_a_sentence(
    as_alice: Client, alice: User, team: Team
) -> None:
    for number, outcome in enumerate(WatchOutcome):
        make.make_watch(team=team, by=alice, run_id=f"run_{number}", outcome=outcome)

    page = as_alice.get(LIST).content.decode()

    for outcome in WatchOutcome:
        assert outcome.label in page
    for words in ("had not ended when the time", "You stopped watching", "None of the team"):
        assert words in page


def test_the_bell_shows_how_many_are_new_on_every_page_of_the_team(
    as_alice: Client, alice: User, team: Team
) -> None:
    for number in range(3):
        make.make_watch(team=team, by=alice, run_id=f"run_{number}", outcome="failed")
    make.make_result(team=team)

    for address in ("/t/acme/keys/", LIST, "/t/acme/runs/run_stored1/", "/"):
        page = as_alice.get(address).content.decode()
        assert '<span class="bell-number">3</span>' in page
        assert 'data-live="0"' in page
    assert b"(3) Your watches" in as_alice.get(LIST).content


def test_opening_the_result_of_a_run_marks_its_outcome_as_seen(
    as_alice: Client, alice: User, team: Team
) -> None:
    make.make_result(team=team)
    make.make_watch(team=team, by=alice, run_id="run_stored1", outcome="succeeded")
    make.make_watch(team=team, by=alice, run_id="run_other", outcome="failed")

    page = as_alice.get("/t/acme/runs/run_stored1/").content

    assert b'<span class="bell-number">1</span>' in page
    assert Watch.objects.unseen().get().run_id == "run_other"


def test_shared_pages_and_the_sign_in_have_no_bell(client: Client, team: Team) -> None:
    assert b'class="bell"' not in client.get("/accounts/login/").content
