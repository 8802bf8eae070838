"""CSV that a spreadsheet neither runs nor changes, and that programs read back exactly."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.domain.csv_text import REST, csv_of, stays_exact
from results.domain.outputs import decode
from results.domain.packet import Packet
from results.domain.table import table_of


def csv_text(value: Any, type_: str = "application/json", **options: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    table = table_of(decode(Packet(text.encode(), type_)))
    assert table is not None
    return b"".join(csv_of(table, **{"bom": False, **options})).decode()


def cells(value: Any) -> list[str]:
    """The first column of the CSV as a program reads it, without the heading."""
    text = csv_text([{"v": item, "x": 0} for item in value])
    return [row[0] for row in list(csv.reader(io.StringIO(text, newline="")))[1:]]


def raw_cell(spelt: str) -> str:
    """The field of a value in the file itself."""
    return csv_text(f'[{{"v":{spelt},"x":0}}]').split("\r\n", 1)[1].rpartition(",0")[0]


def test_lines_end_with_crlf_and_a_mark_tells_the_encoding() -> None:
    table = table_of(decode(Packet('[{"a":"é","b":2}]'.encode(), "application/json")))
    assert table is not None
    assert b"".join(csv_of(table)) == b"\xef\xbb\xbf" + "a,b\r\né,2\r\n".encode()


@pytest.mark.parametrize(
    ("spelt", "field"),
    [
        ('"=1+1"', "'=1+1"),
        ('"@x"', "'@x"),
        ("-2", "-2"),
        ('"-2"', "-2"),
        ("-1.5e3", "-1.5e3"),
        ('"+1"', "'+1"),
        ('"-1+1"', "'-1+1"),
        ('"say \\"hi\\"\\nthere"', '"say ""hi""\nthere"'),
        ("9223372036854775808", "'9223372036854775808"),
        ('"9223372036854775808"', "'9223372036854775808"),
        ("123456789012345", "123456789012345"),
        ("1234567890123456", "'1234567890123456"),
        ("1200000000000000000000", "1200000000000000000000"),
        ("0.1000000000000000055", "'0.1000000000000000055"),
        ("1e400", "'1e400"),
        ("1e-400", "'1e-400"),
        ("1.10", "1.10"),
        ('"1.10"', "'1.10"),
        ('"007"', "'007"),
        ('"1e5"', "'1e5"),
        ('"12"', "12"),
        ('"0"', "0"),
        ('"it\'s"', "it's"),
        ('"\'x"', "''x"),
        ('"＝1"', "'＝1"),
        ('"＋1"', "'＋1"),
        ('"－1"', "'－1"),
        ('"＠x"', "'＠x"),
        ('"\\t=1"', '"\'\t=1"'),
        ('"\\r=1"', '"\'\r=1"'),
        ('"\\nx"', '"\'\nx"'),
        ('"  =1"', "'  =1"),
        ('"\\u200b=1"', "'\u200b=1"),
        ('"\\ufeff=1"', "'\ufeff=1"),
        ('"a=1"', "a=1"),
        ('"1 000"', "'1 000"),
        ('"50%"', "'50%"),
        ('"e5"', "e5"),
        ('"."', "."),
        ('"10 apples"', "10 apples"),
        ('"2026-01-02"', "2026-01-02"),
        ('"a;b"', '"a;b"'),
        ('""', '""'),
        ("null", "null"),
        ("true", "true"),
        ('{"a": [1, 2.50]}', '"{""a"":[1,2.50]}"'),
        ("[]", "[]"),
    ],
)
def test_a_cell_opens_as_what_it_is(spelt: str, field: str) -> None:
    assert raw_cell(spelt) == field


def test_missing_is_empty_and_a_line_is_never_blank() -> None:
    assert csv_text([{"a": 1}, {}, {"a": ""}]) == 'a\r\n1\r\n""\r\n""\r\n'
    assert csv_text([{"a": 1, "b": None}, {"b": 2}]) == "a,b\r\n1,null\r\n,2\r\n"


def test_headings_are_made_safe_too() -> None:
    assert csv_text([{"=cmd()": 1, "": 2, 'a"b,c': 3}]).startswith('\'=cmd(),"","a""b,c"\r\n')


def test_typed_values_are_written_as_text() -> None:
    wrapper = {
        "json": [{"d": "2026-01-01T00:00:00.000Z", "n": "-Infinity", "b": "18446744073709551616"}],
        "meta": {"values": {"0.d": ["Date"], "0.n": ["number"], "0.b": ["bigint"]}},
    }
    text = csv_text(wrapper, "application/super+json")
    assert text.split("\r\n")[1] == "2026-01-01T00:00:00.000Z,'-Infinity,'18446744073709551616"


def test_nothing_is_left_out_when_there_are_too_many_columns() -> None:
    text = csv_text([{f"k{n}": n for n in range(1_003)}])
    heading, row = list(csv.reader(io.StringIO(text, newline="")))
    assert (len(heading), heading[-1]) == (1_001, REST)
    assert json.loads(row[-1]) == {"k1000": 1000, "k1001": 1001, "k1002": 1002}


def test_items_that_are_no_objects_have_a_column_of_their_own() -> None:
    text = csv_text([{REST: 1}, "=odd", {REST: 2}])
    assert text == f"{REST},({REST})\r\n1,\r\n,'=odd\r\n2,\r\n"


def test_a_semicolon_can_part_the_cells() -> None:
    assert csv_text([{"a": "x;=1", "b": "1,5"}], separator=";") == 'a;b\r\n"x;=1";"\'1,5"\r\n'


def test_a_large_table_comes_in_pieces() -> None:
    table = table_of(
        decode(Packet(json.dumps([{"a": "x" * 100}] * 3_000).encode(), "application/json"))
    )
    assert table is not None
    pieces = list(csv_of(table))
    assert max(map(len, pieces)) < 70_000
    assert len(pieces) > 3
    assert b"".join(pieces).count(b"\r\n") == 3_001


@pytest.mark.parametrize("character", ["1", " ", ",", "\u200b", "1e"])
def test_a_very_long_cell_costs_no_more_than_its_length(character: str) -> None:
    text = character * 60_000 + "x"
    assert cells([text]) == [text]


TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.text("=+-@'\"\t\r\n ,;0123456789.eE＝＠", max_size=8),
)


@given(st.lists(TEXT, min_size=1, max_size=6))
def test_a_program_gets_every_text_back_by_taking_one_apostrophe_off(texts: list[str]) -> None:
    assert [
        cell.removeprefix("'") if cell.startswith("'") else cell for cell in cells(texts)
    ] == texts


@given(st.lists(TEXT, min_size=1, max_size=6))
def test_no_cell_begins_like_a_formula(texts: list[str]) -> None:
    for cell in cells(texts):
        begins = cell.lstrip()[:1]
        assert begins not in set("=+-@＝＋－＠") or stays_exact(cell)
