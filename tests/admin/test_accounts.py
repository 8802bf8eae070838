"""People's accounts in the operators' site: every change is written down, by field and never by value."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from results.models import AuditEvent, Membership, PersonalToken, Team
from results.models.audit import INSTANCE
from results.services import personal_tokens
from tests import make

PASSWORD = "CANARY-a-long-passphrase"


def changes() -> list[tuple[Any, ...]]:
    found = AuditEvent.objects.filter(actor="dora").exclude(action="account.signed_in")
    return list(found.order_by("pk").values_list("team_id", "action", "subject"))


def test_t24_a_new_account_is_one_event(as_dora: Client) -> None:
    fields = {"username": "erin", "password1": PASSWORD, "password2": PASSWORD}

    as_dora.post("/admin/auth/user/add/", fields | {"usable_password": "true"})

    assert User.objects.filter(username="erin").exists()
    assert changes() == [(INSTANCE, "account.added", "erin")]


def test_t24_a_change_names_its_fields_to_the_teams_of_the_person(
    as_dora: Client, team: Team, bob: User
) -> None:
    fields = {
        "username": "bob",
        "is_active": "on",
        "is_superuser": "on",
        "email": "CANARY@x.example",
    }
    dates = {"date_joined_0": "2026-11-23", "date_joined_1": "12:00:00"}

    response = as_dora.post(f"/admin/auth/user/{bob.pk}/change/", fields | dates)

    assert response.status_code == 302
    ((where, action, subject),) = changes()
    assert (where, action) == (team.pk, "account.changed")
    assert subject.startswith("bob: Changed ")
    assert "Superuser status" in subject
    assert "CANARY" not in subject


def test_t24_a_new_password_is_one_event(as_dora: Client, team: Team, bob: User) -> None:
    fields = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}

    as_dora.post(f"/admin/auth/user/{bob.pk}/password/", fields)

    assert changes() == [(team.pk, "account.changed", "bob: Changed password.")]
    assert "CANARY" not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}, "new password"),
        ({"usable_password": "false", "unset-password": "1"}, "password taken away"),
    ],
)
def test_the_tokens_of_whoever_gets_a_new_password_or_loses_theirs_end(
    as_dora: Client, team: Team, bob: User, fields: dict[str, str], why: str
) -> None:
    membership = Membership.objects.get(team=team, user=bob)
    more: dict[str, Any] = {"lasts": timedelta(days=7), "by": bob, "now": make.NOW}
    personal_tokens.make(membership=membership, label="report", **more)

    as_dora.post(f"/admin/auth/user/{bob.pk}/password/", fields)

    assert not PersonalToken.objects.exists()
    assert AuditEvent.objects.get(action="token.revoked").subject == f"report of bob: {why}"


@pytest.mark.parametrize("in_bulk", [False, True])
def test_t24_a_deleted_account_leaves_its_teams_and_keeps_its_history(
    as_dora: Client, team: Team, bob: User, *, in_bulk: bool
) -> None:
    chosen: dict[str, Any] = {"action": "delete_selected", "_selected_action": [str(bob.pk)]}
    address = "/admin/auth/user/" + ("" if in_bulk else f"{bob.pk}/delete/")

    as_dora.post(address, (chosen if in_bulk else {}) | {"post": "yes"})

    assert not User.objects.filter(username="bob").exists()
    assert Membership.objects.count() == 1
    assert changes() == [
        (team.pk, "member.removed", "bob viewer"),
        (INSTANCE, "account.deleted", "bob"),
    ]
