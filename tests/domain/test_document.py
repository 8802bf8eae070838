"""The facade over every kind of document: pointers, branches, bounds."""

import json

import pytest

from results.domain.document import MOST_CHILDREN, Document, PointerNotFound
from results.domain.outputs import decode
from results.domain.packet import Packet


def read(value: object) -> Document:
    return decode(Packet(json.dumps(value).encode(), "application/json"))


SAMPLE = read({"a/b": {"~": [1, {"x": None}]}, "": 2, "~.2": 3, "list": list(range(250))})


@pytest.mark.parametrize(
    ("pointer", "type_", "key"),
    [
        ("", "object", None),
        ("/a~1b", "object", "a/b"),
        ("/a~1b/~0", "array", "~"),
        ("/a~1b/~0/1/x", "null", "x"),
        ("/", "number", ""),
        ("/~0.2", "number", "~.2"),
        ("/list/249", "number", "249"),
    ],
)
def test_a_pointer_finds_its_value(pointer: str, type_: str, key: str | None) -> None:
    node = SAMPLE.node_at(pointer)
    assert (node.pointer, node.type, node.key) == (pointer, type_, key)


@pytest.mark.parametrize(
    "pointer",
    [
        "x",
        "/nope",
        "/list/250",
        "/list/01",
        "/list/-1",
        "/list/-",
        "/list/1/0",
        "/list/９",
        "/list/" + "9" * 30,
        "//",
        "/list~.2",
        "/list~.0",
        "/a/b",
        "/list/",
    ],
)
def test_a_pointer_that_leads_nowhere_is_refused(pointer: str) -> None:
    for ask in (SAMPLE.node_at, SAMPLE.children_at, SAMPLE.leaf_text, SAMPLE.as_json):
        with pytest.raises(PointerNotFound):
            ask(pointer)


def test_a_branch_is_read_page_by_page() -> None:
    first = SAMPLE.children_at("/list", 0, 100)
    assert (first.total, first.after, first.next_after) == (250, 0, 100)
    last = SAMPLE.children_at("/list", 200, 100)
    assert [node.text for node in last.nodes] == [str(number) for number in range(200, 250)]
    assert last.next_after is None
    assert SAMPLE.children_at("/list", 10_000, 100).nodes == ()
    assert SAMPLE.children_at("/list", 10_000, 100).next_after is None


def test_the_length_of_a_branch_is_bounded_whatever_is_asked() -> None:
    document = read(list(range(MOST_CHILDREN + 10)))
    assert len(document.children_at("", 0, 10**9).nodes) == MOST_CHILDREN
    assert len(document.children_at("", -5, -5).nodes) == 1


def test_a_leaf_has_no_children() -> None:
    branch = SAMPLE.children_at("/list/0")
    assert (branch.nodes, branch.total) == ((), 0)
    assert SAMPLE.node_at("/list/0").is_leaf
    assert not SAMPLE.node_at("/list").is_leaf


@pytest.mark.parametrize(
    ("value", "preview"),
    [
        ([], "[]"),
        ({}, "{}"),
        ([{"id": 1, "name": "x"}, {"id": 2}], '[{id: 1, name: "x"}, {id: 2}]'),
        ([[1, [2, [3]]]], "[[1, […]]]"),
        ("x" * 200, '"' + "x" * 80 + '…"'),
        (["y" * 100], '["' + "y" * 24 + '…"]'),
        ([1, 2, 3, 4, 5, 6], "[1, 2, 3, 4, 5, …]"),
        (None, "null"),
        (True, "true"),
    ],
)
def test_a_closed_node_has_a_short_preview(value: object, preview: str) -> None:
    assert read(value).root.preview == preview


def test_previews_stay_short_whatever_they_show() -> None:
    wide = {f"a very long name, number {number}" * 5: ["z" * 1_000] * 50 for number in range(50)}
    document = read([wide] * 2)
    assert len(document.root.preview) < 600
    assert all(len(node.preview) < 600 for node in document.children_at("/0").nodes)


def test_a_long_leaf_travels_in_part_and_is_given_whole_when_asked() -> None:
    document = read({"long": "é" * 10_000, "short": "é"})
    node = document.node_at("/long")
    assert (node.length, node.cut) == (10_000, True)
    assert len(node.text) < 10_000
    assert document.leaf_text("/long") == "é" * 10_000
    assert not document.node_at("/short").cut
    assert document.leaf_text("") == ""


def test_a_part_can_be_printed_by_itself() -> None:
    assert SAMPLE.as_json("/a~1b") == b'{\n  "~": [\n    1,\n    {\n      "x": null\n    }\n  ]\n}'
    assert SAMPLE.as_json("/list/7") == b"7"


@pytest.mark.parametrize("limit", [0, 1, 7, 100, 1_000, 10_000, 1_000_000])
def test_the_text_view_keeps_its_limit_and_is_the_beginning_of_the_whole(limit: int) -> None:
    document = read([{"name": "Zoë", "sign": "😀", "n": number} for number in range(200)])
    whole = document.as_json().decode()
    text, cut = document.text(limit)
    assert len(text.encode()) <= limit
    assert whole.startswith(text)
    assert cut == (len(whole.encode()) > limit)


def test_nothing_has_a_root_and_no_json() -> None:
    document = decode(Packet(None, "application/json"))
    assert (document.kind, document.raw, document.wire) == ("nothing", b"", "")
    assert document.root.type == "undefined"
    assert document.as_json() == b""
    assert document.text(100) == ("", False)
    assert document.children_at("").nodes == ()
