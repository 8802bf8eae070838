"""Personal tokens of a team's members, for scripts: list, make, revoke; a token is in one answer only."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from results.access import TeamRequest, for_members
from results.models import PersonalToken, Role
from results.pages.personal_tokens import TokensPage, token_rows
from results.services import personal_tokens
from results.team_forms import TokenForm


@for_members(Role.VIEWER)
def show(request: TeamRequest) -> HttpResponse:
    """List one's own tokens, and for owners everybody's."""
    return _page(request, TokenForm())


@for_members(Role.VIEWER, methods=("POST",))
def create(request: TeamRequest) -> HttpResponse:
    """Make a token; it is in this answer and nowhere else."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    try:
        made = personal_tokens.make(
            membership=request.membership,
            label=form.cleaned_data["label"],
            lasts=timedelta(days=form.cleaned_data["days"]),
            by=request.user,
            now=timezone.now(),
        )
    except personal_tokens.NotMadeError as error:
        form.add_error(None, str(error))
        return _page(request, form, status=400)
    return _page(request, TokenForm(), made=made.token)


@for_members(Role.VIEWER, methods=("POST",))
def revoke(request: TeamRequest, token_id: uuid.UUID) -> HttpResponse:
    """End a token of one's own, or as an owner anybody's."""
    row = get_object_or_404(_seen(request).select_related("membership__team"), pk=token_id)
    personal_tokens.revoke(row=row, by=request.user, now=timezone.now())
    messages.success(request, f"The token “{row.label}” opens nothing any more.")
    return redirect("tokens-show", request.team.slug)


def _seen(request: TeamRequest) -> QuerySet[PersonalToken]:
    tokens = PersonalToken.objects.of(request.team)
    return tokens if _is_owner(request) else tokens.filter(membership=request.membership)


def _is_owner(request: TeamRequest) -> bool:
    return Role(request.membership.role).covers(Role.OWNER)


def _page(
    request: TeamRequest, form: TokenForm, *, made: str = "", status: int = 200
) -> HttpResponse:
    rows = token_rows(list(_seen(request)), me=request.user.pk, now=timezone.now())
    page = TokensPage(request.team, rows, _is_owner(request), form, made)
    return render(request, "tokens/show.html", {"page": page}, status=status)
