"""Answers nobody recorded: hostile bytes, odd shapes, drift; each is a fact or a problem."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from results.domain.problems import KeyRejected, RunProblem, Unreachable, Unreadable
from results.domain.result import Absent, Finished, Pending
from results.domain.status import State
from results.trigger import wire

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
RUN = "run_c3nrqvmulj2qvy1m73do4oi3n"
READERS: list[Callable[..., Any]] = [
    lambda *answer: wire.read_result(RUN, *answer, now=NOW),
    lambda *answer: wire.read_run(RUN, *answer, now=NOW),
    lambda *answer: wire.read_presigned(*answer, now=NOW),
]
RESULT = b'{"ok":true,"id":"%s","taskIdentifier":"t","outputType":"text/plain","output":"x"}' % (
    RUN.encode()
)
RETRIEVED = json.dumps(
    {
        "id": RUN,
        "status": "COMPLETED",
        "taskIdentifier": "t",
        "createdAt": "2026-11-23T11:00:00.000Z",
        "finishedAt": "2026-11-23T11:00:09.000Z",
        "durationMs": 3750,
        "output": {"sum": 3},
        "error": {"message": "m"},
    }
).encode()


def read_result(body: bytes, status: int = 200) -> Finished | Absent:
    return wire.read_result(RUN, status, {}, body, now=NOW)


def read_run(body: bytes, status: int = 200) -> Finished | Pending | Absent:
    return wire.read_run(RUN, status, {}, body, now=NOW)


def retrieved(**changes: object) -> bytes:
    body = json.loads(RETRIEVED) | changes
    return json.dumps({name: value for name, value in body.items() if value != "GONE"}).encode()


def ends_well(answer: tuple[int, dict[str, str], bytes]) -> None:
    for read in READERS:
        said = "a fact"
        try:
            read(*answer)
        except RunProblem as problem:
            said = problem.reason
        assert said.isprintable()


STATUSES = st.sampled_from([200, 200, 200, 204, 301, 400, 401, 403, 404, 418, 429, 500, 502])
HEADERS = st.dictionaries(
    st.sampled_from(["date", "retry-after", "x-ratelimit-reset", "content-type"]),
    st.text(max_size=40) | st.integers().map(str) | st.datetimes().map(str),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=10,
)
SHAPED = st.dictionaries(
    st.sampled_from(
        [
            "ok",
            "id",
            "taskIdentifier",
            "output",
            "outputType",
            "error",
            "usage",
            "status",
            "createdAt",
            "startedAt",
            "finishedAt",
            "durationMs",
            "outputPresignedUrl",
            "presignedUrl",
            "secondsUntilReset",
        ]
    ),
    JSON | st.sampled_from([True, False, RUN, "COMPLETED", "TELEPORTING", "application/store"]),
).map(lambda value: json.dumps(value).encode())


@given(
    STATUSES, HEADERS, st.binary(max_size=300) | SHAPED | JSON.map(lambda v: json.dumps(v).encode())
)
@example(200, {}, b'{"ok":true,"output":"' + b"\\ud800" + b'"}')
@example(200, {}, b"[" * 100_000)
@example(200, {}, b'{"a":' * 100_000)
@example(
    200, {}, b'{"status":"COMPLETED","durationMs":1e999,"createdAt":"0001-01-01T00:00:00+14:00"}'
)
@example(200, {}, b'{"status":"COMPLETED","durationMs":' + b"9" * 5000 + b"}")
@example(401, {}, b'{"error":"\\u0000\\ud800 no"}')
@example(404, {}, b'{"error":' + b"9" * 5000 + b"}")
@example(429, {"x-ratelimit-reset": "9" * 15}, b"")
@example(429, {"retry-after": "9" * 5000}, b"")
@example(429, {"date": "Mon, 01 Jan 0001 00:00:00 +2359"}, b'{"secondsUntilReset":NaN}')
def test_any_bytes_end_in_a_value_or_in_a_problem(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    ends_well((status, headers, body))


@pytest.mark.parametrize("body", [RESULT, RETRIEVED], ids=["result", "retrieve"])
def test_an_answer_cut_at_any_byte_is_a_problem_and_never_a_fact(body: bytes) -> None:
    for length in range(len(body)):
        for read in READERS[:2]:
            with pytest.raises(Unreadable):
                read(200, {}, body[:length])


@given(st.binary(max_size=40), st.integers(0, len(RESULT)))
def test_bytes_put_anywhere_into_an_answer_are_survived(junk: bytes, at: int) -> None:
    ends_well((200, {}, RESULT[:at] + junk + RESULT[at:]))


@given(
    st.sampled_from(sorted(json.loads(RETRIEVED))),
    st.sampled_from([None, "GONE", 0, -1, "7", "", [], {}, True, 1e300]),
)
def test_a_member_that_drifts_never_breaks_the_rest(name: str, value: object) -> None:
    ends_well((200, {}, retrieved(**{name: value})))


def test_a_member_nobody_knows_changes_nothing_and_is_kept() -> None:
    found = read_run(retrieved(novelty={"deep": [1, 2]}))

    assert isinstance(found, Finished)
    assert found.result.details is not None
    assert json.loads(found.result.details)["novelty"] == {"deep": [1, 2]}


def test_a_status_nobody_knows_is_pending_until_the_run_has_finished() -> None:
    found = read_run(retrieved(status="TELEPORTING", finishedAt="GONE"))

    assert isinstance(found, Pending)
    assert found.status == "TELEPORTING"


@pytest.mark.parametrize(("error", "state"), [({}, State.FAILED), ("GONE", State.SUCCEEDED)])
def test_a_status_nobody_knows_with_a_finish_is_final(error: object, state: State) -> None:
    found = read_run(retrieved(status="TELEPORTED", error=error))

    assert isinstance(found, Finished)
    assert found.result.state is state


def test_a_missing_duration_is_missing_and_not_zero() -> None:
    found = read_run(retrieved(durationMs="GONE"))

    assert isinstance(found, Finished)
    assert found.result.times.compute_ms is None


@pytest.mark.parametrize("value", ["3750", -1, True, None, 2**53, [], "NaN"])
def test_a_duration_that_is_none_is_missing(value: object) -> None:
    found = read_run(retrieved(durationMs=value))

    assert isinstance(found, Finished)
    assert found.result.times.compute_ms is None


def test_a_duration_in_the_result_is_used_when_it_is_sent() -> None:
    found = read_result(RESULT[:-1] + b',"usage":{"durationMs":42.6}}')

    assert isinstance(found, Finished)
    assert found.result.times.compute_ms == 43


def test_moments_are_read_in_utc_whatever_their_zone() -> None:
    found = read_run(retrieved(createdAt="2026-11-23T13:00:00+02:00", startedAt="yesterday"))

    assert isinstance(found, Finished)
    assert found.result.times.created_at == datetime(2026, 11, 23, 11, tzinfo=UTC)
    assert found.result.times.started_at is None


def test_numbers_of_an_output_keep_every_digit() -> None:
    body = RETRIEVED.replace(b'{"sum": 3}', b'{"n": 12345678901234567890.10, "z": 1e400}')

    found = read_run(body)

    assert isinstance(found, Finished)
    assert found.result.output is not None
    assert found.result.output.data == b'{"n": 12345678901234567890.10, "z": 1e400}'


def test_a_lone_surrogate_in_an_output_is_kept() -> None:
    found = read_result(RESULT.replace(b'"output":"x"', b'"output":"a\\ud800b"'))

    assert isinstance(found, Finished)
    assert found.result.output is not None
    assert found.result.output.data == "a\ud800b".encode("utf-8", "surrogatepass")


def test_a_lone_surrogate_in_a_decoded_output_is_kept() -> None:
    found = read_run(RETRIEVED.replace(b'{"sum": 3}', b'{"sum": "\\udfff"}'))

    assert isinstance(found, Finished)
    assert found.result.output is not None
    assert found.result.output.data == b'{"sum": "\\udfff"}'


def test_an_output_nested_three_thousand_deep_is_kept() -> None:
    deep = b"[" * 3000 + b"]" * 3000

    found = read_run(RETRIEVED.replace(b'{"sum": 3}', deep))

    assert isinstance(found, Finished)
    assert found.result.output is not None
    assert found.result.output.data == deep


def test_nothing_returned_null_and_the_empty_text_stay_three_things() -> None:
    def output(member: bytes) -> bytes | None:
        found = read_result(RESULT.replace(b',"output":"x"', member))
        assert isinstance(found, Finished)
        assert found.result.output is not None
        return found.result.output.data

    assert output(b"") is None
    assert output(b',"output":""') == b""
    assert output(b',"output":"{\\"json\\":null}"') == b'{"json":null}'


def test_presigned_addresses_are_credentials_and_are_not_kept() -> None:
    found = read_run(
        retrieved(
            output="GONE",
            outputPresignedUrl="https://store.example/x?sig=1",
            payloadPresignedUrl="https://store.example/y?sig=2",
        )
    )

    assert isinstance(found, Finished)
    assert found.stored is not None
    assert found.stored.presigned_url == "https://store.example/x?sig=1"
    assert b"store.example" not in (found.result.details or b"")


def test_an_answer_about_another_run_is_not_believed() -> None:
    with pytest.raises(Unreadable, match="another run"):
        read_result(RESULT.replace(RUN.encode(), b"run_another"))


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"42", b"null", b"{}", b'{"ok":1}', b'{"ok":true}x']
)
def test_a_200_that_is_no_result_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_result(body)


def test_a_byte_order_mark_is_overlooked() -> None:
    assert isinstance(read_result(b"\xef\xbb\xbf" + RESULT), Finished)


def test_a_404_that_is_not_the_apis_says_that_the_address_is_wrong() -> None:
    with pytest.raises(Unreadable, match="address is probably wrong"):
        read_result(b"<html>Not Found</html>", 404)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520])
def test_a_failure_of_the_server_is_told_by_its_status_and_its_own_words(status: int) -> None:
    with pytest.raises(Unreachable) as problem:
        read_result(b'{"error":"Something went wrong"}', status)

    assert problem.value.status == status
    assert problem.value.reason == f"failed with status {status}: Something went wrong"


def test_what_the_api_says_of_a_key_is_one_short_printable_line() -> None:
    said = json.dumps({"error": "No\x00\n\ud800\u202e" + "x" * 500}).encode()

    with pytest.raises(KeyRejected) as problem:
        read_result(said, 401)

    assert problem.value.said.startswith("No")
    assert len(problem.value.said) <= 120
    assert problem.value.said.isprintable()


@pytest.mark.parametrize(
    ("status", "word", "retryable"),
    [
        (408, "", True),
        (409, "", True),
        (500, "", True),
        (502, "", True),
        (503, "false", False),
        (500, "FALSE", False),
        (400, "", False),
        (400, "true", True),
        (401, "", False),
        (401, "true", True),
        (302, "", False),
        (418, "maybe", False),
        (429, "", False),
        (429, "true", False),
    ],
)
def test_what_may_be_tried_again_is_what_the_official_client_tries_again(
    status: int, word: str, retryable: bool
) -> None:
    headers = {"x-should-retry": word} if word else {}

    assert wire.problem_of(status, headers, b"{}", now=NOW).retryable is retryable
