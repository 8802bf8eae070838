"""Share links: make, list, renew, revoke for members; open for whoever holds one, who learns nothing else."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from results.access import TeamRequest, VisitorRequest, for_anyone, for_members
from results.domain.identity import RunId
from results.models import Role, ShareLink, StoredResult
from results.pages.addresses import shared_addresses
from results.pages.branches import branch_page
from results.pages.search import AskedSearch, search_page
from results.pages.share_form import SHORTEST_PASSCODE, PasscodeForm, ShareForm
from results.pages.shared_runs import shared_page
from results.pages.shares import SharesPage, link_rows, share_page
from results.pages.tables import AskedTable
from results.services import entries, lookup, sharing
from results.views.branches import asked_branch, branch_answer, search_answer
from results.views.downloads import output_download
from results.views.visitors import (
    answers_visitors,
    entered_link,
    has_entered,
    link_of,
    remember_entry,
)

_LISTED = 100
_HOLDER = "whoever holds a live share link"


@for_members(Role.MEMBER, methods=("GET", "HEAD", "POST"))
def create(request: TeamRequest, run_id: RunId) -> HttpResponse:
    """Choose what to share and see what visitors will; then make the link and show where it is listed."""
    result = get_object_or_404(StoredResult.objects.of(request.team), run_id=run_id)
    result.team, now = request.team, timezone.now()
    opened = lookup.open_result(result=result, team=request.team)
    if opened.locked:
        messages.error(
            request,
            "The team's secrets cannot be opened with this instance's key ring; no link was made.",
        )
        return redirect("runs-show", request.team.slug, run_id)
    posted = request.POST if request.method == "POST" else None
    form = ShareForm(posted, opened=opened, asked=request.GET, now=now)
    is_valid = form.is_valid()
    if is_valid and "make" in request.POST:
        try:
            sharing.share(
                result=result, choices=form.choices, terms=form.terms, by=request.user, now=now
            )
        except sharing.NotSharedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"The link to {run_id} is made. It is the first in the list.")
            return redirect("shares-show", request.team.slug)
    seen = sharing.disclosed(opened, form.choices, with_places=True)
    page = share_page(
        team=request.team,
        role=Role(request.membership.role),
        form=form,
        opened=sharing.opened_for_visitors(opened, seen),
        seen=seen,
        choices=form.choices,
        now=now,
    )
    status = 400 if form.errors else 200
    return render(request, "shares/create.html", {"page": page}, status=status)


@for_members(Role.VIEWER)
def show(request: TeamRequest) -> HttpResponse:
    """List the team's links, or those to one run; members find their addresses here again."""
    now, role = timezone.now(), Role(request.membership.role)
    run_id = request.GET.get("run", "").strip()[:100].replace("\x00", "")
    links = ShareLink.objects.of(request.team)
    links = links.filter(result__run_id=run_id) if run_id else links
    live, ended = list(links.live(now)[:_LISTED]), list(links.ended(now)[:_LISTED])
    opened = sharing.listed(links=live, team=request.team, with_tokens=role.covers(Role.MEMBER))
    dead = sharing.listed(links=ended, team=request.team, with_tokens=False)
    page = SharesPage(
        team=request.team,
        role=role,
        now=now,
        live=link_rows(opened, now=now),
        ended=link_rows(dead, now=now),
        run_id=run_id,
        shortest_passcode=SHORTEST_PASSCODE,
    )
    return render(request, "shares/show.html", {"page": page})


@for_members(Role.MEMBER, methods=("POST",))
def revoke(request: TeamRequest, share_id: uuid.UUID) -> HttpResponse:
    """End a link at once."""
    row = _ours(request, share_id)
    sharing.revoke(row=row, by=request.user, now=timezone.now())
    messages.success(request, f"The link to {row.result.run_id} opens nothing any more.")
    return redirect("shares-show", request.team.slug)


@for_members(Role.MEMBER, methods=("POST",))
def rotate(request: TeamRequest, share_id: uuid.UUID) -> HttpResponse:
    """Give a link another address and end the one it had."""
    row = _ours(request, share_id)
    try:
        sharing.rotate(row=row, by=request.user, now=timezone.now())
    except sharing.NotSharedError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            f"The link to {row.result.run_id} has a new address. The old one opens nothing any more.",
        )
    return redirect("shares-show", request.team.slug)


@for_members(Role.MEMBER, methods=("POST",))
def passcode(request: TeamRequest, share_id: uuid.UUID) -> HttpResponse:
    """Ask for another passcode, or for none."""
    row, form = _ours(request, share_id), PasscodeForm(request.POST)
    if not form.is_valid():
        messages.error(
            request,
            f"Nothing was changed: a passcode has at least {SHORTEST_PASSCODE} characters.",
        )
        return redirect("shares-show", request.team.slug)
    chosen = form.cleaned_data["passcode"]
    sharing.set_passcode(row=row, passcode=chosen, by=request.user, now=timezone.now())
    asks = "asks for the new passcode" if chosen else "asks for no passcode any more"
    messages.success(request, f"The link to {row.result.run_id} {asks}.")
    return redirect("shares-show", request.team.slug)


@for_anyone(_HOLDER)
@answers_visitors
def read(request: VisitorRequest, token: str) -> HttpResponse:
    """The result behind a link: no team, no controls, nothing for caches, indexes or referrers."""
    row = link_of(token)
    if not has_entered(request, row):
        return _asks(request, token)
    sharing.note_opening(row=row, now=timezone.now())
    opened, seen, choices = sharing.open_result(row=row)
    page = shared_page(
        opened,
        at=shared_addresses(token),
        seen=seen,
        choices=choices,
        view=request.GET.get("view", ""),
        rows=AskedTable.of(request.GET.dict()),
        now=timezone.now(),
    )
    return render(request, "shares/read.html", {"page": page})


@for_anyone(_HOLDER, methods=("POST",))
@answers_visitors
def enter(request: VisitorRequest, token: str) -> HttpResponse:
    """Try a passcode; the right one is remembered for this link in this browser."""
    row = link_of(token)
    told = request.POST.get("passcode", "")
    if row.passcode and not entries.enter(row=row, passcode=told, now=timezone.now()):
        return _asks(request, token, is_wrong=True)
    response = redirect("shares-read", token)
    if row.passcode:
        remember_entry(response, row, reverse("shares-read", args=[token]))
    return response


@for_anyone(_HOLDER)
@answers_visitors
def branch(request: VisitorRequest, token: str) -> HttpResponse:
    """The children of one node of what is shared."""
    at = shared_addresses(token)
    page = branch_page(
        sharing.open_result(row=entered_link(request, token))[0],
        asked_branch(request),
        branch_url=at.branch,
        back_url=reverse("shares-read", args=[token]),
        download_url=at.download,
    )
    return branch_answer(request, page, "shares/branch.html")


@for_anyone(_HOLDER)
@answers_visitors
def search(request: VisitorRequest, token: str) -> HttpResponse:
    """Where a text stands in what is shared."""
    at = shared_addresses(token)
    page = search_page(
        sharing.open_result(row=entered_link(request, token))[0],
        AskedSearch.of(request.GET.dict()),
        search_url=at.search,
        branch_url=at.branch,
        back_url=reverse("shares-read", args=[token]),
    )
    return search_answer(request, page, "shares/search.html")


@for_anyone(_HOLDER)
@answers_visitors
def output(request: VisitorRequest, token: str) -> HttpResponse:
    """The shared output as a download."""
    row = entered_link(request, token)
    opened = sharing.open_result(row=row)[0]
    response = output_download(request, opened)
    sharing.note_download(row=row, now=timezone.now())
    return response


def _ours(request: TeamRequest, share_id: uuid.UUID) -> ShareLink:
    row = get_object_or_404(ShareLink.objects.of(request.team), pk=share_id)
    row.team = row.result.team = request.team
    return row


def _asks(request: VisitorRequest, token: str, *, is_wrong: bool = False) -> HttpResponse:
    page = {"address": reverse("shares-enter", args=[token]), "is_wrong": is_wrong}
    response = render(request, "shares/enter.html", {"page": page}, status=403 if is_wrong else 200)
    # With `no-referrer` a browser would send `Origin: null` with the form, which is refused.
    response["Referrer-Policy"] = "same-origin"
    return response
