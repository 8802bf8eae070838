"""The door: what it lets through, and where it sends those who have to sign in."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from results.access import Door, TeamRequest, for_anyone, for_members
from results.models import Role, Team
from tests import make


@for_members(Role.MEMBER, methods=("GET", "POST"))
def inside(request: TeamRequest) -> HttpResponse:
    """Whatever is behind a door."""
    return HttpResponse(f"{request.team.name} {request.membership.role}")


def asked(user: Any, path: str = "/t/acme/x/", *, method: str = "get", **extra: str) -> HttpRequest:
    request = getattr(RequestFactory(), method)(path, **extra)
    request.user, request.htmx = user, HtmxDetails(request)
    return request  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("role", "gets_in"), [(Role.OWNER, True), (Role.MEMBER, True), (Role.VIEWER, False)]
)
def test_a_role_covers_those_below_it(db: None, role: Role, *, gets_in: bool) -> None:
    team = make.make_team()
    user = make.make_user(name="someone")
    team.memberships.create(user=user, role=role)

    if gets_in:
        response = inside(asked(user), team="acme")
        assert isinstance(response, HttpResponse)
        assert response.content == f"Acme {role.value}".encode()
    else:
        with pytest.raises(PermissionDenied):
            inside(asked(user), team="acme")


@pytest.mark.parametrize("slug", ["acme", "never-was", "", "ACME", "acme ", "x" * 10_000])
def test_a_stranger_and_a_team_that_never_was_are_one(team: Team, slug: str) -> None:
    with pytest.raises(Http404):
        inside(asked(make.make_user(name="stranger")), team=slug)


def test_a_membership_in_another_team_opens_nothing_here(team: Team) -> None:
    user = make.make_user(name="someone")
    make.make_team(name="Other", owner=user)

    with pytest.raises(Http404):
        inside(asked(user), team="acme")


def test_every_request_asks_again(team: Team, alice: Any) -> None:
    assert inside(asked(alice), team="acme").status_code == 200
    alice.memberships.update(role=Role.VIEWER)
    with pytest.raises(PermissionDenied):
        inside(asked(alice), team="acme")


@pytest.mark.parametrize(
    ("path", "back"),
    [
        ("/t/acme/x/", "/t/acme/x/"),
        ("/t/acme/x/?a=1", "/t/acme/x/%3Fa%3D1"),
        ("/t/acme/x/?q=tr_prod_CANARYkeyAAAA", "/t/acme/x/"),
        ("/t/acme/x/?q=a+tr%5Fprod%5FCANARYkeyAAAA", "/t/acme/x/"),
        ("/t/acme/x/?q=eyJhbGciOiJIUzI1NiJ9.eyJwdWIiOnRydWV9.c2ln", "/t/acme/x/"),
    ],
)
def test_the_way_back_is_the_page_without_a_key_in_it(path: str, back: str) -> None:
    response = inside(asked(AnonymousUser(), path), team="acme")

    assert response["Location"] == f"/accounts/login/?next={back}"


@pytest.mark.parametrize(
    ("sender", "back"),
    [
        ("http://testserver/t/acme/keys/", "/t/acme/keys/"),
        ("http://testserver/t/acme/keys/?a=1#f", "/t/acme/keys/%3Fa%3D1"),
        ("http://testserver", "/"),
        ("http://evil.example/t/acme/", "/"),
        ("//evil.example/", "/"),
        ("http://testserver//evil.example/", "/"),
        ("http://testserver/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_after_a_form_the_way_back_is_the_page_of_the_form(sender: str, back: str) -> None:
    request = asked(AnonymousUser(), method="post", HTTP_REFERER=sender)

    location = inside(request, team="acme")["Location"]

    assert location == f"/accounts/login/?next={back}"


def test_a_door_for_anyone_keeps_its_reason() -> None:
    @for_anyone("a reason")
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert view.door == Door("anyone", reason="a reason")  # type: ignore[attr-defined]
    assert view(asked(AnonymousUser(), method="post")).status_code == 405
