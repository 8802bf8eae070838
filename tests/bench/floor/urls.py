"""The floor's one page: session, user, one row by team and run id, a template of 12 KB."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from tests.bench.floor.models import FloorRun

_FACTS = [(f"Fact {number}", f"value <{number}> & more of it") for number in range(20)]
_ROWS = [
    {"name": f"field{number}", "text": f'"a text of the output, number {number}"', "type": "string"}
    for number in range(60)
]


@login_required
def show(request: HttpRequest, team: str, run_id: str) -> HttpResponse:
    """The page of a finished run, at its least."""
    run = get_object_or_404(FloorRun, team=team, run_id=run_id)
    return render(request, "run.html", {"run": run, "facts": _FACTS, "rows": _ROWS})


def live(request: HttpRequest) -> HttpResponse:
    """Whether it answers."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [path("t/<slug:team>/runs/<str:run_id>/", show), path("health/live", live)]
