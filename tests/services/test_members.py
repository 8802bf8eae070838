"""Making teams and adding people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from results.models import AuditEvent, Membership, Role, Team
from results.services import members, sealing
from tests import make

pytestmark = pytest.mark.django_db


def test_a_team_is_made_with_a_data_key_of_its_own(now: datetime) -> None:
    first, second = (make.make_team(name=name) for name in ("Acme", "Other"))

    assert sealing.data_key(first).key != sealing.data_key(second).key
    assert bytes(first.wrapped_key) != sealing.data_key(first).key


def test_teams_of_one_name_get_addresses_of_their_own(now: datetime) -> None:
    slugs = [make.make_team(name=name).slug for name in ("Acme!", "acme", "ACME", "…", "日本")]

    assert slugs == ["acme", "acme-2", "acme-3", "team", "team-2"]


def test_a_longest_name_still_fits_its_address(now: datetime) -> None:
    for _ in range(2):
        assert len(make.make_team(name="a" * 80).slug) <= 80


def test_a_team_is_not_made_when_the_ring_cannot_wrap(
    settings: Any, alice: User, now: datetime
) -> None:
    settings.VAULT_KEYS = "k1:broken"

    with pytest.raises(members.NoTeamError):
        members.create_team(name="Acme", owner=alice, by=None, now=now)

    assert not Team.objects.exists()
    assert not AuditEvent.objects.exists()


def test_adding_somebody_again_changes_the_role(team: Team, bob: User, now: datetime) -> None:
    members.add_member(team=team, user=bob, role=Role.MEMBER, by=None, now=now)

    assert Membership.objects.get(team=team, user=bob).role == "member"
    event = AuditEvent.objects.get(action="member.changed")
    assert event.subject == "bob viewer → member"


def test_the_same_role_again_is_no_change(team: Team, bob: User, now: datetime) -> None:
    before = AuditEvent.objects.count()

    members.add_member(team=team, user=bob, role=Role.VIEWER, by=None, now=now)

    assert AuditEvent.objects.count() == before


def test_a_team_is_seen_by_its_people_only(
    team: Team, alice: User, bob: User, charlie: User
) -> None:
    assert [list(Team.objects.of(user)) for user in (alice, bob, charlie)] == [[team], [team], []]


def test_a_role_covers_those_below_it() -> None:
    covered = {(a.value, b.value) for a in Role for b in Role if a.covers(b)}

    assert len(covered) == 6
    assert ("owner", "viewer") in covered
    assert ("viewer", "member") not in covered
