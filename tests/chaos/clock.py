"""The clock of the API, which may jump; it knows nobody who reads it."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass
class Clock:
    """Seconds since 1970, as the API believes."""

    offset: float = 0.0

    def __call__(self) -> float:
        """The time that the API tells."""
        return time.time() + self.offset
