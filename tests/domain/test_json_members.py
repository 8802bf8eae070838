"""Cutting an object into members: by a strict reader, and by hand where that one gives up."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.domain import json_members
from results.domain.json_members import NotAnObjectError, members_of

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
OBJECTS = st.dictionaries(st.text(), VALUES, max_size=5)


@given(OBJECTS, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_cutting_by_hand_finds_what_the_strict_reader_finds(
    value: dict[str, object], indent: int | str | None, plain: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=plain).encode()

    assert json_members._cut(text) == members_of(text)
    assert {name: json.loads(raw) for name, raw in json_members._cut(text).items()} == value


@given(st.binary(max_size=60))
def test_any_bytes_are_an_object_or_are_refused(text: bytes) -> None:
    try:
        members_of(text)
    except NotAnObjectError:
        return


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b'{"a"}',
        b'{"a":}',
        b'{"a":1,}',
        b'{"a":1}{}',
        b'{"a":[}',
        b'{"a":[}]}',
        b'{"a":{"b":"}',
        b'{"a":NaN}',
        b'{"a":01}',
        b"{'a':1}",
        b'{"a":"\\ud800}',
        b'{"\\x":"\\ud800"}',
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_what_is_no_object_is_refused(text: bytes) -> None:
    with pytest.raises(NotAnObjectError):
        members_of(text)


def test_the_last_of_two_equal_names_counts() -> None:
    assert members_of(b'{"a":1,"a":"\\ud800"}') == {"a": b'"\\ud800"'}


def test_a_large_object_is_cut_by_hand_in_good_time() -> None:
    text = b'{"s":"\\ud800","list":[' + b",".join([b'{"n":[1,"x"]}'] * 200_000) + b"]}"
    began = time.thread_time()

    assert set(members_of(text)) == {"s", "list"}
    assert time.thread_time() - began < 2
