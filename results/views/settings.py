"""The settings of a team: everybody in it may read them, owners change them."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Min
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from results.access import TeamRequest, for_members
from results.forms import RetentionForm
from results.models import Role, StoredResult
from results.pages.settings import SettingsPage
from results.services import members, sealing
from results.services import retention as keeping


@for_members(Role.VIEWER)
def show(request: TeamRequest) -> HttpResponse:
    """What holds for the team."""
    return _page(request, RetentionForm(initial={"keep_days": request.team.keep_days}))


@for_members(Role.OWNER, methods=("POST",))
def retention(request: TeamRequest) -> HttpResponse:
    """Set how long results are kept; when that deletes some, it is asked for twice."""
    form, now = RetentionForm(request.POST), timezone.now()
    if not form.is_valid():
        return _page(request, form, status=400)
    days = form.cleaned_data["keep_days"]
    overdue = keeping.overdue(request.team, days=days, now=now).count()
    if overdue and not form.is_confirmed:
        return _page(request, form.asking_again(), overdue=overdue)
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


def _page(
    request: TeamRequest, form: RetentionForm, *, overdue: int = 0, status: int = 200
) -> HttpResponse:
    held = StoredResult.objects.filter(team=request.team).aggregate(
        results=Count("pk"), oldest=Min("stored_at")
    )
    role, locked = Role(request.membership.role), sealing.is_locked(request.team)
    page = SettingsPage(request.team, role, form, **held, locked=locked, overdue=overdue)
    return render(request, "settings/show.html", {"page": page}, status=status)
