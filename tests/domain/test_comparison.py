"""What differs between two outputs: every difference, no other, and what kind it is of."""

import json
from typing import Any

import pytest

from results.domain.comparison import Change, Comparison, compare
from results.domain.document import Document
from results.domain.outputs import decode
from results.domain.packet import Packet


def of(value: Any, type_: str = "application/json") -> Document:
    text = value if isinstance(value, str) else json.dumps(value)
    return decode(Packet(text.encode(), type_))


def typed(value: Any, values: Any = None, **meta: Any) -> Document:
    meta = {"values": values, **meta} if values else meta
    return of({"json": value, "meta": meta}, "application/super+json")


def told(comparison: Comparison) -> list[str]:
    return [_told(change) for change in comparison.changes]


def _told(change: Change) -> str:
    sides = [node for node in (change.before, change.after) if node is not None]
    pointers = dict.fromkeys(node.pointer for node in sides)
    values = [node.text if node.is_leaf else node.preview for node in sides]
    kind = change.kind if change.aspect == "value" else f"{change.kind} {change.aspect}"
    return f"{kind} {' > '.join(pointers)}: {' > '.join(values)}"


def differences(before: Any, after: Any) -> list[str]:
    return told(compare(of(before), of(after)))


def test_equal_outputs_have_no_difference() -> None:
    comparison = compare(of({"a": [1, {"b": None}]}), of({"a": [1, {"b": None}]}))
    assert comparison.is_same
    assert comparison.is_complete
    assert (comparison.changes, comparison.tree, comparison.unchanged) == ((), None, 1)


def test_white_space_and_escapes_are_no_difference() -> None:
    one, other = '{"a":["é","/"],"b":{}}', '{ "a" : [ "\\u00e9" , "\\/" ],\n"b":{ } }'
    assert compare(of(one), of(other)).is_same


def test_objects_are_compared_by_name() -> None:
    before = {"same": 1, "gone": 2, "other": {"x": 1, "y": 2}}
    after = {"same": 1, "other": {"x": 1, "y": 3}, "new": 4}
    comparison = compare(of(before), of(after))
    assert told(comparison) == ["removed /gone: 2", "changed /other/y: 2 > 3", "added /new: 4"]
    assert (comparison.added, comparison.removed, comparison.changed, comparison.moved) == (
        1,
        1,
        1,
        0,
    )
    assert (comparison.total, comparison.unchanged) == (3, 2)


def test_the_order_of_members_is_said_but_is_no_difference() -> None:
    comparison = compare(of({"a": 1, "b": 2}), of({"b": 2, "a": 1}))
    assert comparison.is_same
    assert comparison.reordered == 1


def test_repeated_names_are_compared_one_by_one() -> None:
    assert differences('{"a":1,"a":2}', '{"a":1,"a":3}') == ["changed /a~.2: 2 > 3"]
    assert differences('{"a":1,"a":2}', '{"a":1}') == ["removed /a~.2: 2"]


def test_a_number_that_is_only_spelt_in_another_way_is_marked() -> None:
    comparison = compare(of('{"a":1.10,"b":1,"c":1e2}'), of('{"a":1.1,"b":1.01,"c":100}'))
    assert told(comparison) == [
        "changed spelling /a: 1.10 > 1.1",
        "changed /b: 1 > 1.01",
        "changed spelling /c: 1e2 > 100",
    ]
    assert comparison.only_spelling == 2
    assert comparison.changes[0].only_spelling


def test_numbers_beyond_doubles_are_told_apart() -> None:
    assert differences("9007199254740993", "9007199254740992") == [
        "changed : 9007199254740993 > 9007199254740992"
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([1, 2, 3], [1, 3], ["removed /1: 2"]),
        ([1, 3], [1, 2, 3], ["added /1: 2"]),
        ([1, 2, 3], [1, 9, 3], ["changed /1: 2 > 9"]),
        ([1, 2, 3, 4], [4, 1, 2, 3], ["moved /3 > /0: 4 > 4"]),
        ([1, 1, 2], [1, 2], ["removed /1: 1"]),
        ([[1, 2], [3, 4]], [[0], [1, 2], [3, 5]], ["added /0: [0]", "changed /1/1 > /2/1: 4 > 5"]),
        ([], [1], ["added /0: 1"]),
        ([1], [], ["removed /0: 1"]),
        ([1, {"a": 1}], ["x", {"a": 2}], ["changed /0: 1 > x", "changed /1/a: 1 > 2"]),
        ([{"a": 1}], [1], ["changed /0: {a: 1} > 1"]),
        ({"a": 1}, [1], ["changed : {a: 1} > [1]"]),
        (None, False, ["changed : null > false"]),
    ],
)
def test_lists_are_aligned_by_what_is_in_them(before: Any, after: Any, expected: list[str]) -> None:
    assert differences(before, after) == expected


def test_items_with_an_id_are_compared_with_the_item_of_that_id() -> None:
    before = [{"id": 1, "n": "a"}, {"id": 2, "n": "b"}, {"id": 3, "n": "c"}]
    after = [{"id": 3, "n": "X"}, {"id": 1, "n": "a"}, {"id": 2, "n": "Y"}, {"id": 4, "n": "d"}]
    assert differences(before, after) == [
        'moved /2 > /0: {id: 3, n: "c"} > {id: 3, n: "X"}',
        "changed /2/n > /0/n: c > X",
        "changed /1/n > /2/n: b > Y",
        'added /3: {id: 4, n: "d"}',
    ]


@pytest.mark.parametrize("name", ["orderId", "_id", "name", "run_id"])
def test_other_names_can_serve_as_an_id(name: str) -> None:
    before = [{name: "x", "v": 1, "w": 1}, {name: "y", "v": 2, "w": 2}]
    after = [{name: "y", "v": 1, "w": 1}, {name: "x", "v": 2, "w": 2}]
    assert compare(of(before), of(after)).moved == 1


def test_an_id_that_two_items_share_is_none() -> None:
    before = [{"id": 1, "v": "a"}, {"id": 1, "v": "b"}]
    after = [{"id": 1, "v": "b"}, {"id": 1, "v": "c"}]
    assert differences(before, after) == [
        'removed /0: {id: 1, v: "a"}',
        'added /1: {id: 1, v: "c"}',
    ]


def test_items_without_an_id_are_compared_with_the_most_alike() -> None:
    before = [{"a": 1, "b": 2, "c": 3}]
    after = [{"x": 1}, {"a": 1, "b": 2, "c": 4}]
    assert differences(before, after) == ["added /0: {x: 1}", "changed /0/c > /1/c: 3 > 4"]


def test_a_type_is_part_of_a_value() -> None:
    text = "2026-01-01T00:00:00.000Z"
    comparison = compare(typed({"at": text}, {"at": ["Date"]}), typed({"at": text}))
    assert told(comparison) == [f"changed type /at: {text} > {text}"]
    assert comparison.only_type == 1
    assert compare(typed([text], {"0": ["Date"]}), typed([text], {"0": ["Date"]})).is_same
    assert compare(typed([[1]], {"0": ["set"]}), typed([[1]])).changes[0].aspect == "type"
    assert compare(typed(["1"], {"0": ["bigint"]}), of([1])).changes[0].aspect == "type"


def test_a_type_deep_inside_equal_json_is_found() -> None:
    value = [{"a": {"b": [None, None]}}, {"a": {"b": [None]}}]
    before = typed(value, {"0.a.b.1": ["undefined"]})
    assert told(compare(before, typed(value))) == ["changed /0/a/b/1: undefined > null"]


def test_names_with_dots_keep_their_types() -> None:
    before = typed({"a.b": {"c": "1"}, "d": 1}, {"a\\.b.c": ["bigint"]})
    assert compare(before, before).is_same
    assert told(compare(before, typed({"a.b": {"c": "1"}, "d": 1}))) == [
        "changed type /a.b/c: 1 > 1"
    ]


def test_maps_are_compared_by_key_and_sets_by_member() -> None:
    before = typed([["a", 1], ["b", 2], [{"k": 1}, 3]], ["map"])
    after = typed([["b", 5], ["a", 1], [{"k": 1}, 4]], ["map"])
    assert told(compare(before, after)) == ["changed /1/1 > /0/1: 2 > 5", "changed /2/1: 3 > 4"]
    keys = typed([["1", 0]], ["map", {"0.0": ["bigint"]}])
    assert [c.kind for c in compare(keys, typed([["1", 0]], ["map"])).changes] == [
        "removed",
        "added",
    ]
    assert told(compare(typed([1, 2], ["set"]), typed([2, 3], ["set"]))) == [
        "removed /0: 1",
        "added /1: 3",
    ]


def test_bytes_are_one_value() -> None:
    before, after = (
        typed([[1, 2]], {"0": [["typed-array", "Uint8Array"]]}),
        typed([[1, 3]], {"0": [["typed-array", "Uint8Array"]]}),
    )
    (change,) = compare(before, after).changes
    assert (change.kind, change.whole) == ("changed", True)


def test_a_value_that_repeats_another_is_compared_by_what_it_repeats() -> None:
    def repeated(target: str) -> Document:
        return typed(
            {"x": {"n": 1}, "y": {"n": 1}, "z": None}, referentialEqualities={target: ["z"]}
        )

    assert compare(repeated("x"), repeated("x")).is_same
    assert [change.kind for change in compare(repeated("x"), repeated("y")).changes] == ["changed"]


def test_texts_are_compared_as_one_value() -> None:
    assert compare(of("a", "text/plain"), of("a", "text/plain")).is_same
    assert told(compare(of("a", "text/plain"), of("b", "text/plain"))) == ["changed : a > b"]
    assert compare(of('"a"'), of("a", "text/plain")).is_same
    assert not compare(of("[1]", "text/plain"), of("[1]")).is_same
    nothing = decode(Packet(None, "application/json"))
    assert compare(nothing, nothing).is_same
    assert compare(nothing, of("null")).changed == 1


def test_the_tree_holds_what_differs_and_counts_what_does_not() -> None:
    comparison = compare(
        of({"a": 1, "b": [1, 2, {"c": 3}], "d": 4}), of({"a": 1, "b": [1, 2, {"c": 5}], "e": 4})
    )
    tree = comparison.tree
    assert tree is not None
    assert (tree.before, tree.after, tree.same, tree.change) == ("", "", 1, None)
    assert [node.key for node in tree.children] == ["b", "d", "e"]
    inner = tree.children[0]
    assert (inner.same, inner.children[0].after, inner.children[0].children[0].key) == (
        2,
        "/b/2",
        "c",
    )
    assert [node.before for node in tree.children] == ["/b", "/d", None]


def test_what_is_beyond_the_limit_is_counted_and_not_listed() -> None:
    comparison = compare(
        of([{"v": n} for n in range(50)]), of([{"v": -n - 1} for n in range(50)]), limit=10
    )
    assert len(comparison.changes) == 10
    assert comparison.changed == 50
    assert comparison.is_complete
    assert comparison.tree is not None
    assert (len(comparison.tree.children), comparison.tree.omitted) == (10, 40)
    assert compare(of([1]), of([2]), limit=0).changed == 1


def test_when_it_would_take_too_long_parts_are_compared_as_a_whole_and_that_is_said() -> None:
    before, after = of([[n, n + 1] for n in range(100)]), of([[n, -n] for n in range(1, 101)])
    comparison = compare(before, after, most_steps=250)
    assert not comparison.is_complete
    assert comparison.sentence is not None
    assert any(change.whole for change in comparison.changes)
    whole = compare(before, after, most_steps=1)
    assert [change.whole for change in whole.changes] == [True]


def test_deep_nesting_is_compared_as_a_whole_from_some_depth_on() -> None:
    comparison = compare(of("[" * 5_000 + "1" + "]" * 5_000), of("[" * 5_000 + "2" + "]" * 5_000))
    assert (comparison.changed, comparison.is_complete) == (1, False)


def test_a_long_list_with_one_new_item_is_quickly_told() -> None:
    items = list(range(5_000))
    assert differences(items, [*items[:2_500], -1, *items[2_500:]]) == ["added /2500: -1"]


def test_comparing_lets_others_run_in_between() -> None:
    calls: list[None] = []
    before, after = ({"rows": [{"id": at, "a": at + more} for at in range(10)]} for more in (0, 1))

    compare(of(before), of(after), checkpoint=lambda: calls.append(None))

    assert len(calls) == 12
