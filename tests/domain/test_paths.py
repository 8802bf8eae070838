"""Paths lead to the same node in every language, and back again."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.domain.document import Document, Node, PointerNotFound
from results.domain.outputs import decode
from results.domain.packet import Packet
from results.domain.paths import Paths, parse_path, paths_in, paths_to, readable
from tests.domain.test_outputs_properties import VALUE

TYPED = {
    "items": [0, 1, 2, {"price": 1, "odd key": {"it's": [1]}}],
    "words": [["a", 1], ["b c", {"x": 1}]],
    "mixed": [[5, 1], ["x", 2], [{"q": 1}, 3], [True, 4], ["7", 5]],
    "set": [1],
    "buffer": [1, 2],
    "": {'"\\': 1, "é\n\x01": 2, "0": 3, "$ref": 4, "a/b~c": 5},
}
NOTES = {
    "words": ["map"],
    "mixed": ["map", {"4.0": ["bigint"]}],
    "set": ["set"],
    "buffer": [["custom", "buffer"]],
}


def read(value: object) -> Document:
    return decode(Packet(json.dumps(value).encode(), "application/json"))


def typed(value: object, values: object) -> Document:
    wrapper = {"json": value, "meta": {"values": values, "v": 1}}
    return decode(Packet(json.dumps(wrapper).encode(), "application/super+json"))


SAMPLE = typed(TYPED, NOTES)


@pytest.mark.parametrize(
    ("pointer", "jsonpath", "jq", "javascript", "python", "shown"),
    [
        ("", "$", ".", "output", "output", ""),
        ("/items/3/price", "$.items[3].price", ".items[3].price", "output.items[3].price",
         'output["items"][3]["price"]', "items[3].price"),
        ("/items/3/odd key/it's/0", r"$.items[3]['odd key']['it\'s'][0]",
         '.items[3]["odd key"]["it\'s"][0]', 'output.items[3]["odd key"]["it\'s"][0]',
         'output["items"][3]["odd key"]["it\'s"][0]', 'items[3]["odd key"]["it\'s"][0]'),
        ("/words/0/1", "$.words.a", ".words.a", 'output.words.get("a")', 'output["words"]["a"]', "words.a"),
        ("/words/1/1/x", "$.words['b c'].x", '.words["b c"].x', 'output.words.get("b c").x',
         'output["words"]["b c"]["x"]', 'words["b c"].x'),
        ("/mixed/0/1", "$.mixed[0][1]", ".mixed[0][1]", "output.mixed.get(5)", 'output["mixed"][0][1]', 'mixed["5"]'),
        ("/mixed/1/1", "$.mixed[1][1]", ".mixed[1][1]", 'output.mixed.get("x")', 'output["mixed"][1][1]', "mixed.x"),
        ("/mixed/2/1", "$.mixed[2][1]", ".mixed[2][1]", "[...output.mixed][2][1]", 'output["mixed"][2][1]', "mixed[2][1]"),
        ("/mixed/2/0/q", "$.mixed[2][0].q", ".mixed[2][0].q", "[...output.mixed][2][0].q",
         'output["mixed"][2][0]["q"]', "mixed[2][0].q"),
        ("/mixed/3/1", "$.mixed[3][1]", ".mixed[3][1]", "output.mixed.get(true)", 'output["mixed"][3][1]', "mixed.true"),
        ("/mixed/4/1", "$.mixed[4][1]", ".mixed[4][1]", "output.mixed.get(7n)", 'output["mixed"][4][1]', 'mixed["7"]'),
        ("/set/0", "$.set[0]", ".set[0]", "[...output.set][0]", 'output["set"][0]', "set[0]"),
        ("/buffer/1", "$.buffer.data[1]", ".buffer.data[1]", "output.buffer[1]", 'output["buffer"]["data"][1]', "buffer[1]"),
        ("/", "$['']", '.[""]', 'output[""]', 'output[""]', '[""]'),
        ("//0", "$['']['0']", '.[""]["0"]', 'output[""]["0"]', 'output[""]["0"]', '[""]["0"]'),
        ("//$ref", "$['']['$ref']", '.[""]["$ref"]', 'output[""].$ref', 'output[""]["$ref"]', '[""]["$ref"]'),
        ('//"\\', r"""$['']['"\\']""", r'.[""]["\"\\"]', r'output[""]["\"\\"]', r'output[""]["\"\\"]', r'[""]["\"\\"]'),
        ("//é\n\x01", r"$['']['é\n\u0001']", r'.[""]["é\n\u0001"]', r'output[""]["é\n\u0001"]',
         r'output[""]["é\n\u0001"]', r'[""]["é\n\u0001"]'),
    ],
)  # fmt: skip
def test_a_way_is_spelt_for_every_tool(
    pointer: str, jsonpath: str, jq: str, javascript: str, python: str, shown: str
) -> None:
    assert paths_to(SAMPLE, pointer) == Paths(jsonpath, jq, javascript, python, shown)
    for text in (jsonpath, jq, javascript):
        assert parse_path(SAMPLE, text) == pointer


def test_the_root_may_have_another_name() -> None:
    paths = paths_to(SAMPLE, "/items/0", name="result")
    assert (paths.javascript, paths.python) == ("result.items[0]", 'result["items"][0]')
    assert parse_path(SAMPLE, "result.items[0]", name="result") == "/items/0"


def test_a_list_at_the_root_begins_with_its_position() -> None:
    paths = paths_to(read([[1]]), "/0/0")
    assert (paths.jsonpath, paths.jq, paths.readable) == ("$[0][0]", ".[0][0]", "[0][0]")


def test_a_repeated_name_is_said_to_be_out_of_reach() -> None:
    document = decode(Packet(b'{"a":1,"a":2}', "application/json"))
    assert paths_to(document, "/a").note is None
    second = paths_to(document, "/a~.2")
    assert second.jq == ".a"
    assert second.note is not None


def test_a_way_to_nowhere_is_refused() -> None:
    for pointer in ("/nope", "x", "/items/4", "/words/9/1"):
        with pytest.raises(PointerNotFound):
            paths_to(SAMPLE, pointer)


@pytest.mark.parametrize(
    "pointer", ["", "/items", "/words", "/mixed", "/mixed/2", "/set", "/buffer", "/"]
)
def test_all_ways_of_a_branch_are_those_of_its_nodes(pointer: str) -> None:
    branch = SAMPLE.children_at(pointer)
    assert paths_in(SAMPLE, branch) == tuple(
        paths_to(SAMPLE, node.pointer) for node in branch.nodes
    )


def leaves(document: Document, node: Node) -> list[Node]:
    if node.is_leaf:
        return [node]
    below = document.children_at(node.pointer, 0, 1_000).nodes
    return [leaf for child in below for leaf in leaves(document, child)]


def followed(value: Any, path: str) -> Any:
    """What Python finds by following a path that is written for Python."""
    for step in re.findall(r'\[(\d+|"(?:[^"\\]|\\.)*")\]', path):
        value = value[json.loads(step)]
    return value


@given(VALUE)
def test_python_follows_its_path_through_the_download_to_the_value(made: Any) -> None:
    sent, note, below, _shown, _clean = made
    document = typed(sent, below if note is None else [note, below] if below else [note])
    download = document.as_json()
    for node in leaves(document, document.root):
        if download and node.type != "undefined":
            found = followed(json.loads(download), paths_to(document, node.pointer).python)
            assert found == json.loads(document.as_json(node.pointer))


@given(VALUE)
def test_every_spelling_is_read_back_to_its_node(made: Any) -> None:
    sent, note, below, _shown, _clean = made
    document = typed(sent, below if note is None else [note, below] if below else [note])
    for node in leaves(document, document.root):
        paths = paths_to(document, node.pointer)
        for text in (paths.jsonpath, paths.jq, paths.javascript):
            assert parse_path(document, text) == node.pointer, text


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("/items/3/price", "/items/3/price"),
        ("/nowhere/at/all", "/nowhere/at/all"),
        ("/a~.2", "/a~.2"),
        ("items[3].price", "/items/3/price"),
        ("output?.items?.[3]?.price", "/items/3/price"),
        ("output['items'][3]['price'];", "/items/3/price"),
        ('  $["items"][ 3 ].price\n', "/items/3/price"),
        ('."items"[3]."price"', "/items/3/price"),
        (".items[3].price?", "/items/3/price"),
        ("output", ""),
        ("$.nothing.here", "/nothing/here"),
        ("$['a/b~c']", "/a~1b~0c"),
        ("words.a", "/words/0/1"),
        ("", None),
        ("  ", None),
        ("$.items[*]", None),
        ("$..price", None),
        (".items[] | .price", None),
        ("$.items[?(@.x)]", None),
        ("/bad~2escape", None),
        ("a(b", None),
        ("$.items[1:2]", None),
        ("x" * 20_000, None),
        ("$" + ".a" * 2_000, None),
    ],
)
def test_a_pasted_path_is_understood_as_far_as_it_is_one(text: str, pointer: str | None) -> None:
    assert parse_path(SAMPLE, text) == pointer


def test_a_member_named_like_the_variable_is_found_too() -> None:
    document = read({"output": {"x": 1}})
    assert parse_path(document, "output.x") == "/output/x"
    assert parse_path(document, "output.output.x") == "/output/x"


@given(st.text(st.sampled_from("$.[]'\"\\a0/~ ?(get)…:*é"), max_size=15))
def test_no_pasted_text_is_an_exception(text: str) -> None:
    parse_path(SAMPLE, text)


@pytest.mark.parametrize(
    ("pointer", "path"),
    [
        ("", ""),
        ("/items/3/price", "items[3].price"),
        ("/0/a", "[0].a"),
        ("/a~1b/~0c", '["a/b"]["~c"]'),
        ("/", '[""]'),
        ("/a~.2", "a"),
        ("/01", '["01"]'),
    ],
)
def test_a_pointer_alone_can_be_read(pointer: str, path: str) -> None:
    assert readable(pointer) == path
