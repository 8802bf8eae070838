"""What the page of a team's members may show; the address of an invitation only in one answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.forms import Form
from django.urls import reverse

from results.models import Invitation, Membership, Role, Team


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member. ``stays`` when the team would be without an owner otherwise."""

    membership: Membership
    is_me: bool
    stays: bool

    @property
    def roles(self) -> Sequence[tuple[str, str, bool]]:
        """The roles to choose from, and whether each is the present one."""
        return [(role.value, role.label, role.value == self.membership.role) for role in Role]


@dataclass(frozen=True, slots=True)
class MembersPage:
    """Who belongs to a team and who was invited. ``link`` is shown once, to whoever made it."""

    team: Team
    members: Sequence[MemberRow]
    invitations: Sequence[Invitation]
    form: Form
    sends_mail: bool
    made: Invitation | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class JoinPage:
    """What somebody who was invited may see: the name of the team, the role, until when."""

    invited_to: str
    role: Role
    until: datetime
    token: str
    form: Form
    username: str = ""


def member_rows(memberships: Sequence[Membership], *, me: int) -> list[MemberRow]:
    """The rows of a list of members."""
    owners = sum(one.role == Role.OWNER for one in memberships)
    return [
        MemberRow(one, one.user_id == me, one.role == Role.OWNER and owners == 1)
        for one in memberships
    ]


def join_url(token: str) -> str:
    """The whole address of an invitation, from SITE_URL and never from the request."""
    return str(settings.SITE_URL) + reverse("invitations-join", args=[token])
