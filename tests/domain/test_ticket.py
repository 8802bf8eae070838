"""A run pasted into a ticket: the facts are there, and foreign text can do nothing."""

import html
import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from results.domain.durations import RunDurations
from results.domain.failures import read_failure
from results.domain.markdown import block, cell, code, link
from results.domain.outputs import decode
from results.domain.packet import Packet
from results.domain.result import Source
from results.domain.status import State
from results.domain.table import table_of
from results.domain.ticket import TicketFacts, markdown_table, ticket_of

STACK = """Error: boom
    at charge (/app/src/trigger/pay.ts:12:5)
    at get (/app/node_modules/axios/index.js:1:1)
    at run (/app/src/trigger/pay.ts:40:9)"""
HOSTILE = (
    "@octocat #1 <img src=x onerror=1> ![i](http://evil/x.png) [l](javascript:1) ``` `` ` | \\| $x$"
)


def failed(message: str = "boom", stack: str = STACK, **more: object) -> TicketFacts:
    error = {
        "type": "BUILT_IN_ERROR",
        "name": "Error",
        "message": message,
        "stackTrace": stack,
        **more,
    }
    return TicketFacts(
        run_id="run_abc",
        state=State.FAILED,
        link="https://runs.example.org/t/team/runs/run_abc/",
        task="pay-invoice",
        environment="production",
        failure=read_failure(json.dumps(error).encode(), source=Source.RESULT),
        durations=RunDurations.of(
            created=datetime(2026, 5, 1, 12, tzinfo=UTC),
            started=datetime(2026, 5, 1, 12, 0, 2, 500_000, tzinfo=UTC),
            finished=datetime(2026, 5, 1, 12, 3, 9, 500_000, tzinfo=UTC),
            compute_ms=840,
        ),
    )


def with_output(text: str, type_: str = "application/json") -> TicketFacts:
    return TicketFacts("run_abc", State.SUCCEEDED, output=decode(Packet(text.encode(), type_)))


def outside_code(markdown: str) -> str:
    """What a renderer would still look at: the text without fences, code spans and our own link."""
    rest = re.sub(r"^(`{3,})[a-z]*\n.*?\n\1$", "", markdown, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", rest)


def test_a_ticket_says_what_happened_where_and_how_long_it_took() -> None:
    text = ticket_of(failed())
    for line in (
        "- **Run:** `run_abc`",
        "- **State:** Failed",
        "- **Task:** `pay-invoice`",
        "- **Environment:** `production`",
        "- **Link:** <https://runs.example.org/t/team/runs/run_abc/>",
        "- **Created:** 2026-05-01 12:00:00.000 UTC",
        "- **Waited:** 2.50 s (2,500 ms)",
        "- **Ran:** 3 min 07 s (187,000 ms)",
        "- **Compute:** 840 ms",
        "**Error:** `Error: boom`",
    ):
        assert line in text.split("\n"), line
    assert text.endswith("\n")


def test_only_own_frames_are_pasted_and_the_others_counted() -> None:
    text = ticket_of(failed())
    assert "at charge (/app/src/trigger/pay.ts:12:5)\nat run (/app/src/trigger/pay.ts:40:9)" in text
    assert "axios" not in text
    assert "… 1 other frame" in text


def test_where_no_frame_is_own_the_others_are_shown_and_said_to_be_others() -> None:
    text = ticket_of(failed(stack="Error: boom\n    at get (/app/node_modules/axios/index.js:1:1)"))
    assert "**Frames (none is your own):**" in text


def test_what_is_not_known_is_said_not_to_be_known() -> None:
    text = ticket_of(TicketFacts("run_abc", State.EXPIRED))
    assert "- **Task:** not known" in text
    assert "- **Finished:** not reported" in text
    assert "- **Ran:** not reported" in text
    assert "Output" not in text
    assert "Link" not in text


def test_times_are_given_in_the_zone_asked_for_and_in_utc() -> None:
    facts = TicketFacts(
        "run_abc",
        State.SUCCEEDED,
        durations=RunDurations.of(created=datetime(2026, 5, 1, 22, 30, tzinfo=UTC)),
        zone=timezone(timedelta(hours=5, minutes=30)),
    )
    assert "2026-05-02 04:00:00 (UTC+05:30), 2026-05-01 22:30:00.000 UTC" in ticket_of(facts)


def test_codes_causes_and_last_words_are_told() -> None:
    causes = [{"name": "TypeError", "message": f"cause {n}", "stackTrace": ""} for n in range(7)]
    text = ticket_of(failed(causes=causes))
    assert "- `TypeError: cause 4`" in text
    assert "2 more causes not shown." in text
    error = {
        "type": "INTERNAL_ERROR",
        "code": "TASK_PROCESS_OOM_KILLED",
        "stackTrace": "heap\nfull",
    }
    facts = TicketFacts(
        "run_abc",
        State.CRASHED,
        status="CRASHED",
        failure=read_failure(json.dumps(error).encode(), source=Source.RESULT),
    )
    text = ticket_of(facts)
    assert "- **State:** Crashed (`CRASHED`)" in text
    assert "**Code:** `TASK_PROCESS_OOM_KILLED`" in text
    assert "**Meaning:** The run needed more memory than its machine has." in text
    assert "```text\nheap\nfull\n```" in text


def test_of_a_large_output_the_beginning_is_pasted_and_said_to_be_that() -> None:
    text = ticket_of(with_output(json.dumps(["line"] * 5_000)))
    assert "**Output:** (the beginning; 40,000 bytes in all)" in text
    assert len(text) < 3_000
    small = ticket_of(with_output('{"a": 1.50}'))
    assert '**Output:**\n\n```json\n{\n  "a": 1.50\n}\n```' in small


def test_an_output_that_says_little_is_described() -> None:
    nothing = TicketFacts(
        "run_abc", State.SUCCEEDED, output=decode(Packet(None, "application/json"))
    )
    assert "**Output:** The task returned nothing (undefined)." in ticket_of(nothing)
    trouble = TicketFacts("run_abc", State.SUCCEEDED, output_trouble="the store said 403")
    assert "**Output:** not fetched: `the store said 403`" in ticket_of(trouble)


@pytest.mark.parametrize("place", ["message", "stack", "task", "environment", "output", "name"])
def test_hostile_text_stays_inside_code(place: str) -> None:
    for hostile in (HOSTILE, f"x\n{HOSTILE}\n```\n# out\n~~~\n/close\n", "`" * 40, "``", " ` "):
        facts = failed()
        match place:
            case "message":
                facts = failed(message=hostile)
            case "name":
                facts = failed(name=hostile)
            case "stack":
                facts = failed(
                    stack=f"{STACK}\n    at {hostile} (/app/src/a.ts:1:1)".replace("\n", "\n")
                )
            case "output":
                facts = with_output(hostile, "text/plain")
            case _:
                fields = {place: hostile, "run_id": "run_abc", "state": State.FAILED}
                facts = TicketFacts(**fields)  # type: ignore[arg-type]
        rest = outside_code(ticket_of(facts))
        for mark in ("@", "<img", "](", "/close", "# out", "$", "#1", "`"):
            assert mark not in rest, (place, hostile, mark)


def test_hidden_characters_are_made_visible() -> None:
    assert code("a\u202eb\x1b") == "`aU+202Eb␛`"
    assert block("a\x00b") == "```\na␀b\n```"


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("plain", "`plain`"),
        ("a`b", "``a`b``"),
        ("`a``", "``` `a`` ```"),
        (" x ", "`  x  `"),
        ("two\nlines", "`two lines`"),
        ("", "(empty)"),
        ("x" * 600, "`" + "x" * 500 + "…`"),
    ],
)
def test_inline_code_is_longer_than_any_tick_inside(text: str, markdown: str) -> None:
    assert code(text) == markdown


def test_a_link_is_only_a_link_when_it_looks_like_one_of_ours() -> None:
    assert link("https://x.org/t/a/runs/run_1/") == "<https://x.org/t/a/runs/run_1/>"
    assert link("javascript:alert(1)") == "`javascript:alert(1)`"
    assert link("https://x.org/> @octocat") == "`https://x.org/> @octocat`"


def test_a_table_cell_never_ends_early() -> None:
    assert cell("a|b") == "`a\\|b`"
    tricky = cell("a\\|b <b>@x</b>")
    assert "|" not in tricky.replace("&#124;", "")
    assert tricky.startswith("<code>")
    assert html.unescape(tricky) == "<code>a\\|b <b>@x</b></code>"


def test_a_list_of_objects_becomes_a_markdown_table() -> None:
    rows = [{"id": 2**60, "name": "a|b", "in": {"x": [1]}}, {"id": None, "name": ""}, "odd"] + [
        {"id": 1}
    ] * 5
    table = table_of(decode(Packet(json.dumps(rows).encode(), "application/json")))
    assert table is not None
    assert markdown_table(table, limit=3).split("\n") == [
        "| # | `id` | `name` | `in` |",
        "| --- | --- | --- | --- |",
        "| `0` | `1152921504606846976` | `a\\|b` | `{x: [1]}` |",
        '| `1` | `null` | `""` |  |',
        "| `2` | `odd` |  |  |",
        "",
        "5 more rows not shown.",
        "",
    ]
