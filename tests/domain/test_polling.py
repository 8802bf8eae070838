"""When to ask again: soon at first, calmer later, never faster than two seconds."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.domain.polling import is_worth_asking, next_delay_s
from results.domain.status import State


def test_each_answer_that_brings_nothing_new_takes_a_longer_step() -> None:
    steps = [next_delay_s(checks, lambda: 0.0) for checks in range(9)]

    assert steps == [2, 3, 5, 8, 13, 20, 30, 30, 30]


@given(st.integers(), st.floats(0, 1))
def test_a_delay_lies_between_two_and_thirty_three_seconds(checks: int, jitter: float) -> None:
    assert 2 <= next_delay_s(checks, lambda: jitter) <= 33


def test_jitter_spreads_runs_so_that_they_do_not_march_in_step() -> None:
    spread = {next_delay_s(3, iter([jitter]).__next__) for jitter in (0.0, 0.25, 0.5, 1.0)}

    assert len(spread) == 4


def test_an_hour_of_waiting_costs_fewer_than_a_hundred_and_thirty_questions() -> None:
    delays = (next_delay_s(checks, lambda: 0.0) for checks in itertools.count())
    moments = itertools.takewhile(lambda moment: moment < 3600, itertools.accumulate(delays))

    assert len(list(moments)) < 130


@pytest.mark.parametrize("state", State)
def test_only_what_may_change_by_itself_is_asked_again(state: State) -> None:
    expected = not state.is_final and state is not State.KEY_REFUSED

    assert is_worth_asking(state) is expected
