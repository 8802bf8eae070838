"""What the page of a team's settings may show: how long results are kept, and whether secrets open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from results.models import Role, Team
from results.team_forms import RetentionForm, SourceForm


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """The settings of a team. ``overdue`` results would be deleted by what the form says now."""

    team: Team
    role: Role
    form: RetentionForm
    source: SourceForm
    results: int
    oldest: datetime | None
    locked: bool
    overdue: int = 0

    @property
    def may_change(self) -> bool:
        """Whether to offer forms."""
        return self.role.covers(Role.OWNER)
