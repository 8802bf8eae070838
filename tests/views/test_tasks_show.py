"""A task's page: what its runs did, how long they took, whatever the task is called."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from results.domain.status import State
from results.models import StoredResult, Team
from results.services import history
from results.services.storing import column
from tests import make
from tests.hostile import HOSTILE
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

PAGE = "/t/acme/tasks/report/"
STRANGE = (
    *(
        "",
        ".",
        "..",
        "/",
        "//",
        "a//b",
        "/a/",
        "../..",
        "~",
        "~~",
        "~/~",
        "a/./b",
        "%2e%2e",
        "?x#y",
    ),
    *(
        "a b",
        " ",
        "\n",
        "a\nb",
        "\\",
        "ü/漢字/🏳️‍🌈",
        "report/",
        "+",
        "%",
        "%ff",
        ";",
        "a\u2028b",
        ":",
    ),
)


def text(response: Any) -> str:
    content: str = response.content.decode()
    return content


def store(team: Team, number: int = 0, **changes: Any) -> StoredResult:
    """A run that finished so many minutes before now."""
    result = make.make_result(
        team=team,
        run_id=changes.pop("run_id", f"run_n{number}"),
        state=changes.pop("state", State.SUCCEEDED),
        now=make.NOW - timedelta(minutes=number),
    )
    StoredResult.objects.filter(pk=result.pk).update(**changes)
    return result


def copies(result: StoredResult, number: int) -> None:
    """Many more runs of the same task, each a minute older than the one before."""
    rows = []
    for minutes in range(1, number + 1):
        row = StoredResult.objects.get(pk=result.pk)
        row.pk, row.run_id = uuid.uuid4(), f"run_copy{minutes}"
        assert row.started_at is not None
        assert row.finished_at is not None
        row.started_at -= timedelta(minutes=minutes)
        row.finished_at -= timedelta(minutes=minutes)
        row.state = State.FAILED if minutes % 10 == 0 else State.SUCCEEDED
        rows.append(row)
    StoredResult.objects.bulk_create(rows)


def listed(response: Any) -> list[str]:
    history = response.context["page"].history
    return [bar.run_id for bar in history.rows] if history else []


def test_it_works(as_alice: Client, team: Team) -> None:
    for number in range(3):
        store(team, number)

    response = as_alice.get(PAGE)

    page = response.context["page"]
    assert response.status_code == 200
    assert listed(response) == ["run_n0", "run_n1", "run_n2"]
    assert (page.p50, page.p95) == ("4.00 s", "4.00 s")
    assert page.succeeded == "3 of 3"
    assert "all 3 stored runs" in text(response)
    assert '<svg role="img" aria-labelledby="history-summary"' in text(response)


def test_it_hides_from_strangers(as_charlie: Client, as_dora: Client, team: Team) -> None:
    store(team)

    assert_hidden(as_charlie, PAGE)
    assert_hidden(as_dora, PAGE + "?env=prod&outcome=failed")


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, PAGE)
    assert_asks_for_sign_in(client, PAGE + "?outcome=failed")


def test_a_viewer_may_see_it(as_bob: Client, team: Team) -> None:
    store(team)

    assert listed(as_bob.get(PAGE)) == ["run_n0"]


def test_another_teams_runs_of_the_same_task_are_not_among_them(
    as_alice: Client, team: Team, charlie: Any
) -> None:
    store(team)
    store(make.make_team(name="Other", owner=charlie), run_id="run_theirs", environment="prod")

    response = as_alice.get(PAGE)

    assert listed(response) == ["run_n0"]
    assert response.context["page"].environments[0].label == "not known"
    assert "run_theirs" not in text(response)


@pytest.mark.parametrize("task", [*STRANGE, *HOSTILE])
def test_any_task_has_an_address_that_leads_back_to_it(
    as_alice: Client, team: Team, task: str
) -> None:
    kept = column(task, 255)
    store(team, task=kept)

    address = reverse("tasks-show", args=["acme", kept])
    response = as_alice.get(address)

    assert response.status_code == 200
    assert response.context["page"].task == kept
    assert listed(response) == ["run_n0"]
    for part in address.split("/")[4:-1]:
        # Browsers and proxies fold such parts away.
        assert part.lower() not in ("", ".", "..", "%2e", "%2e%2e", ".%2e", "%2e."), address


@pytest.mark.parametrize("task", HOSTILE)
def test_a_hostile_task_is_only_text(as_alice: Client, team: Team, task: str) -> None:
    store(team, task=column(task, 255))

    for address in (
        reverse("tasks-show", args=["acme", column(task, 255)]),
        "/t/acme/runs/run_n0/",
    ):
        body = text(as_alice.get(address))
        # Tags, whatever is in their attributes; the way that an attribute ends is `"`.
        tags = re.findall(r"<[a-zA-Z!/](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", body)
        bare = " ".join(re.sub(r"\"[^\"]*\"|'[^']*'", "", tag) for tag in tags)
        assert "hit" not in bare
        assert "xss-canary" not in bare


def test_the_address_of_a_plain_task_is_plain() -> None:
    assert reverse("tasks-show", args=["acme", "billing/charge"]) == "/t/acme/tasks/billing/charge/"
    assert resolve("/t/acme/tasks/~/").kwargs["task"] == ""


def test_a_task_that_never_ran_says_so(as_alice: Client, team: Team) -> None:
    response = as_alice.get("/t/acme/tasks/never/")

    assert response.status_code == 200
    assert "No run of this task is stored yet" in text(response)
    assert "<svg" not in text(response)


def test_one_run_is_a_page(as_alice: Client, team: Team) -> None:
    store(team, state=State.FAILED)

    response = as_alice.get(PAGE)

    assert "From the only stored run in" in text(response)
    assert response.context["page"].last_success is None
    assert "none stored" in text(response)


def test_runs_without_a_task_are_a_list_too(as_alice: Client, team: Team) -> None:
    store(team, task="")

    response = as_alice.get("/t/acme/tasks/~/")

    assert "Runs without a task" in text(response)
    assert listed(response) == ["run_n0"]


def test_durations_that_were_not_reported_are_said_to_be_missing(
    as_alice: Client, team: Team
) -> None:
    for number in range(2):
        store(team, number, started_at=None, finished_at=None, compute_ms=None)

    response = as_alice.get(PAGE)

    page = response.context["page"]
    assert (page.p50, page.p95) == ("not reported", "not reported")
    assert "No duration was reported for these runs." in text(response)
    assert "(stored)" in text(response)
    assert "0 ms" not in text(response)


def test_compute_times_are_used_when_nothing_else_is_known(as_alice: Client, team: Team) -> None:
    store(team, started_at=None)

    response = as_alice.get(PAGE)

    assert response.context["page"].p50 == "3.75 s"
    assert "compute times, as the API reported them" in text(response)


def test_the_environment_that_ran_last_is_shown_first_and_another_on_request(
    as_alice: Client, team: Team
) -> None:
    store(team, 5, environment="dev")
    store(team, 1, environment="prod")
    store(team, 9, environment="")

    first, dev, lost = (as_alice.get(PAGE, {"env": env}) for env in ("", "dev", "unknown"))

    assert [one.label for one in first.context["page"].environments] == [
        "production",
        "development",
        "not known",
    ]
    assert [listed(page) for page in (first, dev, lost)] == [["run_n1"], ["run_n5"], ["run_n9"]]


def test_the_list_can_be_of_one_outcome(as_alice: Client, team: Team) -> None:
    store(team, 0)
    store(team, 1, state=State.CRASHED)

    response = as_alice.get(PAGE, {"outcome": "crashed"})

    page = response.context["page"]
    assert listed(response) == ["run_n1"]
    assert [(one.label, one.count, one.is_current) for one in page.outcomes] == [
        ("All", "2", False),
        ("Succeeded", "1", False),
        ("Crashed", "1", True),
    ]
    assert listed(as_alice.get(page.outcomes[0].url)) == ["run_n0", "run_n1"]


def test_an_outcome_that_never_happened_is_an_empty_list(as_alice: Client, team: Team) -> None:
    store(team)

    response = as_alice.get(PAGE, {"outcome": "expired"})

    assert "No run like that is stored." in text(response)


@pytest.mark.parametrize(
    "query",
    [
        {"outcome": "pending"},
        {"outcome": "<b>"},
        {"env": "mars"},
        {"before": "x"},
        {"before": "9" * 5_000},
        {"before": "1." + "0" * 31 + "é"},
        {"before": f"{10**19}.{uuid.UUID(int=1).hex}"},
        {"before": "\x00"},
        {"env": "\x00", "outcome": "\x00"},
    ],
)
def test_what_is_malformed_asks_for_nothing_special(
    as_alice: Client, team: Team, query: dict[str, str]
) -> None:
    store(team)

    assert listed(as_alice.get(PAGE, query)) == ["run_n0"]


def test_every_run_is_on_one_page_and_only_one(as_alice: Client, team: Team) -> None:
    copies(store(team), 119)
    # Several runs of one moment are kept apart by their keys.
    StoredResult.objects.filter(run_id__startswith="run_copy4").update(finished_at=make.NOW)

    seen, address, pages = [], PAGE, 0
    while address:
        response = as_alice.get(address)
        seen += listed(response)
        address = response.context["page"].older_url
        pages += 1

    assert pages == 3
    assert len(seen) == len(set(seen)) == 120
    assert response.context["page"].newest_url == "/t/acme/tasks/report/?env=unknown"


def test_the_last_success_is_one_click_away_however_long_ago(
    as_alice: Client, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "WINDOW", 3)
    for number in range(5):
        store(team, number, state=State.FAILED)
    store(team, 9)

    response = as_alice.get(PAGE)

    assert response.context["page"].last_success.url == "/t/acme/runs/run_n9/"
    assert "the last 3 stored runs" in text(response)
    assert response.context["page"].succeeded == "0 of 3"


def test_many_runs_are_drawn_over_time_as_well(as_alice: Client, team: Team) -> None:
    copies(store(team), 60)

    response = as_alice.get(PAGE)

    columns = response.context["page"].columns
    assert sum(column.runs for column in columns.columns) == 61
    assert sum(column.failed for column in columns.columns) == 6
    assert "by 5 minutes" in text(response)


def test_a_thousand_runs_cost_as_many_queries_as_two_and_no_body_is_read(
    as_alice: Client, team: Team
) -> None:
    result = store(team, 0)
    store(team, 1)
    pages = (PAGE, PAGE + "?outcome=failed", "/t/acme/runs/run_n0/")

    def costs(address: str) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as sent:
            assert as_alice.get(address).status_code == 200
        bodies = sum("resultbody" in query["sql"] for query in sent)
        return len(sent), bodies

    for address in pages:
        costs(address)
    few = [costs(address) for address in pages]
    copies(result, 1_000)

    assert [costs(address) for address in pages] == few
    assert [bodies for _, bodies in few] == [0, 0, 1]
    assert max(number for number, _ in few) <= 13


def test_a_runs_page_shows_it_among_the_runs_of_its_task(as_alice: Client, team: Team) -> None:
    copies(store(team), 60)
    StoredResult.objects.filter(run_id="run_n0").update(started_at=make.NOW - timedelta(hours=9))

    body = text(as_alice.get("/t/acme/runs/run_n0/"))

    assert "Slower than 39 of" not in body
    assert "Slower than all of the last 39 other runs; median 4.00 s." in body
    assert 'href="/t/acme/tasks/report/"' in body
    assert body.count('class="this"') == 2
    assert "run_n0 · Succeeded · 8 h 59 min" in body


def test_the_first_run_of_a_task_is_said_to_be_the_first(as_alice: Client, team: Team) -> None:
    store(team)

    body = text(as_alice.get("/t/acme/runs/run_n0/"))

    assert "the first run of its task that is stored" in body
    assert "history-summary" in body
    assert 'role="img"' not in body


def test_a_run_without_a_task_has_no_history(as_alice: Client, team: Team) -> None:
    store(team, task="")

    response = as_alice.get("/t/acme/runs/run_n0/")

    assert response.context["page"].history is None
    assert "/tasks/" not in text(response)


def test_a_shared_page_tells_nothing_of_other_runs(
    client: Client, as_alice: Client, team: Team
) -> None:
    for number in range(3):
        store(team, number)
    as_alice.post("/t/acme/runs/run_n0/share/", {"scope": "whole", "expires": "7d", "make": ""})
    link = as_alice.get("/t/acme/shares/").context["page"].links[0]

    response = client.get(link.url.replace("http://testserver", ""))

    assert response.status_code == 200
    assert response.context["page"].history is None
    assert "run_n1" not in text(response)
    assert "/tasks/" not in text(response)


def test_a_name_that_no_row_can_have_is_no_task(as_alice: Client, team: Team) -> None:
    assert as_alice.get("/t/acme/tasks/a%00b/").status_code == 404
