"""Every address has a door, and every door is shut for those whom it does not name."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from results.access import Door
from results.models import Role, Team
from results.services import members
from tests import make
from tests.guards.addresses import Address, addresses
from tests.guards.policy import TAKE_TOKENS
from tests.guards.stage import set_stage

ALL = list(addresses())
GATED = [address for address in ALL if getattr(address.view, "door", Door("")).who == "members"]
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


def unmarked(found: list[Address]) -> list[str]:
    return [one.name for one in found if not isinstance(getattr(one.view, "door", None), Door)]


def test_every_address_is_named_and_marked() -> None:
    assert len(ALL) > 15
    assert all(address.name for address in ALL)
    assert unmarked(ALL) == []


def test_a_view_without_a_door_is_found() -> None:
    def bare(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert unmarked(list(addresses([path("x/", bare, name="bare")]))) == ["bare"]


def test_scripts_are_let_in_where_the_policy_says_and_nowhere_else(team: Team, alice: Any) -> None:
    stage = set_stage(team=team, by=alice)
    script = {"Authorization": f"Bearer {stage.personal.token}"}
    pages = stage.member_pages | stage.pages_for_roles
    # The same door stands behind several pages in the stage; each is asked.
    for name, page in pages.items():
        response = Client().get(page, headers=script)
        assert (response.status_code == 200) == (name in TAKE_TOKENS), name
    for one in ALL:
        assert one.view.door.takes_tokens == (one.name in TAKE_TOKENS), one.name  # type: ignore[attr-defined]
        if one.name not in TAKE_TOKENS and one in GATED:
            for method in METHODS:
                refused = getattr(Client(), method)(one.path, headers=script)
                assert refused.status_code in (302, 405), (one.name, method)


def test_scripts_change_nothing(team: Team, alice: Any) -> None:
    stage = set_stage(team=team, by=alice)
    script = {"Authorization": f"Bearer {stage.personal.token}"}
    for one in (one for one in ALL if one.name in TAKE_TOKENS):
        for method in ("post", "put", "patch", "delete"):
            assert getattr(Client(), method)(one.path, headers=script).status_code == 405


def test_whoever_lets_everybody_in_says_why() -> None:
    for address in ALL:
        door: Door = address.view.door  # type: ignore[attr-defined]
        assert door.who in ("anyone", "signed in", "members")
        assert bool(door.reason.strip()) == (door.who == "anyone"), address.name
        assert (door.role is not None) == (door.who == "members"), address.name


def test_only_doors_for_members_stand_in_a_team_and_the_other_way_round() -> None:
    for address in ALL:
        assert ("team" in address.parts) == (address in GATED), address.name


def test_doors_for_anyone_are_few_and_known() -> None:
    open_doors = {a.name for a in ALL if a.view.door.who == "anyone"}  # type: ignore[attr-defined]

    assert open_doors == {
        "login",
        "logout",
        "invitations-join",
        "setup-operator",
        # Under the names that django-allauth asks for.
        "account_login",
        "account_logout",
        "account_signup",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "openid_connect_login",
        "openid_connect_callback",
        "socialaccount_login_error",
        "socialaccount_login_cancelled",
        "socialaccount_signup",
        "health-live",
        "health-ready",
        "metrics",
        "runs-opensearch",
        "shares-read",
        "shares-enter",
        "shares-branch",
        "shares-search",
        "shares-output",
    }


@pytest.mark.parametrize("address", GATED, ids=lambda address: address.name)
@pytest.mark.parametrize("method", METHODS)
def test_a_members_door_is_shut_for_everybody_else(
    address: Address, method: str, team: Team, charlie: Any, dora: Any
) -> None:
    make.make_result(team=team)
    nobody, stranger, operator = Client(), Client(), Client()
    stranger.force_login(charlie)
    operator.force_login(dora)

    assert getattr(nobody, method)(address.path).status_code in (302, 405)
    for outsider in (stranger, operator):
        assert getattr(outsider, method)(address.path).status_code in (404, 405)


@pytest.mark.parametrize("address", GATED, ids=lambda address: address.name)
def test_a_role_below_the_door_is_told_so(address: Address, team: Team) -> None:
    make.make_result(team=team)
    needed: Role = address.view.door.role  # type: ignore[attr-defined]
    for role in Role:
        user = make.make_user(name=role.value)
        members.add_member(team=team, user=user, role=role, by=None, now=make.NOW)
        client = Client()
        client.force_login(user)

        statuses = {getattr(client, method)(address.path).status_code for method in ("get", "post")}

        assert (403 in statuses) == (not role.covers(needed)), (role, statuses)
