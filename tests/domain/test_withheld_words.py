"""What is said of a failure and of a run when no value of it may be: kinds and numbers, never words."""

from __future__ import annotations

import json

import pytest

from results.domain.details import read_details, without_values
from results.domain.failure_report import FailureReport, without_words
from results.domain.failures import read_failure
from results.domain.result import Source

CANARY = "CANARY order 4711 of Jane Doe"
STACK = f"Error: {CANARY}\n    at pay (/app/src/{CANARY}.ts:1:1)"

# Every shape in which an error comes, with words of somebody's own wherever one can be.
SHAPES = [
    f'"{CANARY}"',
    f"not JSON {CANARY}",
    f'["{CANARY}"]',
    "null",
    "",
    json.dumps({"type": "STRING_ERROR", "raw": CANARY}),
    json.dumps({"type": "CUSTOM_ERROR", "raw": json.dumps({"message": CANARY, "code": CANARY})}),
    json.dumps({"type": "CUSTOM_ERROR", "raw": CANARY}),
    json.dumps({"type": "CUSTOM_ERROR", "raw": f"[1,{json.dumps(CANARY)}]"}),
    json.dumps(
        {
            "type": "BUILT_IN_ERROR",
            "name": "TypeError",
            "message": CANARY,
            "stackTrace": STACK,
            "causes": [{"name": CANARY, "message": CANARY, "stackTrace": STACK}],
        }
    ),
    json.dumps({"type": "BUILT_IN_ERROR", "name": CANARY, "message": "", "stackTrace": STACK}),
    json.dumps(
        {
            "type": "INTERNAL_ERROR",
            "code": "TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE",
            "message": CANARY,
            "stackTrace": STACK,
        }
    ),
    json.dumps({"type": "INTERNAL_ERROR", "code": CANARY, "message": CANARY}),
    json.dumps({"type": CANARY, "code": CANARY, "name": CANARY, "message": CANARY}),
    json.dumps({"message": CANARY, "name": "Error", "stackTrace": STACK}),
    json.dumps({"message": CANARY}),
    json.dumps({"message": json.dumps({"message": CANARY})}),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_no_word_of_an_error_is_left(shape: str, subtests: pytest.Subtests) -> None:
    for source in Source:
        with subtests.test(source=source):
            told = without_words(read_failure(shape.encode(), source=source))

            assert told.headline
            assert "CANARY" not in repr(told)
            assert (told.raw, told.message, told.causes, told.stderr_tail) == (b"", "", (), "")
            assert not told.stack.raw


def test_the_class_of_an_error_is_told() -> None:
    built_in = next(shape for shape in SHAPES if "TypeError" in shape)

    told = without_words(read_failure(built_in.encode(), source=Source.RESULT))

    assert (told.headline, told.name) == ("TypeError", "TypeError")


def test_what_a_known_code_means_is_told() -> None:
    sent = json.dumps({"type": "INTERNAL_ERROR", "code": "TASK_RUN_CANCELLED", "message": CANARY})
    report = read_failure(sent.encode(), source=Source.RESULT)

    told = without_words(report)

    assert (told.headline, told.code, told.meaning) == (
        report.headline,
        report.code,
        report.meaning,
    )


@pytest.mark.parametrize("name", ["CANARYJaneDoe", "CANARY_4711"])
def test_what_was_thrown_and_is_no_error_names_no_class(name: str) -> None:
    thrown = json.dumps({"name": name, "code": name})
    for sent in (
        {"type": "CUSTOM_ERROR", "raw": thrown},
        {"message": thrown},
        {"name": name},
        {"type": "ODD", "name": name, "message": "x"},
    ):
        report = read_failure(json.dumps(sent).encode(), source=Source.RESULT)

        assert "CANARY" not in repr(without_words(report)), sent


@pytest.mark.parametrize(
    "name",
    ["Error", "Stripe.CardError", "$Odd", "_Private", "ABTaskError2"],
)
def test_names_of_classes_are_kept(name: str) -> None:
    told = without_words(FailureReport("x", "BUILT_IN_ERROR", b"x", name=name))

    assert told.headline == name


@pytest.mark.parametrize(
    "name",
    ["Jane Doe", "jane@doe.example", "+49 30 1234", "a" * 100, "Größe", "a.b.c.d.e.f", "7up"],
)
def test_what_is_no_name_of_a_class_is_not(name: str) -> None:
    told = without_words(FailureReport("x", "BUILT_IN_ERROR", b"x", name=name))

    assert name not in repr(told)


def test_of_the_details_only_the_platforms_own_are_left() -> None:
    sent = {
        "attemptCount": 2,
        "version": "1.2",
        "costInCents": 0.5,
        "payload": {"card": CANARY},
        "metadata": {"step": CANARY},
        "tags": [CANARY],
        "idempotencyKey": CANARY,
        "context": {"any": CANARY},
        "schedule": {
            "id": "sched_1",
            "externalId": CANARY,
            "generator": {"description": "At 05:00"},
        },
        "relatedRuns": {"root": {"id": "run_root1", "taskIdentifier": "t", "status": "FAILED"}},
    }

    left = without_values(json.dumps(sent).encode())

    assert left is not None
    assert b"CANARY" not in left
    details = read_details(left)
    assert (details.attempts, details.version, details.cost_cents) == (2, "1.2", "0.5")
    assert details.schedule == "At 05:00 · sched_1"
    assert [run.run_id for run in details.related] == ["run_root1"]


@pytest.mark.parametrize("schedule", [b'"CANARY"', b'{"externalId":"CANARY\\ud800"}', b"null"])
def test_of_an_odd_schedule_nothing_is_left(schedule: bytes) -> None:
    left = without_values(b'{"attemptCount":2,"schedule":' + schedule + b"}")

    assert left is not None
    assert b"CANARY" not in left
    assert (read_details(left).attempts, read_details(left).schedule) == (2, None)


@pytest.mark.parametrize("sent", [b"CANARY", b'["CANARY"]', b"\xff", b'{"payload":'])
def test_what_cannot_be_read_is_left_out_whole(sent: bytes) -> None:
    assert without_values(sent) is None


def test_nothing_stays_nothing() -> None:
    assert without_values(None) is None
    assert not without_values(b"")
