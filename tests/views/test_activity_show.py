"""What happened in a team, for its owners: pages in order, choices, and a file that runs nothing."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from results.models import AuditEvent, Role, Team
from results.models.audit import Action
from results.services import audit, members
from results.services.activity import PAGE
from results.services.origin import Origin, coming_from
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

PAGE_URL = "/t/acme/activity/"


def subjects(page: str) -> list[str]:
    return re.findall(r'<td class="object"><bdi>([^<]*)</bdi>', page)


def records(response: Any) -> list[list[str]]:
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_it_works(as_alice: Client, alice: User, team: Team) -> None:
    with coming_from(Origin("a" * 32, "192.0.2.7")):
        audit.note(team=team, by=alice, action=Action.SHARE_CREATED, subject="run_a1", now=make.NOW)

    page = as_alice.get(PAGE_URL).content.decode()

    assert "Share link made" in page
    assert '<time datetime="2026-11-23T12:00:00+00:00">23 Nov 2026, 12:00:00' in page
    assert "When (UTC)" in page
    assert "192.0.2.7" in page
    assert 'href="/t/acme/runs/run_a1/">run_a1</a>' in page
    assert f"Request {'a' * 32}" in page
    assert page.index("Share link made</a></th>") < page.index("Team made</a></th>")


def test_it_hides_from_strangers(as_charlie: Client, as_dora: Client, team: Team) -> None:
    assert_hidden(as_charlie, PAGE_URL)
    assert_hidden(as_dora, PAGE_URL)


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, PAGE_URL)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
@pytest.mark.parametrize("query", ["", "?as=csv"])
def test_only_owners_may_read_it_and_find_the_way(
    as_bob: Client, as_alice: Client, bob: User, team: Team, role: Role, query: str
) -> None:
    members.add_member(team=team, user=bob, role=role, by=None, now=make.NOW)

    refused = as_bob.get(PAGE_URL + query)

    assert refused.status_code == 403
    assert b"Your role does not allow that" in refused.content
    assert PAGE_URL.encode() not in as_bob.get("/t/acme/keys/").content
    assert PAGE_URL.encode() in as_alice.get("/t/acme/keys/").content


def test_another_teams_events_are_never_there(as_alice: Client, team: Team) -> None:
    other = make.make_team(name="Elsewhere")
    make.make_events(team=other, events=3)
    audit.note(team=None, by=None, action=Action.KEY_TESTED, subject="instance", now=make.NOW)

    for query in ("", "?as=csv", "?about=key", "?action=key.tested"):
        text = as_alice.get(PAGE_URL + query).getvalue().decode()
        assert "elsewhere" not in text
        assert "key 1" not in text
        assert "instance" not in text


def test_pages_go_back_in_time_without_a_gap(as_alice: Client, team: Team) -> None:
    make.make_events(team=team, events=2 * PAGE + 5)
    seen: list[str] = []
    address = PAGE_URL + "?action=key.tested"
    for _ in range(3):
        page = as_alice.get(address).content.decode()
        seen += subjects(page)
        # What happens meanwhile moves nothing.
        make.make_events(team=team, events=1)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = (
            PAGE_URL + found[1].replace("&amp;", "&").partition("/activity/")[2] if found else ""
        )

    assert address == ""
    assert seen == [f"key {number}" for number in range(2 * PAGE + 5, 0, -1)]
    assert "Latest events" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?action=member.added", ["bob viewer", "alice owner"]),
        ("?who=alice", ["key 1"]),
        ("?who=ali", []),
        ("?about=BOB", ["bob viewer"]),
        ("?about=key&who=alice", ["key 1"]),
        ("?about=%25", []),
        ("?action=member.added&who=alice", []),
    ],
)
def test_events_are_chosen_by_action_person_and_object(
    as_alice: Client, alice: User, team: Team, query: str, found: list[str]
) -> None:
    make.make_events(team=team, events=1, by=alice)

    page = as_alice.get(PAGE_URL + query).content.decode()

    assert subjects(page) == found
    assert ("Nothing like that has happened" in page) == (not found)
    assert "Show everything" in page


@pytest.mark.parametrize(
    "query",
    [
        *("?action=nonsense", "?before=x", "?before=-1", "?before=" + "9" * 40, "?before=%D9%A1"),
        *("?who=%00", "?about=a%00b", "?about=" + "x" * 5000, "?as=nonsense", "?who=%ff"),
    ],
)
def test_a_malformed_choice_breaks_nothing(as_alice: Client, team: Team, query: str) -> None:
    assert as_alice.get(PAGE_URL + query).status_code == 200


def test_what_was_chosen_stays_in_the_form(as_alice: Client, team: Team) -> None:
    page = as_alice.get(PAGE_URL + "?action=key.tested&who=<b>&about=run_x").content.decode()

    assert '<option value="key.tested" selected>' in page
    assert 'value="&lt;b&gt;"' in page
    assert 'value="run_x"' in page
    assert "as=csv" in page.partition("Download CSV")[0].rpartition("href=")[2]


def test_the_file_holds_what_was_chosen(as_alice: Client, alice: User, team: Team) -> None:
    make.make_events(team=team, events=PAGE + 20, by=alice)

    response = as_alice.get(PAGE_URL + "?as=csv&action=key.tested")

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert re.search(
        r'filename="activity-acme-\d{4}-\d\d-\d\d\.csv"', response["Content-Disposition"]
    )
    heading, *rows = records(response)
    assert heading[:4] == ["number", "time (UTC)", "who", "action"]
    assert len(rows) == PAGE + 20
    newest = AuditEvent.objects.filter(action="key.tested").latest("sequence")
    assert rows[0] == [
        *(str(newest.sequence), "2026-11-23T12:00:00.000000+00:00", "alice", "key.tested"),
        *("Key tested", newest.subject, "", "", newest.hash),
    ]


def test_the_file_runs_no_formula(as_alice: Client, team: Team) -> None:
    for text in ("=1+1", "@SUM(A1)", "+1", '-2+"x"', "a\r\n=1+1", "a,b"):
        audit.note(team=team, by=None, action=Action.KEY_TESTED, subject=text, now=make.NOW)

    _, *rows = records(as_alice.get(PAGE_URL + "?as=csv&action=key.tested"))

    kept = [row[5] for row in reversed(rows)]
    assert kept == ["'=1+1", "'@SUM(A1)", "'+1", '\'-2+"x"', "a\\x0d\\x0a=1+1", "a,b"]


def test_t24_taking_the_file_away_is_one_event_and_reading_the_page_is_none(
    as_alice: Client, team: Team
) -> None:
    before = AuditEvent.objects.count()

    as_alice.get(PAGE_URL)
    as_alice.head(PAGE_URL + "?as=csv")
    assert AuditEvent.objects.count() == before

    as_alice.get(PAGE_URL + "?as=csv&who=bob").getvalue()
    event = AuditEvent.objects.latest("pk")
    assert AuditEvent.objects.count() == before + 1
    assert (event.action, event.actor) == ("activity.exported", "alice")
    assert event.subject == "activity of acme, chosen by person"


@pytest.mark.parametrize(
    ("action", "who"),
    [
        (Action.SHARE_OPENED, "somebody with the link"),
        (Action.SIGN_IN_FAILED, "somebody"),
        (Action.RESULT_STORED, "Runlens"),
    ],
)
def test_who_did_it_is_said_where_nobody_was_signed_in(
    as_alice: Client, team: Team, action: Action, who: str
) -> None:
    now = make.NOW + timedelta(days=1)
    audit.note(team=team, by=None, action=action, subject="x", now=now)

    page = as_alice.get(f"{PAGE_URL}?action={action}").content.decode()

    assert f'<span class="muted">{who}</span>' in page
