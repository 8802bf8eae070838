"""When one question is tried again: the waits of the official client; it must not know the clock."""

from __future__ import annotations

from collections.abc import Callable

_WAITS_S = (1.0, 1.6, 2.56, 4.096)
# Less than this is too little for an answer, so that waiting for it would only hide the failure.
_LEAST_S = 1.0


def wait_s(failures: int, *, left_s: float, jitter: Callable[[], float]) -> float | None:
    """Return the seconds to wait after so many failures of a question, or None to give up.

    ``left_s`` is what is left of the question's deadline; what is waited and the next try fit into
    it. ``jitter`` gives a number from 0 to 1 and lengthens the wait by up to a fifth.
    """
    if not 1 <= failures <= len(_WAITS_S):
        return None
    wait = _WAITS_S[failures - 1] * (1 + 0.2 * jitter())
    return wait if wait + _LEAST_S <= left_s else None
