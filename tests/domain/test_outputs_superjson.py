"""super+json: every type note, in both encodings, and everything hostile that can be put into them."""

import json
from typing import Any

import pytest

from results.domain.document import Document
from results.domain.outputs import decode
from results.domain.packet import Packet


def read(value: object, values: object = None, refs: object = None, **meta: object) -> Document:
    wrapper: dict[str, Any] = {"json": value}
    if values is not None:
        meta["values"] = values
    if refs is not None:
        meta["referentialEqualities"] = refs
    if meta:
        wrapper["meta"] = meta
    return raw(json.dumps(wrapper))


def raw(text: str) -> Document:
    return decode(Packet(text.encode(), "application/super+json"))


def clean(document: Document) -> Any:
    return json.loads(document.as_json())


MOMENT = "2026-08-21T18:27:52.123Z"


@pytest.mark.parametrize(
    ("value", "annotation", "type_", "chip"),
    [
        (None, ["undefined"], "undefined", "undefined"),
        ("12345678901234567890", ["bigint"], "bigint", "bigint"),
        (MOMENT, ["Date"], "date", "Date"),
        ("+012345-01-01T00:00:00.000Z", ["Date"], "date", "Date"),
        (0, ["Date"], "date", "Date"),
        ("/a/gi", ["regexp"], "regexp", "RegExp"),
        ([1, 2], ["set"], "set", "Set(2)"),
        ([["k", 1], [2, 3], [4, 5]], ["map"], "map", "Map(3)"),
        ({"name": "TypeError", "message": "m"}, ["Error"], "error", "Error"),
        ("https://a/", ["URL"], "url", "URL"),
        ("NaN", ["number"], "number", "NaN"),
        ("Infinity", ["number"], "number", "Infinity"),
        ("-Infinity", ["number"], "number", "-Infinity"),
        ("-0", ["number"], "number", "-0"),
        ([1, 2, 3, 4, 5], [["typed-array", "Uint8Array"]], "bytes", "Uint8Array(5)"),
        (["1"], [["typed-array", "BigInt64Array"]], "bytes", "BigInt64Array(1)"),
        ([1, 2, 3, 4, 5], [["custom", "buffer"]], "bytes", "Buffer(5)"),
        ("x", [["symbol", "x"]], "symbol", "symbol"),
        ({"n": 1}, [["class", "User"]], "class", "class User"),
        ("1.5", [["custom", "decimal.js"]], "custom", "custom decimal.js"),
        (1, ["Temporal"], "number", "Temporal (unknown type)"),
        ("x", [["weird", "y"]], "string", "weird,y (unknown type)"),
    ],
)
def test_each_type_has_its_chip(
    value: object, annotation: list[object], type_: str, chip: str
) -> None:
    root = read(value, annotation).root
    below = read({"deep": [value]}, {"deep.0": annotation}).node_at("/deep/0")
    assert (root.type, root.chip) == (type_, chip)
    assert (below.type, below.chip) == (type_, chip)


@pytest.mark.parametrize(
    ("value", "annotation", "chip"),
    [
        ("twelve", ["bigint"], "bigint (malformed)"),
        ("not a date", ["Date"], "Date (malformed)"),
        ([], ["Date"], "Date (malformed)"),
        (5, ["set"], "Set (malformed)"),
        ("x", ["map"], "Map (malformed)"),
        ("boom", ["Error"], "Error (malformed)"),
        (7, ["URL"], "URL (malformed)"),
        ("abc", ["number"], "number (malformed)"),
        ({}, [["typed-array", "Uint8Array"]], "typed-array (malformed)"),
    ],
)
def test_a_value_that_does_not_fit_its_note_is_shown_as_sent(
    value: object, annotation: list[object], chip: str
) -> None:
    document = read({"a": value}, {"a": annotation})
    assert document.node_at("/a").chip == chip
    assert clean(document) == {"a": value}


def test_a_big_integer_beyond_2_to_53_is_marked_exact() -> None:
    node = read({"n": "9007199254740993"}, {"n": ["bigint"]}).node_at("/n")
    assert (node.text, node.exact) == ("9007199254740993", True)


def test_a_date_sent_as_a_number_reads_as_a_date() -> None:
    assert read(0, ["Date"]).root.text == "1970-01-01T00:00:00.000Z"
    assert read(1e300, ["Date"]).root.text == "1e+300"


def test_map_entries_are_labelled_by_their_keys_and_found_by_row() -> None:
    document = read(
        [["text", 1], ["7", 2], [True, 3], [{"a": 1}, 4], [MOMENT, ["x"]]],
        ["map", {"1.0": ["bigint"], "4.0": ["Date"], "4.1": ["set"]}],
    )
    nodes = document.children_at("").nodes
    assert [(node.pointer, node.key, node.key_chip) for node in nodes] == [
        ("/0/1", "text", None),
        ("/1/1", "7", "bigint"),
        ("/2/1", "true", "boolean"),
        ("/3", "3", None),
        ("/4/1", MOMENT, "Date"),
    ]
    assert nodes[3].type == "entry"
    entry = document.children_at("/3").nodes
    assert [(node.pointer, node.key, node.preview) for node in entry] == [
        ("/3/0", "key", "{a: 1}"),
        ("/3/1", "value", "4"),
    ]
    assert nodes[4].chip == "Set(1)"
    for node in (*nodes, *entry):
        assert document.node_at(node.pointer) == node


def test_a_map_with_text_keys_becomes_an_object_in_its_own_order() -> None:
    document = read([["b", 1], ["2", 2], ["1", 3]], ["map"])
    assert document.as_json() == b'{\n  "b": 1,\n  "2": 2,\n  "1": 3\n}'


def test_other_maps_become_pairs_so_that_nothing_collapses() -> None:
    document = read(
        [["1", 1], [1, 2], ["1", None]], ["map", {"0.0": ["bigint"], "2.1": ["undefined"]}]
    )
    assert clean(document) == [["1", 1], [1, 2], ["1", None]]


def test_a_map_with_a_row_that_is_no_pair_is_shown_row_by_row() -> None:
    document = read([["a", 1], [1], 5], ["map"])
    nodes = document.children_at("").nodes
    assert [(node.pointer, node.type) for node in nodes] == [
        ("/0/1", "number"),
        ("/1", "array"),
        ("/2", "number"),
    ]
    assert document.node_at("/1/0").text == "1"
    assert clean(document) == [["a", 1], [1], 5]


def test_maps_in_maps_and_sets_in_maps_keep_their_types() -> None:
    document = read(
        [["outer", [["inner", [[1, MOMENT]]]]], ["s", ["5"]]],
        [
            "map",
            {
                "0.1": ["map", {"0.1": ["map", {"0.1": ["Date"]}]}],
                "1.1": ["set", {"0": ["bigint"]}],
            },
        ],
    )
    assert document.node_at("/0/1/0/1/0/1").chip == "Date"
    assert document.node_at("/1/1/0").chip == "bigint"
    assert clean(document) == {"outer": {"inner": [[1, MOMENT]]}, "s": ["5"]}


def test_undefined_members_are_left_out_of_the_clean_json_and_kept_in_the_tree() -> None:
    document = read({"a": None, "b": [None, 1]}, {"a": ["undefined"], "b.0": ["undefined"]})
    assert [node.type for node in document.children_at("").nodes] == ["undefined", "array"]
    assert clean(document) == {"b": [None, 1]}


def test_special_numbers_keep_their_meaning_in_the_clean_json() -> None:
    values = {name: ["number"] for name in "abcd"}
    document = read({"a": "NaN", "b": "Infinity", "c": "-Infinity", "d": "-0"}, values)
    assert (
        document.as_json()
        == b'{\n  "a": "NaN",\n  "b": "Infinity",\n  "c": "-Infinity",\n  "d": -0\n}'
    )


def test_an_error_keeps_everything_that_was_sent() -> None:
    sent = {"name": "E", "message": "m", "stack": "s", "cause": {"name": "C", "message": "c"}}
    document = read(sent, ["Error", {"cause": ["Error"]}], v=1)
    assert document.node_at("/cause").chip == "Error"
    assert clean(document) == sent


def test_a_buffer_prints_as_javascript_prints_it() -> None:
    document = read(
        {"b": [1, 2], "e": []}, {"b": [["custom", "buffer"]], "e": [["custom", "buffer"]]}
    )
    assert clean(document) == {
        "b": {"type": "Buffer", "data": [1, 2]},
        "e": {"type": "Buffer", "data": []},
    }


def test_names_with_dots_are_found_escaped_and_at_the_end_of_a_path_unescaped() -> None:
    document = read(
        {"a.b": {"c": "1"}, "leaf.dot": "2"},
        {"a\\.b.c": ["bigint"], "leaf.dot": ["bigint"]},
    )
    assert document.node_at("/a.b/c").chip == "bigint"
    assert document.node_at("/leaf.dot").chip == "bigint"


def test_an_unescaped_path_means_the_nested_value_when_there_is_one() -> None:
    document = read({"a": {"b": "1"}, "a.b": "2"}, {"a.b": ["bigint"]})
    assert document.node_at("/a/b").chip == "bigint"
    assert document.node_at("/a.b").chip is None


def test_the_newer_encoding_doubles_backslashes_and_escapes_every_dot() -> None:
    document = read(
        {"a.b": "1", "back\\slash": {"x": "2"}, "end\\": {"y.z": "3"}},
        {"a\\.b": ["bigint"], "back\\\\slash.x": ["bigint"], "end\\\\.y\\.z": ["bigint"]},
        v=1,
    )
    for pointer in ("/a.b", "/back\\slash/x", "/end\\/y.z"):
        assert document.node_at(pointer).chip == "bigint"
    assert document.notes == ()


def test_the_older_encoding_leaves_backslashes_alone() -> None:
    document = read({"back\\slash": {"x": "2"}}, {"back\\slash.x": ["bigint"]})
    assert document.node_at("/back\\slash/x").chip == "bigint"


def test_empty_names_are_found() -> None:
    document = read({"": {"": None, "x": "1"}}, {".": ["undefined"], ".x": ["bigint"]})
    assert document.node_at("//").chip == "undefined"
    assert document.node_at("//x").chip == "bigint"


@pytest.mark.parametrize(
    ("refs", "pointer", "chip"),
    [
        ({"a": ["a.me"]}, "/a/me", "circular → /a"),
        ([["a.me"]], "/a/me", "circular → /"),
        ([["a.me"], {"a": ["b"]}], "/a/me", "circular → /"),
        ([["a.me"], {"a": ["b"]}], "/b", "same as /a"),
        ({"a": ["b"]}, "/b", "same as /a"),
    ],
)
def test_references_name_what_they_repeat(refs: object, pointer: str, chip: str) -> None:
    document = read({"a": {"me": None}, "b": {"me": 1}}, refs=refs)
    assert document.node_at(pointer).chip == chip


def test_a_circle_prints_as_circular_and_a_copy_in_full() -> None:
    document = read({"a": {"me": None, "x": 1}, "b": {"x": 1}}, refs=[[], {"a": ["a.me", "b"]}])
    assert clean(document) == {"a": {"me": "[Circular]", "x": 1}, "b": {"x": 1}}


def test_a_repeated_value_that_was_not_sent_twice_is_copied_from_the_first() -> None:
    document = read({"a": {"x": 1}, "b": None}, refs={"a": ["b"]})
    node = document.node_at("/b")
    assert (node.type, node.chip, node.same_as, node.count) == (
        "reference",
        "same as /a",
        "/a",
        None,
    )
    assert clean(document) == {"a": {"x": 1}, "b": {"x": 1}}


def test_copies_do_not_grow_without_end() -> None:
    names = [f"n{number}" for number in range(2_000)]
    value = {"big": ["x" * 5_000], **dict.fromkeys(names)}
    document = read(value, refs={"big": names})
    assert len(document.as_json()) < 3_000_000


def test_a_value_with_a_type_that_repeats_another_says_both() -> None:
    node = read({"a": MOMENT, "b": MOMENT}, {"a": ["Date"], "b": ["Date"]}, {"a": ["b"]}).node_at(
        "/b"
    )
    assert (node.chip, node.same_as) == ("Date", "/a")


@pytest.mark.parametrize(
    "values",
    [
        {"__proto__.polluted": ["Date"]},
        {"constructor.prototype.x": ["undefined"]},
        {"4294967290": ["undefined"], "99999999999999999999": ["set"]},
        {".".join(["a"] * 100_000): ["undefined"]},
        {"." * 50_000: ["map"]},
        {"a": {"b": {"c": ["Date"]}}},
        {"a": None, "b": 5, "c": "Date", "d": [], "e": [[]], "f": [[[["x"]]]], "g": [None, 5]},
        ["map", {"0": "x"}],
        [],
        5,
        "Date",
    ],
)
def test_hostile_type_notes_harm_nothing(values: object) -> None:
    value: object
    for value in ([1], {"a": None}, "x", None):
        document = read(value, values, {"a": ["a"], "": ["", "x"], "x": "y", "z": [1]})
        assert document.kind == "superjson"
        assert document.raw
        if document.root.count:
            document.children_at("")
        document.as_json()
        document.text(100)


def test_notes_that_lead_nowhere_are_told() -> None:
    document = read([1], {"3000": ["undefined"], "0.x": ["Date"]}, {"0": ["b"]})
    assert clean(document) == [1]
    assert document.notes == (
        "Type notes for places that do not exist are ignored: “3000”, “0.x”, “b”.",
    )


def test_types_that_are_not_known_are_told() -> None:
    assert read([1], {"0": ["Temporal"]}).notes == (
        "Types that are not known: “Temporal”. Their values are shown as sent.",
    )


def test_notes_nested_beyond_measure_are_given_up_with_a_word() -> None:
    deep = '{"a":' * 5_000 + "null" + "}" * 5_000
    document = raw('{"json":{"a":1},"meta":{"values":' + deep + "}}")
    assert document.node_at("/a").text == "1"
    assert document.notes == (
        "The type notes could not be read, so values are shown without their types.",
    )


def test_a_value_nested_beyond_measure_is_still_opened() -> None:
    document = raw(
        '{"json":' + "[" * 5_000 + '"7"' + "]" * 5_000 + ',"meta":{"values":{"0":["set"]}}}'
    )
    assert document.node_at("/0").chip == "Set(1)"
    assert document.node_at("/0" * 5_000).text == "7"
    assert document.as_json()


@pytest.mark.parametrize("text", ["5", "[1,2]", '"abc"', '{"a":1}', "null"])
def test_plain_json_under_a_super_json_label_is_shown_with_a_note(text: str) -> None:
    document = raw(text)
    assert document.kind == "json"
    assert clean(document) == json.loads(text)
    assert "without its wrapper" in document.notes[0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "{}",
            "The task returned a function or a symbol, or nothing at all: the wrapper that was sent is empty.",
        ),
        ('{"meta":{"values":["undefined"]}}', "The task returned nothing (undefined)."),
    ],
)
def test_a_wrapper_without_a_value_is_nothing(text: str, sentence: str) -> None:
    document = raw(text)
    assert (document.kind, document.sentence, document.as_json()) == ("nothing", sentence, b"")
    assert document.raw == text.encode()


@pytest.mark.parametrize(
    ("value", "annotation", "sentence"),
    [
        (None, ["undefined"], "The task returned nothing (undefined)."),
        ([], ["map"], "The task returned an empty Map."),
        ([], ["set"], "The task returned an empty Set."),
        (None, None, "The task returned null."),
        ("", None, "The task returned an empty text."),
        ({}, None, "The task returned an empty object."),
    ],
)
def test_a_typed_value_that_says_little_gets_a_sentence(
    value: object, annotation: object, sentence: str
) -> None:
    assert read(value, annotation).sentence == sentence


def test_the_wire_form_stays_available() -> None:
    document = read({"a": MOMENT}, {"a": ["Date"]})
    assert json.loads(document.wire)["meta"] == {"values": {"a": ["Date"]}}
    assert '"meta": {' in document.wire_text(1_000)[0]


def test_repeated_names_in_the_value_survive_the_quick_way_of_reading() -> None:
    document = raw('{"json":{"a":1,"a":2},"meta":{"values":{}}}')
    assert document.root.count == 2
    assert document.as_json() == b'{\n  "a": 1,\n  "a": 2\n}'


def test_the_text_view_of_a_large_typed_value_is_cut() -> None:
    rows = [{"at": MOMENT, "gone": None, "n": number} for number in range(500)]
    document = read(rows, {f"{number}.gone": ["undefined"] for number in range(500)})
    text, cut = document.text(2_000)
    assert cut
    assert len(text.encode()) <= 2_000
    assert document.as_json().decode().startswith(text)
