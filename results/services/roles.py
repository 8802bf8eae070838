"""What owners do with the roles of their team: a team is never left without an owner."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from results.models import Membership, Role, Team
from results.services import members


class LastOwnerError(Exception):
    """Nothing was changed: the team would be without an owner. The message says so to people."""

    def __init__(self) -> None:
        super().__init__("A team needs an owner. Make somebody else an owner first.")


@transaction.atomic
def change_role(*, membership: Membership, role: Role, by: User, now: datetime) -> None:
    """Give a member another role; raises LastOwnerError."""
    team = _held(membership, stays_owner=role is Role.OWNER)
    members.add_member(team=team, user=membership.user, role=role, by=by, now=now)


@transaction.atomic
def end_membership(*, membership: Membership, by: User, now: datetime) -> None:
    """End a membership, also one's own; raises LastOwnerError."""
    _held(membership, stays_owner=False)
    members.remove_member(membership=membership, by=by, now=now)


def _held(membership: Membership, *, stays_owner: bool) -> Team:
    """Hold the team, so that two owners cannot each end the other's role at the same moment."""
    team = Team.objects.select_for_update(no_key=True).get(pk=membership.team_id)
    if not stays_owner and is_last_owner(membership):
        raise LastOwnerError
    return team


def is_last_owner(membership: Membership) -> bool:
    """Whether the team would be without an owner if this one left."""
    owners = Membership.objects.filter(team=membership.team_id, role=Role.OWNER)
    # As it is stored: the object may be older, or hold a role that is only being tried on.
    return list(owners.values_list("pk", flat=True)[:2]) == [membership.pk]
