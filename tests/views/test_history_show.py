"""The history of lookups: whose, of which kind, page by page, and what to do when there is none."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from results.domain.status import State
from results.models import Lookup, Pin, StoredResult, Team, TeamLookup
from results.services import looking_back, notes, pins
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

PAGE = "/t/acme/history/"


def show(client: Client, **asked: str) -> Any:
    response = client.get(PAGE, asked)
    assert response.status_code == 200
    return response


def shown(client: Client, **asked: str) -> list[str]:
    return [row.run.run_id for row in show(client, **asked).context["page"].rows]


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def looked_up(team: Team, by: User, run_id: str, *, minutes: int = 0, **result: Any) -> None:
    """A finished run that somebody looked up so many minutes before the present."""
    if not StoredResult.objects.filter(team=team, run_id=run_id).exists():
        make.make_result(team=team, run_id=run_id, **result)
    make.make_lookup(
        team=team, run_id=run_id, by=by, now=timezone.now() - timedelta(minutes=minutes)
    )


@pytest.fixture
def looks(team: Team, alice: User, bob: User) -> None:
    """Alice looked at three runs and bob at two, one of them the same."""
    make.make_key(team=team)
    looked_up(team, alice, "run_good", minutes=50)
    looked_up(team, alice, "run_bad", minutes=40, state=State.FAILED)
    looked_up(team, bob, "run_good", minutes=30)
    looked_up(team, bob, "run_gone", minutes=20, state=State.EXPIRED)
    make.make_sighting(team=team, run_id="run_busy", state=State.PENDING, status="EXECUTING")
    make.make_lookup(team=team, run_id="run_busy", by=alice, now=timezone.now())


@pytest.mark.usefixtures("looks")
def test_it_works(as_alice: Client) -> None:
    response = show(as_alice)

    text = text_of(response)
    assert shown(as_alice) == ["run_busy", "run_bad", "run_good"]
    assert "3 runs that you looked up, latest look first" in text
    for words in ("Executing", "Failed", "Succeeded", "report", "4.00 s", "looked up 40 min ago"):
        assert words in text, words
    assert b'href="/t/acme/runs/run_bad/"' in response.content
    assert b'href="/t/acme/tasks/report/"' in response.content


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    assert_hidden(as_charlie, PAGE)


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, PAGE)


@pytest.mark.usefixtures("looks")
def test_the_teams_history_has_one_line_a_run_with_the_latest_look_and_whose(
    as_alice: Client,
) -> None:
    response = show(as_alice, who="team")

    rows = [(row.run.run_id, row.by) for row in response.context["page"].rows]
    assert rows == [
        ("run_busy", "alice"),
        ("run_gone", "bob"),
        ("run_good", "bob"),
        ("run_bad", "alice"),
    ]
    assert "4 runs that the team looked up" in text_of(response)
    assert "looked up 20 min ago by bob" in text_of(response)


@pytest.mark.usefixtures("looks")
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"outcome": "failed"}, ["run_bad"]),
        ({"outcome": "waiting"}, ["run_busy"]),
        ({"outcome": "other", "who": "team"}, ["run_gone"]),
        ({"task": "report"}, ["run_bad", "run_good"]),
        ({"task": "report", "outcome": "succeeded"}, ["run_good"]),
        ({"task": "Report"}, []),
        ({"env": "unknown", "task": "report"}, ["run_bad", "run_good"]),
        ({"env": "prod"}, []),
        ({"person": "bob"}, ["run_gone", "run_good"]),
        ({"person": "bob", "outcome": "other", "task": "report", "env": "unknown"}, ["run_gone"]),
        ({"person": "alice", "who": "team"}, ["run_busy", "run_bad", "run_good"]),
    ],
)
def test_filters_work_alone_and_together(
    as_alice: Client, asked: dict[str, str], expected: list[str]
) -> None:
    assert shown(as_alice, **asked) == expected


@pytest.mark.usefixtures("looks")
def test_an_environment_is_found(as_alice: Client, team: Team, alice: User) -> None:
    StoredResult.objects.filter(run_id="run_bad").update(environment="prod")
    make.make_lookup(team=team, run_id="run_bad", by=alice, now=timezone.now())

    assert shown(as_alice, env="prod") == ["run_bad"]


@pytest.mark.usefixtures("looks")
@pytest.mark.parametrize(
    "asked",
    [
        {"outcome": "x"},
        {"env": "moon"},
        {"who": "everybody"},
        {"before": "x"},
        {"before": "1.-1"},
        {"before": "9" * 30 + ".1"},
        {"before": f"1.{'9' * 19}"},
        {"pinned": "yes"},
    ],
)
def test_what_is_malformed_asks_for_nothing_special(
    as_alice: Client, asked: dict[str, str]
) -> None:
    assert len(shown(as_alice, **asked)) == 3


@pytest.mark.parametrize("name", ["task", "person"])
@pytest.mark.parametrize("text", ["\x00", "<script>", "\u202e", "x" * 5_000, "%", "'"])
def test_any_text_may_be_asked_for(as_alice: Client, team: Team, name: str, text: str) -> None:
    response = show(as_alice, **{name: text})

    assert response.context["page"].rows == []
    assert b"<script>" not in response.content


def test_a_stranger_cannot_be_told_from_nobody(as_alice: Client, team: Team, charlie: User) -> None:
    stranger = text_of(show(as_alice, person="charlie"))
    nobody = text_of(show(as_alice, person="nobodys"))

    assert stranger.replace("charlie", "nobodys") == nobody
    assert "Nobody called charlie has looked a run up in Acme" in stranger


@pytest.mark.usefixtures("looks")
def test_whoever_left_keeps_their_history(as_alice: Client, team: Team, bob: User) -> None:
    team.memberships.filter(user=bob).delete()
    assert shown(as_alice, person="bob") == ["run_gone", "run_good"]

    bob.delete()
    assert shown(as_alice, person="bob") == []
    assert "by somebody who left" in text_of(show(as_alice, who="team"))


def test_pages_follow_each_other_without_a_gap_while_runs_are_looked_up(
    as_alice: Client, team: Team, alice: User
) -> None:
    many = looking_back.PAGE * 2 + 7
    # Several share a moment, so that the place between them must be told apart too.
    crowd_of_lookups(team, alice, many, at=lambda n: make.NOW - timedelta(seconds=n // 10))

    read: list[str] = []
    address: str | None = PAGE
    while address:
        page = as_alice.get(address).context["page"]
        read += [row.run.run_id for row in page.rows]
        make.make_lookup(team=team, run_id="run_many0", by=alice, now=timezone.now())
        address = page.older_url and PAGE + page.older_url

    assert len(read) == len(set(read)) == many
    assert set(read) == {f"run_many{n}" for n in range(many)}


def test_a_later_page_leads_back_to_the_first_and_keeps_the_filters(
    as_alice: Client, team: Team, alice: User
) -> None:
    crowd_of_lookups(team, alice, looking_back.PAGE + 1, at=lambda n: make.NOW - timedelta(n))

    first = show(as_alice, outcome="failed").context["page"]
    second = as_alice.get(PAGE + first.older_url).context["page"]

    assert len(second.rows) == 1
    assert second.older_url == ""
    assert second.newest_url == "?outcome=failed"
    beyond = show(as_alice, outcome="failed", before="1.1")
    assert "That was all: nothing older matches" in text_of(beyond)


def crowd_of_lookups(team: Team, by: User, many: int, *, at: Any, first: int = 0) -> None:
    known = {"team": team, "outcome": "failed", "task": "t"}
    lines = [
        {"run_id": f"run_many{n}", "looked_at": at(n), **known} for n in range(first, first + many)
    ]
    Lookup.objects.bulk_create(Lookup(user=by, **line) for line in lines)
    TeamLookup.objects.bulk_create(TeamLookup(looked_by=by, **line) for line in lines)


def test_counts_are_exact_up_to_a_thousand_and_then_bounded(
    as_alice: Client, team: Team, alice: User
) -> None:
    crowd_of_lookups(team, alice, looking_back.COUNTED, at=lambda n: make.NOW)
    assert "1,000 runs that you looked up" in text_of(show(as_alice))

    looked_up(team, alice, "run_onemore")

    for asked in ({}, {"who": "team"}):
        text = text_of(show(as_alice, **asked))
        assert "1,000+ runs" in text
        assert "All 1,000+ Succeeded 1 Failed 1,000 " in text


def test_as_many_queries_whatever_is_stored(as_alice: Client, team: Team, alice: User) -> None:
    looked_up(team, alice, "run_a")
    crowd_of_lookups(team, alice, 2, at=lambda n: make.NOW)
    asked = [{}, {"who": "team"}, {"outcome": "failed", "task": "t"}, {"person": "alice"}]

    def costs() -> list[int]:
        counted = []
        for one in asked:
            with CaptureQueriesContext(connection) as queries:
                show(as_alice, **one)
            counted.append(len(queries))
            assert not [q["sql"] for q in queries if "OFFSET" in q["sql"] or "sealed_" in q["sql"]]
        return counted

    few = costs()
    crowd_of_lookups(team, alice, 1_000, at=lambda n: make.NOW, first=2)

    assert costs() == few


@pytest.mark.usefixtures("looks")
def test_pinned_runs_come_first_on_a_short_list(as_bob: Client, team: Team, alice: User) -> None:
    for number in range(7):
        looked_up(team, alice, f"run_pin{number}")
        pins.pin(team=team, run_id=f"run_pin{number}", by=alice, now=timezone.now())

    page = show(as_bob)

    pinned = [row.run.run_id for row in page.context["page"].pinned]
    assert pinned == [f"run_pin{number}" for number in (6, 5, 4, 3, 2)]
    assert "pinned by alice just now" in text_of(page)
    assert b"All pinned runs" in page.content
    assert shown(as_bob, who="team", pinned="1") == [f"run_pin{n}" for n in (6, 5, 4, 3, 2, 1, 0)]
    assert show(as_bob, outcome="failed").context["page"].pinned == []


@pytest.mark.usefixtures("looks")
def test_only_pinned_runs_can_be_narrowed_further(
    as_alice: Client, team: Team, alice: User
) -> None:
    for run_id in ("run_good", "run_bad", "run_gone"):
        pins.pin(team=team, run_id=run_id, by=alice, now=timezone.now())

    assert shown(as_alice, pinned="1") == ["run_bad", "run_good"]
    assert shown(as_alice, pinned="1", who="team", outcome="other") == ["run_gone"]
    assert shown(as_alice, pinned="1", who="team", task="else") == []
    text = text_of(show(as_alice, pinned="1", who="team", outcome="other"))
    assert "1 pinned run that the team looked up" in text
    assert "All 3 Succeeded 1 Failed 1 Cancelled or expired 1" in text


@pytest.mark.usefixtures("looks")
def test_members_find_buttons_and_viewers_do_not(
    as_alice: Client, as_bob: Client, team: Team, alice: User
) -> None:
    pins.pin(team=team, run_id="run_bad", by=alice, now=timezone.now())

    member, viewer = show(as_alice), show(as_bob)

    assert b'formaction="/t/acme/runs/run_good/pin/"' in member.content
    assert b'formaction="/t/acme/runs/run_bad/unpin/"' in member.content
    assert b"formaction" not in viewer.content
    assert "pinned by alice" in text_of(viewer)


@pytest.mark.usefixtures("looks")
def test_a_run_with_notes_says_so_without_telling_them(
    as_alice: Client, team: Team, alice: User
) -> None:
    notes.add(team=team, run_id="run_bad", text="CANARYNOTE", by=alice, now=timezone.now())

    response = show(as_alice)

    assert "1 note" in text_of(response)
    assert b"CANARYNOTE" not in response.content


def test_empty_histories_say_what_to_do_next(as_alice: Client, team: Team, bob: User) -> None:
    mine, ours = show(as_alice), show(as_alice, who="team")
    assert "You have not looked a run up in Acme yet. Find a run" in text_of(mine)
    assert "See what the team looked up" in text_of(mine)
    assert "Nobody has looked a run up in Acme yet. Find a run" in text_of(ours)
    assert "Nothing is pinned. Open a run" in text_of(show(as_alice, who="team", pinned="1"))

    looked_up(team, bob, "run_bobs")

    none = show(as_alice, outcome="failed")
    assert "Nothing like that was looked up here" in text_of(none)
    assert b'href="?who=team&amp;outcome=failed"' in none.content
    assert "Show all" in text_of(none)


def test_what_another_team_looked_up_is_not_there(
    as_alice: Client, team: Team, alice: User
) -> None:
    other = make.make_team(name="Other", owner=alice)
    looked_up(other, alice, "run_elsewhere")
    pins.pin(team=other, run_id="run_elsewhere", by=alice, now=timezone.now())

    for asked in ({}, {"who": "team"}, {"pinned": "1"}, {"person": "alice"}):
        assert b"run_elsewhere" not in show(as_alice, **asked).content


def test_a_run_whose_result_an_operator_deleted_stays_in_the_list(
    as_alice: Client, team: Team, alice: User
) -> None:
    looked_up(team, alice, "run_was")
    StoredResult.objects.all().delete()

    assert shown(as_alice) == ["run_was"]


def test_tasks_from_anywhere_are_harmless(as_alice: Client, team: Team, alice: User) -> None:
    looked_up(team, alice, "run_odd")
    odd = '<img src=x onerror=alert(1)>\u202e"'
    StoredResult.objects.update(task=odd)
    make.make_lookup(team=team, run_id="run_odd", by=alice, now=timezone.now())

    response = show(as_alice, task=odd)

    assert [row.run.run_id for row in response.context["page"].rows] == ["run_odd"]
    assert b"<img" not in response.content
    assert b"<bdi>&lt;img" in response.content


@pytest.mark.usefixtures("looks")
def test_who_is_asked_for_is_kept_by_every_link(as_alice: Client) -> None:
    page = show(as_alice, who="team", task="report", env="unknown").context["page"]

    for one in page.outcomes:
        assert "who=team" in one.url
        assert "task=report" in one.url
        assert "env=unknown" in one.url
    assert [one.is_current for one in page.whose] == [False, True]
    assert Pin.objects.count() == 0


def test_a_run_that_nobody_looks_at_any_more_is_not_said_to_run_on(
    as_alice: Client, alice: User, team: Team
) -> None:
    make.make_key(team=team)
    now = timezone.now()
    for name, checked in (("run_watched", timedelta(seconds=5)), ("run_left", timedelta(hours=2))):
        sighting = make.make_sighting(
            team=team, run_id=name, state=State.PENDING, status="EXECUTING", now=now
        )
        sighting.checked_at = now - checked
        sighting.started_at = sighting.checked_at - timedelta(seconds=40)
        sighting.save()
        make.make_lookup(team=team, run_id=name, by=alice, now=now)

    said = {row.run.run_id: row.duration for row in show(as_alice).context["page"].rows}

    assert said == {"run_watched": "40.0 s so far", "run_left": "40.0 s when last checked"}


def test_a_state_that_may_be_old_says_how_old_it_is(
    as_alice: Client, alice: User, team: Team
) -> None:
    make.make_key(team=team)
    now = timezone.now()
    asked = now - timedelta(minutes=3)
    sightings = [("run_asked", asked, ""), ("run_new", None, ""), ("run_away", asked, "is away")]
    for name, checked_at, trouble in sightings:
        sighting = make.make_sighting(
            team=team, run_id=name, state=State.PENDING, status="QUEUED", now=now
        )
        sighting.checked_at, sighting.trouble = checked_at, trouble
        sighting.save()
        make.make_lookup(team=team, run_id=name, by=alice, now=now)
    looked_up(team, alice, "run_good")

    rows = {row.run.run_id: row for row in show(as_alice).context["page"].rows}
    told = [text_of(as_alice.get(address)) for address in (PAGE, "/")]

    assert {name: row.checked for name, row in rows.items()} == {
        "run_asked": "3 min ago",
        "run_new": "",
        "run_away": "",
        "run_good": "",
    }
    assert all("checked 3 min ago" in text for text in told)
    assert all(text.count(" checked ") == 1 for text in told)
