"""Runs that move on from the moment they are first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from results.sandbox.scenarios import SANDBOX_KEYS, scenario
from results.sandbox.world import iso
from tests.sandbox.wire import Received, ask

if TYPE_CHECKING:
    from results.sandbox.server import Sandbox
    from tests.sandbox.conftest import Clock

NEW_NAMES = {"x-trigger-api-version": "2025-07-16"}


def retrieve(sandbox: Sandbox, run_id: str, slug: str = "dev") -> Received:
    return ask(sandbox, f"/api/v3/runs/{run_id}", SANDBOX_KEYS[slug], headers=NEW_NAMES)


def result(sandbox: Sandbox, run_id: str, slug: str = "dev") -> Received:
    return ask(sandbox, f"/api/v1/runs/{run_id}/result", SANDBOX_KEYS[slug])


def test_a_living_run_is_queued_then_executes_then_succeeds(sandbox: Sandbox, clock: Clock) -> None:
    run_id = scenario("succeeds-soon").run_id
    seen = []
    for _ in range(7):
        seen.append(retrieve(sandbox, run_id).json()["status"])
        clock.advance(1)
    assert seen == ["QUEUED", "QUEUED", *["EXECUTING"] * 4, "COMPLETED"]


def test_a_living_run_is_dequeued_between_queue_and_execution(
    sandbox: Sandbox, clock: Clock
) -> None:
    retrieve(sandbox, "run_live100s")
    clock.advance(26)
    assert retrieve(sandbox, "run_live100s").json()["status"] == "DEQUEUED"


def test_a_living_run_of_the_current_engine_is_never_found_by_result(
    sandbox: Sandbox, clock: Clock
) -> None:
    assert result(sandbox, "run_live8sabc").status == 404
    clock.advance(8)
    assert result(sandbox, "run_live8sabc").status == 404
    assert retrieve(sandbox, "run_live8sabc").json()["isSuccess"] is True


def test_a_living_run_of_the_old_engine_ends_with_a_result(sandbox: Sandbox, clock: Clock) -> None:
    assert result(sandbox, "run_oldlive8sabc").status == 404
    clock.advance(8)
    assert result(sandbox, "run_oldlive8sabc").json()["ok"] is True


def test_the_life_begins_at_the_first_request_whoever_asks(sandbox: Sandbox, clock: Clock) -> None:
    retrieve(sandbox, "run_live8sprod", "dev")
    clock.advance(8)
    assert retrieve(sandbox, "run_live8sprod", "prod").json()["status"] == "COMPLETED"


def test_the_moments_of_a_living_run_follow_the_clock(sandbox: Sandbox, clock: Clock) -> None:
    began = round(clock.now * 1000)
    retrieve(sandbox, "run_live8s")
    clock.advance(60)
    facts = retrieve(sandbox, "run_live8s").json()
    assert facts["createdAt"] == iso(began - 800)
    assert facts["startedAt"] == iso(began + 2000)
    assert facts["finishedAt"] == iso(began + 8000)
    assert facts["durationMs"] == 5600


def test_a_run_that_fails_ends_with_its_error(sandbox: Sandbox, clock: Clock) -> None:
    run_id = scenario("fails-soon").run_id
    retrieve(sandbox, run_id, "prod")
    clock.advance(12)
    facts = retrieve(sandbox, run_id, "prod").json()
    assert (facts["status"], facts["error"]["name"]) == ("FAILED", "SmtpError")


def test_a_run_that_appears_is_unknown_to_both_endpoints_until_then(
    sandbox: Sandbox, clock: Clock
) -> None:
    run_id = scenario("appears").run_id
    assert (retrieve(sandbox, run_id).status, result(sandbox, run_id).status) == (404, 404)
    clock.advance(5)
    assert retrieve(sandbox, run_id).json()["status"] == "QUEUED"
    clock.advance(10)
    assert retrieve(sandbox, run_id).json()["status"] == "COMPLETED"


def test_a_run_that_never_ends_is_still_executing_after_a_year(
    sandbox: Sandbox, clock: Clock
) -> None:
    run_id = scenario("never-ends").run_id
    assert retrieve(sandbox, run_id, "prod").json()["status"] == "QUEUED"
    clock.advance(31_536_000)
    assert retrieve(sandbox, run_id, "prod").json()["status"] == "EXECUTING"


@pytest.mark.parametrize(
    ("run_id", "slug", "status"),
    [
        ("run_live0s", "dev", "COMPLETED"),
        ("run_fail0sstg", "stg", "FAILED"),
        ("run_appear0sprodXyz", "prod", "COMPLETED"),
        ("run_wait0s", "dev", "COMPLETED"),
    ],
)
def test_an_id_can_describe_the_run_that_it_names(
    sandbox: Sandbox, run_id: str, slug: str, status: str
) -> None:
    assert retrieve(sandbox, run_id, slug).json()["status"] == status


def test_a_reset_lets_a_living_run_begin_again(sandbox: Sandbox, clock: Clock) -> None:
    retrieve(sandbox, "run_live8s")
    clock.advance(8)
    sandbox.reset()
    assert retrieve(sandbox, "run_live8s").json()["status"] == "QUEUED"
