"""Every state belongs to one outcome, and the words of both agree."""

from __future__ import annotations

import pytest

from results.domain.outcome import Outcome
from results.domain.status import State

EXPECTED = {
    State.SUCCEEDED: Outcome.SUCCEEDED,
    State.FAILED: Outcome.FAILED,
    State.CRASHED: Outcome.FAILED,
    State.SYSTEM_FAILURE: Outcome.FAILED,
    State.TIMED_OUT: Outcome.FAILED,
    State.CANCELED: Outcome.OTHER,
    State.EXPIRED: Outcome.OTHER,
    State.PENDING: Outcome.WAITING,
    State.UNKNOWN: Outcome.UNCLEAR,
    State.KEY_REFUSED: Outcome.UNCLEAR,
    State.RATE_LIMITED: Outcome.UNCLEAR,
    State.UNREACHABLE: Outcome.UNCLEAR,
    State.UNREADABLE: Outcome.UNCLEAR,
}


@pytest.mark.parametrize("state", State)
def test_a_state_belongs_to_its_outcome(state: State) -> None:
    assert Outcome.of(state) is EXPECTED[state]
    assert Outcome.of(state).tone == state.tone


def test_every_outcome_has_its_own_words() -> None:
    assert len({one.label for one in Outcome}) == len(Outcome)
