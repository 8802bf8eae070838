"""The history of a task: what its runs did and how long they took; it opens no result."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from results.access import TeamRequest, for_members
from results.domain.status import State
from results.models import Role
from results.pages.tasks import NOWHERE, task_page
from results.services import history


@for_members(Role.VIEWER)
def show(request: TeamRequest, task: str) -> HttpResponse:
    """Show a task: `?env=…` and `?outcome=…` choose its runs, `?before=…` goes back in time.

    What is malformed asks for nothing special.
    """
    state = _outcome(request.GET.get("outcome", ""))
    before = history.Cursor.parse(request.GET.get("before", ""))
    found = history.task_history(
        team=request.team,
        task=task,
        environment=_environment(request.GET.get("env", "")),
        state=state,
        before=before,
    )
    page = task_page(
        found,
        team=request.team,
        task=task,
        state=state,
        is_later=before is not None,
        now=timezone.now(),
    )
    return render(request, "tasks/show.html", {"page": page})


def _outcome(text: str) -> State | None:
    return next((state for state in State if state.is_final and state == text), None)


def _environment(text: str) -> str | None:
    if text == NOWHERE:
        return ""
    return text if text in history.ENVIRONMENTS and text else None
