"""Lists of objects as tables: which columns there are, what a cell says, and how rows are sorted."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.domain.document import Document, PointerNotFound
from results.domain.opened import opened
from results.domain.ordering import number_key, same_number
from results.domain.outputs import decode
from results.domain.packet import Packet
from results.domain.row_filter import RowFilter
from results.domain.table import MOST_COLUMNS, MOST_NAMES, Table, table_of


def of(text: str, type_: str = "application/json") -> Document:
    return decode(Packet(text.encode(), type_))


def table(value: Any, pointer: str = "") -> Table:
    found = table_of(of(value if isinstance(value, str) else json.dumps(value)), pointer)
    assert found is not None
    return found


def typed(value: Any, values: Any) -> Document:
    return of(json.dumps({"json": value, "meta": {"values": values}}), "application/super+json")


def column(table: Table, name: str, *, descending: bool = False) -> list[str | None]:
    place = table.columns.index(name)
    rows = table.rows(0, 1_000, sort=name, descending=descending)
    return [None if (cell := row.cells[place]) is None else cell.text for row in rows]


def test_columns_stand_in_the_order_in_which_they_first_appear() -> None:
    found = table([{"b": 1, "a": 2}, {"c": 3, "a": 4}])
    assert found.columns == ("b", "a", "c")
    assert (found.total, found.more_columns, found.others) == (2, 0, 0)
    assert found.names_complete


def test_missing_is_not_null_and_null_is_not_undefined() -> None:
    found = table_of(
        typed([{"a": None, "b": None}, {"b": 1}], {"0.b": ["undefined"]}),
    )
    assert found is not None
    first, second = found.rows()
    assert [cell and cell.type for cell in first.cells] == ["null", "undefined"]
    assert second.cells[0] is None
    assert second.cells[1] is not None
    assert (second.cells[1].type, second.cells[1].pointer) == ("number", "/1/b")


@pytest.mark.parametrize(
    "value", [[], [{}], [1, 2], {"a": [{"b": 1}]}, "text", [{"a": 1}, 2, 3], None]
)
def test_what_is_no_list_of_objects_is_no_table(value: object) -> None:
    assert table_of(of(json.dumps(value))) is None


def test_text_is_no_table_even_if_it_is_json() -> None:
    document = of('[{"a":1}]', "text/plain")
    assert table_of(document) is None
    assert document.inner is not None
    assert table_of(document.inner) is not None


def test_a_list_inside_is_a_table_by_its_pointer() -> None:
    found = table({"data": {"rows": [{"x": 1.50}, {"x": 2}]}}, "/data/rows")
    assert [row.item.pointer for row in found.rows()] == ["/data/rows/0", "/data/rows/1"]
    with pytest.raises(PointerNotFound):
        table({"data": 1}, "/nothing")


def test_an_item_that_is_no_object_is_a_row_without_cells() -> None:
    found = table([{"a": 1}, "odd", {"a": 2}, [3]][:3])
    assert found.others == 1
    odd = found.rows()[1]
    assert (odd.item.text, odd.cells, odd.hidden) == ("odd", (None,), 0)


def test_pages_are_pages_and_their_length_is_bounded() -> None:
    found = table([{"n": n} for n in range(1_500)])
    assert [row.item.key for row in found.rows(1_498, 100)] == ["1498", "1499"]
    assert len(found.rows(0, 10**9)) == 1_000
    assert len(found.rows(-3, 0)) == 1
    assert found.rows(5_000) == ()
    assert found.rows(5_000, sort="n") == ()


def test_columns_are_bounded_and_the_rest_is_counted() -> None:
    found = table([{f"k{n}": n for n in range(MOST_COLUMNS + 7)}])
    assert len(found.columns) == MOST_COLUMNS
    assert (found.more_columns, found.names_complete) == (7, True)
    assert found.rows()[0].hidden == 7


def test_names_without_end_are_not_counted_without_end() -> None:
    found = table([{f"k{row}.{n}": 1 for n in range(300)} for row in range(5)])
    assert len(found.names) == MOST_NAMES
    assert not found.names_complete


def test_a_row_with_thousands_of_members_still_finds_its_columns() -> None:
    wide = {f"k{n}": n for n in range(2_500)}
    found = table([{"late": 0}, {**wide, "late": 1}])
    last = found.rows()[1]
    assert last.cells[0] is not None
    assert last.cells[0].text == "1"
    assert last.hidden == 2_501 - MOST_COLUMNS


def test_of_a_repeated_name_the_last_counts_everywhere() -> None:
    found = table('[{"a":1,"a":9},{"a":5}]')
    assert column(found, "a") == ["5", "9"]
    assert next(found.records(["a"]))[0] == ("number", "9")


def test_numbers_are_sorted_by_their_exact_value() -> None:
    spelt = ["9007199254740993", "9007199254740992", "1e400", "-1e400", "1e-400", "0.10", "0.1"]
    spelt += ["-0", "2", "10", "123456789012345678901234567890", "1e99999999999999999999", "-2.5E1"]
    found = table("[" + ",".join(f'{{"n":{number}}}' for number in spelt) + "]")
    assert column(found, "n") == [
        *("-1e400", "-2.5E1", "-0", "1e-400", "0.10", "0.1", "2", "10"),
        *("9007199254740992", "9007199254740993", "123456789012345678901234567890", "1e400"),
        "1e99999999999999999999",
    ]


def test_types_have_a_fixed_order_and_empty_ones_come_last_either_way() -> None:
    values = (
        '{"v":null},{"v":[1]},{"v":"b"},{"w":1},{"v":true},{"v":2},{"v":"A"},{"v":false},{"v":1}'
    )
    found = table(f"[{values}]")
    up = ["1", "2", "A", "b", "false", "true", "", "null", None]
    assert column(found, "v") == up
    assert column(found, "v", descending=True) == [
        "",
        "true",
        "false",
        "b",
        "A",
        "2",
        "1",
        "null",
        None,
    ]


def test_typed_values_are_sorted_as_what_they_are() -> None:
    values: list[Any] = ["2026-01-01T00:00:00.000Z", "+012026-01-01T00:00:00.000Z", 0, "900", "NaN"]
    values += ["Infinity", "10", None, "-000044-03-15T00:00:00.000Z"]
    kinds = ["Date", "Date", "Date", "bigint", "number", "number", None, "undefined", "Date"]
    notes = {f"{i}.v": [kind] for i, kind in enumerate(kinds) if kind}
    found = table_of(typed([{"v": value} for value in values], notes))
    assert found is not None
    assert column(found, "v") == [
        *("900", "Infinity", "NaN", "-000044-03-15T00:00:00.000Z", "1970-01-01T00:00:00.000Z"),
        *("2026-01-01T00:00:00.000Z", "+012026-01-01T00:00:00.000Z", "10", "undefined"),
    ]


def test_equal_rows_stay_in_the_order_sent_and_unknown_columns_sort_nothing() -> None:
    found = table([{"a": n % 2, "n": n} for n in range(6)])
    assert [row.item.key for row in found.rows(sort="a")] == ["0", "2", "4", "1", "3", "5"]
    assert [row.item.key for row in found.rows(sort="a", descending=True)] == [
        *("1", "3", "5", "0", "2", "4")
    ]
    assert [row.item.key for row in found.rows(sort="nope", descending=True)] == list("012345")


def test_a_map_is_a_table_of_its_values_and_a_set_of_its_members() -> None:
    rows = typed([["x", {"n": 2}], ["y", {"n": 1}], [{"complex": 1}, {"n": 0}]], ["map"])
    found = table_of(rows)
    assert found is not None
    assert [row.item.key for row in found.rows()][:2] == ["x", "y"]
    assert [row.item.pointer for row in found.rows(sort="n")] == ["/1/1", "/0/1", "/2"]
    members = table_of(typed([{"n": 1}, {"n": 2}], ["set"]))
    assert members is not None
    assert members.total == 2


def test_records_are_complete_and_nested_values_are_clean_json() -> None:
    found = table_of(
        typed(
            [{"m": {"in": [["a", None]], "é": "\n"}, "long": "x" * 5_000, "u": None}],
            {"0.m.in": ["map", {"0.1": ["undefined"]}], "0.u": ["undefined"]},
        )
    )
    assert found is not None
    (record,) = found.records(["m", "long", "u", "none"])
    assert record[0] == ("object", '{"in":{},"é":"\\n"}')
    assert record[1] == ("string", "x" * 5_000)
    assert record[2:] == [("undefined", "undefined"), None]


def test_the_rest_of_a_record_holds_all_that_has_no_column() -> None:
    found = table('[{"a":1,"b":1.10,"c":{"d":"e"}},"odd",{"a":2}]')
    assert list(found.records(["a"], with_rest=True)) == [
        [("number", "1"), ("object", '{"b":1.10,"c":{"d":"e"}}')],
        [None, ("string", "odd")],
        [("number", "2"), None],
    ]


def test_a_value_sent_once_and_used_twice_is_named_where_it_stands_again() -> None:
    wrapper = {
        "json": [{"v": {"n": 1}}, {"v": None}],
        "meta": {"referentialEqualities": {"0.v": ["1.v"]}},
    }
    found = table_of(of(json.dumps(wrapper), "application/super+json"))
    assert found is not None
    assert [record[0] for record in found.records(["v"])] == [
        ("object", '{"n":1}'),
        ("reference", "same as /0/v"),
    ]


NUMBER = st.from_regex(r"\A-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,12})?([eE][+-]?[0-9]{1,3})?\Z")


@given(st.lists(NUMBER, min_size=1, max_size=8))
def test_any_numbers_are_in_the_order_of_exact_arithmetic(spelt: list[str]) -> None:
    found = table("[" + ",".join(f'{{"n":{number}}}' for number in spelt) + "]")
    assert column(found, "n") == sorted(spelt, key=Decimal)
    for one in spelt:
        for other in spelt:
            assert same_number(one, other) == (Decimal(one) == Decimal(other))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1.10", "1.1", True),
        ("-0", "0", True),
        ("0e999999999999999999999", "0", True),
        ("1e999999999999999999999", "1E999999999999999999999", True),
        ("1e999999999999999999999", "1e999999999999999999998", False),
        ("1e-999999999999999999999", "0", False),
        ("NaN", "NaN", False),
        ("Infinity", "-Infinity", False),
        ("Infinity", "Infinity", True),
    ],
)
def test_two_spellings_are_the_same_number_or_not(one: str, other: str, same: bool) -> None:
    assert same_number(one, other) == same


def test_a_number_that_cannot_be_read_has_no_place() -> None:
    assert number_key("NaN") is None
    assert number_key("-Infinity") == Decimal("-Infinity")


def test_reading_and_sorting_a_long_table_lets_others_run_in_between() -> None:
    calls: list[None] = []
    document = of(json.dumps([{"a": at} for at in range(2_001)]))

    found = table_of(document, checkpoint=lambda: calls.append(None))

    assert found is not None
    assert len(calls) == 5
    found.rows(sort="a")
    assert len(calls) == 10


def keys(table: Table, only: RowFilter, **how: Any) -> list[str | None]:
    return [row.item.key for row in table.rows(0, 1_000, only=only, **how)]


SALES = [
    {"region": "north", "by": {"name": "Zoë"}, "n": 10},
    {"region": "south", "by": {"name": "Max"}, "n": 9007199254740993},
    {"region": "North-East", "by": None, "n": 9},
]


@pytest.mark.parametrize(
    ("typed", "column", "found"),
    [
        ("north", None, ["0", "2"]),
        ('"north"', None, ["0"]),
        (" NORTH ", None, ["0", "2"]),
        ("zoë", None, ["0"]),
        ("740993", None, ["1"]),
        ("9", "n", ["1", "2"]),
        ("9", "region", []),
        ("null", None, ["2"]),
        ("name", None, ["0", "1"]),
        ("region", None, []),
        ("", None, ["0", "1", "2"]),
        ('""', None, ["0", "1", "2"]),
        ("nobody", None, []),
        ("north", "nobody", []),
        ("\ud800", None, []),
    ],
)
def test_a_filter_keeps_the_rows_whose_cells_hold_the_text(
    typed: str, column: str | None, found: list[str]
) -> None:
    sales, only = table(SALES), RowFilter(typed, column)

    assert keys(sales, only) == found
    assert sales.count(only) == len(found)
    assert len(list(sales.records(["n"], only=only))) == len(found)


def test_what_is_found_is_sorted_and_comes_in_pages_like_everything() -> None:
    sales, only = table(SALES), RowFilter("north")

    assert keys(sales, only, sort="n") == ["2", "0"]
    assert keys(sales, only, sort="n", descending=True) == ["0", "2"]
    assert [row.item.key for row in sales.rows(1, 1, sort="n", only=only)] == ["0"]
    assert keys(sales, RowFilter("south"), sort="n") == ["1"]
    assert keys(sales, RowFilter(""), sort="n") == ["2", "0", "1"]


@pytest.mark.parametrize("text", ["Zoë", "tab\there", 'a "quote"', "back\\slash", "a/b", "😀", "ſ"])
def test_a_text_is_found_however_it_was_spelt(text: str) -> None:
    for ensure_ascii in (True, False):
        sent = json.dumps([{"a": "other"}, {"a": f"x{text}y"}], ensure_ascii=ensure_ascii)
        for spelt in (sent, sent.replace("/", "\\/")):
            assert keys(table(spelt), RowFilter(text.upper())) == ["1"]


def test_typed_cells_are_found_as_they_are_shown() -> None:
    found = table_of(
        typed(
            [{"a": None, "at": "2026-01-02T00:00:00.000Z"}, {"a": 1}],
            {"0.a": ["undefined"], "0.at": ["Date"]},
        )
    )
    assert found is not None
    assert keys(found, RowFilter("undefined")) == ["0"]
    assert keys(found, RowFilter("2026-01")) == ["0"]
    assert keys(found, RowFilter("null")) == []


@pytest.mark.parametrize(
    ("typed_text", "rows"),
    [
        ("2026-11-23t11", ["0"]),
        ("z", ["0"]),
        ("1795434125161", []),
        ("9007199254740993", ["1"]),
        ("Zoë", ["0"]),
        ("shop.example", ["1"]),
    ],
)
def test_a_date_that_was_sent_as_a_number_is_found_as_the_date_that_is_shown(
    typed_text: str, rows: list[str]
) -> None:
    found = table_of(
        typed(
            [
                {"at": 1795434125161, "name": "Zoë"},
                {"n": "9007199254740993", "link": "https://shop.example/"},
            ],
            {"0.at": ["Date"], "1.n": ["bigint"], "1.link": ["URL"]},
        )
    )
    assert found is not None
    assert keys(found, RowFilter(typed_text)) == rows


def test_an_item_that_is_no_object_is_found_by_what_it_is_but_stands_in_no_column() -> None:
    mixed = table([{"a": 1}, "apple", {"a": "apple"}])

    assert keys(mixed, RowFilter("apple")) == ["1", "2"]
    assert keys(mixed, RowFilter("apple", "a")) == ["2"]


def test_looking_for_rows_lets_others_run_in_between() -> None:
    pauses: list[int] = []
    long = of(json.dumps([{"a": index} for index in range(5_000)]))
    found = table_of(long, checkpoint=lambda: pauses.append(1))
    assert found is not None
    before = len(pauses)

    assert found.count(RowFilter("4999")) == 1
    assert len(pauses) > before


def test_a_long_list_under_a_name_is_cut_once_and_not_for_every_row() -> None:
    long = typed({"items": [{"a": "x" * 1_000}] * 200}, {"items.0.a": ["URL"]})
    places = opened(long)
    assert places is not None

    assert places.level(places.root) is places.level(places.root)
