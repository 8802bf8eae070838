"""Notes on runs: write, change, delete, by members of the team; a shared page never shows one."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django_htmx.http import HttpResponseClientRedirect

from results.access import TeamRequest, for_members, is_typed
from results.domain.identity import RunId
from results.forms import NoteForm
from results.models import Note, Role, TeamLookup
from results.pages.notes import NotePage
from results.services import notes


@sensitive_post_parameters("text")
@for_members(Role.MEMBER, methods=("GET", "HEAD", "POST"), keeps="text")
def add(request: TeamRequest, run_id: RunId) -> HttpResponse:
    """Keep a note on a run that the team has looked at; a form of its own until it can be kept."""
    if not TeamLookup.objects.knows(request.team, run_id):
        raise Http404
    form = NoteForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        text, now = form.cleaned_data["text"], timezone.now()
        try:
            row = notes.add(team=request.team, run_id=run_id, text=text, by=request.user, now=now)
        except notes.NotKeptError as error:
            form.add_error("text", str(error))
        else:
            return _to_note(request, row)
    return _form(request, "notes/add.html", form, run_id)


@sensitive_post_parameters("text")
@for_members(Role.MEMBER, methods=("GET", "HEAD", "POST"), keeps="text")
def edit(request: TeamRequest, note_id: uuid.UUID) -> HttpResponse:
    """Change a note of one's own."""
    mine = Note.objects.of(request.team).changeable_by(request.user)
    row = get_object_or_404(mine, pk=note_id)
    row.team = request.team
    before = notes.opened(rows=[row], team=request.team)[0].text
    form = NoteForm(request.POST if request.method == "POST" else None, text=before or "")
    if form.is_valid():
        text, now = form.cleaned_data["text"], timezone.now()
        try:
            notes.change(row=row, text=text, by=request.user, now=now)
        except notes.NotKeptError as error:
            form.add_error("text", str(error))
        else:
            return _to_note(request, row)
    return _form(request, "notes/edit.html", form, row.run_id)


@for_members(Role.MEMBER, methods=("POST",))
def delete(request: TeamRequest, note_id: uuid.UUID) -> HttpResponse:
    """Delete a note of one's own; an owner may delete any."""
    role = Role(request.membership.role)
    allowed = Note.objects.of(request.team).deletable_by(request.user, role)
    row = get_object_or_404(allowed, pk=note_id)
    row.team = request.team
    notes.delete(row=row, by=request.user, now=timezone.now())
    messages.success(request, "The note is deleted.")
    return redirect("runs-show", request.team.slug, row.run_id)


def _to_note(request: TeamRequest, row: Note) -> HttpResponse:
    page = reverse("runs-show", args=[request.team.slug, row.run_id])
    address = f"{page}#note-{row.pk}"
    if not is_typed(request):
        return redirect(address)
    response = HttpResponseClientRedirect(address)
    if (request.htmx.current_url_abs_path or "").partition("?")[0] == page:
        # Another place of the same page alone would bring no new note.
        response["HX-Refresh"] = "true"
    return response


def _form(request: TeamRequest, template: str, form: NoteForm, run_id: str) -> HttpResponse:
    page = NotePage(request.team, run_id, form)
    if form.errors and is_typed(request):
        return render(request, "notes/_refused.html", {"page": page})
    return render(request, template, {"page": page}, status=400 if form.errors else 200)
