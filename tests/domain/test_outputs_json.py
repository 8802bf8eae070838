"""Plain JSON: what is read, what is kept, and what is said when it is not JSON."""

import json
from typing import Any

import pytest

from results.domain.document import Document, Node
from results.domain.outputs import decode, jsontext
from results.domain.packet import Packet

LONG = "9" * 5_000


def read(data: bytes | str) -> Document:
    return decode(Packet(data if isinstance(data, bytes) else data.encode(), "application/json"))


def only(data: str) -> Node:
    return read(f"[{data}]").children_at("").nodes[0]


@pytest.mark.parametrize(
    "spelling",
    ["1.10", "1e400", "-1E-400", "3544790567247868102", "-0", "-0.0", "1E5", "100.50", LONG],
)
def test_a_number_keeps_its_spelling(spelling: str) -> None:
    node = only(spelling)
    assert node.type == "number"
    assert (node.text + LONG)[: len(spelling)] == spelling
    assert read(f'{{"n":{spelling}}}').as_json().decode() == f'{{\n  "n": {spelling}\n}}'


@pytest.mark.parametrize(
    ("spelling", "exact"),
    [
        ("9007199254740992", False),
        ("9007199254740993", True),
        ("-9007199254740993", True),
        ("-9007199254740992", False),
        (LONG, True),
        ("12345678901234567890.5", False),
        ("1e30", False),
        ("0", False),
        ("-0", False),
    ],
)
def test_an_integer_beyond_what_javascript_keeps_is_marked(spelling: str, exact: bool) -> None:
    assert only(spelling).exact is exact


def test_names_stay_in_the_order_sent() -> None:
    names = [node.key for node in read('{"b":1,"10":2,"2":3,"":4,"a":5}').children_at("").nodes]
    assert names == ["b", "10", "2", "", "a"]


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"b":2,"a":3,"a":4}',
        '{ "a" : 1, "b":2,"\\u0061":3, "a": 4 }',
        '{"a":1,"b":2,"a":3,"a":4, "pad":"' + "x" * 200_000 + '"}',
    ],
)
def test_repeated_names_are_all_kept_and_each_has_its_own_pointer(text: str) -> None:
    document = read(text)
    nodes = document.children_at("").nodes[:4]
    assert [(node.pointer, node.text) for node in nodes] == [
        ("/a", "1"),
        ("/b", "2"),
        ("/a~.2", "3"),
        ("/a~.3", "4"),
    ]
    assert [document.node_at(node.pointer).text for node in nodes] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[NaN]", "it contains NaN"),
        ('{"a":-Infinity}', "it contains -Infinity"),
        ("", "it is empty"),
        (" \n", "it is empty"),
        ('{"a":1', "it ends too early"),
        ("[1,]", "it goes wrong at byte 3"),
        ('{"a":1}{}', "it goes wrong at byte 7"),
        ("[01]", "it goes wrong"),
        ('"a\nb"', "it goes wrong"),
        ("'a'", "it goes wrong"),
        ("\x00", "it goes wrong"),
        ("[" * 100_000, "it ends too early"),
    ],
)
def test_what_is_not_json_is_kept_as_text_with_one_sentence_why(text: str, words: str) -> None:
    document = read(text)
    assert document.kind == "raw"
    assert document.raw == text.encode()
    assert len(document.notes) == 1
    assert document.notes[0].startswith(f"Labelled JSON, but {words}")
    assert document.text(1_000_000) == (text, False)


def test_a_byte_order_mark_is_skipped_with_a_note() -> None:
    document = read(b'\xef\xbb\xbf{"a":1}')
    assert document.node_at("/a").text == "1"
    assert document.notes == ("A byte-order mark before the JSON was skipped.",)


def test_half_of_a_surrogate_pair_neither_breaks_the_page_nor_the_download() -> None:
    document = read(r'{"cut":"emoji \ud83d","low":"\uDE00","both":"\ud83d\ude00","sign":"\ufffd"}')
    texts = [node.text for node in document.children_at("").nodes]
    assert texts == ["emoji \ufffd", "\ufffd", "😀", "\ufffd"]
    assert any("cut in the middle" in note for note in document.notes)
    clean = document.as_json().decode()
    assert r'"emoji \ud83d"' in clean
    assert r'"\ude00"' in clean
    assert '"😀"' in clean
    assert json.loads(clean) == json.loads(document.raw)


def test_surrogates_written_as_bytes_become_escapes_in_the_download() -> None:
    data = '["\ud800x"]'.encode("utf-8", "surrogatepass")
    document = read(data)
    assert document.raw == data
    assert document.as_json() == b'[\n  "\\ud800x"\n]'


def test_bytes_that_are_no_utf_8_are_shown_as_replacement_and_kept_in_raw() -> None:
    data = b'{"a\xff":"b\xfe","a\xff":1}'
    document = read(data)
    assert document.raw == data
    assert [node.key for node in document.children_at("").nodes] == ["a\ufffd", "a\ufffd"]
    assert any("not valid UTF-8" in note for note in document.notes)
    document.as_json().decode()


def test_strings_are_printed_with_the_escapes_that_javascript_would_use() -> None:
    sent = r'"\/ \u0041 \u00e9 \u001F \u0008 \u2028 \\u0041 \"\n \ud83d\ude00"'
    expected = '"/ A é \\u001f \\b \u2028 \\\\u0041 \\"\\n 😀"'
    assert read(sent).as_json().decode() == expected


def test_nul_and_line_separators_are_kept() -> None:
    document = read('{"nul":"a\\u0000b","line":"a\u2028b"}')
    assert document.node_at("/nul").text == "a\x00b"
    assert document.node_at("/line").text == "a\u2028b"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("null", "The task returned null."),
        ('""', "The task returned an empty text."),
        ("{}", "The task returned an empty object."),
        (" [ ] ", "The task returned an empty list."),
        ("0", None),
        ("false", None),
        ('{"a":null}', None),
    ],
)
def test_a_value_that_says_little_gets_a_sentence(data: str, sentence: str | None) -> None:
    assert read(data).sentence == sentence


def test_white_space_around_and_inside_changes_nothing_but_raw() -> None:
    document = read(' \n{ "a" : [ 1 , 2 ] }\t')
    assert document.as_json() == b'{\n  "a": [\n    1,\n    2\n  ]\n}'
    assert document.raw.startswith(b" \n{")


def test_layout_that_would_swell_beyond_measure_is_printed_without_line_breaks() -> None:
    text = "[" * 900 + ",".join(["1"] * 50_000) + "]" * 900
    printed = read(text).as_json()
    assert printed == text.encode()


@pytest.mark.parametrize(
    "text",
    [
        "[1,2]",
        "{}",
        '{"a":{"b":[]}}',
        "[[],{}]",
        '"x"',
        "-1.5e3",
        "true",
        '[{"a":"\\""}]',
        "[1,[2,[3]]]",
    ],
)
def test_the_slow_checker_accepts_what_the_standard_library_accepts(text: str) -> None:
    assert jsontext.fault(text.encode()) is None
    for position in range(len(text)):
        for broken in (text[:position], text[:position] + "," + text[position:]):
            try:
                value: Any = json.loads(broken)
            except ValueError:
                value = ...
            assert (jsontext.fault(broken.encode()) is None) == (value is not ...)
