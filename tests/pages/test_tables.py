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


SALES = [{"region": "north", "n": 10}, {"region": "south", "n": 9}, {"region": "northeast", "n": 8}]


def test_rows_are_looked_for_and_every_way_on_keeps_what_is_looked_for() -> None:
    shown = part(SALES, rows=" North ", sort="n", desc="1")

    assert [row.item.key for row in shown.rows] == ["0", "2"]
    assert (shown.text, shown.found, shown.total) == ("North", 2, 3)
    assert shown.range_words == "2 of 3 rows hold that"
    assert [each.url for each in shown.columns] == [
        "?view=table&sort=region&rows=North#output",
        "?view=table&sort=n&rows=North#output",
    ]
    assert dict(shown.kept) == {"view": "table", "sort": "n", "desc": "1"}
    assert shown.all_url == "?view=table&sort=n&desc=1#output"


def test_rows_are_looked_for_in_one_column() -> None:
    shown = part(SALES, rows="9", column="2")

    assert [row.item.key for row in shown.rows] == ["1"]
    assert [each.is_looked_in for each in shown.columns] == [False, True]
    assert shown.columns[0].url == "?view=table&sort=region&rows=9&column=2#output"
    assert part(SALES, rows="9", column="1").range_words == "none of the 3 rows holds that"


@pytest.mark.parametrize("column", ["3", "0", "-1", "x", "99999999999"])
def test_a_column_that_is_not_there_is_as_if_none_were_named(column: str) -> None:
    shown = part(SALES, rows="south", column=column)

    assert shown.range_words == "1 of 3 rows holds that"
    assert not any(each.is_looked_in for each in shown.columns)
    assert "column" not in shown.columns[0].url


@pytest.mark.parametrize("nothing", ["", "  ", '""'])
def test_looking_for_nothing_leaves_everything(nothing: str) -> None:
    shown = part(SALES, rows=nothing, column="1")

    assert (shown.text, shown.range_words) == ("", "rows 1–3 of 3")


def test_what_is_found_comes_a_hundred_rows_at_a_time() -> None:
    rows = [{"n": n, "kind": "even" if n % 2 == 0 else "odd"} for n in range(500)]

    first, last = part(rows, rows="even"), part(rows, rows="even", after="200")
    beyond = part(rows, rows="even", after="250")

    assert first.range_words == "250 of 500 rows hold that; here are 1–100 of them"
    assert first.next_url == "?view=table&rows=even&after=100#output"
    assert last.range_words == "250 of 500 rows hold that; here are 201–250 of them"
    assert (last.next_url, last.previous_url) == ("", "?view=table&rows=even&after=100#output")
    assert beyond.first == 0


def test_the_csv_is_of_what_was_found() -> None:
    packet = Packet(json.dumps(SALES).encode(), "application/json")

    shown = output_part(
        packet,
        view="table",
        branch_url="/b",
        raw_url="/o?as=raw",
        json_url="/o?as=json",
        rows=AskedTable(text="a&b", column=1),
    )

    assert shown.table is not None
    assert shown.table.csv_url == "/o?rows=a%26b&column=1&as=csv"


def test_what_only_began_as_a_list_of_objects_is_shown_as_a_tree() -> None:
    packet = Packet(json.dumps([{"a": 1}] * 20 + [7] * 30).encode(), "application/json")

    shown = output_part(packet, view="table", branch_url="/b", raw_url="/o", json_url="/o")

    assert shown.table is None
    assert shown.tree is not None
