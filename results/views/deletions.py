"""Deleting one result, and looking a deleted one up anew; nothing can bring back what was deleted."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from results.access import TeamRequest, for_members
from results.domain.identity import RunId
from results.models import Role, ShareLink, StoredResult, Tombstone
from results.pages.deletions import DeletePage
from results.services import retention


@for_members(Role.MEMBER, methods=("GET", "HEAD", "POST"))
def create(request: TeamRequest, run_id: RunId) -> HttpResponse:
    """Ask first, then delete the result with its links."""
    result = get_object_or_404(StoredResult.objects.of(request.team), run_id=run_id)
    result.team, now = request.team, timezone.now()
    if request.method == "POST":
        retention.delete_result(result=result, by=request.user, now=now)
        messages.success(request, f"The result of {run_id} is deleted.")
        return redirect("runs-show", request.team.slug, run_id)
    links = ShareLink.objects.of(request.team).live(now).filter(result=result).count()
    page = DeletePage(request.team, Role(request.membership.role), result, links)
    return render(request, "deletions/create.html", {"page": page})


@for_members(Role.MEMBER, methods=("POST",))
def lift(request: TeamRequest, run_id: RunId) -> HttpResponse:
    """Look a run up anew whose result is gone."""
    tombstone = get_object_or_404(Tombstone, team=request.team, run_id=run_id)
    tombstone.team = request.team
    retention.allow_lookup(tombstone=tombstone, by=request.user, now=timezone.now())
    return redirect("runs-show", request.team.slug, run_id)
