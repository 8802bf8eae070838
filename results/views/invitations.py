"""The page behind an invitation: join as who is signed in, or make an account; else one answer for all."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from results.access import VisitorRequest, for_anyone
from results.account_forms import NewAccountForm
from results.models import Invitation, Membership, Role
from results.pages.members import JoinPage
from results.services import invitations


@sensitive_post_parameters("password", "again")
@sensitive_variables("form")
@for_anyone("whoever holds an open invitation", methods=("GET", "HEAD", "POST"))
def join(request: VisitorRequest, token: str) -> HttpResponse:
    """Offer the place in the team, and take whoever agrees."""
    row = invitations.find(token=token, now=timezone.now())
    if row is None:
        raise Http404
    if request.method != "POST":
        return _page(request, row, token, NewAccountForm())
    if request.user.is_authenticated:
        return _join_as(request, row, token)
    form = NewAccountForm(request.POST)
    if not form.is_valid():
        return _page(request, row, token, form, status=400)
    account = invitations.join(
        token=token,
        username=form.cleaned_data["username"],
        password=form.cleaned_data["password"],
        now=timezone.now(),
    )
    if account is None:
        raise Http404
    login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
    return _welcome(request, row)


def _join_as(request: VisitorRequest, row: Invitation, token: str) -> HttpResponse:
    user = request.user
    if not user.is_authenticated:
        raise Http404
    before = Membership.objects.filter(team=row.team, user=user).first()
    if invitations.accept(token=token, user=user, now=timezone.now()) is None:
        raise Http404
    if before is None:
        return _welcome(request, row)
    role = Role(before.role).label.lower()
    messages.info(
        request,
        f"You belong to {row.team.name} already, as {role}. An owner can change that; the "
        "invitation stays open.",
    )
    return redirect("runs-find")


def _welcome(request: VisitorRequest, row: Invitation) -> HttpResponse:
    messages.success(request, f"Welcome to {row.team.name}.")
    return redirect("runs-find")


def _page(
    request: VisitorRequest,
    row: Invitation,
    token: str,
    form: NewAccountForm,
    *,
    status: int = 200,
) -> HttpResponse:
    page = JoinPage(
        invited_to=row.team.name,
        role=Role(row.role),
        until=row.expires_at,
        token=token,
        form=form,
        username=request.user.get_username(),
    )
    return render(request, "invitations/join.html", {"page": page}, status=status)
