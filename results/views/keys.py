"""The keys of a team: list, add, replace, test, forget; a secret comes in and never goes out."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from results.access import TeamRequest, for_members
from results.domain.identity import Environment
from results.forms import KeyForm, ReplaceKeyForm
from results.models import ProjectKey, Role
from results.models.keys import KeyAnswer
from results.pages.keys import KeysPage
from results.services import keys


@for_members(Role.VIEWER)
def show(request: TeamRequest) -> HttpResponse:
    """List the keys; whoever may add one finds the form below."""
    return _page(request, KeyForm(initial={"api_url": keys.default_api_url()}))


@sensitive_post_parameters("secret")
@sensitive_variables("form")
@for_members(Role.MEMBER, methods=("POST",))
def add(request: TeamRequest) -> HttpResponse:
    """Try a key and keep it sealed."""
    form = KeyForm(request.POST, initial={"api_url": keys.default_api_url()})
    if form.is_valid():
        cleaned = form.cleaned_data
        try:
            row = keys.store(
                team=request.team,
                project=cleaned["project"],
                api_url=cleaned["api_url"],
                branch=cleaned["branch"],
                key=cleaned["secret"],
                by=request.user,
                now=timezone.now(),
            )
        except keys.NotStoredError as error:
            form.add_error(error.field, str(error))
        else:
            _say_stored(request, row)
            # Not back to the form, which the browser was sent to in case something was wrong in it.
            return redirect(reverse("keys-show", args=[request.team.slug]) + "#main")
    return _page(request, form, status=400)


@sensitive_post_parameters("secret")
@sensitive_variables("form")
@for_members(Role.MEMBER, methods=("GET", "HEAD", "POST"))
def replace(request: TeamRequest, key_id: uuid.UUID) -> HttpResponse:
    """Put a new secret in the place of the old one."""
    row = get_object_or_404(ProjectKey.objects.of(request.team), pk=key_id)
    row.team = request.team
    form = ReplaceKeyForm(request.POST if request.method == "POST" else None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            keys.replace(
                row=row, key=form.cleaned_data["secret"], by=request.user, now=timezone.now()
            )
        except keys.NotStoredError as error:
            form.add_error("secret", str(error))
        else:
            _say_stored(request, row)
            return redirect("keys-show", request.team.slug)
    page = KeysPage(request.team, Role(request.membership.role), [], form, row)
    status = 400 if request.method == "POST" else 200
    return render(request, "keys/replace.html", {"page": page}, status=status)


@for_members(Role.MEMBER, methods=("POST",))
def test(request: TeamRequest, key_id: uuid.UUID) -> HttpResponse:
    """Ask the API about a stored key again."""
    row = get_object_or_404(ProjectKey.objects.of(request.team), pk=key_id)
    row.team = request.team
    try:
        tried = keys.test(row=row, by=request.user, now=timezone.now())
    except keys.NotStoredError as error:
        messages.error(request, str(error))
    else:
        words = f"{row.label}: {tried.answer.label.lower()}"
        messages.info(request, f"{words}: {tried.text}." if tried.text else f"{words}.")
    return redirect("keys-show", request.team.slug)


@for_members(Role.MEMBER, methods=("POST",))
def forget(request: TeamRequest, key_id: uuid.UUID) -> HttpResponse:
    """Delete a key and its secret."""
    row = get_object_or_404(ProjectKey.objects.of(request.team), pk=key_id)
    label = row.label
    keys.forget(row=row, by=request.user, now=timezone.now())
    messages.success(request, f"{label}: the key is forgotten. Stored results stay.")
    return redirect("keys-show", request.team.slug)


def _say_stored(request: TeamRequest, row: ProjectKey) -> None:
    place = Environment(row.environment).label
    if row.last_answer == KeyAnswer.ACCEPTED:
        messages.success(
            request, f"{row.project}: that is a {place} key. Trigger.dev accepted it; it is stored."
        )
    else:
        messages.warning(
            request,
            f"{row.project}: that is a {place} key. It is stored, but could not be tried: the API "
            f"{row.last_answer_text}.",
        )


def _page(request: TeamRequest, form: KeyForm, *, status: int = 200) -> HttpResponse:
    rows = list(ProjectKey.objects.of(request.team).select_related("added_by"))
    page = KeysPage(request.team, Role(request.membership.role), rows, form)
    return render(request, "keys/show.html", {"page": page}, status=status)
