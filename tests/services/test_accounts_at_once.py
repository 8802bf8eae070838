"""Many at the same moment: one place goes to one, one operator is made, an owner stays, limits hold."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from results.models import Invitation, Membership, Role
from results.services import audit_chains, invitations, members, roles, setup, tries
from tests import make
from tests.services.test_claims import WORKERS, at_once

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "correct horse battery staple"


def test_t13_no_two_tries_pass_together() -> None:
    limit, now = tries.Limit("door", 5, timedelta(minutes=5)), timezone.now()

    allowed = at_once(lambda _: tries.take(limit=limit, value="alice", now=now).allowed)

    assert allowed.count(True) == 5


def test_one_place_goes_to_one_of_many() -> None:
    alice = make.make_user(name="alice")
    team = make.make_team(owner=alice)
    people = [make.make_user(name=f"person{number}") for number in range(WORKERS // 2)]
    now = timezone.now()
    token = invitations.invite(
        team=team, role=Role.MEMBER, email="", mailer=None, by=alice, now=now
    ).token

    def take(number: int) -> bool:
        assert token is not None
        if number < len(people):
            return invitations.accept(token=token, user=people[number], now=now) is not None
        name = f"new{number}"
        return invitations.join(token=token, username=name, password=WORDS, now=now) is not None

    assert at_once(take).count(True) == 1
    assert Membership.objects.filter(team=team).count() == 2
    assert Invitation.objects.get().accepted_by is not None
    # No account is left without the place that it was made for.
    strangers = User.objects.filter(memberships=None).exclude(pk__in=[one.pk for one in people])
    assert not strangers.exists()
    assert all(chain.trouble == "" for chain in audit_chains.verify())


def test_t23_owners_who_remove_each_other_leave_one() -> None:
    people = [make.make_user(name=f"owner{number}") for number in range(4)]
    team = make.make_team(owner=people[0])
    for one in people[1:]:
        members.add_member(team=team, user=one, role=Role.OWNER, by=None, now=make.NOW)

    def leave(number: int) -> bool:
        mine = Membership.objects.select_related("user").get(team=team, user=people[number])
        try:
            roles.end_membership(membership=mine, by=people[number], now=make.NOW)
        except roles.LastOwnerError:
            return False
        return True

    assert at_once(leave, workers=4).count(True) == 3
    assert Membership.objects.get(team=team).role == "owner"


def test_t25_one_link_makes_one_operator() -> None:
    now = timezone.now()
    token = setup.open_link(now=now) or ""

    made = at_once(
        lambda number: setup.begin(
            token=token, username=f"erin{number}", password=WORDS, team="", now=now
        ),
        workers=4,
    )

    assert len([one for one in made if one is not None]) == 1
    assert User.objects.count() == 1
