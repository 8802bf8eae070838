"""All that is looked at, in the order in which it is told; it looks at nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from results.services.doctor import outside, setup, stores
from results.services.doctor.findings import Finding


def examine(*, asks_the_api: bool, now: Callable[[], datetime]) -> Iterator[Finding]:
    """Tell one finding after the other; nobody outside is asked without ``asks_the_api``."""
    yield from stores.look()
    yield from setup.look()
    if asks_the_api:
        yield from outside.look(now=now)
