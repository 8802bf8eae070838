"""A part that was cut out: the same value with the same types, and not a byte of anything else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.domain.cutting import cut, plain
from results.domain.outputs import decode
from results.domain.packet import Packet
from tests import examples

JSON, SUPER, TEXT = "application/json", "application/super+json", "text/plain"


def superjson(value: Any, values: Any = None, **meta: Any) -> Packet:
    told = ({"values": values} if values else {}) | meta
    return Packet(json.dumps({"json": value, "meta": told}).encode(), SUPER)


def part_of(packet: Packet, pointer: str) -> Packet | None:
    part = cut(packet, pointer)
    return part.packet if part is not None else None


def test_a_part_of_json_is_its_bytes() -> None:
    packet = Packet(b'{"a": {"b" : 1.10}, "c":"CANARY"}', JSON)

    assert part_of(packet, "/a") == Packet(b'{"b" : 1.10}', JSON)
    assert part_of(packet, "/a/b") == Packet(b"1.10", JSON)
    assert part_of(packet, "") is packet


@pytest.mark.parametrize(
    "pointer", ["/nope", "a", "/a/b/c", "/a/-1", "/c/0", "/~", "/a/b~.2", "\x00"]
)
def test_what_is_not_there_cannot_be_cut_out(pointer: str) -> None:
    assert part_of(Packet(b'{"a":{"b":1},"c":[]}', JSON), pointer) is None


def test_text_has_no_parts_but_json_in_it_has() -> None:
    assert part_of(Packet(b"a text", TEXT), "/a") is None
    assert part_of(Packet(b'{"a":[1,2]}', TEXT), "/a") == Packet(b"[1,2]", JSON)
    assert part_of(Packet(None, JSON), "/a") is None


def test_flattened_json_stays_so() -> None:
    assert part_of(Packet(b'{"a":1}', None, flattened=True), "/a") == Packet(
        b"1", None, flattened=True
    )


def test_types_come_along_and_those_outside_do_not() -> None:
    packet = superjson(
        {
            "a": {"when": "2026-01-01T00:00:00.000Z", "m": [["k", "7"]]},
            "CANARY": "2026-01-01T00:00:00.000Z",
        },
        {"a.when": ["Date"], "a.m": ["map", {"0.1": ["bigint"]}], "CANARY": ["Date"]},
    )
    part = part_of(packet, "/a")

    assert part is not None
    assert part.data is not None
    assert b"CANARY" not in part.data
    document = decode(part)
    assert [document.node_at(at).type for at in ("/when", "/m", "/m/0/1")] == [
        "date",
        "map",
        "bigint",
    ]
    inner = part_of(packet, "/a/m/0/1")
    assert inner is not None
    assert decode(inner).root.type == "bigint"


def test_names_with_dots_and_backslashes_keep_their_types() -> None:
    for version, path in ((0, "a\\.b"), (1, "a\\.b")):
        packet = superjson({"x": {"a.b": "1"}}, {f"x.{path}": ["bigint"]}, v=version)
        part = part_of(packet, "/x")
        assert part is not None
        assert decode(part).node_at("/a.b").type == "bigint"


def test_a_part_that_repeats_values_becomes_plain_and_names_no_place_outside() -> None:
    packet = superjson(
        {"CANARY": {"n": 1}, "a": {"same": None, "me": None}},
        None,
        referentialEqualities={"CANARY": ["a.same"], "a": ["a.me"]},
    )
    part = part_of(packet, "/a")

    assert part is not None
    assert part.data is not None
    assert b"CANARY" not in part.data
    assert json.loads(part.data) == {"same": {"n": 1}, "me": "[Circular]"}


def test_plain_folds_types() -> None:
    assert plain(superjson({"m": [["k", 1]]}, {"m": ["map"]})) == Packet(
        b'{\n  "m": {\n    "k": 1\n  }\n}', JSON
    )
    assert plain(Packet(b"x", TEXT)) == Packet(b"x", TEXT)


@pytest.mark.parametrize(
    ("value", "pointer", "name"),
    [
        ({"user": {"password": "x"}}, "/user/password", "password"),
        ({"credentials": {"a": [1, {"b": "x"}]}}, "/credentials/a/1/b", "credentials"),
        ({"auth": {"pin": {"token": 1}}}, "/auth/pin/token", "pin"),
        ([["Authorization", "x"]], "/0/1", "Authorization"),
        ([["Authorization", {"a": "x"}]], "/0/1/a", "Authorization"),
        ([{"name": "Cookie", "value": "x"}], "/0/value", "Cookie"),
        ([{"Key": "token", "Value": "x"}], "/0/Value", "token"),
        ({"user": {"password": "x", "name": "y"}}, "/user", ""),
        ({"user": {"password": "x", "name": "y"}}, "/user/name", ""),
        ([["Authorization", "x", "y"]], "/0/1", ""),
        (["password", "email"], "/0", ""),
        ([{"title": "Cookie", "value": "x"}], "/0/value", ""),
        ([[1, 2]], "/0/1", ""),
        ({"value": 1}, "/value", ""),
    ],
)
def test_the_telling_name_that_a_part_stood_under_is_told(
    value: Any, pointer: str, name: str
) -> None:
    for packet in (Packet(json.dumps(value).encode(), JSON), superjson(value)):
        part = cut(packet, pointer)

        assert part is not None
        assert part.name == name


def test_the_key_of_a_map_is_a_name() -> None:
    packet = superjson({"m": [["password", "x"]]}, {"m": ["map"]})

    for pointer in ("/m/0/1", "/m/0"):
        part = cut(packet, pointer)
        assert part is not None
        assert (part.name == "password") is (pointer == "/m/0/1")


VALUES = st.recursive(
    st.integers(0, 9) | st.sampled_from(["CANARY", "x", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b.c", "d/e", "~", "0", ""]), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(VALUES, st.text(alphabet="/~01abcde.-", max_size=8))
@examples.more(2.5)
def test_whatever_is_asked_for_a_part_is_a_value_of_the_whole(value: Any, pointer: str) -> None:
    for packet in (Packet(json.dumps(value).encode(), JSON), superjson(value)):
        part = part_of(packet, pointer)
        if part is not None and part.data is not None:
            inside = json.loads(part.data)
            assert (inside["json"] if part.type == SUPER else inside) in list(_all_of(value))


def _all_of(value: Any) -> list[Any]:
    found = [value]
    for inner in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        found += _all_of(inner)
    return found
