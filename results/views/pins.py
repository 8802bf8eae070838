"""Pinning runs for the team, from a run's page or from the history; it looks nothing up."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from results.access import TeamRequest, for_members
from results.domain.identity import RunId
from results.models import Role, TeamLookup
from results.services import pins


@for_members(Role.MEMBER, methods=("POST",))
def add(request: TeamRequest, run_id: RunId) -> HttpResponse:
    """Pin a run that the team has looked at."""
    if not TeamLookup.objects.knows(request.team, run_id):
        raise Http404
    try:
        pins.pin(team=request.team, run_id=run_id, by=request.user, now=timezone.now())
    except pins.NotPinnedError as error:
        messages.warning(request, str(error))
    return _back(request, run_id)


@for_members(Role.MEMBER, methods=("POST",))
def remove(request: TeamRequest, run_id: RunId) -> HttpResponse:
    """Take a run off the team's pins."""
    pins.unpin(team=request.team, run_id=run_id, by=request.user, now=timezone.now())
    return _back(request, run_id)


def _back(request: TeamRequest, run_id: RunId) -> HttpResponse:
    """To the history as it was asked for, when the button was there, else to the run."""
    if "back" not in request.POST:
        return redirect("runs-show", request.team.slug, run_id)
    # Only what is behind the question mark comes from the form, so it leads nowhere else.
    asked = QueryDict(request.POST["back"].lstrip("?")[:2_000])
    history = reverse("history-show", args=[request.team.slug])
    return redirect(f"{history}?{asked.urlencode()}")
