"""When and where a run was created, as far as its id tells; it must not know the clock.

Only ids of the newer generations carry a time, and only one of them a region. For all others there
is no guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_CUID = re.compile(r"run_c([0-9a-z]{8})[0-9a-z]{16}")
_RUN_OPS = re.compile(r"run_([0-9a-v]{10})[0-9a-v]{14}([0-9a-z])([12])")
_REGIONS = {"e": "us-east-1", "w": "us-west-2", "c": "eu-central-1"}

# Trigger.dev made no such ids earlier; a time before it means that the id was not made by it.
_EARLIEST = datetime(2023, 1, 1, tzinfo=UTC)
_CLOCKS_MAY_DIFFER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Birth:
    """The moment in UTC, to the millisecond, and the region's name when the id holds one."""

    at: datetime
    region: str | None = None


def read_birth(run_id: str, *, now: datetime) -> Birth | None:
    """Return what the id tells, or None; a time outside 2023 to two minutes from now tells nothing."""
    region = None
    if match := _CUID.fullmatch(run_id):
        milliseconds = int(match[1], 36)
    elif match := _RUN_OPS.fullmatch(run_id):
        # Ten characters hold fifty bits; the first forty-eight are the time.
        milliseconds = int(match[1], 32) >> 2
        # In the second generation a shard stands where the first has its region.
        region = _REGIONS.get(match[2]) if match[3] == "1" else None
    else:
        return None
    try:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
    return Birth(at, region) if _EARLIEST <= at <= now + _CLOCKS_MAY_DIFFER else None
