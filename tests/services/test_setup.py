"""The first operator: one link, a quarter of an hour, once; never beside somebody who is there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from results.models import AuditEvent, Membership, SetupLink, Team
from results.services import members, setup

pytestmark = pytest.mark.django_db

WORDS = "correct horse battery staple"


def begin(token: str, now: datetime, team: str = "Acme") -> User | None:
    return setup.begin(token=token, username="erin", password=WORDS, team=team, now=now)


def test_t25_a_link_makes_an_operator_and_a_team_once(now: datetime) -> None:
    token = setup.open_link(now=now)
    assert token is not None
    assert setup.is_open(token=token, now=now)

    made = begin(token, now)

    assert made is not None
    assert made.is_superuser
    assert made.check_password(WORDS)
    assert Membership.objects.get(team__name="Acme").role == "owner"
    assert not setup.is_open(token=token, now=now)
    assert begin(token, now) is None
    assert setup.open_link(now=now) is None
    assert token not in str([*SetupLink.objects.values(), *AuditEvent.objects.values()])


def test_t25_a_new_link_ends_the_one_before(now: datetime) -> None:
    first, second = setup.open_link(now=now), setup.open_link(now=now)
    assert first
    assert second

    assert begin(first, now) is None
    assert not User.objects.exists()
    assert begin(second, now) is not None


def test_t25_links_side_by_side_leave_out_what_has_ended(now: datetime) -> None:
    setup.open_link(now=now - timedelta(minutes=15))
    setup.open_link(now=now - timedelta(minutes=1), beside_others=True)
    setup.open_link(now=now, beside_others=True)

    assert SetupLink.objects.filter(expires_at__lte=now).count() == 0
    assert SetupLink.objects.count() == 2


def test_t25_a_link_ends_after_a_quarter_of_an_hour(now: datetime) -> None:
    token = setup.open_link(now=now) or ""

    assert not setup.is_open(token=token, now=now + timedelta(minutes=15))
    assert begin(token, now + timedelta(minutes=15)) is None
    assert not User.objects.exists()


def test_t25_a_link_is_of_no_use_beside_an_operator(now: datetime, dora: User) -> None:
    User.objects.update(is_superuser=False)
    token = setup.open_link(now=now) or ""
    User.objects.update(is_superuser=True)

    assert not setup.is_open(token=token, now=now)
    assert begin(token, now) is None


def test_without_a_team_there_is_none(now: datetime) -> None:
    assert begin(setup.open_link(now=now) or "", now, team="") is not None

    assert not Team.objects.exists()


def test_a_broken_ring_makes_neither_team_nor_account(settings: Any, now: datetime) -> None:
    token = setup.open_link(now=now) or ""
    settings.VAULT_KEYS = "k1:broken"

    with pytest.raises(members.NoTeamError):
        begin(token, now)

    assert not User.objects.exists()
    assert setup.is_open(token=token, now=now), "the link still works once the ring is right"


def test_t25_the_environment_makes_an_operator_once(now: datetime) -> None:
    made = setup.begin_by_environment(username="erin", password=WORDS, now=now)

    assert made is not None
    assert made.is_superuser
    assert setup.begin_by_environment(username="frank", password=WORDS, now=now) is None
    assert User.objects.count() == 1


def test_t25_the_environment_raises_nobody(now: datetime, bob: User) -> None:
    assert setup.begin_by_environment(username="bob", password=WORDS, now=now) is None

    bob.refresh_from_db()
    assert not bob.is_superuser
    assert bob.check_password("password")
