"""Every recorded answer of both endpoints, and the true state that it stands for."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from results.domain.problems import KeyRejected, RateLimited, RunProblem, Unreachable, Unreadable
from results.domain.result import Absent, Finished, Pending
from results.domain.status import State
from results.trigger import wire
from tests.trigger.recorded import Recorded, cases, recordings

NOW = datetime(2026, 11, 23, 11, 41, 31, tzinfo=UTC)
RECORDINGS = recordings()
CASES = cases()
# What each status means, written down a second time on purpose.
TRUTH = {
    "COMPLETED": State.SUCCEEDED,
    "FAILED": State.FAILED,
    "INTERRUPTED": State.FAILED,
    "CANCELED": State.CANCELED,
    "CRASHED": State.CRASHED,
    "SYSTEM_FAILURE": State.SYSTEM_FAILURE,
    "EXPIRED": State.EXPIRED,
    "TIMED_OUT": State.TIMED_OUT,
}
RUNS = sorted(
    {
        recorded.name.removesuffix(": retrieve, api version 2025-07-16")
        for recorded in RECORDINGS
        if recorded.name.endswith(": retrieve, api version 2025-07-16")
    }
)
BY_NAME = {recorded.name: recorded for recorded in RECORDINGS}


def read(recorded: Recorded) -> Finished | Pending | Absent | str | RunProblem:
    given = (recorded.status, recorded.headers, recorded.body)
    try:
        match recorded.endpoint:
            case "result":
                return wire.read_result(recorded.run_id, *given, now=NOW)
            case "retrieve":
                return wire.read_run(recorded.run_id, *given, now=NOW)
        return wire.read_presigned(*given, now=NOW)
    except RunProblem as problem:
        return problem


def kind_of(answer: Finished | Pending | Absent | str | RunProblem) -> object:
    if isinstance(answer, Finished):
        return answer.result.state
    if isinstance(answer, Pending):
        return State.PENDING
    return type(answer) if isinstance(answer, RunProblem | str) else answer


def true_kind(recorded: Recorded) -> object:
    """What the answer stands for, decided from the recording alone."""
    is_json = "json" in recorded.headers.get("content-type", "")
    if recorded.status != 200:
        problem = {401: KeyRejected, 403: KeyRejected, 429: RateLimited}.get(recorded.status)
        if problem is not None:
            return problem
        if recorded.status >= 500 or recorded.status == 408:
            return Unreachable
        if recorded.status == 404 and is_json:
            return Absent.ABSENT
        return Unreadable
    body = json.loads(recorded.body)
    if recorded.endpoint == "packets":
        return str
    if recorded.endpoint == "retrieve":
        return TRUTH.get(body["status"], State.PENDING)
    if body["ok"]:
        return State.SUCCEEDED
    cancelled = body["error"].get("code") == "TASK_RUN_CANCELLED"
    return State.CANCELED if cancelled else State.FAILED


@pytest.mark.parametrize("recorded", RECORDINGS, ids=lambda recorded: recorded.name)
def test_a_recorded_answer_is_read_as_what_it_is(recorded: Recorded) -> None:
    assert kind_of(read(recorded)) == true_kind(recorded)


def test_nearly_three_hundred_recordings_are_read() -> None:
    assert len(RECORDINGS) >= 290
    assert len(RUNS) == 60


@pytest.mark.parametrize("name", RUNS)
def test_both_endpoints_together_tell_the_true_state_of_a_run(name: str) -> None:
    """`/result` may deny a run or say less, but what it says never contradicts its status."""
    first = read(BY_NAME[f"{name}: result"])
    second_answer = BY_NAME[f"{name}: retrieve, api version 2025-07-16"]
    second = read(second_answer)

    if second_answer.status == 500:
        assert isinstance(first, Finished), "one endpoint at least can tell"
        return
    true = TRUTH.get(json.loads(second_answer.body)["status"], State.PENDING)
    assert kind_of(second) is true
    if isinstance(first, Finished):
        assert kind_of(first) is true or (kind_of(first), true) in {
            (State.FAILED, State.CRASHED),
            (State.FAILED, State.SYSTEM_FAILURE),
        }
    else:
        assert first is Absent.ABSENT


@pytest.mark.parametrize(
    ("name", "output"),
    [("v2-ok-json", b'{"sum":3}'), ("v2-ok-text", b'"hello"'), ("v2-ok-no-output", None)],
)
def test_a_run_of_the_current_engine_is_denied_by_result_and_found_with_its_output(
    name: str, output: bytes | None
) -> None:
    assert read(BY_NAME[f"{name}: result"]) is Absent.ABSENT

    found = read(BY_NAME[f"{name}: retrieve, api version 2025-07-16"])

    assert isinstance(found, Finished)
    assert found.result.output is not None
    assert found.result.output.data == output
    assert found.result.output.flattened


@pytest.mark.parametrize("name", ["expired", "timed-out", "v2-expired", "v2-timed-out"])
def test_expired_and_timed_out_are_final_although_every_flag_is_false(name: str) -> None:
    recorded = BY_NAME[f"{name}: retrieve, api version 2025-07-16"]
    flags = {key: value for key, value in json.loads(recorded.body).items() if key.startswith("is")}
    flags.pop("isTest")

    assert not any(flags.values())
    assert isinstance(read(recorded), Finished)


@pytest.mark.parametrize("recorded", CASES, ids=lambda case: case.name)
def test_every_case_ends_in_a_fact_or_in_a_problem_with_a_reason(recorded: Recorded) -> None:
    answer = read(recorded)

    if isinstance(answer, RunProblem):
        assert answer.reason
        assert answer.reason.isprintable()


@pytest.mark.parametrize(
    "recorded",
    [
        case
        for case in CASES
        if case.status == 200 and case.endpoint == "result" and b'"ok": true' in case.body
    ],
    ids=lambda case: case.name,
)
def test_the_output_of_a_case_is_kept_to_the_letter(recorded: Recorded) -> None:
    answer = read(recorded)
    body = json.loads(recorded.body)

    assert isinstance(answer, Finished)
    assert answer.result.output is not None
    sent, kept = body.get("output"), answer.result.output.data
    if isinstance(sent, str):
        assert kept == sent.encode("utf-8", "surrogatepass")
    elif sent is None:
        assert kept is None
    else:
        assert json.loads(kept or b"") == sent
