"""Errors of every shape, and of none: what a person is told, and that nothing is lost."""

import json
from pathlib import Path
from typing import Any

import pytest

from results.domain.error_codes import CODES, SITE, facts_of
from results.domain.failure_report import FailureReport
from results.domain.failures import read_failure, tells_more_than_a_code
from results.domain.result import Source

ROOT = Path(__file__).resolve().parents[2]
CASES: dict[str, dict[str, Any]] = {
    case["name"]: case
    for line in (ROOT / "tests/data/result-cases.jsonl").read_text().splitlines()
    if (case := json.loads(line))["status"] == 200
    and isinstance(case["body"], dict)
    and "error" in case["body"]
}


def read(error: object, source: Source = Source.RESULT) -> FailureReport:
    return read_failure(json.dumps(error).encode(), source=source)


def case_report(name: str) -> FailureReport:
    case = CASES[name]
    flattened = "/v3/" in case["endpoint"]
    return read(case["body"]["error"], Source.RETRIEVE if flattened else Source.RESULT)


def test_every_recorded_error_is_read_and_kept(subtests: pytest.Subtests) -> None:
    for name, case in CASES.items():
        with subtests.test(case=name):
            report, error = case_report(name), case["body"]["error"]
            assert report.raw == json.dumps(error).encode()
            assert report.headline.strip()
            assert "\n" not in report.headline
            if "error_enhanced" in case:
                assert report.kind == error["type"]
                assert report.message or "message" not in error
                enhanced = case["error_enhanced"]
                assert report.code == enhanced.get("code")
                link = enhanced.get("link", {}).get("href")
                assert report.doc_url == link
            if "error_invalid" in case:
                assert report.message or report.headline


def test_what_the_official_text_says_is_in_the_report(subtests: pytest.Subtests) -> None:
    for name, case in CASES.items():
        if "error_text" not in case:
            continue
        with subtests.test(case=name):
            report, kind, text = (
                case_report(name),
                case["body"]["error"]["type"],
                case["error_text"],
            )
            if kind in ("BUILT_IN_ERROR", "STRING_ERROR"):
                assert text in (f"{report.name}: {report.message}", report.message)
            elif kind == "INTERNAL_ERROR":
                assert (report.sent_code or report.code or "") in text
                assert report.message in text


def test_there_is_a_meaning_for_every_code() -> None:
    assert len(CODES) == 38
    for code, facts in CODES.items():
        report = read({"type": "INTERNAL_ERROR", "code": code})
        assert report.code == code
        assert report.meaning == facts.meaning
        assert report.meaning.endswith(".")
        assert report.code_words == facts.words
        assert report.headline.lower() == facts.words.lower()
        assert report.doc_url is None or report.doc_url.startswith(f"{SITE}/")


def test_an_error_has_name_message_and_stack() -> None:
    report = case_report("error/built-in-http")
    assert report.headline == "HttpError: Request failed with status code 503"
    assert (report.name, report.message) == ("HttpError", "Request failed with status code 503")
    assert [frame.function for frame in report.stack.frames] == ["fetchInvoice", "run"]
    assert (report.code, report.meaning, report.truncated) == (None, None, ())


def test_an_unknown_code_is_readable() -> None:
    report = read({"type": "INTERNAL_ERROR", "code": "SOME_NEW_CODE", "message": "from the future"})
    assert (report.code, report.code_words, report.headline) == (
        "SOME_NEW_CODE",
        "some new code",
        "Some new code",
    )
    assert report.message == "from the future"
    assert facts_of("").words == "unknown error"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Process exited with code -1 after signal SIGTERM.", "TASK_PROCESS_SIGTERM"),
        ("Process exited with code -1 after signal SIGSEGV.", "TASK_PROCESS_SIGSEGV"),
        ("Process exited with code -1 after signal SIGKILL.", "TASK_PROCESS_MAYBE_OOM_KILLED"),
        ("Process exited with code -1 after signal SIGABRT.", "TASK_PROCESS_MAYBE_OOM_KILLED"),
        ("p" * 100 + " SIGKILL", "TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE"),
        ("Process exited with code 1.", "TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE"),
    ],
)
def test_a_signal_tells_why_a_process_ended(message: str, code: str) -> None:
    sent = "TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE"
    error = {
        "type": "INTERNAL_ERROR",
        "code": sent,
        "message": message,
        "stackTrace": "tail\n    at x (a:1:1)",
    }
    report = read(error)
    assert report.code == code
    assert report.sent_code == (None if code == sent else sent)
    assert report.message == message
    assert report.stderr_tail == "tail\n    at x (a:1:1)"
    assert report.stack.raw == ""


@pytest.mark.parametrize(
    ("name", "message", "trace", "code"),
    [
        (
            "UnexpectedExitError",
            "Unexpected exit with code -1 after",
            "Killed SIGKILL",
            "TASK_PROCESS_MAYBE_OOM_KILLED",
        ),
        (
            "UnexpectedExitError",
            "Unexpected exit with code -1 after",
            "SIGTERM",
            "TASK_PROCESS_SIGTERM",
        ),
        ("UnexpectedExitError", "Unexpected exit with code -1 after", "?", None),
        ("UnexpectedExitError", "Unexpected exit with code 1", "SIGKILL", None),
        ("Error", "ffmpeg was killed with signal SIGKILL", "", "TASK_PROCESS_OOM_KILLED"),
        ("TypeError", "ffmpeg was killed with signal SIGKILL", "", None),
        ("Anything", "MANUAL_OOM_KILL_ERROR", "", "TASK_PROCESS_OOM_KILLED"),
    ],
)
def test_an_ordinary_error_may_hide_a_killed_process(
    name: str, message: str, trace: str, code: str | None
) -> None:
    report = read({"type": "BUILT_IN_ERROR", "name": name, "message": message, "stackTrace": trace})
    assert (report.code, report.name, report.message) == (code, name, message)
    assert (report.meaning is not None) == (code is not None)


def test_a_deadlock_is_explained() -> None:
    report = case_report("error/built-in-deadlock")
    assert report.code_words == "concurrency deadlock"
    assert report.doc_url == f"{SITE}/docs/queue-concurrency#deadlock"
    assert report.message == "Deadlock detected: queue is full"


def test_causes_are_reports_of_their_own() -> None:
    causes = [
        {
            "name": "TypeError",
            "message": "inner",
            "stackTrace": "TypeError: inner\n    at x (/a.ts:1:1)",
        },
        {"message": "deep"},
        "odd",
    ]
    report = read(
        {"type": "BUILT_IN_ERROR", "name": "E", "message": "m", "stackTrace": "", "causes": causes}
    )
    assert [cause.headline for cause in report.causes] == ["TypeError: inner", "deep"]
    assert len(report.causes[0].stack.frames) == 1
    assert json.loads(report.causes[0].raw) == causes[0]


@pytest.mark.parametrize("causes", [None, 5, {}, [[]], [None], [{"causes": [{}]}]])
def test_odd_causes_harm_nothing(causes: object) -> None:
    report = read({"type": "BUILT_IN_ERROR", "name": "E", "message": "m", "causes": causes})
    assert report.headline == "E: m"


@pytest.mark.parametrize(
    ("raw", "headline", "is_json"),
    [
        ('{"code":"E_LIMIT","detail":{"max":5}}', "E_LIMIT", True),
        ('{"name":"N","message":"m"}', "N: m", True),
        ('{"error":"gone"}', "gone", True),
        ('{"a":1}', "The task threw a value that is no error", True),
        ("{}", "The task threw a value that is no error", True),
        ("[1,2]", "The task threw a list (2)", True),
        ("null", "The task threw null", False),
        ("42", "The task threw the number 42", False),
        ("true", "The task threw true", False),
        ('"text"', "text", False),
        ("[object Object]", "[object Object]", False),
        ("", "The task threw a value that is no error", False),
    ],
)
def test_a_thrown_value_that_is_no_error_still_gets_a_headline(
    raw: str, headline: str, is_json: bool
) -> None:
    report = read({"type": "CUSTOM_ERROR", "raw": raw})
    assert (report.headline, report.message_json, report.message) == (headline, is_json, raw)


def test_a_cut_value_shows_its_beginning_and_says_so() -> None:
    report = case_report("error/custom-truncated")
    assert report.message.startswith('{"data":"qqq')
    assert report.truncated == (
        "The value that was thrown was cut by Trigger.dev; only its beginning is left.",
    )


def test_a_cut_message_and_cut_frames_are_told() -> None:
    assert case_report("error/string-long").truncated == ("The message was cut by Trigger.dev.",)
    assert case_report("error/built-in-omitted-frames").truncated == (
        "950 frames were cut by Trigger.dev.",
    )


def test_a_headline_is_one_line_of_bounded_length() -> None:
    report = read({"type": "STRING_ERROR", "raw": "\n\n first \nsecond"})
    assert report.headline == "first"
    assert len(read({"type": "STRING_ERROR", "raw": "z" * 5_000}).headline) < 400
    assert read({"type": "STRING_ERROR", "raw": " "}).headline == "The task threw an empty text"


@pytest.mark.parametrize(
    ("error", "kind", "code", "headline"),
    [
        (
            {"message": "boom", "name": "Error", "stackTrace": "Error: boom"},
            "BUILT_IN_ERROR",
            None,
            "Error: boom",
        ),
        (
            {"message": "trigger.dev internal error (TASK_PROCESS_OOM_KILLED)"},
            "INTERNAL_ERROR",
            "TASK_PROCESS_OOM_KILLED",
            "Out of memory",
        ),
        (
            {"message": "trigger.dev internal error (BRAND_NEW)"},
            "INTERNAL_ERROR",
            "BRAND_NEW",
            "Brand new",
        ),
        (
            {"message": "see trigger.dev internal error (X)"},
            "unknown",
            None,
            "see trigger.dev internal error (X)",
        ),
        (
            {"message": "Run expired because the TTL (10m) was reached"},
            "unknown",
            None,
            "Run expired because the TTL (10m) was reached",
        ),
        ({"message": '{"code":"E"}'}, "unknown", None, "E"),
        ({"message": ""}, "unknown", None, "The task threw an empty text"),
    ],
)
def test_the_flattened_shape_is_read(
    error: object, kind: str, code: str | None, headline: str
) -> None:
    report = read(error, Source.RETRIEVE)
    assert (report.kind, report.code, report.headline) == (kind, code, headline)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"5",
        b"[]",
        b"{}",
        b'"boom"',
        b"boom",
        b"\xff\xfe",
        b'{"type":"BUILT_IN_ERROR"}',
        b'{"type":"BUILT_IN_ERROR","name":5,"message":[],"stackTrace":{}}',
        b'{"type":"STRING_ERROR"}',
        b'{"type":"INTERNAL_ERROR"}',
        b'{"type":"INTERNAL_ERROR","code":null}',
        b'{"type":"INTERNAL_ERROR","code":""}',
        b'{"type":"NEW_SHAPE","message":"m"}',
        b'{"type":5}',
        b'{"type":"STRING_ERROR","raw":"\\ud800 cut"}',
        b'{"message":1e400}',
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b"NaN",
    ],
)
def test_a_broken_error_is_still_reported(data: bytes, subtests: pytest.Subtests) -> None:
    for source in Source:
        with subtests.test(source=source):
            report = read_failure(data, source=source)
            assert report.raw == data
            assert report.headline
            report.headline.encode()
            report.message.encode()


def test_a_new_shape_gives_what_can_be_read() -> None:
    report = read(
        {"type": "NEW_SHAPE", "name": "N", "message": "m", "code": "MAX_DURATION_EXCEEDED"}
    )
    assert (report.kind, report.headline, report.code) == (
        "unknown",
        "N: m",
        "MAX_DURATION_EXCEEDED",
    )
    assert report.meaning == CODES["MAX_DURATION_EXCEEDED"].meaning


def test_a_link_that_was_sent_is_never_taken_over() -> None:
    assert case_report("error/extra-fields").doc_url is None


@pytest.mark.parametrize(
    ("error", "tells"),
    [
        (b'{"message":"Superseded by a newer import"}', True),
        (b'{"message":"trigger.dev internal error (TASK_RUN_CANCELLED)"}', False),
        (b'{"message":"  "}', False),
        (b'{"message":5}', False),
        (b"null", False),
        (b"[", False),
        (None, False),
    ],
)
def test_words_of_somebodys_own_are_told_from_an_internal_code(
    error: bytes | None, *, tells: bool
) -> None:
    assert tells_more_than_a_code(error) is tells
