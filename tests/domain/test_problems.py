"""Problems between us and the API: each stands for a state and says one clause."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from results.domain.problems import (
    AddressRefused,
    KeyRejected,
    RateLimited,
    RunProblem,
    Unreachable,
    Unreadable,
)
from results.domain.status import State


@pytest.mark.parametrize(
    ("problem", "state", "reason"),
    [
        (KeyRejected("Invalid API key"), State.KEY_REFUSED, "refused: Invalid API key"),
        (KeyRejected(), State.KEY_REFUSED, "refused"),
        (
            RateLimited(datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)),
            State.RATE_LIMITED,
            "asked us to wait until 12:00:05 UTC",
        ),
        (Unreachable("refused the connection"), State.UNREACHABLE, "refused the connection"),
        (
            Unreachable("failed with status 502", status=502),
            State.UNREACHABLE,
            "failed with status 502",
        ),
        (Unreadable("did not speak HTTP"), State.UNREADABLE, "did not speak HTTP"),
        (AddressRefused("the address is malformed"), State.UNREACHABLE, "the address is malformed"),
        (RunProblem(), State.UNREADABLE, "could not be asked"),
    ],
)
def test_a_problem_stands_for_a_state_and_says_why(
    problem: RunProblem, state: State, reason: str
) -> None:
    assert problem.state is state
    assert problem.reason == reason


def test_problems_can_be_raised_and_told_apart_by_identity() -> None:
    first, second = Unreachable("x"), Unreachable("x")

    assert first != second
    assert len({first, second}) == 2
