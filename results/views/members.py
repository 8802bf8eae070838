"""The members of a team and its open invitations: owners see and change them."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from results.access import TeamRequest, for_members
from results.account_forms import InviteForm, RoleForm
from results.models import Invitation, Membership, Role
from results.pages.members import MembersPage, join_url, member_rows
from results.services import invitations, mail, roles


@for_members(Role.OWNER)
def show(request: TeamRequest) -> HttpResponse:
    """List members and open invitations, and offer to invite."""
    return _page(request, InviteForm(sends_mail=mail.is_set_up()))


@for_members(Role.OWNER, methods=("POST",))
def invite(request: TeamRequest) -> HttpResponse:
    """Make an invitation; its link is in this answer, or in a mail, and nowhere else."""
    form = InviteForm(request.POST, sends_mail=mail.is_set_up())
    if not form.is_valid():
        return _page(request, form, status=400)
    try:
        made = invitations.invite(
            team=request.team,
            role=form.cleaned_data["role"],
            email=form.cleaned_data["email"],
            mailer=_mailed if mail.is_set_up() else None,
            by=request.user,
            now=timezone.now(),
        )
    except invitations.NotInvitedError as error:
        form.add_error(None, str(error))
        return _page(request, form, status=400)
    return _page(request, InviteForm(sends_mail=mail.is_set_up()), made=made)


@for_members(Role.OWNER, methods=("POST",))
def revoke(request: TeamRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """End an invitation at once."""
    row = get_object_or_404(Invitation.objects.of(request.team), pk=invitation_id)
    row.team = request.team
    invitations.revoke(row=row, by=request.user, now=timezone.now())
    messages.success(request, "The invitation is revoked. Its link opens nothing any more.")
    return redirect("members-show", request.team.slug)


@for_members(Role.OWNER, methods=("POST",))
def change(request: TeamRequest, member_id: int) -> HttpResponse:
    """Give a member another role."""
    membership, form = _membership(request, member_id), RoleForm(request.POST)
    name = membership.user.get_username()
    if not form.is_valid():
        messages.error(request, "There is no such role.")
        return redirect("members-show", request.team.slug)
    role = form.cleaned_data["role"]
    try:
        roles.change_role(membership=membership, role=role, by=request.user, now=timezone.now())
    except roles.LastOwnerError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{name} is {role.label.lower()} now.")
    return _back(request, still_owner=membership.user_id != request.user.pk or role is Role.OWNER)


@for_members(Role.OWNER, methods=("POST",))
def remove(request: TeamRequest, member_id: int) -> HttpResponse:
    """End a membership; their next request finds the team gone."""
    membership = _membership(request, member_id)
    name, is_me = membership.user.get_username(), membership.user_id == request.user.pk
    try:
        roles.end_membership(membership=membership, by=request.user, now=timezone.now())
    except roles.LastOwnerError as error:
        messages.error(request, str(error))
        return redirect("members-show", request.team.slug)
    messages.success(request, f"{name} does not belong to {request.team.name} any more.")
    return _back(request, still_owner=not is_me)


def _membership(request: TeamRequest, pk: int) -> Membership:
    ours = Membership.objects.filter(team=request.team).select_related("user", "team")
    return get_object_or_404(ours, pk=pk)


def _back(request: TeamRequest, *, still_owner: bool) -> HttpResponse:
    """Whoever gave the role up may not see the list any more."""
    if (
        not still_owner
        and not Membership.objects.filter(
            team=request.team, user=request.user, role=Role.OWNER
        ).exists()
    ):
        return redirect("runs-find")
    return redirect("members-show", request.team.slug)


def _mailed(row: Invitation, token: str) -> bool:
    return mail.send_invitation(row=row, url=join_url(token))


def _page(
    request: TeamRequest,
    form: InviteForm,
    *,
    made: invitations.Made | None = None,
    status: int = 200,
) -> HttpResponse:
    ours = Membership.objects.filter(team=request.team).select_related("user")
    page = MembersPage(
        team=request.team,
        members=member_rows(list(ours.order_by("user__username")), me=request.user.pk),
        invitations=list(
            Invitation.objects.of(request.team)
            .open(timezone.now())
            .select_related("created_by")[: invitations.MOST]
        ),
        form=form,
        sends_mail=mail.is_set_up(),
        made=made.row if made else None,
        link=join_url(made.token) if made and made.token else "",
    )
    return render(request, "members/show.html", {"page": page}, status=status)
