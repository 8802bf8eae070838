"""The settings of a team: everybody in it may read them, owners change them."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Min
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from results.access import TeamRequest, for_members
from results.models import Role, StoredResult
from results.pages.settings import SettingsPage
from results.services import members, sealing
from results.services import retention as keeping
from results.team_forms import RetentionForm, SourceForm


@for_members(Role.VIEWER)
def show(request: TeamRequest) -> HttpResponse:
    """What holds for the team."""
    return _page(request)


@for_members(Role.OWNER, methods=("POST",))
def retention(request: TeamRequest) -> HttpResponse:
    """Set how long results are kept; when that deletes some, it is asked for twice."""
    form, now = RetentionForm(request.POST), timezone.now()
    if not form.is_valid():
        return _page(request, retention=form, status=400)
    days = form.cleaned_data["keep_days"]
    overdue = keeping.overdue(request.team, days=days, now=now).count()
    if overdue and not form.is_confirmed:
        return _page(request, retention=form.asking_again(), overdue=overdue)
    keeping.keep_for(team=request.team, days=days, by=request.user, now=now)
    kept = "for ever" if days is None else f"for {days:,} days"
    messages.success(request, f"Results are kept {kept}.")
    return redirect("settings-show", request.team.slug)


@for_members(Role.OWNER, methods=("POST",))
def viewers(request: TeamRequest) -> HttpResponse:
    """Set whether viewers see payloads, outputs and what errors say."""
    shown = "hidden" not in request.POST
    members.show_outputs_to_viewers(
        team=request.team, shown=shown, by=request.user, now=timezone.now()
    )
    said = "Viewers see outputs." if shown else "Outputs are kept from viewers."
    messages.success(request, said)
    return redirect("settings-show", request.team.slug)


@for_members(Role.OWNER, methods=("POST",))
def source(request: TeamRequest) -> HttpResponse:
    """Set where the code of frames is read."""
    form = SourceForm(request.POST)
    if not form.is_valid():
        return _page(request, source=form, status=400)
    address = form.cleaned_data["address"]
    members.set_source_address(
        team=request.team, address=address, by=request.user, now=timezone.now()
    )
    said = "Frames lead to your source code." if address else "Frames lead nowhere."
    messages.success(request, said)
    return redirect("settings-show", request.team.slug)


def _page(
    request: TeamRequest,
    *,
    retention: RetentionForm | None = None,
    source: SourceForm | None = None,
    overdue: int = 0,
    status: int = 200,
) -> HttpResponse:
    team = request.team
    retention = retention or RetentionForm(initial={"keep_days": team.keep_days})
    source = source or SourceForm(initial={"address": team.source_address})
    held = StoredResult.objects.filter(team=team).aggregate(
        results=Count("pk"), oldest=Min("stored_at")
    )
    role, locked = Role(request.membership.role), sealing.is_locked(team)
    page = SettingsPage(team, role, retention, source, **held, locked=locked, overdue=overdue)
    return render(request, "settings/show.html", {"page": page}, status=status)
