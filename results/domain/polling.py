"""When to ask again about a run that has not ended; it must not know the clock or who looks."""

from __future__ import annotations

from collections.abc import Callable

from results.domain.status import State

_STEPS = (2.0, 3.0, 5.0, 8.0, 13.0, 20.0, 30.0)


def next_delay_s(unchanged_checks: int, jitter: Callable[[], float]) -> float:
    """Return the seconds until the next question.

    Each answer that brings nothing new takes the next, longer step, up to 30 s. ``jitter`` gives
    a number from 0 to 1; it spreads the delay by up to a tenth so that runs do not march in step.
    """
    step = _STEPS[min(max(unchanged_checks, 0), len(_STEPS) - 1)]
    return step * (1 + 0.1 * jitter())


def is_worth_asking(state: State) -> bool:
    """Whether asking again may change the answer by itself.

    A final run never changes and a refused key stays refused until somebody acts.
    """
    return not state.is_final and state is not State.KEY_REFUSED
