"""What may be shown of a result that is to go or is gone: never anything that it said."""

from __future__ import annotations

from dataclasses import dataclass

from results.models import Role, StoredResult, Team, Tombstone
from results.models.tombstones import Departure


@dataclass(frozen=True, slots=True)
class DeletePage:
    """A result that somebody is about to delete."""

    team: Team
    role: Role
    result: StoredResult
    links: int


@dataclass(frozen=True, slots=True)
class GonePage:
    """A result that was kept once."""

    team: Team
    role: Role
    tombstone: Tombstone

    @property
    def sentence(self) -> str:
        """Why it is gone; the moment stands beside it."""
        if self.tombstone.departure == Departure.EXPIRED:
            return (
                "The team keeps results for a limited time; this one was deleted when it was over"
            )
        return f"{self.tombstone.by} deleted this result" if self.tombstone.by else "It was deleted"

    @property
    def may_look_up(self) -> bool:
        """Whether to offer looking the run up anew."""
        return self.role.covers(Role.MEMBER)
