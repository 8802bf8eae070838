"""Stack traces as V8 writes them: which lines are frames, what they say, how they are grouped."""

import time

import pytest

from results.domain.stack import Frame, read_stack


def only(line: str) -> Frame | None:
    frames = read_stack(f"Error: x\n    at {line}").frames
    return frames[0] if frames else None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "fetchInvoice (file:///app/src/a.ts:18:9)",
            {"function": "fetchInvoice", "file": "file:///app/src/a.ts", "line": 18, "column": 9},
        ),
        ("/app/b.js:1:2", {"function": None, "file": "/app/b.js", "line": 1, "column": 2}),
        ("async run (/app/b.js:1:2)", {"function": "run", "is_async": True}),
        (
            "async file:///app/a.ts:23:1",
            {"function": None, "file": "file:///app/a.ts", "is_async": True},
        ),
        ("new Importer (/app/b.js:1:2)", {"function": "Importer", "is_new": True}),
        ("async new Importer (/app/b.js:1:2)", {"is_async": True, "is_new": True}),
        ("get rows [as rows] (/b.js:8:34)", {"function": "get rows [as rows]", "line": 8}),
        (
            "Object.<anonymous> (/b.js:8:34)",
            {"function": "Object.<anonymous>", "is_anonymous": True},
        ),
        ("Array.map (<anonymous>)", {"function": "Array.map", "file": None, "line": None}),
        (
            "async Promise.all (index 0)",
            {"function": "Promise.all", "file": None, "is_async": True},
        ),
        (
            "C:\\Users\\Zoë\\dev\\my app\\src\\import rows.ts:11:17",
            {"file": "C:\\Users\\Zoë\\dev\\my app\\src\\import rows.ts", "line": 11, "column": 17},
        ),
        (
            "run (C:\\Program Files (x86)\\app\\a b.ts:9:90)",
            {"function": "run", "file": "C:\\Program Files (x86)\\app\\a b.ts", "line": 9},
        ),
        (
            "eval (eval at f (/app/b.js:2:3), <anonymous>:1:5)",
            {"function": "eval", "is_eval": True, "file": None, "line": 1, "column": 5},
        ),
        (
            "wasm://wasm/0a1b2c:wasm-function[12]:0x1f",
            {"is_wasm": True, "file": "wasm://wasm/0a1b2c:wasm-function[12]:0x1f"},
        ),
        ("add (wasm://wasm/0a1b2c:wasm-function[12]:0x1f)", {"function": "add", "is_wasm": True}),
        ("TCP.onStreamRead (node:internal/stream:218:20)", {"is_library": True}),
        ("x (/app/node_modules/pg/lib/a.js:1:1)", {"is_library": True}),
        ("x (C:\\app\\node_modules\\pg\\a.js:1:1)", {"is_library": True}),
        ("x (file:///app/node_modules/@trigger.dev/core/dist/a.js:1:1)", {"is_library": True}),
        ("TaskExecutor.execute (/app/dist/x.js:1:1)", {"is_library": True}),
        ("x (/app/src/node_modules_list.ts:1:1)", {"is_library": False}),
        ("x (/app/src/tasks.ts:1:1)", {"is_library": False}),
        ("<script>alert(2)</script> (javascript:alert(3):1:1)", {"file": "javascript:alert(3)"}),
    ],
)
def test_a_frame_is_read(line: str, expected: dict[str, object]) -> None:
    frame = only(line)
    assert frame is not None
    assert frame.text == line
    assert {name: getattr(frame, name) for name in expected} == expected


@pytest.mark.parametrize(
    "line", ["the end of input", "fn (no place)", "", "a:b:c", "fn ()", "(", ")", "least 3 of 4:5"]
)
def test_a_line_without_a_location_is_no_frame(line: str) -> None:
    assert only(line) is None


def test_lines_of_the_message_that_begin_with_at_stay_in_the_header() -> None:
    stack = read_stack(
        "Error: shard a failed\n  detail: line two\n  at the end of input\n"
        "    at file:///app/a.ts:22:62\n    at async Promise.any (index 0)"
    )
    assert stack.header == "Error: shard a failed\n  detail: line two\n  at the end of input"
    assert len(stack.frames) == 2


def test_a_message_that_looks_like_a_frame_is_known_by_the_message() -> None:
    message = "bad\n    at fake (x.js:1:1)\nend"
    stack = read_stack(f"Error: {message}\n    at real (y.js:2:2)", message=message)
    assert stack.header == f"Error: {message}"
    assert [frame.function for frame in stack.frames] == ["real"]


def test_frames_are_grouped_by_whose_code_they_are() -> None:
    stack = read_stack(
        "Error: x\n"
        "    at own (/app/a.ts:1:1)\n"
        "    at Array.map (<anonymous>)\n"
        "    at own2 (/app/a.ts:2:1)\n"
        "    at lib (/app/node_modules/x/a.js:1:1)\n"
        "    at Array.forEach (<anonymous>)\n"
        "    at node:internal/a:1:1\n"
        "    ... 12 frames omitted ...\n"
        "    at own3 (/app/a.ts:3:1)"
    )
    assert [(group.kind, group.count) for group in stack.groups] == [
        ("own", 3),
        ("library", 3),
        ("gap", 12),
        ("own", 1),
    ]
    assert stack.omitted == 12
    assert stack.first_own is not None
    assert stack.first_own.place == "/app/a.ts:1:1"


def test_other_lines_between_frames_are_kept() -> None:
    stack = read_stack("E: x\n    at a (/a.ts:1:1)\n  [cause]: y\n  more\n\n    at b (/a.ts:2:1)\n")
    assert [(group.kind, group.text) for group in stack.groups] == [
        ("own", ""),
        ("text", "  [cause]: y\n  more\n"),
        ("own", ""),
    ]


def test_a_line_that_was_cut_is_a_frame_that_says_so() -> None:
    stack = read_stack(f"E: x\n    at fn ({'p' * 1_000}...[truncated]")
    assert (stack.frames[0].function, stack.frames[0].cut) == ("fn", True)
    assert stack.cut_lines


@pytest.mark.parametrize("text", ["", "\n\n", "only a header", "Killed SIGKILL", "\x00", "    at "])
def test_text_without_frames_is_all_header(text: str) -> None:
    stack = read_stack(text)
    assert (stack.raw, stack.header, stack.groups) == (text, text, ())


def test_windows_line_ends_do_not_hide_frames() -> None:
    assert len(read_stack("E\r\n    at a (/a.ts:1:1)\r\n    at b (/a.ts:2:2)\r\n").frames) == 2


@pytest.mark.parametrize(
    "line",
    [
        "eval at " * 20_000,
        "(" * 100_000,
        ":1" * 100_000,
        "async " * 50_000,
        "eval (eval at x, " * 10_000 + ")",
        "x (" + "wasm-function[" * 10_000 + ")",
    ],
)
def test_hostile_lines_cost_no_time(line: str) -> None:
    started = time.thread_time()
    read_stack(f"E\n    at {line}")
    assert time.thread_time() - started < 1
