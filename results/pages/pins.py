"""What the page of a run may show of its pin; it asks nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from results.domain.durations import relative_text
from results.models import Pin, Role

SOMEBODY = "somebody who left"


@dataclass(frozen=True, slots=True)
class PinPart:
    """Whether a run is pinned, by whom and since when, and whether the reader may change that."""

    is_pinned: bool
    may_change: bool
    by: str = ""
    age: str = ""
    at: datetime | None = None


def pin_part(row: Pin | None, *, role: Role, now: datetime) -> PinPart:
    """The pin of one run for a reader of this role."""
    may_change = role.covers(Role.MEMBER)
    if row is None:
        return PinPart(False, may_change)
    by = row.pinned_by.get_username() if row.pinned_by else SOMEBODY
    return PinPart(True, may_change, by, relative_text(row.pinned_at, now), row.pinned_at)
