"""Two texts cut to where they part: what differs is always whole, what is the same around it is short."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.domain.text_change import Shown, apart, one


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("same", "same", (Shown("same"), Shown("same"))),
        ("", "new", (Shown(), Shown(own="new"))),
        (
            "the slow fox",
            "the fast fox",
            (Shown("the ", "slow", " fox"), Shown("the ", "fast", " fox")),
        ),
        ("aa", "aaa", (Shown("aa"), Shown("aa", "a"))),
    ],
)
def test_texts_part_where_they_differ(old: str, new: str, parts: tuple[Shown, Shown]) -> None:
    assert apart(old, new) == parts


@given(st.text(max_size=60), st.text(max_size=60))
def test_short_texts_are_whole(old: str, new: str) -> None:
    for text, shown in zip((old, new), apart(old, new), strict=True):
        assert shown.before + shown.own + shown.behind == text


def test_what_is_long_is_cut_and_says_so() -> None:
    old, new = apart("a" * 999 + "x" + "b" * 999, "a" * 999 + "y" * 5_000 + "b" * 999)

    assert old == Shown(f"…{'a' * 30}", "x", f"{'b' * 30}…")
    assert new.own == f"{'y' * 400}… (5,000 characters)"
    assert one("z" * 500).own.endswith("… (500 characters)")
