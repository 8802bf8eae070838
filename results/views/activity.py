"""What happened in a team, for its owners: a page, and a file; it changes nothing."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from results.access import TeamRequest, for_members
from results.domain.csv_text import CONTENT_TYPE
from results.models import Role
from results.pages.activity import activity_csv, activity_page
from results.services import activity
from results.services.activity import Asked


@for_members(Role.OWNER)
def show(request: TeamRequest) -> HttpResponseBase:
    """Show the newest events: `?action=`, `?who=` and `?about=` choose, `?before=` goes back in time.

    `?as=csv` gives all that are chosen as a file. What is malformed asks for nothing special.
    """
    asked = Asked.of(request.GET.dict())
    if request.GET.get("as") == "csv":
        return _file(request, asked)
    before = _place(request.GET.get("before", ""))
    found = activity.listed(team=request.team, asked=asked, before=before)
    page = activity_page(found, team=request.team, asked=asked, is_later=before is not None)
    return render(request, "activity/show.html", {"page": page})


def _file(request: TeamRequest, asked: Asked) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse(content_type=CONTENT_TYPE)
    now = timezone.now()
    events = activity.exported(team=request.team, asked=asked, by=request.user, now=now)
    response = StreamingHttpResponse(activity_csv(events), content_type=CONTENT_TYPE)
    name = f"activity-{request.team.slug}-{now:%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _place(text: str) -> int | None:
    # A number that no database keeps is no place in the chain.
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
