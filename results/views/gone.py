"""The answers about a run whose result was kept once and is gone; it decides no access."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from results.access import TeamRequest
from results.models import Role, Tombstone
from results.pages.deletions import GonePage


def gone_page(request: TeamRequest, tombstone: Tombstone) -> HttpResponse:
    """Say for people that it is gone, when and why, with status 410."""
    page = GonePage(request.team, Role(request.membership.role), tombstone)
    return render(request, "deletions/_gone.html", {"page": page}, status=410)


def gone_document(tombstone: Tombstone) -> HttpResponse:
    """Say the same for scripts."""
    told = {
        "run_id": tombstone.run_id,
        "gone": tombstone.departure,
        "gone_at": tombstone.gone_at.isoformat(),
    }
    return JsonResponse(told, status=410)
