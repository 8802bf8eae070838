"""When a question is tried again: the official client's waits, within what is left of the deadline."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.domain.retries import wait_s


def test_the_waits_are_those_of_the_official_client() -> None:
    waits = [wait_s(failures, left_s=15, jitter=lambda: 0.0) for failures in range(7)]

    assert waits == [None, 1.0, 1.6, 2.56, 4.096, None, None]


def test_jitter_lengthens_a_wait_by_up_to_a_fifth() -> None:
    assert wait_s(1, left_s=15, jitter=lambda: 1.0) == pytest.approx(1.2)


def test_nothing_is_waited_for_when_no_time_would_be_left_to_ask() -> None:
    assert wait_s(1, left_s=2.0, jitter=lambda: 0.0) == 1.0
    assert wait_s(1, left_s=1.999, jitter=lambda: 0.0) is None


@given(st.integers(-2, 9), st.floats(0, 20), st.floats(0, 1))
def test_a_wait_always_fits_into_what_is_left(failures: int, left_s: float, jitter: float) -> None:
    wait = wait_s(failures, left_s=left_s, jitter=lambda: jitter)

    assert wait is None or 1 <= wait <= left_s - 1
