"""Outputs nobody thought of: what holds for any JSON, any bytes, any typed value."""

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.domain.document import Document, Node
from results.domain.outputs import decode, levels, typenotes
from results.domain.outputs.visible import parts
from results.domain.packet import Packet

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBER = st.from_regex(r"\A-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,12})?([eE][+-]?[0-9]{1,3})?\Z")
SPACE = st.sampled_from(["", "", "", " ", "\n\t", "\r\n "])
STRING = st.builds(lambda text, ascii_: json.dumps(text, ensure_ascii=ascii_), TEXT, st.booleans())


def _list(space: str, items: list[str]) -> str:
    return f"[{space}" + f"{space},".join(items) + f"{space}]"


def _object(space: str, members: list[tuple[str, str]]) -> str:
    return (
        f"{{{space}" + f"{space},".join(f"{k}{space}:{space}{v}" for k, v in members) + f"{space}}}"
    )


JSON_TEXT = st.recursive(
    st.one_of(NUMBER, STRING, st.sampled_from(["true", "false", "null", "[]", "{}"])),
    lambda below: st.one_of(
        st.builds(_list, SPACE, st.lists(below, max_size=5)),
        st.builds(
            _object,
            SPACE,
            st.lists(st.tuples(st.one_of(STRING, st.just('"a"')), below), max_size=5),
        ),
    ),
    max_leaves=25,
)


class Members(list[tuple[str, Any]]):
    """The members of an object as an independent parser sees them, repeated names included."""


def parsed(text: str | bytes) -> Any:
    def number(spelling: str) -> tuple[str, str]:
        return ("number", spelling)

    return json.loads(text, parse_int=number, parse_float=number, object_pairs_hook=Members)


def drawn(document: Document, node: Node) -> Any:
    """The value that the tree shows."""
    if node.count is None:
        match node.type:
            case "number":
                return ("number", node.text)
            case "string":
                return document.leaf_text(node.pointer)
            case _:
                return {"true": True, "false": False, "null": None}[node.text]
    children = document.children_at(node.pointer, 0, 1_000).nodes
    values = [drawn(document, child) for child in children]
    if node.type == "array":
        return values
    return Members((child.key or "", value) for child, value in zip(children, values, strict=True))


@given(JSON_TEXT)
def test_any_json_keeps_its_bytes_its_values_and_its_spelling(text: str) -> None:
    document = decode(Packet(text.encode(), "application/json"))
    assert document.kind == "json"
    assert document.raw == text.encode()
    expected = parsed(text)
    assert drawn(document, document.root) == expected
    assert parsed(document.as_json()) == expected
    assert document.text(10**6)[0].encode() == document.as_json()


@given(JSON_TEXT)
def test_layout_is_that_of_json_dumps_where_python_can_spell_it(text: str) -> None:
    # Python cannot write numbers as spelt nor repeated names, so only the rest is compared.
    plain = json.loads(text, parse_int=lambda _: 1, parse_float=lambda _: 1)
    again = json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()
    expected = json.dumps(plain, indent=2, ensure_ascii=False)
    assert decode(Packet(again, "application/json")).as_json().decode() == expected


@given(JSON_TEXT, st.integers(0, 200))
def test_a_cut_text_view_is_the_beginning_of_the_whole(text: str, limit: int) -> None:
    document = decode(Packet(text.encode(), "application/json"))
    shown, cut = document.text(limit)
    whole = document.as_json().decode()
    assert whole.startswith(shown)
    assert len(shown.encode()) <= limit
    assert cut == (shown != whole)


@given(JSON_TEXT)
def test_both_ways_of_opening_a_container_agree(text: str) -> None:
    def opened(value: levels.Value) -> Any:
        if not levels.is_container(value):
            return bytes(value)
        return [(m.name, m.occurrence, opened(m.value)) for m in levels.split(value)]

    data = text.strip().encode()
    fast, _ = levels.open_whole(data)
    slow, _ = levels.scanned_whole(data)
    assert opened(fast) == opened(slow)


TYPES = st.sampled_from(
    ["application/json", "application/super+json", "text/plain", "application/store", "x/y", None]
)
FRAGMENT = st.sampled_from(
    ['{"json":', '"meta":', '{"values":', '["map"]', "[", "]", "{", "}", ",", ":", '"a"', "null", "1",
     '"referentialEqualities":', '["undefined"]', '\\', '"', "\ud83d".encode("utf-8", "surrogatepass").decode("latin-1"), "NaN", "-"]
)  # fmt: skip


@given(
    st.one_of(
        st.binary(max_size=60), st.lists(FRAGMENT, max_size=14).map(lambda p: "".join(p).encode())
    ),
    TYPES,
    st.booleans(),
)
def test_any_bytes_are_read_without_an_exception(
    data: bytes, type_: str | None, flat: bool
) -> None:
    document = decode(Packet(data, type_, flattened=flat))
    assert document.raw == data
    node = document.root
    node.text.encode()
    node.preview.encode()
    for child in document.children_at("").nodes:
        child.preview.encode()
        (child.key or "").encode()
    printed = document.as_json()
    if printed:
        json.loads(printed)
    document.text(50)[0].encode()
    document.wire_text(50)[0].encode()
    if document.inner is not None:
        assert document.inner.root.count is not None


# A value as a task returned it: (JSON as sent, its note or None, notes below, type shown, clean JSON).
def plain(value: Any) -> tuple[Any, Any, dict[str, Any], str, Any]:
    names = {str: "string", int: "number", bool: "boolean", type(None): "null"}
    return value, None, {}, names[type(value)], value


def noted(
    sent: Any, note: Any, shown: str, clean: Any
) -> tuple[Any, Any, dict[str, Any], str, Any]:
    return sent, note, {}, shown, clean


UNDEFINED = ...
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
)
LEAF = st.one_of(
    st.one_of(TEXT, st.integers(-1000, 1000), st.booleans(), st.none()).map(plain),
    st.integers(-(10**30), 10**30).map(lambda n: noted(str(n), "bigint", "bigint", str(n))),
    MOMENTS.map(lambda text: noted(text, "Date", "date", text)),
    st.just(noted(None, "undefined", "undefined", UNDEFINED)),
    st.sampled_from(["NaN", "Infinity", "-Infinity"]).map(
        lambda w: noted(w, "number", "number", w)
    ),
    st.just(noted("-0", "number", "number", 0)),
    st.just(noted("/a/g", "regexp", "regexp", "/a/g")),
    st.lists(st.integers(0, 255), max_size=3).map(
        lambda b: noted(b, ["custom", "buffer"], "bytes", {"type": "Buffer", "data": b})
    ),
)


def joined(steps: list[str], note: Any, below: dict[str, Any]) -> dict[str, Any]:
    """Notes of a value moved under a path; a note of the value itself takes those below with it."""
    path = ".".join(steps)
    if note is not None:
        return {path: [note, below] if below else [note]}
    return {f"{path}.{rest}": entry for rest, entry in below.items()}


def step(name: str) -> str:
    return name.replace("\\", "\\\\").replace(".", "\\.")


def in_list(items: list[Any], note: Any = None) -> tuple[Any, Any, dict[str, Any], str, Any]:
    below: dict[str, Any] = {}
    for index, item in enumerate(items):
        below |= joined([str(index)], item[1], item[2])
    clean = [None if item[4] is UNDEFINED else item[4] for item in items]
    return [item[0] for item in items], note, below, "set" if note else "array", clean


def in_object(members: dict[str, Any]) -> tuple[Any, Any, dict[str, Any], str, Any]:
    below: dict[str, Any] = {}
    for name, item in members.items():
        below |= joined([step(name)], item[1], item[2])
    clean = {name: item[4] for name, item in members.items() if item[4] is not UNDEFINED}
    return {name: item[0] for name, item in members.items()}, None, below, "object", clean


def in_map(rows: dict[str, Any]) -> tuple[Any, Any, dict[str, Any], str, Any]:
    below: dict[str, Any] = {}
    for index, item in enumerate(rows.values()):
        below |= joined([str(index), "1"], item[1], item[2])
    clean = {name: item[4] for name, item in rows.items() if item[4] is not UNDEFINED}
    return [[name, item[0]] for name, item in rows.items()], "map", below, "map", clean


VALUE = st.recursive(
    LEAF,
    lambda below: st.one_of(
        st.lists(below, max_size=4).map(in_list),
        st.lists(below, max_size=4).map(lambda items: in_list(items, "set")),
        st.dictionaries(
            st.one_of(TEXT, st.sampled_from(["a.b", "a\\", "."])), below, max_size=4
        ).map(in_object),
        st.dictionaries(TEXT, below, max_size=4).map(in_map),
    ),
    max_leaves=12,
)


def shown_types(document: Document, node: Node) -> Any:
    if not node.count or node.type == "bytes":
        return node.type
    below = document.children_at(node.pointer, 0, 1_000).nodes
    return node.type, [shown_types(document, child) for child in below]


def expected_types(value: Any, note: Any, below: dict[str, Any]) -> Any:
    """The same, from the generator's data alone."""

    def note_at(path: str) -> tuple[Any, dict[str, Any]]:
        if path in below:
            entry = below[path]
            return entry[0], entry[1] if len(entry) > 1 else {}
        prefix = f"{path}."
        return None, {
            rest[len(prefix) :]: e for rest, e in below.items() if rest.startswith(prefix)
        }

    simple = {"Date": "date", "regexp": "regexp", "bigint": "bigint", "undefined": "undefined"}
    if isinstance(note, list):
        return "bytes"
    if note in simple:
        return simple[note]
    if note == "number":
        return "number"
    if note == "map":
        return (
            ("map", [expected_types(row[1], *note_at(f"{i}.1")) for i, row in enumerate(value)])
            if value
            else "map"
        )
    if isinstance(value, list):
        kind = "set" if note == "set" else "array"
        return (
            (kind, [expected_types(v, *note_at(str(i))) for i, v in enumerate(value)])
            if value
            else kind
        )
    if isinstance(value, dict):
        return (
            ("object", [expected_types(v, *note_at(step(k))) for k, v in value.items()])
            if value
            else "object"
        )
    return plain(value)[3]


@given(VALUE)
def test_typed_values_are_read_back_as_they_were_made(made: Any) -> None:
    sent, note, below, _shown, clean = made
    values: Any = below if note is None else [note, below] if below else [note]
    wrapper = {"json": sent, "meta": {"values": values, "v": 1}}
    document = decode(Packet(json.dumps(wrapper).encode(), "application/super+json"))
    assert document.kind == "superjson"
    assert document.notes == ()
    assert shown_types(document, document.root) == expected_types(sent, note, below)
    if clean is UNDEFINED:
        assert document.as_json() == b""
    else:
        assert json.loads(document.as_json()) == clean


@given(st.lists(TEXT, min_size=1, max_size=5), st.booleans())
def test_a_path_of_type_notes_is_split_where_it_was_joined(steps: list[str], newer: bool) -> None:
    types = typenotes.Types(doubles_backslashes=newer)
    if not newer:
        steps = [name.replace("\\", "") for name in steps]
    assert types.steps(".".join(types.step(name) for name in steps)) == steps


@given(st.text(st.characters(exclude_categories=[]), max_size=30))
def test_visible_parts_can_always_be_sent_to_a_browser(text: str) -> None:
    for part in parts(text):
        part.text.encode()
        assert part.text


@pytest.mark.parametrize("value", [math.pi, 1e21, 0.1])
def test_numbers_that_python_spells_like_javascript_come_back_the_same(value: float) -> None:
    text = json.dumps(value)
    assert decode(Packet(text.encode(), "application/json")).as_json().decode() == text
