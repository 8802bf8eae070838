"""One result held against another: what changed, from which to which, and what to do without another."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from results.domain.status import State
from results.models import StoredResult, Team
from tests import make
from tests.hostile import HOSTILE
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

COMPARE = "/t/acme/runs/run_after1/compare/"


@pytest.fixture
def two(team: Team) -> Team:
    """Two successes of one task, a day apart."""
    before = b'{"count":1,"price":1.10,"gone":true,"same":"x"}'
    after = b'{"count":2,"price":1.1,"new":[1],"same":"x"}'
    make.make_result(team=team, run_id="run_before1", output=before)
    make.make_result(team=team, run_id="run_after1", output=after, now=make.NOW + timedelta(days=1))
    return team


def text_of(response: Any) -> str:
    assert response.status_code == 200
    content: str = response.content.decode()
    return " ".join(content.split())


def test_it_works(as_bob: Client, two: Team) -> None:
    page = text_of(as_bob.get(COMPARE, {"with": "run_before1"}))

    assert "2 changed, 1 added, 1 removed; 1 the same." in page
    assert (
        '<th scope="row"><a href="/t/acme/runs/run_after1/#/count">count</a></th> <td><bdi><del>1</del></bdi></td> <td><bdi><ins>2</ins></bdi></td>'
        in page
    )
    assert "only the spelling" in page
    assert 'name="with" value="run_before1"' in page


def test_it_hides_from_strangers(as_charlie: Client, as_dora: Client, two: Team) -> None:
    for outsider in (as_charlie, as_dora):
        assert_hidden(outsider, COMPARE)


def test_it_asks_for_sign_in(client: Client, two: Team) -> None:
    assert_asks_for_sign_in(client, COMPARE)


def test_without_a_name_it_is_the_last_success_of_the_task(as_bob: Client, two: Team) -> None:
    make.make_result(team=two, run_id="run_failed1", state=State.FAILED, error=b"{}")

    assert 'value="run_before1"' in text_of(as_bob.get(COMPARE))


def test_without_another_success_it_asks_for_a_run(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, run_id="run_after1")

    assert "No other success of this task is stored" in text_of(as_bob.get(COMPARE))


def test_without_another_success_the_other_runs_of_the_task_are_offered(
    as_bob: Client, team: Team
) -> None:
    make.make_result(team=team, run_id="run_after1")
    for day, run_id in enumerate(("run_older1", "run_newer1"), start=1):
        make.make_result(
            team=team,
            run_id=run_id,
            state=State.FAILED,
            error=b"{}",
            now=make.NOW + timedelta(days=day),
        )
    make.make_result(team=team, run_id="run_stranger1", state=State.FAILED, error=b"{}")
    StoredResult.objects.filter(run_id="run_stranger1").update(task="another")
    other = make.make_team(name="Other")
    make.make_result(team=other, run_id="run_theirs1", state=State.FAILED, error=b"{}")

    page = text_of(as_bob.get(COMPARE))

    offered = page.partition("Or with another stored run of its task")[2].partition("</ul>")[0]
    assert re.findall('href="([^"]+)"', offered) == ["?with=run_newer1", "?with=run_older1"]
    assert offered.count('<span class="badge bad">Failed</span> <time') == 2
    assert "Both runs side by side" in text_of(as_bob.get(COMPARE + "?with=run_newer1"))


def test_no_runs_are_offered_where_there_are_none_or_none_are_needed(
    as_bob: Client, two: Team
) -> None:
    make.make_result(team=two, run_id="run_alone1")
    StoredResult.objects.filter(run_id="run_alone1").update(task="alone")

    assert "Or with another" not in text_of(as_bob.get(COMPARE))
    assert "Or with another" not in text_of(as_bob.get("/t/acme/runs/run_alone1/compare/"))


def test_few_runs_are_offered_of_many_and_also_for_a_name_that_leads_nowhere(
    as_bob: Client, team: Team
) -> None:
    make.make_result(team=team, run_id="run_after1")
    for number in range(9):
        make.make_result(team=team, run_id=f"run_other{number}", state=State.FAILED, error=b"{}")

    page = text_of(as_bob.get(COMPARE, {"with": "run_nobody"}))

    assert page.count('href="?with=run_other') == 6


@pytest.mark.parametrize(
    ("text", "said"), [("nonsense", "holds no run id"), ("run_nobody", "is not stored here")]
)
def test_a_name_that_leads_nowhere_is_explained_and_kept(
    as_bob: Client, two: Team, text: str, said: str
) -> None:
    page = text_of(as_bob.get(COMPARE, {"with": text}))

    assert said in page
    assert f'value="{text}"' in page


def test_a_shortened_id_is_told_as_everywhere_else_and_stays_in_the_box(
    as_bob: Client, two: Team
) -> None:
    page = text_of(as_bob.get(COMPARE, {"with": "run_befo…re1"}))

    assert "run_befo…re1 looks shortened and was not looked up. Copy the whole id." in page
    assert 'value="run_befo…re1"' in page


def test_a_key_that_is_pasted_there_is_told_and_not_shown_again(as_bob: Client, two: Team) -> None:
    page = text_of(as_bob.get(COMPARE, {"with": "tr_prod_abcdefghijklmnopqrst"}))

    assert "looks like an API key" in page
    assert "abcdefghijklmnopqrst" not in page


def test_a_result_of_another_team_is_not_stored_here(as_bob: Client, two: Team) -> None:
    other = make.make_team(name="Other")
    make.make_result(team=other, run_id="run_theirs1", output=b'"SECRET"')

    page = text_of(as_bob.get(COMPARE, {"with": "run_theirs1"}))

    assert "is not stored here" in page
    assert "SECRET" not in page


def test_a_failure_is_held_against_a_success(as_bob: Client, two: Team) -> None:
    error = b'{"type":"STRING_ERROR","raw":"no"}'
    make.make_result(team=two, run_id="run_failed1", state=State.FAILED, error=error)

    page = text_of(as_bob.get("/t/acme/runs/run_failed1/compare/", {"with": "run_before1"}))

    assert "Only one of the two has an output" in page


def test_a_run_is_the_same_as_itself(as_bob: Client, two: Team) -> None:
    assert "The outputs are the same." in text_of(as_bob.get(COMPARE, {"with": "run_after1"}))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_changes_are_only_text(as_bob: Client, team: Team, text: str) -> None:
    make.make_result(team=team, run_id="run_before1", output=json.dumps({text: "a"}).encode())
    make.make_result(team=team, run_id="run_after1", output=json.dumps({text: text}).encode())

    page = text_of(as_bob.get(COMPARE, {"with": f"run_before1 {text}".replace("\x00", "")}))

    main = page.partition('<main id="main"')[2].partition("</main>")[0]
    for tag in ("<script", "<img", "<svg", "<iframe", "<x ", "<b onclick", "<body", "<style"):
        assert tag not in main


def test_what_is_the_same_is_folded_until_it_is_asked_for(as_bob: Client, two: Team) -> None:
    folded = text_of(as_bob.get(COMPARE, {"with": "run_before1"}))
    opened = text_of(as_bob.get(COMPARE, {"with": "run_before1", "show": "all"}))

    assert '<tr class="same">' not in folded
    assert 'href="?with=run_before1&amp;show=all#output">Everything' in folded
    assert opened.count('<tr class="same">') == 1
    assert 'href="?with=run_before1#output">Only changes' in opened
    for page in (folded, opened):
        assert page.count('<tr class="changed">') == 2
        assert page.count('<tr class="added">') == page.count('<tr class="removed">') == 1


def test_everything_is_bounded_however_much_is_the_same(as_bob: Client, team: Team) -> None:
    for run_id, last in (("run_before1", 1), ("run_after1", 2)):
        rows = [*range(5_000), {"id": last}]
        make.make_result(team=team, run_id=run_id, output=json.dumps(rows).encode())

    page = text_of(as_bob.get(COMPARE, {"with": "run_before1", "show": "all"}))

    assert page.count('<tr class="same">') == 100
    assert "1 changed; 5,000 the same." in page or "1 added, 1 removed; 5,000 the same." in page


def test_long_texts_are_shown_where_they_part(as_bob: Client, team: Team) -> None:
    for run_id, word in (("run_before1", "slow"), ("run_after1", "fast")):
        text = f"{'a' * 5_000} the {word} fox {'b' * 5_000}"
        make.make_result(team=team, run_id=run_id, output=json.dumps({"t": text}).encode())

    page = text_of(as_bob.get(COMPARE, {"with": "run_before1"}))

    assert "aaa the <del>slow</del> fox bbb" in page
    assert "aaa the <ins>fast</ins> fox bbb" in page
    assert len(page) < 20_000


def test_durations_and_errors_stand_side_by_side(as_bob: Client, two: Team) -> None:
    error = b'{"type":"STRING_ERROR","raw":"it broke"}'
    make.make_result(team=two, run_id="run_failed1", state=State.FAILED, error=error)

    page = text_of(as_bob.get("/t/acme/runs/run_failed1/compare/", {"with": "run_before1"}))

    assert "<td>none</td> <td><bdi>it broke</bdi></td>" in page
    assert "Only the second of the two failed." in page
    assert '<th scope="row">Ran</th>' in page
