"""What owners change about roles: a team is never left without an owner."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.contrib.auth.models import User

from results.models import AuditEvent, Membership, Role, Team
from results.services import members, roles


def of(team: Team, user: User) -> Membership:
    return Membership.objects.get(team=team, user=user)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
def test_t23_the_last_owner_stays(team: Team, alice: User, now: datetime, role: Role) -> None:
    before = AuditEvent.objects.count()

    with pytest.raises(roles.LastOwnerError):
        roles.change_role(membership=of(team, alice), role=role, by=alice, now=now)
    with pytest.raises(roles.LastOwnerError):
        roles.end_membership(membership=of(team, alice), by=alice, now=now)

    assert of(team, alice).role == "owner"
    assert AuditEvent.objects.count() == before


def test_one_of_two_owners_may_go(team: Team, alice: User, bob: User, now: datetime) -> None:
    roles.change_role(membership=of(team, bob), role=Role.OWNER, by=alice, now=now)
    roles.end_membership(membership=of(team, alice), by=alice, now=now)

    with pytest.raises(roles.LastOwnerError):
        roles.end_membership(membership=of(team, bob), by=bob, now=now)


def test_an_owner_of_another_team_does_not_count(
    team: Team, alice: User, charlie: User, now: datetime
) -> None:
    other = members.create_team(name="Other", owner=charlie, by=None, now=now)

    with pytest.raises(roles.LastOwnerError):
        roles.end_membership(membership=of(team, alice), by=alice, now=now)
    with pytest.raises(roles.LastOwnerError):
        roles.end_membership(membership=of(other, charlie), by=charlie, now=now)


def test_others_come_and_go(team: Team, alice: User, bob: User, now: datetime) -> None:
    roles.change_role(membership=of(team, bob), role=Role.MEMBER, by=alice, now=now)
    roles.end_membership(membership=of(team, bob), by=alice, now=now)

    told = AuditEvent.objects.filter(actor="alice").values_list("action", "subject")
    assert list(told.order_by("pk")) == [
        ("member.changed", "bob viewer → member"),
        ("member.removed", "bob member"),
    ]
