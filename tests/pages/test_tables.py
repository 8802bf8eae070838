"""A list of objects as a page shows it: offered, sorted, in ranges, with exact numbers."""

from __future__ import annotations

import json

import pytest

from results.domain.outputs import decode
from results.domain.packet import Packet
from results.pages.tables import AskedTable, TablePart, looks_like_a_table, table_part
from results.pages.values import output_part
from results.templatetags.values import table_rows


def part(value: object, **asked: str) -> TablePart:
    found = table_part(
        decode(Packet(json.dumps(value).encode(), "application/json")), AskedTable.of(asked)
    )
    assert found is not None
    return found


def first_cells(shown: TablePart) -> list[str]:
    return [cells.text if (cells := row.cells[0]) else "" for row in shown.rows]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ('[{"a":1},{"a":2}]', True),
        ('[{"a":1},2,3]', False),
        ("[1,2,3]", False),
        ("[]", False),
        ('{"a":[{"b":1}]}', False),
        ('"text"', False),
        ("3", False),
    ],
)
def test_a_table_is_offered_for_lists_of_objects_alone(text: str, *, offered: bool) -> None:
    packet = Packet(text.encode(), "application/json")

    shown = output_part(packet, view="", branch_url="/b", raw_url="/raw", json_url="/json")

    assert looks_like_a_table(decode(packet)) is offered
    assert ("Table" in [choice.label for choice in shown.choices]) is offered
    assert shown.table is None


def test_rows_are_sorted_by_exact_numbers() -> None:
    rows = [{"n": 10}, {"n": 9007199254740993}, {"n": 2}, {"n": 9007199254740992}]

    up = part(rows, sort="n")
    down = part(rows, sort="n", desc="1")

    assert first_cells(up) == ["2", "10", "9007199254740992", "9007199254740993"]
    assert first_cells(down) == first_cells(up)[::-1]
    assert up.columns[0].order == "ascending"
    assert "desc=1" in up.columns[0].url
    assert "desc=1" not in down.columns[0].url


def test_long_lists_come_a_hundred_rows_at_a_time() -> None:
    rows = [{"n": n} for n in range(250)]

    first, middle, last = part(rows), part(rows, after="100"), part(rows, after="200")

    assert first.range_words == "rows 1–100 of 250"
    assert (first.previous_url, first.next_url) == ("", "?view=table&after=100#output")
    assert middle.previous_url == "?view=table#output"
    assert last.range_words == "rows 201–250 of 250"
    assert last.next_url == ""


@pytest.mark.parametrize("after", ["-1", "x", "999999999999999999", "250", "1e3", "٣"])
def test_a_range_that_makes_no_sense_is_the_beginning(after: str) -> None:
    assert part([{"n": 1}], after=after).first == 0


def test_a_column_that_is_not_there_sorts_nothing() -> None:
    assert first_cells(part([{"n": 2}, {"n": 1}], sort="nope")) == ["2", "1"]


def test_a_value_that_is_no_list_of_objects_has_no_table() -> None:
    assert table_part(decode(Packet(b"[1]", "application/json")), AskedTable()) is None


def test_missing_null_and_empty_look_different() -> None:
    html = table_rows(part([{"a": None}, {"a": ""}, {"b": 1}]))

    assert '<td class="null"><bdi class="value null">null</bdi></td>' in html
    assert '<td class="string"><bdi class="value string"></bdi></td>' in html
    assert "<td class=missing></td>" in html


def test_a_column_of_numbers_has_its_name_above_them() -> None:
    rows = [{"n": 1, "mixed": 1, "text": "1"}, {"n": None, "mixed": 2}, {"mixed": "x"}]

    assert [each.is_number for each in part(rows[:1]).columns] == [True, True, False]
    assert [each.is_number for each in part(rows).columns] == [False, False, False]
    assert [each.is_number for each in part([{"n": 1}, {"n": 2.5}, 7]).columns] == [True]


def test_the_number_of_a_row_leads_to_its_item() -> None:
    assert '<a href="?view=tree#/1">1</a>' in table_rows(part([{"a": 1}, {"a": 2}]))


def test_hostile_names_and_values_are_only_text() -> None:
    html = table_rows(part([{"<b>": "<script>hit()</script>", "x": ["<i>"]}]))

    assert "<script" not in html
    assert "<i>" not in html
    assert "&lt;script&gt;" in html
