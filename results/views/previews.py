"""What a share link would show, shown to a member before it is made; nothing is made by looking."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from results.access import TeamRequest, for_members
from results.domain.disclosure import Choices, Disclosed
from results.domain.identity import RunId
from results.models import Role, StoredResult
from results.pages.addresses import preview_addresses
from results.pages.branches import branch_page
from results.pages.search import AskedSearch, search_page
from results.pages.shared_runs import shared_page
from results.pages.tables import AskedTable
from results.services import lookup, sharing
from results.services.lookup import OpenedResult
from results.views.branches import asked_branch, branch_answer, search_answer
from results.views.downloads import output_download


@for_members(Role.MEMBER)
def show(request: TeamRequest, run_id: RunId, choices: str) -> HttpResponse:
    """The page that the link would lead to, drawn as it would be."""
    chosen = _read(choices)
    opened, seen = _seen(request, run_id, chosen)
    page = shared_page(
        opened,
        at=preview_addresses(request.team, run_id, chosen),
        seen=seen,
        choices=chosen,
        view=request.GET.get("view", ""),
        rows=AskedTable.of(request.GET.dict()),
        now=timezone.now(),
    )
    return render(request, "shares/read.html", {"page": page})


@for_members(Role.MEMBER)
def branch(request: TeamRequest, run_id: RunId, choices: str) -> HttpResponse:
    """The children of one node of what would be shared."""
    chosen = _read(choices)
    at = preview_addresses(request.team, run_id, chosen)
    page = branch_page(
        _seen(request, run_id, chosen)[0],
        asked_branch(request),
        branch_url=at.branch,
        back_url=_back(request, run_id, choices),
        download_url=at.download,
    )
    return branch_answer(request, page, "shares/branch.html")


@for_members(Role.MEMBER)
def search(request: TeamRequest, run_id: RunId, choices: str) -> HttpResponse:
    """Where a text stands in what would be shared."""
    chosen = _read(choices)
    at = preview_addresses(request.team, run_id, chosen)
    page = search_page(
        _seen(request, run_id, chosen)[0],
        AskedSearch.of(request.GET.dict()),
        search_url=at.search,
        branch_url=at.branch,
        back_url=_back(request, run_id, choices),
    )
    return search_answer(request, page, "shares/search.html")


@for_members(Role.MEMBER)
def output(request: TeamRequest, run_id: RunId, choices: str) -> HttpResponse:
    """The download that the link would give."""
    opened, _ = _seen(request, run_id, _read(choices))
    return output_download(request, opened)


def _read(choices: str) -> Choices:
    try:
        return Choices.from_address(choices)
    except ValueError:
        raise Http404 from None


def _seen(request: TeamRequest, run_id: RunId, choices: Choices) -> tuple[OpenedResult, Disclosed]:
    result = get_object_or_404(StoredResult.objects.of(request.team), run_id=run_id)
    opened = lookup.open_result(result=result, team=request.team)
    seen = sharing.disclosed(opened, choices)
    return sharing.opened_for_visitors(opened, seen), seen


def _back(request: TeamRequest, run_id: RunId, choices: str) -> str:
    return reverse("previews-show", args=[request.team.slug, run_id, choices])
