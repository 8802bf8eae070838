"""Several runs on one page: looked up in a fixed number of queries, counted, ordered, given out as CSV."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from results.domain.problems import RateLimited
from results.domain.status import State
from results.models import Lookup, Sighting, StoredResult, Team
from results.sandbox.scenarios import scenario
from results.sandbox.server import Sandbox
from results.services.answers import KeySaid
from tests import make
from tests.services.looking import go_rounds
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

ADDRESS = "/t/acme/runs/?ids=run_stored1,run_pending1"


def show(client: Client, *run_ids: str, **asked: str) -> Any:
    return client.get("/t/acme/runs/", {"ids": ",".join(run_ids)} | asked)


def shown(response: Any) -> list[str]:
    return [row.run_id for row in response.context["page"].shown]


def some_runs(team: Team) -> tuple[str, ...]:
    make.make_key(team=team)
    make.make_result(team=team, run_id="run_good")
    error = b'{"type":"BUILT_IN_ERROR","name":"TypeError","message":"=boom","stackTrace":""}'
    make.make_result(team=team, run_id="run_bad", state=State.FAILED, error=error)
    make.make_result(team=team, run_id="run_gone", state=State.EXPIRED)
    make.make_sighting(
        team=team, run_id="run_busy", state=State.PENDING, status="EXECUTING", now=timezone.now()
    )
    return "run_good", "run_bad", "run_gone", "run_busy"


def test_it_works(as_bob: Client, team: Team) -> None:
    response = show(as_bob, *some_runs(team))

    assert response.status_code == 200
    assert shown(response) == ["run_good", "run_bad", "run_gone", "run_busy"]
    text = response.content.decode()
    assert "4 runs: 1 succeeded, 1 failed, 1 cancelled or expired, 1 not finished" in text
    assert "TypeError: =boom" in text
    assert "Executing" in text
    assert "<title>⏳ 3/4 runs · Runlens</title>" in text


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    assert_hidden(as_charlie, ADDRESS)
    assert Sighting.objects.count() == Lookup.objects.count() == 0


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    response = client.get(ADDRESS)

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=/t/acme/runs/")
    assert_asks_for_sign_in(client, "/t/acme/runs/")


def test_an_address_without_a_run_leads_to_the_box(as_bob: Client, team: Team) -> None:
    for ids in ("", "nothing", "batch_1", "\x00", "run_"):
        assert show(as_bob, ids)["Location"] == "/"


def test_ten_runs_and_fifty_cost_the_same(as_alice: Client, team: Team) -> None:
    make.make_key(team=team)

    def cost(count: int) -> int:
        ids = [f"run_{count}x{n}" for n in range(count)]
        for run_id in ids[: count // 2]:
            make.make_result(team=team, run_id=run_id, state=State.FAILED, error=b'{"message":"m"}')
        with CaptureQueriesContext(connection) as queries:
            assert len(shown(show(as_alice, *ids))) == count
        return len(queries)

    cost(2)
    assert cost(10) == cost(50)
    # SQLite takes only so many values at once.
    assert cost(200) <= cost(10) + 5


def test_each_run_is_noted_once_and_asked_about(
    as_alice: Client, alice: Any, dev_key: Any, live: Sandbox, team: Team
) -> None:
    ids = (scenario("every-type").run_id, scenario("dequeued").run_id, "run_nobodys1")
    response = show(as_alice, *ids)
    assert response.context["page"].refresh.waiting == 3

    go_rounds()

    labels = [row.label for row in show(as_alice, *ids).context["page"].rows]
    assert labels == ["Succeeded", "Dequeued", "Unknown run"]
    assert Lookup.objects.filter(user=alice).count() == 3
    assert StoredResult.objects.count() == 1
    assert Sighting.objects.count() == 2


def test_runs_that_were_given_up_are_asked_about_again(as_alice: Client, team: Team) -> None:
    make.make_key(team=team)
    over = timezone.now() - timedelta(hours=1)
    make.make_sighting(team=team, run_id="run_a", state=State.UNKNOWN, now=over)
    make.make_sighting(team=team, run_id="run_b", state=State.PENDING, now=over)

    show(as_alice, "run_a", "run_b")

    now = timezone.now()
    assert Sighting.objects.due(now).count() == 2
    a, b = Sighting.objects.order_by("run_id")
    assert a.give_up_at - now < timedelta(minutes=11)
    assert b.give_up_at - now > timedelta(minutes=29)


def test_an_outcome_is_chosen_and_an_order(as_bob: Client, team: Team) -> None:
    ids = some_runs(team)

    assert shown(show(as_bob, *ids, outcome="failed")) == ["run_bad"]
    assert shown(show(as_bob, *ids, outcome="waiting")) == ["run_busy"]
    assert shown(show(as_bob, *ids, sort="run")) == ["run_bad", "run_busy", "run_gone", "run_good"]
    assert shown(show(as_bob, *ids, sort="-run"))[0] == "run_good"
    assert shown(show(as_bob, *ids, sort="ran"))[-1] == "run_busy"
    assert shown(show(as_bob, *ids, sort="-ran"))[-1] == "run_busy"


@pytest.mark.parametrize("odd", ["", "nonsense", "-", "\x00", "é" * 300])
def test_an_odd_order_or_outcome_asks_for_nothing_special(
    as_bob: Client, team: Team, odd: str
) -> None:
    ids = some_runs(team)

    assert shown(show(as_bob, *ids, sort=odd, outcome=odd, env=odd)) == list(ids)


def test_more_than_fit_are_said(as_bob: Client, team: Team, settings: Any) -> None:
    settings.RUNS_AT_ONCE = 2

    response = show(as_bob, "run_a", "run_b", "run_c")

    assert shown(response) == ["run_a", "run_b"]
    assert b"1 more were named than fit" in response.content
    assert Sighting.objects.count() == 2


def test_the_rows_are_given_out_as_csv(as_bob: Client, team: Team) -> None:
    ids = some_runs(team)

    response = show(as_bob, *ids, **{"as": "csv"})

    assert response["Content-Disposition"] == 'attachment; filename="runs.csv"'
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [row["run_id"] for row in rows] == list(ids)
    assert rows[0]["ran_ms"] == "4000"
    assert rows[0]["url"] == "http://testserver/t/acme/runs/run_good/"
    assert rows[1]["error"] == "TypeError: =boom"
    assert rows[3] | {"ran_ms": "", "finished_at": ""} == rows[3]


def test_a_refused_key_is_told_once(as_alice: Client, team: Team) -> None:
    make.make_key(team=team)
    for name in ("run_a", "run_b"):
        make.make_sighting(team=team, run_id=name, state=State.UNKNOWN, now=timezone.now())
    refusal = {"key": "Shop · production", "state": "key_refused", "said": "refused"}
    Sighting.objects.update(keys_asked=[refusal])

    text = show(as_alice, "run_a", "run_b").content.decode()

    assert text.count("Shop · production") == 1
    assert "Replace or test the keys" in text


def test_a_closed_vault_still_lists_the_runs(as_bob: Client, team: Team, settings: Any) -> None:
    ids = some_runs(team)
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="

    response = show(as_bob, *ids)

    assert shown(response) == list(ids)
    assert b"TypeError" not in response.content


def test_a_run_that_nobody_answered_for_is_not_called_unfinished(
    as_bob: Client, team: Team
) -> None:
    make.make_key(team=team)
    make.make_sighting(team=team, run_id="run_new", now=timezone.now())
    make.make_sighting(
        team=team, run_id="run_busy", state=State.PENDING, status="QUEUED", now=timezone.now()
    )

    text = show(as_bob, "run_new", "run_busy").content.decode()

    assert "2 runs: 1 not finished, 1 being looked up" in text
    assert shown(show(as_bob, "run_new", "run_busy", outcome="waiting")) == ["run_busy"]
    assert shown(show(as_bob, "run_new", "run_busy", outcome="looking")) == ["run_new"]


def test_without_a_key_a_run_is_not_known_rather_than_unfinished(
    as_bob: Client, team: Team
) -> None:
    assert "1 run: 1 not known" in show(as_bob, "run_new").content.decode()


@pytest.mark.parametrize("state", [State.RATE_LIMITED, State.UNREACHABLE, State.UNREADABLE])
def test_a_row_says_why_nothing_is_known_and_its_csv_calls_that_no_error(
    as_bob: Client, team: Team, state: State
) -> None:
    make.make_key(team=team)
    make.make_sighting(team=team, run_id="run_odd", state=state, now=timezone.now())
    said = {"key": "Shop · staging", "state": state.value, "said": "had a bad day"}
    Sighting.objects.update(keys_asked=[said])

    assert "Shop · staging had a bad day" in show(as_bob, "run_odd").content.decode()
    row = next(
        csv.DictReader(
            io.StringIO(show(as_bob, "run_odd", **{"as": "csv"}).content.decode("utf-8-sig"))
        )
    )
    assert (row["state"], row["error"]) == (state.value, "")


def test_a_reader_without_script_can_stop_the_refreshing_and_begin_it_again(
    as_bob: Client, team: Team
) -> None:
    ids = some_runs(team)
    here = f"?ids={','.join(ids)}"
    assert (
        f'<a href="{here}&amp;refresh=off">Stop refreshing' in show(as_bob, *ids).content.decode()
    )

    still = show(as_bob, *ids, refresh="off").content.decode()

    assert "http-equiv" not in still
    assert "This page does not look again by itself." in still
    assert f'<a href="{here}">Look again by itself' in still


def test_a_pause_that_the_api_asked_for_is_said_once_for_all_rows(
    as_bob: Client, team: Team
) -> None:
    make.make_key(team=team)
    for number, state in enumerate([State.PENDING, State.RATE_LIMITED, State.RATE_LIMITED]):
        sighting = make.make_sighting(
            team=team, run_id=f"run_{number}", state=state, status="QUEUED", now=timezone.now()
        )
        until = datetime(2026, 11, 23, 23, 59, 58, tzinfo=UTC) + timedelta(seconds=number)
        paused = RateLimited(until)
        said = KeySaid(uuid.uuid4(), "Shop", paused.state, paused.reason, until)
        sighting.trouble = said.reason if state is State.PENDING else ""
        sighting.keys_asked = [said.as_json]
        sighting.save()

    text = show(as_bob, "run_0", "run_1", "run_2").content.decode()

    assert text.count("asked us to wait") == 1
    assert "3 were not answered just now: the API asked us to wait until 00:00:00 UTC." in text
    assert text.index("asked us to wait") < text.index("<tbody>")


def test_why_nobody_could_be_asked_is_said_once_for_all_rows(as_bob: Client, team: Team) -> None:
    make.make_key(team=team)
    why = "was not asked: its 600 calls a minute are used up; asked again at 10:00:0"
    for number, state in enumerate([State.PENDING, State.PENDING, State.RATE_LIMITED]):
        sighting = make.make_sighting(
            team=team, run_id=f"run_{number}", state=state, status="QUEUED", now=timezone.now()
        )
        if state is State.PENDING:
            sighting.trouble = f"{why}{number} UTC"
        sighting.keys_asked = [{"key": "Shop", "state": "rate_limited", "said": f"{why}9 UTC"}]
        sighting.save()

    text = show(as_bob, "run_0", "run_1", "run_2").content.decode()

    assert text.count("calls a minute") == 1
    assert "3 were not asked about just now: a key&#x27;s 600 calls a minute are used up." in text
