"""What the page of a team's keys may show: never more of a secret than its ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.forms import Form

from results.models import ProjectKey, Role, Team


@dataclass(frozen=True, slots=True)
class KeysPage:
    """The keys of a team."""

    team: Team
    role: Role
    keys: Sequence[ProjectKey]
    form: Form | None = None
    replacing: ProjectKey | None = None

    @property
    def is_special(self) -> bool:
        """Whether the form says more than most projects need, or something is wrong in that."""
        if self.form is None or not self.form.is_bound:
            return False
        told = {*self.form.errors, *self.form.changed_data}
        return bool(told & {"branch", "api_url"})

    @property
    def may_change(self) -> bool:
        """Whether to offer forms."""
        return self.role.covers(Role.MEMBER)
