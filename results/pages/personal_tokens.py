"""What the page of a team's personal tokens may show: a token itself only in the answer that made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.forms import Form
from django.urls import reverse

from results.domain.personal_token import PREFIX
from results.models import PersonalToken, Team


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token, as its holder or an owner sees it."""

    token: PersonalToken
    is_mine: bool
    has_ended: bool

    @property
    def hint(self) -> str:
        """As much of it as may be shown."""
        return f"{PREFIX}…{self.token.ending}"


@dataclass(frozen=True, slots=True)
class TokensPage:
    """One's own tokens for a team, and for owners everybody's. ``made`` is shown once."""

    team: Team
    rows: Sequence[TokenRow]
    shows_everybody: bool
    form: Form
    made: str = ""

    @property
    def document_address(self) -> str:
        """Where a script reads a run, with dots in the place of the run id."""
        address = reverse("runs-document", args=[self.team.slug, "run_0"])
        return str(settings.SITE_URL) + address.replace("run_0", "run_…")


def token_rows(tokens: Sequence[PersonalToken], *, me: int, now: datetime) -> list[TokenRow]:
    """The rows of the list, newest first as they come."""
    return [TokenRow(one, one.membership.user_id == me, one.expires_at <= now) for one in tokens]
