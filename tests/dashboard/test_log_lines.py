"""Log lines: one line an event, JSON or text, and nothing secret, whoever wrote it."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest

from dashboard.log_lines import JsonLine, TextLine, masked
from tests import make

TOKEN = "A1b2-" * 8 + "xyz"
RING = "k1:" + "B" * 43 + "="


def record(message: str, *arguments: Any, **told: Any) -> logging.LogRecord:
    made = logging.LogRecord("x", logging.INFO, __file__, 1, message, arguments, None)
    made.request_id = "0" * 32
    made.told = told
    return made


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (f"key {make.KEY}!", "key [masked]!"),
        (f"Authorization: Bearer {TOKEN}", "Authorization: Bearer [masked]"),
        (f"Not Found: /s/{TOKEN}/output", "Not Found: /s/[masked]/output"),
        (f"/s/{TOKEN}/branch/?of=output", "/s/[masked]/branch/?[masked]"),
        ("https://store.example/x?X-Amz-Signature=abc", "https://store.example/x?[masked]"),
        (f"Internal Server Error: /accounts/reset/Mg/{TOKEN}/", "Internal Server Error: /accounts/reset/Mg/[masked]/"),
        ("postgres://u:secret@db.example/n", "postgres://[masked]@db.example/n"),
        (f"the ring {RING}", "the ring [masked]"),
        (make.WEBHOOK_SECRET, "[masked]"),
        (f"sent runlens_{'Ab-_' * 10}xyz.", "sent [masked]."),
    ],
)  # fmt: skip
def test_t9_a_secret_is_masked_wherever_it_stands(said: str, told: str) -> None:
    assert masked(said) == told


@pytest.mark.parametrize(
    "said",
    [
        "Not Found: /t/acme/runs/run_c3nrqvmulj2qvy1m73do4oi3nabcdefghijk/panel/",
        "/t/acme/keys/0b0f5d0e-7c1a-4b7e-9d8a-0123456789ab/test/",
        "/t/acme/tasks/send-the-invoice-of-the-month-to-everybody/",
        "Is it? Yes.",
        "a sentence with a café and a 100 % of nothing secret",
    ],
)
def test_what_is_no_secret_is_left_as_it_is(said: str) -> None:
    assert masked(said) == said


NASTY = "a\r\nb\x1b[31mc\u2028d\u202ee\x00f"


@pytest.mark.parametrize("formatter", [JsonLine(), TextLine()])
def test_t24_nobody_can_begin_a_line_of_their_own(formatter: logging.Formatter) -> None:
    line = formatter.format(record("said %s", NASTY, path=NASTY))

    assert len(line.splitlines()) == 1
    assert line.isascii()
    assert line.isprintable()


def test_a_json_line_is_one_object_with_its_facts() -> None:
    told = json.loads(JsonLine().format(record("GET %s", "/x", status=200, ms=1.5, user=None)))

    assert told.pop("at").endswith("+00:00")
    assert told == {
        "level": "INFO",
        "logger": "x",
        "request_id": "0" * 32,
        "message": "GET /x",
        "status": 200,
        "ms": 1.5,
        "user": None,
    }


def bug() -> None:
    raise RuntimeError(f"{make.KEY}\nERROR forged line")


def failed() -> logging.LogRecord:
    made = record("a bug")
    try:
        bug()
    except RuntimeError:
        made.exc_info = sys.exc_info()
    return made


def test_a_traceback_is_part_of_its_line_and_holds_no_secret() -> None:
    line = JsonLine().format(failed())

    assert "\n" not in line
    trace = json.loads(line)["trace"]
    assert trace[0].startswith("Traceback")
    assert "RuntimeError: [masked]" in trace
    assert make.KEY not in line


def test_lines_of_a_traceback_in_text_are_indented() -> None:
    first, *rest = TextLine().format(failed()).splitlines()

    assert first.endswith("a bug")
    assert all(line.startswith("    ") for line in rest)
    assert "    ERROR forged line" in rest
    assert make.KEY not in "".join(rest)
