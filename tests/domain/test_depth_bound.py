"""The bound on how deep a text nests is never too low, whatever its strings hold and wherever it is cut."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.domain.outputs import shallow
from results.domain.outputs.shallow import depth_bound

texts = st.text(alphabet='[]{}"\\\n,:a', max_size=6)
values = st.recursive(
    st.none() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=30,
)


def depth(value: object) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@given(values, st.integers(1, 9))
def test_it_is_the_depth_or_at_most_six_more(value: object, step: int) -> None:
    text = json.dumps(value).encode()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shallow, "_STEP", step)
        assert depth(value) <= depth_bound(text, 1_000) <= depth(value) + 6


def test_counting_stops_when_it_is_deep_enough() -> None:
    assert depth_bound(b"[" * 5_000 + b"1" + b"]" * 5_000, 1_000) >= 1_000
