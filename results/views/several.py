"""Several runs of a team at once: their page, its rows that refresh themselves; it asks no API."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from results.access import TeamRequest, for_members
from results.domain.csv_text import CONTENT_TYPE
from results.models import ProjectKey, Role
from results.pages.run_rows import changed_rows, rows_csv
from results.pages.several import AskedRuns, SeveralPage, several_page
from results.services import several


@for_members(Role.VIEWER)
def show(request: TeamRequest) -> HttpResponse:
    """Look all the runs up that the address names, and list what is known of them."""
    asked, now = AskedRuns.of(request.GET.dict()), timezone.now()
    if not asked.run_ids:
        return redirect("runs-find")
    seen = several.look_up_all(
        team=request.team,
        run_ids=asked.run_ids,
        by=request.user,
        environment_hint=asked.environment_hint,
        with_values=request.sees_outputs,
        now=now,
    )
    page = _page(request, asked, seen)
    if request.GET.get("as") == "csv":
        response = HttpResponse(rows_csv(page.shown, team=request.team), content_type=CONTENT_TYPE)
        response["Content-Disposition"] = 'attachment; filename="runs.csv"'
        return response
    return render(request, "several/show.html", {"page": page, "is_still": asked.is_still})


@for_members(Role.VIEWER)
def rows(request: TeamRequest) -> HttpResponse:
    """The rows that are not what the page shows already, answered at once from what is known."""
    asked = AskedRuns.of(request.GET.dict())
    if not request.htmx:
        response = redirect(f"{request.path.removesuffix('rows/')}?{asked.query()}")
        patch_vary_headers(response, ("HX-Request",))
        return response
    seen = several.seen_all(
        team=request.team,
        run_ids=asked.run_ids,
        with_values=request.sees_outputs,
        now=timezone.now(),
    )
    return _rows(request, asked, seen)


@for_members(Role.VIEWER, methods=("POST",))
def check(request: TeamRequest) -> HttpResponse:
    """Ask about all runs of the page that have not ended, at once or again; waits for no answer."""
    asked = AskedRuns.of(request.GET.dict())
    if not asked.run_ids:
        return redirect("runs-find")
    seen = several.check_all(
        team=request.team,
        run_ids=asked.run_ids,
        with_values=request.sees_outputs,
        now=timezone.now(),
    )
    if not request.htmx:
        return redirect(f"{request.path.removesuffix('check/')}?{asked.query()}")
    return _rows(request, asked, seen, is_asking=True)


def _rows(
    request: TeamRequest,
    asked: AskedRuns,
    seen: list[several.SeenRun],
    *,
    is_asking: bool = False,
) -> HttpResponse:
    page = _page(request, asked, seen)
    changed = changed_rows(page.rows, request.GET.get("seen", ""))
    context = {"page": page, "changed": changed, "is_asking": is_asking}
    return render(request, "several/rows.html", context)


def _page(request: TeamRequest, asked: AskedRuns, seen: list[several.SeenRun]) -> SeveralPage:
    return several_page(
        asked,
        seen,
        team=request.team,
        role=Role(request.membership.role),
        has_keys=ProjectKey.objects.of(request.team).exists(),
        now=timezone.now(),
    )
