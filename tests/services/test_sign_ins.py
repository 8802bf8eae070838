"""Signing in and out is written down once in each team of the person, wherever it is tried."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from results.models import AuditEvent, Role, Team
from results.models.audit import INSTANCE
from results.services import audit_chains, members
from tests import make

LOGIN = "/accounts/login/"


def events() -> list[tuple[Any, ...]]:
    found = AuditEvent.objects.filter(action__startswith="account.")
    return list(found.order_by("pk").values_list("team_id", "action", "actor", "subject"))


@pytest.fixture(autouse=True)
def _unbroken(db: None) -> Any:
    yield
    assert all(chain.trouble == "" for chain in audit_chains.verify())


@pytest.mark.parametrize("way_out", ["/accounts/logout/", "/admin/logout/"])
def test_t24_a_sign_in_and_a_sign_out_are_one_event_each(
    client: Client, dora: User, way_out: str
) -> None:
    client.post(LOGIN, {"username": "dora", "password": "password"})
    client.post(way_out)

    assert events() == [
        (INSTANCE, "account.signed_in", "dora", "dora"),
        (INSTANCE, "account.signed_out", "dora", "dora"),
    ]
    assert AuditEvent.objects.exclude(address="127.0.0.1").count() == 0


def test_t24_each_team_of_a_person_is_told(client: Client, team: Team, alice: User) -> None:
    other = make.make_team(name="Other")
    members.add_member(team=other, user=alice, role=Role.VIEWER, by=None, now=make.NOW)

    client.post(LOGIN, {"username": "alice", "password": "password"})

    told = events()
    assert {one[0] for one in told} == {team.pk, other.pk}
    assert len(told) == 2


def test_t24_a_failed_sign_in_is_told_to_the_teams_of_the_account(
    client: Client, team: Team
) -> None:
    client.post(LOGIN, {"username": "alice", "password": "CANARYPASSWORD"})

    assert events() == [(team.pk, "account.sign_in_failed", "", "alice")]
    assert "CANARY" not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize("name", ["CANARYPASSWORD", make.KEY, "x" * 150, "a\r\n\x1b[31mb"])
def test_t24_what_was_typed_for_a_name_that_nobody_has_is_not_kept(
    client: Client, name: str
) -> None:
    client.post(LOGIN, {"username": name, "password": "x"})

    told = events()
    assert told == [(INSTANCE, "account.sign_in_failed", "", "an account that does not exist")]


def test_an_account_that_was_closed_fails_like_a_wrong_password(client: Client, bob: User) -> None:
    bob.is_active = False
    bob.save()

    client.post(LOGIN, {"username": "bob", "password": "password"})

    assert events() == [(INSTANCE, "account.sign_in_failed", "", "bob")]


def test_leaving_without_having_come_is_no_event(client: Client) -> None:
    client.post("/accounts/logout/")

    assert events() == []
