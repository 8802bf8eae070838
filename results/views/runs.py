"""Finding a run, its page, the fragment that refreshes it, its downloads; it never talks to the API."""

from __future__ import annotations

from dataclasses import replace

import msgspec
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import retarget

from results.access import (
    TeamRequest,
    UserRequest,
    VisitorRequest,
    enter,
    for_anyone,
    for_members,
    for_signed_in,
    opened_result,
    opened_value,
)
from results.domain.details import read_details
from results.domain.identity import Environment, PastedText, RunId, read_pasted
from results.domain.status import State
from results.forms import FindForm, NoteForm
from results.models import Note, Pin, ProjectKey, Role, Sighting, StoredResult, Team
from results.pages.addresses import member_addresses
from results.pages.branches import branch_page
from results.pages.comparisons import compare_page
from results.pages.find import FindPage, portions_of, runs_address
from results.pages.history import look_rows
from results.pages.notes import notes_part
from results.pages.offered import offered_runs
from results.pages.pins import pin_part
from results.pages.refresh import changed_since
from results.pages.run_document import run_document
from results.pages.runs import RunPage, finished_page, unfinished_page
from results.pages.search import AskedSearch, search_page
from results.pages.tables import AskedTable
from results.pages.tasks import run_history
from results.pages.tickets import ticket_text
from results.pages.watches import watch_control
from results.services import (
    history,
    looking_back,
    looks,
    lookup,
    missing_outputs,
    notes,
    sightings,
    watching,
)
from results.views.branches import asked_branch, branch_answer, search_answer
from results.views.downloads import output_download
from results.views.gone import gone_document, gone_page
from results.views.remembered import chosen_view, remember_view

_RECENT = 12
_OFFERED = 6
_KEY_WAS_PASTED = "What you pasted held an API key beside the run. The key was not stored, logged or sent anywhere."


@for_signed_in(methods=("GET", "HEAD", "POST"))
def find(request: UserRequest) -> HttpResponse:
    """Show the box; with text in it, go to the run. `/?q=…` does the same from an address bar."""
    looks = looking_back.lately(by=request.user, most=_RECENT)
    teams = list(Team.objects.of(request.user))
    team = looks[0].team if looks else next(iter(teams), None)
    data = request.POST if request.method == "POST" else _asked_in_address(request, team)
    initial = {"team": team.slug} if team else {}
    form = FindForm(data, user=request.user, initial=initial)
    if data is not None and form.is_valid():
        pasted: PastedText = form.cleaned_data["text"]
        if pasted.holds_key:
            messages.warning(request, _KEY_WAS_PASTED)
        if pasted.shortened:
            messages.warning(request, pasted.shortened_hint)
        return redirect(runs_address(form.cleaned_data["team"], pasted))
    many, most = form.too_many, settings.RUNS_AT_ONCE
    chosen = form.cleaned_data.get("team") if many else None
    portions = portions_of(chosen, many, most=most) if many and chosen else ()
    membership = enter(request, team.slug) if team else None
    may_add = membership is not None and Role(membership.role).covers(Role.MEMBER)
    has_keys = team is None or ProjectKey.objects.of(team).exists()
    recent = look_rows(looks, has_keys=has_keys, now=timezone.now())
    page = FindPage(form, teams, team, recent, portions, has_keys, may_add)
    return render(request, "runs/find.html", {"page": page}, status=400 if form.errors else 200)


@for_anyone("browsers read it to offer a search from the address bar")
def opensearch(request: VisitorRequest) -> HttpResponse:
    """Tell a browser how to look a run up from its address bar."""
    context = {"site": settings.SITE_URL}
    kind = "application/opensearchdescription+xml"
    return render(request, "runs/opensearch.xml", context, content_type=kind)


@for_members(Role.VIEWER)
def show(request: TeamRequest, run_id: RunId) -> HttpResponse:
    """The permalink: the stored result, what is seen of the run now, or that it is gone."""
    try:
        seen = lookup.look_up(
            team=request.team,
            run_id=run_id,
            by=request.user,
            environment_hint=_environment_hint(request),
            now=timezone.now(),
        )
    except lookup.GoneError as gone:
        return gone_page(request, gone.tombstone)
    if isinstance(seen, StoredResult):
        _see(request, run_id)
    context = {
        "page": _with_pin_and_notes(request, _page(request, seen)),
        "is_still": _is_still(request),
    }
    return remember_view(request, render(request, "runs/show.html", context))


@for_members(Role.VIEWER)
def panel(request: TeamRequest, run_id: RunId) -> HttpResponse:
    """The part of the page that refreshes itself; answers at once from what is known."""
    if not request.htmx:
        return redirect("runs-show", request.team.slug, run_id)
    seen = lookup.seen(team=request.team, run_id=run_id)
    if seen is None:
        raise Http404
    if isinstance(seen, Sighting):
        looks.keep_looking(sightings=[seen], now=timezone.now())
    return _panel(request, seen)


@for_members(Role.VIEWER, methods=("POST",))
def check(request: TeamRequest, run_id: RunId) -> HttpResponse:
    """Ask about the run at once, or again after the asking has ended; waits for no answer."""
    seen = lookup.seen(team=request.team, run_id=run_id)
    if seen is None:
        raise Http404
    if isinstance(seen, Sighting):
        seen.team = request.team
        sightings.check_now(sighting=seen, now=timezone.now())
        seen.refresh_from_db()
    if not request.htmx:
        page = reverse("runs-show", args=[request.team.slug, run_id])
        return redirect(f"{page}?refresh=off" if _is_still(request) else page)
    return _panel(request, seen)


@for_members(Role.VIEWER, takes_tokens=True)
def document(request: TeamRequest, run_id: RunId) -> HttpResponse:
    """The whole of a run as one JSON object for scripts."""
    now = timezone.now()
    try:
        seen = lookup.look_up(team=request.team, run_id=run_id, by=request.user, now=now)
    except lookup.GoneError as gone:
        return gone_document(gone.tombstone)
    page, opened = _opened_page(request, seen)
    body = msgspec.json.encode(run_document(seen, opened, page=page))
    return HttpResponse(body, content_type="application/json")


@for_members(Role.VIEWER)
def branch(request: TeamRequest, run_id: RunId) -> HttpResponse:
    """The children of one node of a value: list items for the tree, or a page of their own."""
    result, at = _stored(request, run_id), member_addresses(request.team, run_id)
    page = branch_page(
        opened_value(request, result),
        asked_branch(request),
        branch_url=at.branch,
        back_url=reverse("runs-show", args=[request.team.slug, run_id]),
        download_url=at.download,
        team=request.team,
        role=Role(request.membership.role),
    )
    return branch_answer(request, page, "runs/branch.html")


@for_members(Role.VIEWER)
def compare(request: TeamRequest, run_id: RunId) -> HttpResponse:
    """This result held against another one: `?with=run_…`, else the last success of its task."""
    result = _stored(request, run_id)
    text = request.GET.get("with", "")
    other, problem = lookup.comparable(result=result, team=request.team, text=text)
    before = opened_result(request, other) if other else None
    after = opened_result(request, result)
    others = [] if other else history.others(result=result, team=request.team, most=_OFFERED)
    other_id = other.run_id if other else "" if read_pasted(text).holds_secret else text[:100]
    page = compare_page(
        after,
        before,
        other_id=other_id,
        problem=problem,
        shows_all=request.GET.get("show") == "all",
        offered=offered_runs(others, now=timezone.now()),
        team=request.team,
    )
    return render(request, "runs/compare.html", {"page": page})


@for_members(Role.VIEWER)
def ticket(request: TeamRequest, run_id: RunId) -> HttpResponse:
    """The run as Markdown, to be copied into a ticket."""
    result = _stored(request, run_id)
    text = ticket_text(opened_result(request, result), team=request.team)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@for_members(Role.VIEWER)
def search(request: TeamRequest, run_id: RunId) -> HttpResponse:
    """Where a text stands in one of the values of a result."""
    result = _stored(request, run_id)
    at = member_addresses(request.team, run_id)
    page = search_page(
        opened_value(request, result),
        AskedSearch.of(request.GET.dict()),
        search_url=at.search,
        branch_url=at.branch,
        back_url=reverse("runs-show", args=[request.team.slug, run_id]),
        team=request.team,
        role=Role(request.membership.role),
    )
    return search_answer(request, page, "runs/search.html")


@for_members(Role.VIEWER, takes_tokens=True)
def output(request: TeamRequest, run_id: RunId) -> HttpResponse:
    """The output as a download: `?as=raw` byte for byte as sent, `?as=json` as clean JSON."""
    result = _stored(request, run_id)
    opened = opened_value(request, result)
    if opened.locked:
        # The run's page says why; "not found" would be untrue.
        return redirect("runs-show", request.team.slug, run_id)
    form = request.GET.get("as", "json")
    response = output_download(request, opened)
    lookup.note_download(result=result, form=form, by=request.user, now=timezone.now())
    return response


@for_members(Role.MEMBER, methods=("POST",))
def fetch(request: TeamRequest, run_id: RunId) -> HttpResponse:
    """Ask once more for an output that could not be fetched when the run was stored."""
    result = _stored(request, run_id)
    try:
        missing_outputs.fetch_output(result=result, by=request.user, now=timezone.now())
    except missing_outputs.NotFetchedError as error:
        messages.warning(request, str(error))
    return redirect("runs-show", request.team.slug, run_id)


def _stored(request: TeamRequest, run_id: RunId) -> StoredResult:
    """The team's stored result of a run; 404 when there is none."""
    result = StoredResult.objects.of_run(request.team, run_id)
    if result is None:
        raise Http404("No result of this run is stored. Its .json has it looked up.")
    # The team came with the door; fetching it again would be one query more.
    result.team = request.team
    return result


def _see(request: TeamRequest, run_id: RunId) -> None:
    """Whoever opens a result has seen how their watch of it ended."""
    bell = request.bell()
    if bell.unseen:
        now = timezone.now()
        seen = watching.see(bell, team=request.team, run_id=run_id, by=request.user, now=now)
        request.bell = lambda: seen


def _panel(request: TeamRequest, seen: StoredResult | Sighting) -> HttpResponse:
    """Only what the page does not show already; a run that has ended replaces everything below its name."""
    page = _page(request, seen)
    changed = changed_since(page.version, request.GET.get("seen", ""))
    response = render(request, "runs/panel.html", {"page": page, "changed": changed})
    return retarget(response, "#run-body") if page.state.is_final else response


def _page(request: TeamRequest, seen: StoredResult | Sighting) -> RunPage:
    page, opened = _opened_page(request, seen)
    if opened is None or not page.task:
        return page
    past = history.around(result=opened.row, team=request.team)
    beside = run_history(past, result=opened.row, team=request.team, now=timezone.now())
    return replace(page, history=beside)


def _with_pin_and_notes(request: TeamRequest, page: RunPage) -> RunPage:
    """What the team has put beside the run; the refreshing of the panel leaves it alone."""
    team, role, now = request.team, Role(request.membership.role), timezone.now()
    opened = notes.opened(rows=list(Note.objects.on(team, page.run_id)), team=team)
    pin = Pin.objects.of(team).filter(run_id=page.run_id).first()
    return replace(
        page,
        pin=pin_part(pin, role=role, now=now),
        notes=notes_part(opened, form=NoteForm(), reader=request.user, role=role, now=now),
    )


def _opened_page(
    request: TeamRequest, seen: StoredResult | Sighting
) -> tuple[RunPage, lookup.OpenedResult | None]:
    role = Role(request.membership.role)
    if isinstance(seen, StoredResult):
        opened = opened_result(request, seen)
        view, now = chosen_view(request), timezone.now()
        rows = AskedTable.of(request.GET.dict())
        page = finished_page(opened, team=request.team, role=role, view=view, rows=rows, now=now)
        return page, opened
    # A key that knew the run is one, and most polls are about such a run.
    has_keys = seen.key_id is not None or ProjectKey.objects.of(request.team).exists()
    told = lookup.progress(sighting=seen, team=request.team, with_values=request.sees_outputs)
    page = unfinished_page(
        seen,
        details=read_details(told),
        team=request.team,
        role=role,
        has_keys=has_keys,
        now=timezone.now(),
    )
    own = watching.own_watch(sighting=seen, team=request.team, by=request.user, now=timezone.now())
    may_ask = page.may_check and page.state is not State.KEY_REFUSED
    control = watch_control(request.team, seen.run_id, role=role, may_ask=may_ask, watch=own)
    return replace(page, watch=control), None


def _is_still(request: TeamRequest) -> bool:
    """Whether the page is not to look again by itself, where no script decides that."""
    return request.GET.get("refresh") == "off"


def _environment_hint(request: TeamRequest) -> str:
    hint = request.GET.get("env", "")
    return hint if hint in set(Environment) else ""


def _asked_in_address(request: UserRequest, team: Team | None) -> QueryDict | None:
    if "q" not in request.GET:
        return None
    data = QueryDict(mutable=True)
    data["text"] = request.GET["q"]
    data["team"] = request.GET.get("team", team.slug if team else "")
    return data
