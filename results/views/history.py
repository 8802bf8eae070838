"""What was looked up, by oneself and by the team; it looks nothing up and opens no result."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from results.access import TeamRequest, for_members
from results.models import Role
from results.pages.history import AskedHistory, history_page
from results.services import looking_back


@for_members(Role.VIEWER)
def home(request: TeamRequest) -> HttpResponse:
    """What is left of an address that somebody has cut after the team: there begins its history."""
    return redirect("history-show", request.team.slug)


@for_members(Role.VIEWER)
def show(request: TeamRequest) -> HttpResponse:
    """List lookups: `?who=team`, `?person=…`, `?outcome=…`, `?task=…`, `?env=…`, `?pinned=1`."""
    asked = AskedHistory.of(request.GET.dict())
    team, person = request.team, None if asked.who else request.user
    if asked.person:
        person = looking_back.person(team=team, username=asked.person)
    if asked.person and person is None:
        found = looking_back.nothing(team=team)
    else:
        found = looking_back.look_back(
            team=team, wanted=asked.wanted(person), with_pinned=asked.is_plain
        )
    role = Role(request.membership.role)
    page = history_page(found, asked, team=team, role=role, now=timezone.now())
    return render(request, "history/show.html", {"page": page})
