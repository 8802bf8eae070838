"""What the script of the bell asks for: numbers, and names of runs; never what a run returned."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from results.models import Team
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

BELL = "/t/acme/watches/bell/"


def test_it_works(as_alice: Client, alice: User, team: Team) -> None:
    make.make_result(team=team, output=b'"CANARYOUTPUT"')
    watch = make.make_watch(team=team, by=alice, run_id="run_stored1", outcome="succeeded")
    watch.task = "report"
    watch.save()
    make.make_watch(team=team, by=alice)

    response = as_alice.get(BELL)

    assert response["Content-Type"] == "application/json"
    assert response.json() == {
        "live": 1,
        "unseen": 1,
        "ended": [
            {
                "id": str(watch.pk),
                "run_id": "run_stored1",
                "task": "report",
                "outcome": "Succeeded",
                "url": "/t/acme/runs/run_stored1/",
            }
        ],
    }
    assert b"CANARY" not in response.content


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    assert_hidden(as_charlie, BELL)


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, BELL)


def test_it_costs_one_query_while_nothing_is_new(as_alice: Client, alice: User, team: Team) -> None:
    for number in range(50):
        make.make_watch(team=team, by=alice, run_id=f"run_{number}")

    with CaptureQueriesContext(connection) as queries:
        assert as_alice.get(BELL).json() == {"live": 50, "unseen": 0, "ended": []}

    # Who it is, the membership, and the count. The session may be in the cache.
    sent = [query["sql"] for query in queries if "django_session" not in query["sql"]]
    assert len(sent) == 3


def test_it_tells_the_latest_ten(as_alice: Client, alice: User, team: Team) -> None:
    for number in range(30):
        make.make_watch(team=team, by=alice, run_id=f"run_{number}", outcome="failed")

    told = as_alice.get(BELL).json()

    assert told["unseen"] == 30
    assert len(told["ended"]) == 10
