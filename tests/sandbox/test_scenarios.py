"""The runs that the sandbox starts with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

import pytest

from results.sandbox.scenario import Scenario
from results.sandbox.scenarios import (
    LIMITED_KEY,
    PREVIEW_BRANCH,
    SANDBOX_KEYS,
    SCENARIOS,
    SCOPED_KEY,
    SHOWCASE,
    scenario,
)
from results.sandbox.world import Run, Status
from tests.sandbox.wire import Received, ask

if TYPE_CHECKING:
    from results.sandbox.server import Sandbox

STRICT_ID = re.compile(
    r"run_(?:[1-9a-km-z]{21}|c[a-z0-9]{24}|[0-9a-v]{24}[a-z0-9][12]|[0-9A-Za-z]{27})"
)
UNREADABLE = {"invalid-json", "invalid-json-current", "custom-class"}
UNBORN = {"appears"}


def headers_for(shown: Scenario) -> dict[str, str]:
    branch = {"x-trigger-branch": PREVIEW_BRANCH} if shown.environment == "preview" else {}
    return {"x-trigger-api-version": "2025-07-16", **branch}


def retrieve(sandbox: Sandbox, shown: Scenario) -> Received:
    key = SANDBOX_KEYS[shown.environment]
    return ask(sandbox, f"/api/v3/runs/{shown.run_id}", key, headers=headers_for(shown))


def result(sandbox: Sandbox, shown: Scenario) -> Received:
    key = SANDBOX_KEYS[shown.environment]
    return ask(sandbox, f"/api/v1/runs/{shown.run_id}/result", key, headers=headers_for(shown))


@pytest.mark.parametrize("key", [*SANDBOX_KEYS.values(), LIMITED_KEY, SCOPED_KEY])
def test_every_key_has_the_form_of_a_real_one(key: str) -> None:
    assert re.fullmatch(r"tr_(dev|stg|prod|preview)_(sk_)?[0-9A-Za-z]{24}", key)


def test_every_id_has_the_form_of_a_real_one_and_is_used_once() -> None:
    ids = [shown.run_id for shown in SCENARIOS]
    assert [run_id for run_id in ids if not STRICT_ID.fullmatch(run_id)] == []
    assert len(set(ids)) == len(ids)


def test_names_and_titles_are_used_once_and_titles_are_sentences() -> None:
    assert len({shown.name for shown in SCENARIOS}) == len(SCENARIOS)
    assert len({shown.title for shown in SCENARIOS}) == len(SCENARIOS)
    assert [shown.title for shown in SCENARIOS if not re.fullmatch(r"[A-Z].*\.", shown.title)] == []


def test_a_scenario_agrees_with_its_row() -> None:
    for shown in SCENARIOS:
        assert (shown.row.id, shown.row.environment) == (shown.run_id, shown.environment)


def test_there_is_a_run_in_every_status_a_database_knows() -> None:
    kept = {shown.row.status for shown in SCENARIOS if isinstance(shown.row, Run)}
    assert kept == set(get_args(Status))


def test_the_showcase_is_short_and_mixes_the_environments() -> None:
    assert 10 <= len(SHOWCASE) <= 14
    assert {shown.environment for shown in SHOWCASE} == {"dev", "stg", "prod"}


@pytest.mark.parametrize("shown", SCENARIOS, ids=lambda shown: shown.name)
def test_every_scenario_answers_with_its_key(sandbox: Sandbox, shown: Scenario) -> None:
    expected = 500 if shown.name in UNREADABLE else 404 if shown.name in UNBORN else 200
    assert retrieve(sandbox, shown).status == expected
    has_result = isinstance(shown.row, Run) and (
        shown.row.status == "CANCELED" or bool(shown.row.attempts)
    )
    assert result(sandbox, shown).status == (200 if has_result else 404)


def test_numbers_are_exact_in_a_result_and_rounded_by_retrieve(sandbox: Sandbox) -> None:
    assert "3544790567247868102" in result(sandbox, scenario("exact-numbers")).json()["output"]
    body = retrieve(sandbox, scenario("exact-numbers-current")).body
    assert b'"conversationId":3544790567247868000,"price":1.1' in body
    assert b'"tooBig":null' in body


def test_types_are_flattened_by_retrieve(sandbox: Sandbox) -> None:
    output = retrieve(sandbox, scenario("every-type-current")).json()["output"]
    assert output["stock"] == [["SKU-1", 4], ["SKU-2", 0]]
    assert output["ratio"] == "NaN"
    assert output["balance"] == "-0"
    assert output["missing"] is None
    assert output["problem"] == {"name": "RangeError", "message": "quantity must be positive"}


def test_nothing_and_empty_text_look_alike_in_retrieve(sandbox: Sandbox) -> None:
    for name in ("no-output-current", "empty-text-current"):
        assert "output" not in retrieve(sandbox, scenario(name)).json()
    assert result(sandbox, scenario("empty-text")).json()["output"] == ""
    assert "output" not in result(sandbox, scenario("no-output")).json()


def test_expired_and_timed_out_runs_deny_every_flag(sandbox: Sandbox) -> None:
    for name in ("expired", "timed-out"):
        facts = retrieve(sandbox, scenario(name)).json()
        assert not any(value for key, value in facts.items() if re.match("is[A-Z]", key))


def test_an_internal_error_keeps_only_its_code_in_retrieve(sandbox: Sandbox) -> None:
    whole = result(sandbox, scenario("process-exit")).json()["error"]
    assert "heap out of memory" in whole["stackTrace"]
    error = retrieve(sandbox, scenario("process-exit-current")).json()["error"]
    assert error == {
        "message": "trigger.dev internal error (TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE)"
    }


def test_a_cancelled_run_tells_its_reason_only_in_retrieve(sandbox: Sandbox) -> None:
    shown = scenario("cancelled")
    assert result(sandbox, shown).json()["error"] == {
        "type": "INTERNAL_ERROR",
        "code": "TASK_RUN_CANCELLED",
    }
    assert retrieve(sandbox, shown).json()["error"]["message"].startswith("Superseded")


def test_related_runs_are_told_with_their_own_facts(sandbox: Sandbox) -> None:
    children = retrieve(sandbox, scenario("parent")).json()["relatedRuns"]["children"]
    assert [child["status"] for child in children] == ["COMPLETED", "FAILED"]
    related = retrieve(sandbox, scenario("child")).json()["relatedRuns"]
    assert related["parent"]["id"] == related["root"]["id"] == scenario("parent").run_id
