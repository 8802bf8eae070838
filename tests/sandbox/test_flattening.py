"""What the retrieve endpoint makes of stored texts."""

from __future__ import annotations

import pytest

from results.sandbox import js_json
from results.sandbox.stored_error import fitting, flattened
from results.sandbox.superjson_flattening import ABSENT, UnrestorableError, flatten


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("3544790567247868102", "3544790567247868000"),
        ("9007199254740993", "9007199254740992"),
        ("1.10", "1.1"),
        ("1.0", "1"),
        ("-0", "0"),
        ("1e400", "null"),
        ("1e21", "1e+21"),
        ("1e20", "100000000000000000000"),
        ("1e-6", "0.000001"),
        ("1e-7", "1e-7"),
        ("1.5e300", "1.5e+300"),
        ("-123.456", "-123.456"),
        ('"é\\u0001\\ud800"', '"é\\u0001\\ud800"'),
        ('{"b":1,"10":2,"2":3,"01":4}', '{"2":3,"10":2,"b":1,"01":4}'),
        ('{"4294967295":1,"a":2,"4294967294":3}', '{"4294967294":3,"4294967295":1,"a":2}'),
        ('{"a":[true,false,null,{}]}', '{"a":[true,false,null,{}]}'),
    ],
)
def test_json_is_read_and_printed_as_javascript_does(text: str, printed: str) -> None:
    assert js_json.stringify(js_json.parse(text)) == printed


@pytest.mark.parametrize("text", ["", "NaN", "{not json", "Infinity", "\ufeff1", "[" * 100000])
def test_what_javascript_refuses_is_refused(text: str) -> None:
    with pytest.raises(js_json.NotJsonError):
        js_json.parse(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"json":null,"meta":{"values":["undefined"]}}', None),
        ('{"json":"7","meta":{"values":["bigint"]}}', "7"),
        ('{"json":"2026-01-02T03:04:05Z","meta":{"values":["Date"]}}', "2026-01-02T03:04:05.000Z"),
        ('{"json":"nonsense","meta":{"values":["Date"]}}', None),
        ('{"json":"https://a.example","meta":{"values":["URL"]}}', "https://a.example/"),
        (
            '{"json":["x",["y",["d"]]],"meta":{"values":{"1":["set",{"1":["set"]}]}}}',
            ["x", ["y", ["d"]]],
        ),
        (
            '{"json":{"a.b":{"c":"1"}},"meta":{"values":{"a\\\\.b.c":["bigint"]}}}',
            {"a.b": {"c": "1"}},
        ),
        ('{"json":{"a":1},"meta":{"values":{"b.c":["Date"]}}}', {"a": 1}),
        ('{"json":[1e400,-0]}', ["Infinity", "-0"]),
        (
            '{"json":{"name":"E","message":"m","cause":1},"meta":{"values":["Error"]}}',
            {"name": "E", "message": "m"},
        ),
    ],
)
def test_annotated_values_are_flattened(text: str, value: object) -> None:
    assert flatten(text) == value


@pytest.mark.parametrize("text", ["{}", "5", "[1]"])
def test_a_packet_without_json_holds_no_value(text: str) -> None:
    assert flatten(text) is ABSENT


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "null",
        '{"json":{},"meta":{"values":[["custom","decimal.js"]]}}',
        '{"json":{},"meta":{"values":[["class","Money"]]}}',
        '{"json":"x","meta":{"values":["bigint"]}}',
        '{"json":"no url","meta":{"values":["URL"]}}',
        '{"json":{},"meta":{"values":{"__proto__.x":["Date"]}}}',
        '{"json":1,"meta":{"values":["brandnew"]}}',
    ],
)
def test_what_the_server_cannot_restore_is_refused(text: str) -> None:
    with pytest.raises(UnrestorableError):
        flatten(text)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Process exited with signal SIGTERM", "TASK_PROCESS_SIGTERM"),
        ("Process exited with signal SIGSEGV", "TASK_PROCESS_SIGSEGV"),
        ("killed by SIGKILL", "TASK_PROCESS_MAYBE_OOM_KILLED"),
        ("Process exited with code 1", "TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE"),
    ],
)
def test_a_dead_process_is_filed_under_its_signal(message: str, code: str) -> None:
    stored = {
        "type": "INTERNAL_ERROR",
        "code": "TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE",
        "message": message,
    }
    assert flattened(stored) == {"message": f"trigger.dev internal error ({code})"}


def test_some_errors_of_javascript_are_filed_as_internal_ones() -> None:
    killed = {
        "type": "BUILT_IN_ERROR",
        "name": "Error",
        "message": "ffmpeg was killed with signal SIGKILL",
        "stackTrace": "",
    }
    assert flattened(killed) == {"message": "trigger.dev internal error (TASK_PROCESS_OOM_KILLED)"}


def test_members_that_the_union_does_not_know_are_dropped() -> None:
    stored = {"type": "STRING_ERROR", "raw": "x", "causes": []}
    assert fitting(stored) == {"type": "STRING_ERROR", "raw": "x"}


@pytest.mark.parametrize(
    "stored",
    [
        None,
        "text",
        {},
        {"type": "NEW_ERROR"},
        {"type": "BUILT_IN_ERROR", "name": "E", "message": "m"},
        {"type": "INTERNAL_ERROR", "code": "NEW"},
        {"type": "INTERNAL_ERROR", "code": "TASK_RUN_CRASHED", "message": 5},
    ],
)
def test_an_error_outside_the_union_does_not_fit(stored: object) -> None:
    assert fitting(stored) is None
    assert flattened(stored) is None
