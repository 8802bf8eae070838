"""Which key opens what, beyond what was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from results.sandbox.keys import public_token
from results.sandbox.scenarios import (
    LIMITED_KEY,
    PREVIEW_BRANCH,
    SANDBOX_KEYS,
    SCOPED_KEY,
    scenario,
)
from tests.sandbox.wire import Received, ask

if TYPE_CHECKING:
    from results.sandbox.server import Sandbox
    from tests.sandbox.conftest import Clock

PREVIEW_RUN = scenario("preview").run_id
PROD_RUN = scenario("order-report").run_id


def retrieve(sandbox: Sandbox, run_id: str, key: str, branch: str | None = None) -> Received:
    headers = {} if branch is None else {"x-trigger-branch": branch}
    return ask(sandbox, f"/api/v3/runs/{run_id}", key, headers=headers)


def result(sandbox: Sandbox, run_id: str, key: str, branch: str | None = None) -> Received:
    headers = {} if branch is None else {"x-trigger-branch": branch}
    return ask(sandbox, f"/api/v1/runs/{run_id}/result", key, headers=headers)


def test_a_preview_key_needs_the_name_of_a_branch(sandbox: Sandbox) -> None:
    key = SANDBOX_KEYS["preview"]
    refused = retrieve(sandbox, PREVIEW_RUN, key)
    assert refused.status == 401
    assert refused.json() == {"error": "x-trigger-branch header required for preview env"}
    assert result(sandbox, PREVIEW_RUN, key).json() == {"error": "Invalid or Missing API Key"}


@pytest.mark.parametrize("branch", [PREVIEW_BRANCH, f"refs/heads/{PREVIEW_BRANCH}"])
def test_a_branch_may_be_named_as_git_does(sandbox: Sandbox, branch: str) -> None:
    assert retrieve(sandbox, PREVIEW_RUN, SANDBOX_KEYS["preview"], branch).status == 200


def test_a_branch_that_does_not_exist_is_refused(sandbox: Sandbox) -> None:
    refused = retrieve(sandbox, PREVIEW_RUN, SANDBOX_KEYS["preview"], "gone")
    assert (refused.status, refused.json()) == (401, {"error": "No matching branch env"})


def test_the_default_branch_of_dev_is_dev_itself(sandbox: Sandbox) -> None:
    run_id = scenario("every-type").run_id
    assert result(sandbox, run_id, SANDBOX_KEYS["dev"], "default").status == 200


def test_prod_and_staging_keys_take_no_notice_of_a_branch(sandbox: Sandbox) -> None:
    assert result(sandbox, PROD_RUN, SANDBOX_KEYS["prod"], "anything").status == 200


def test_a_scoped_key_is_accepted_by_retrieve_only(sandbox: Sandbox) -> None:
    assert retrieve(sandbox, PROD_RUN, SCOPED_KEY).status == 200
    assert result(sandbox, PROD_RUN, SCOPED_KEY).status == 401


def test_a_key_of_another_organisation_does_not_know_the_run(sandbox: Sandbox) -> None:
    assert result(sandbox, PROD_RUN, LIMITED_KEY).status == 404


def test_a_public_token_dies_at_its_time(sandbox: Sandbox, clock: Clock) -> None:
    prod = sandbox.world.environment("prod")
    token = public_token(prod, ["read:runs"], expires=clock.now + 60)
    assert retrieve(sandbox, PROD_RUN, token).status == 200
    clock.advance(61)
    assert retrieve(sandbox, PROD_RUN, token).json() == {"error": "Public Access Token is invalid"}


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        ("read:tags:currency:EUR", 200),
        ("read:tasks:daily-order-report", 200),
        ("read:tasks:another", 403),
        ("read:batch:batch_1", 403),
    ],
)
def test_a_scope_covers_the_runs_that_it_names(
    sandbox: Sandbox, clock: Clock, scope: str, status: int
) -> None:
    prod = sandbox.world.environment("prod")
    token = public_token(prod, [scope], expires=clock.now + 60)
    assert retrieve(sandbox, PROD_RUN, token).status == status


@pytest.mark.parametrize("token", ["a.b.c", "..", "a.e30.c", "a.bm90IGpzb24.c"])
def test_text_that_only_looks_like_a_token_is_an_invalid_key(sandbox: Sandbox, token: str) -> None:
    assert retrieve(sandbox, PROD_RUN, token).json() == {"error": "Invalid API key"}
