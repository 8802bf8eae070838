"""JSON that nests deeply or has crowds of members."""

from __future__ import annotations

import json

import pytest

from results.domain.document import PointerNotFound
from tests.domain.test_outputs_json import read


def test_a_hundred_thousand_levels_are_opened_one_by_one() -> None:
    data = b"[" * 100_000 + b"]" * 100_000
    document = read(data)
    assert document.kind == "json"
    assert document.raw == data
    assert document.node_at("/0" * 5_000).count == 1
    assert document.children_at("/0" * 5_000).nodes[0].preview == "[[…]]"
    with pytest.raises(PointerNotFound):
        document.node_at("/0" * 50_000)
    assert document.as_json() == data
    text, cut = document.text(1_000)
    assert cut
    assert len(text.encode()) <= 1_000


def test_deep_objects_with_names_and_values_are_read_at_every_level() -> None:
    text = '{"n":1,"a":' * 3_000 + '"end"' + "}" * 3_000
    document = read(text)
    assert document.node_at("/a" * 3_000).text == "end"
    assert document.node_at("/a" * 2_999 + "/n").text == "1"


@pytest.mark.parametrize(
    "item", ["1", '"a,]["', "[]", '{"x":[1,{"y":[[[2]]]}]}', " null ", '{"a":1}']
)
def test_a_crowded_list_gives_the_same_pages_as_a_small_one(item: str) -> None:
    count = 150_000 // len(item) + 1_000
    document = read("[" + ",".join([item] * (count - 1) + ["[[[[[7]]]]]"]) + "]")
    assert document.root.count == count
    expected = read(f"[{item}]").children_at("").nodes[0]
    for after in (0, 1, 255, 256, 257, 700):
        nodes = document.children_at("", after, 3).nodes
        assert [node.pointer for node in nodes] == [f"/{after + step}" for step in range(3)]
        assert {(node.type, node.text, node.preview) for node in nodes} == {
            (expected.type, expected.text, expected.preview)
        }
    assert document.node_at(f"/{count - 1}/0/0/0/0/0").text == "7"
    assert json.loads(document.as_json()) == json.loads(document.raw)


def test_a_crowded_object_keeps_repeated_names_too() -> None:
    pairs = [(f"k{number % 20_000}", number) for number in range(24_000)]
    text = "{" + ",".join(f'"{name}":{number}' for name, number in pairs) + "}"
    document = read(text)
    assert document.root.count == 24_000
    assert document.node_at("/k7").text == "7"
    assert document.node_at("/k7~.2").text == "20007"
    last = document.children_at("", 23_999, 10).nodes
    assert [(node.pointer, node.key, node.text) for node in last] == [
        ("/k3999~.2", "k3999", "23999")
    ]
