"""A member's watches: start, stop, list, mark as seen, and what the bell asks for."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from results.access import TeamRequest, for_members
from results.domain.identity import RunId
from results.models import Role, Sighting, Watch
from results.pages.watches import WatchesPage, bell_document, watch_rows
from results.services import lookup, watching

_LISTED = 100
_TOLD = 10


@for_members(Role.MEMBER)
def show(request: TeamRequest) -> HttpResponse:
    """List this person's watches: the live ones, then those that ended, newest first."""
    mine = Watch.objects.by(request.user, request.team)
    live = list(mine.live())
    sightings = Sighting.objects.filter(
        team=request.team, run_id__in=[watch.run_id for watch in live]
    )
    ended = mine.filter(ended_at__isnull=False).order_by("-ended_at", "-pk")[:_LISTED]
    page = WatchesPage(
        team=request.team,
        role=Role(request.membership.role),
        live=watch_rows(live, team=request.team, sightings=sightings),
        ended=watch_rows(ended, team=request.team),
        unseen=request.bell().unseen,
    )
    return render(request, "watches/show.html", {"page": page})


@for_members(Role.MEMBER, methods=("POST",))
def start(request: TeamRequest, run_id: RunId) -> HttpResponse:
    """Watch a run that somebody of the team has looked up."""
    if lookup.seen(team=request.team, run_id=run_id) is None:
        raise Http404
    try:
        watching.start(team=request.team, run_id=run_id, by=request.user, now=timezone.now())
    except watching.NotWatchedError as error:
        messages.warning(request, str(error))
    return redirect("runs-show", request.team.slug, run_id)


@for_members(Role.MEMBER, methods=("POST",))
def stop(request: TeamRequest, run_id: RunId) -> HttpResponse:
    """Stop watching, and go back to where the button was: the list, or the run."""
    if not Watch.objects.by(request.user, request.team).filter(run_id=run_id).exists():
        raise Http404
    watching.stop(team=request.team, run_id=run_id, by=request.user, now=timezone.now())
    if request.POST.get("back") == "list":
        return redirect("watches-show", request.team.slug)
    return redirect("runs-show", request.team.slug, run_id)


@for_members(Role.MEMBER, methods=("POST",))
def seen(request: TeamRequest) -> HttpResponse:
    """Mark every outcome as seen."""
    watching.mark_seen(team=request.team, by=request.user, now=timezone.now())
    return redirect("watches-show", request.team.slug)


@for_members(Role.MEMBER)
def bell(request: TeamRequest) -> HttpResponse:
    """What is new, for the script that keeps the bell up to date."""
    news = Watch.objects.by(request.user, request.team).unseen().order_by("-ended_at", "-pk")
    bell = request.bell()
    rows = watch_rows(news[:_TOLD], team=request.team) if bell.unseen else []
    return JsonResponse(bell_document(bell, rows))
