"""Sandboxes for the tests beside this file, with a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from results.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class Clock:
    """Seconds since 1970 that pass only when a test says so."""

    now: float = 1795434091.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(now=clock) as running:
        yield running
