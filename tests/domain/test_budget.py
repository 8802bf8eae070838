"""A key's budget of calls, to the millisecond: what it gives at once, and when it gives again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from results.domain.budget import Budget

NOW = 1_795_000_000_000
BUDGET = Budget(per_minute=600, burst=300)


def taken(budget: Budget, full_at_ms: int, calls: int, now_ms: int) -> int | None:
    """The bucket after the calls, or None when it has no room for them."""
    if full_at_ms > budget.has_room_until_ms(calls, now_ms=now_ms):
        return None
    return max(full_at_ms, now_ms) + budget.cost_ms(calls)


def test_a_bucket_that_was_never_used_gives_its_burst_and_not_one_more() -> None:
    full_at = taken(BUDGET, 0, 300, NOW)

    assert full_at == NOW + 30_000
    assert BUDGET.left(full_at, now_ms=NOW) == 0
    assert taken(BUDGET, full_at, 1, NOW) is None


def test_a_call_comes_back_after_exactly_a_tenth_of_a_second() -> None:
    full_at = taken(BUDGET, 0, 300, NOW)
    assert full_at is not None

    assert BUDGET.room_at_ms(full_at, 1) == NOW + 100
    assert taken(BUDGET, full_at, 1, NOW + 99) is None
    assert taken(BUDGET, full_at, 1, NOW + 100) == full_at + 100


def test_two_calls_together_wait_for_both() -> None:
    full_at = NOW + BUDGET.whole_ms

    assert BUDGET.room_at_ms(full_at, 2) == NOW + 200
    assert taken(BUDGET, full_at, 2, NOW + 199) is None
    assert taken(BUDGET, full_at, 2, NOW + 200) is not None


def test_time_fills_a_bucket_no_further_than_its_burst() -> None:
    full_at = taken(BUDGET, 0, 300, NOW)
    assert full_at is not None

    assert BUDGET.left(full_at, now_ms=NOW + 30_000) == 300
    assert BUDGET.left(full_at, now_ms=NOW + 10**9) == 300


def test_more_calls_than_the_burst_are_given_when_the_bucket_is_full() -> None:
    small = Budget(per_minute=60, burst=1)

    full_at = taken(small, 0, 2, NOW)

    assert full_at == NOW + 2_000
    assert taken(small, full_at, 2, NOW + 1_999) is None
    assert taken(small, full_at, 2, NOW + 2_000) is not None


def test_debt_silences_a_key_for_a_minute_at_the_most() -> None:
    latest = BUDGET.latest_ms(now_ms=NOW)

    assert BUDGET.left(latest, now_ms=NOW) == -600
    assert BUDGET.room_at_ms(latest, 1) <= NOW + 60_100


@given(
    st.integers(1, 60_000),
    st.integers(1, 1_000),
    st.lists(st.tuples(st.integers(0, 5_000), st.integers(1, 9)), max_size=60),
)
def test_no_minute_ever_has_more_calls_than_the_burst_and_the_rate_allow(
    per_minute: int, burst: int, asked: list[tuple[int, int]]
) -> None:
    budget = Budget(per_minute, max(burst, 9))
    full_at, now_ms = 0, NOW
    given_at: list[tuple[int, int]] = []
    for pause, calls in asked:
        now_ms += pause
        after = taken(budget, full_at, calls, now_ms)
        if after is not None:
            full_at = after
            given_at.append((now_ms, calls))

    for start, _ in given_at:
        for span in (1, 1_000, 60_000):
            made = sum(calls for at, calls in given_at if start <= at < start + span)
            assert made <= budget.burst + span * per_minute / 60_000 + 1
