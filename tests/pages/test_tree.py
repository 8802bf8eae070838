"""The value tree: never more than its budget, and every value of a document a few links away."""

from __future__ import annotations

import json
from typing import Any

import pytest

from results.domain.document import Document, PointerNotFound
from results.domain.outputs import decode
from results.domain.packet import Packet
from results.pages.tree import BRANCH, BUDGET, TreeNode, branch, branch_address, whole_tree
from tests.pages.walks import ADDRESS, asked_by, children, count, follower, spelt, value_of


def read(text: str) -> Document:
    return decode(Packet(text.encode(), "application/json"))


def tree(value: object) -> TreeNode:
    return whole_tree(read(json.dumps(value)), ADDRESS)


def map_of(rows: list[list[object]]) -> Document:
    sent = json.dumps({"json": rows, "meta": {"values": ["map"]}})
    return decode(Packet(sent.encode(), "application/super+json"))


def nested(levels: int, filling: str) -> object:
    value: object = "the bottom"
    for _ in range(levels):
        value = {"filling": filling, "below": value}
    return value


LARGE: dict[str, object] = {
    "many members": {f"name{number}": number for number in range(60_000)},
    "a long list": list(range(150_000)),
    "records": [{"id": number, "tags": ["a", "b"]} for number in range(30_000)],
    "objects of objects": {
        f"a{a}": {f"b{b}": {f"c{c}": c for c in range(40)} for b in range(40)} for a in range(80)
    },
    "lists of lists": [[[number] * 50] * 59 for number in range(100)],
    "deep": nested(400, "x" * 2_500),
    "long texts": ["x" * 10_000] * 100,
    "one text": "x" * 1_000_000,
}


@pytest.mark.parametrize("shape", LARGE)
def test_a_large_document_opens_with_few_nodes(shape: str) -> None:
    text = json.dumps(LARGE[shape])
    assert len(text) > 800_000

    top = whole_tree(read(text), ADDRESS)

    assert count(top) <= BUDGET + 1
    assert all(len(each.children) <= BRANCH for each in (top, *top.children))


@pytest.mark.parametrize("kind", ["map", "set"])
def test_a_large_map_or_set_opens_with_few_nodes(kind: str) -> None:
    rows = [[f"k{n}", {"n": n}] if kind == "map" else {"n": n} for n in range(40_000)]
    sent = json.dumps({"json": {"m": rows}, "meta": {"values": {"m": [kind]}}})

    top = whole_tree(decode(Packet(sent.encode(), "application/super+json")), ADDRESS)

    assert count(top) <= BUDGET + 1
    assert top.children[0].node.chip == f"{kind.capitalize()}(40,000)"


@pytest.mark.parametrize("shape", LARGE)
def test_a_branch_of_a_large_document_has_few_nodes(shape: str) -> None:
    document = read(json.dumps(LARGE[shape]))

    assert count(branch(document, "", 0, ADDRESS)) <= BRANCH + 1


def test_the_root_is_open_and_so_are_the_nodes_below_it() -> None:
    top = tree({"a": {"b": {"c": 1}}, "d": [1, [2]], "e": {}})

    assert top.is_open
    assert [child.is_open for child in top.children] == [True, True, False]
    assert [each.is_open for each in top.children[0].children] == [False]
    assert [each.is_open for each in top.children[1].children] == [False, False]


def test_a_crowded_node_stays_closed_so_that_its_siblings_are_seen() -> None:
    top = tree({"crowd": list(range(61)), "few": list(range(60))})

    assert [(each.is_open, each.is_loaded) for each in top.children] == [
        (False, False),
        (True, True),
    ]


def test_a_long_list_is_seen_as_a_list() -> None:
    rows = [{"id": n, "name": "x"} for n in range(21)]

    assert {each.is_open for each in tree(rows).children} == {False}
    assert {each.is_open for each in tree(rows[:20]).children} == {True}


def test_the_second_level_opens_as_far_as_the_budget_reaches() -> None:
    top = tree([list(range(50))] * 20)

    opened = [each for each in top.children if each.is_open]
    assert opened == top.children[: len(opened)], "in the order of the document"
    assert len(opened) == (BUDGET - 20) // 50


def test_a_smaller_budget_is_kept_and_a_larger_one_is_not_given() -> None:
    document = read(json.dumps([list(range(50))] * 90))

    assert count(whole_tree(document, ADDRESS, budget=100)) == 91
    assert count(whole_tree(document, ADDRESS, budget=10)) == 11
    assert count(whole_tree(document, ADDRESS, budget=10**9)) <= BUDGET + 1


def test_an_empty_value_or_a_leaf_has_nothing_to_open() -> None:
    nothing: tuple[object, ...] = ({}, [], "", 0, None, False)
    for value in nothing:
        top = tree(value)
        assert (top.is_open, top.is_loaded, top.url, top.more_url) == (False, False, "", "")


@pytest.mark.parametrize(
    ("total", "after", "label"),
    [
        (100, 0, ""),
        (101, 0, "100–100 of 101"),
        (250, 0, "100–199 of 250"),
        (250, 100, "200–249 of 250"),
        (250, 200, ""),
        (250, 249, ""),
        (250, 5, "105–204 of 250"),
        (12_345, 11_000, "11,100–11,199 of 12,345"),
    ],
)
def test_a_range_says_which_comes_next(total: int, after: int, label: str) -> None:
    top = branch(read(json.dumps([0] * total)), "", after, ADDRESS)

    assert top.more_label == label
    assert bool(top.more_url) == bool(label)
    if label:
        assert asked_by(top.more_url) == ("", after + BRANCH)


@pytest.mark.parametrize(
    ("total", "after", "last"),
    [
        (100, 0, None),
        (200, 0, None),
        (201, 0, 200),
        (301, 0, 300),
        (301, 5, 205),
        (12_345, 11_000, 12_300),
        (12_345, 12_200, None),
    ],
)
def test_past_more_than_one_range_a_way_leads_to_the_last(
    total: int, after: int, last: int | None
) -> None:
    top = branch(read(json.dumps([0] * total)), "", after, ADDRESS)

    assert bool(top.last_url) == (last is not None)
    if last is not None:
        assert asked_by(top.last_url) == ("", last)
        end = branch(read(json.dumps([0] * total)), "", last, ADDRESS)
        assert end.children[-1].node.pointer == f"/{total - 1}"


@pytest.mark.parametrize("after", [2, 3, 10**11])
def test_a_range_beyond_the_end_is_empty_and_leads_back(after: int) -> None:
    top = branch(read("[1,2]"), "", after, ADDRESS)

    assert (top.children, top.more_url) == ([], "")
    assert asked_by(top.url) == ("", 0)


@pytest.mark.parametrize("pointer", ["x", "/nope", "/a/b", "//", "/a/01", "/a/-1", "/" + "9" * 50])
def test_a_pointer_to_nothing_is_said(pointer: str) -> None:
    with pytest.raises(PointerNotFound):
        branch(read('{"a":[1]}'), pointer, 0, ADDRESS)


def test_an_address_that_would_be_too_long_is_not_made() -> None:
    assert len(ADDRESS("/a" * 1_900, 0)) <= 4_000
    assert ADDRESS("/a" * 2_000, 0) == ""
    assert ADDRESS("/ä" * 700, 0) == ""
    assert ADDRESS("x" * 10_000_000, 0) == ""


NAMES = ["a/b", "~", "~0", "~1", "~.2", "%2F", "%", "", " ", "ä", "日本", "🏳️‍🌈", ".", "..", "a.b"]
NAMES += ["a&b=c", "+", "#", "?", "\x00", "\u202e", "\n", "'\"", "0", "-1", "length", "__proto__"]


@pytest.mark.parametrize("name", NAMES)
def test_a_strange_name_can_be_opened(name: str) -> None:
    text = json.dumps({name: {name: {name: {name: [name]}}}, "other": 1})
    document = read(text)

    assert value_of(whole_tree(document, ADDRESS), follower(document)) == spelt(text)


def test_names_that_repeat_are_told_apart() -> None:
    text = '{"a":{"x":{"y":[1]}},"a":{"x":{"y":[2]},"x":{"y":[3]}},"a~.2":{"x":{"y":[4]}}}'
    document = read(text)

    assert value_of(whole_tree(document, ADDRESS), follower(document)) == spelt(text)


def test_every_entry_of_a_map_can_be_opened() -> None:
    rows: list[list[object]] = [[f"k{number}", [[number]]] for number in range(120)]
    rows += [[{"deep": {"key": [number]}}, {"v": [[number]]}] for number in range(120)]
    document = map_of(rows)
    follow = follower(document)

    found: list[Any] = []
    for child in children(whole_tree(document, ADDRESS), follow):
        if child.node.type == "entry":
            key, value = children(child, follow)
            assert (key.node.key, value.node.key) == ("key", "value")
            found.append([value_of(key, follow), value_of(value, follow)])
        else:
            found.append([child.node.key, value_of(child, follow)])

    assert found == [list(row) for row in spelt(json.dumps(rows))]


def mixed() -> dict[str, object]:
    """About a megabyte of everything."""
    return {
        "texts": ["ä" * length for length in (0, 1, 1_999, 2_000, 2_001, 9_000)] * 16,
        "records": [
            {"id": number, "name": "n" * 200, "in": {"tags": ["a", None, True], "of": {}}}
            for number in range(1_500)
        ],
        "list": list(range(10_000)),
        "members": {f"k/{number}~": 1.5 for number in range(5_000)},
        "deep": nested(120, "y"),
        "crowds": [[[1] * 130] * 3] * 20,
        "": {"": {"": [{"": []}]}},
    }


def test_every_value_of_a_megabyte_is_reached_by_links_alone() -> None:
    text = json.dumps(mixed(), ensure_ascii=False)
    assert len(text.encode()) > 1_000_000
    document = read(text)

    assert value_of(whole_tree(document, ADDRESS), follower(document)) == spelt(text)


def test_the_name_of_a_value_is_part_of_its_addresses() -> None:
    address = branch_address("/t/x/", of="inner")

    assert address("/a b/ö", 0) == "/t/x/?of=inner&at=/a+b/%C3%B6"
    assert address("", 300) == "/t/x/?of=inner&at=&after=300"
