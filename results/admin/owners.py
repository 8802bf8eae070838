"""Pages for team owners: members, invitations, project keys, share links and settings of their own teams.

Every write goes through the service that the product's own pages use, which writes it down. No page
shows a secret or a token, or any account beside its name.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from results.admin.key_forms import NewKeyForm, OtherSecretForm
from results.admin.key_pages import KeyPages
from results.admin.owners_site import OwnedAdmin, owned, site
from results.admin.site import operator
from results.admin.team_forms import RoleForm, TeamForm
from results.models import Invitation, Membership, ProjectKey, Role, ShareLink, Team
from results.services import invitations, members, retention, roles, sharing

# Without it the list beside a page would name every team of the instance.
_BY_TEAM = ("team", RelatedOnlyFieldListFilter)


@admin.register(Team, site=site)
class OwnTeamAdmin(OwnedAdmin):
    """The settings of one's teams. Teams are made and deleted by operators."""

    team_path = "pk"
    may_change = True
    list_display = ("name", "slug", "members", "keep_days", "viewers_see_outputs")
    search_fields = ("name",)
    fields = ("name", "slug", "keep_days", "delete_older", "hide_outputs")
    readonly_fields = ("slug",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Team]:
        """One's teams with the number of their members."""
        rows: models.QuerySet[Team] = super().get_queryset(request)
        return rows.annotate(people=models.Count("memberships"))

    def team_of(self, obj: Any) -> Team:
        """Itself."""
        team: Team = obj
        return team

    @admin.display(ordering="people")
    def members(self, team: Team) -> int:
        """How many belong to it."""
        count: int = getattr(team, "people", 0)
        return count

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The form that asks twice before results are deleted."""
        return TeamForm

    def save_model(self, request: HttpRequest, obj: Team, form: Any, change: bool) -> None:
        """Hand each setting to its service; what is as it was is not written down."""
        by, now = operator(request), timezone.now()
        told = form.cleaned_data
        members.rename_team(team=obj, name=told["name"], by=by, now=now)
        retention.keep_for(team=obj, days=told["keep_days"], by=by, now=now)
        members.show_outputs_to_viewers(team=obj, shown=not told["hide_outputs"], by=by, now=now)


@admin.register(Membership, site=site)
class OwnMembersAdmin(OwnedAdmin):
    """Who belongs to one's teams. People come by invitation; here roles change and memberships end."""

    may_change = may_delete = True
    list_display = ("person", "team", "role", "created_at")
    list_filter = (_BY_TEAM, "role")
    list_select_related = ("team", "user")
    search_fields = ("user__username",)
    fields = ("person", "team", "role")
    readonly_fields = ("person", "team")

    @admin.display(ordering="user__username")
    def person(self, row: Membership) -> str:
        """Their name and nothing else of the account."""
        return row.user.get_username()

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Membership]:
        """Memberships with their people and teams, who name each row."""
        rows: models.QuerySet[Membership] = super().get_queryset(request)
        return rows.select_related("user", "team")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The form that keeps a team's last owner."""
        return RoleForm

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the membership may end: not that of the last owner."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not roles.is_last_owner(obj))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Say it in words when another owner has gone in the meantime."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except roles.LastOwnerError as error:
            return self._refused(request, error)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """And here."""
        try:
            return super().delete_view(request, *args, **kwargs)
        except roles.LastOwnerError as error:
            return self._refused(request, error)

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        """Change the role through the service."""
        role, by = Role(form.cleaned_data["role"]), operator(request)
        # As it is stored: the form has put the new role into the object already.
        row = Membership.objects.select_related("team", "user").get(pk=obj.pk)
        roles.change_role(membership=row, role=role, by=by, now=timezone.now())

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        """End the membership through the service."""
        roles.end_membership(membership=obj, by=operator(request), now=timezone.now())

    def _refused(self, request: HttpRequest, error: roles.LastOwnerError) -> HttpResponse:
        messages.error(request, str(error))
        return redirect("team-admin:results_membership_changelist")


@admin.register(Invitation, site=site)
class OwnInvitationsAdmin(OwnedAdmin):
    """Who was invited to one's teams, without the links, which are shown once where they are made."""

    list_display = ("email", "team", "role", "maker", "created_at", "expires_at", "ended")
    list_filter = (_BY_TEAM, "role")
    list_select_related = ("team", "created_by", "accepted_by")
    search_fields = ("email",)
    fields = list_display
    readonly_fields = list_display
    actions = ("revoke",)

    @admin.display(description="invited by")
    def maker(self, row: Invitation) -> str:
        """Whoever invited, if the account is still there."""
        return row.created_by.get_username() if row.created_by else ""

    @admin.display(description="ended")
    def ended(self, row: Invitation) -> str:
        """By whom it was accepted, or that it was revoked."""
        if row.accepted_at:
            return f"accepted by {row.accepted_by}" if row.accepted_by else "accepted"
        return "revoked" if row.revoked_at else ""

    @admin.action(description="Revoke the selected invitations", permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: models.QuerySet[Invitation]) -> None:
        """End the selected invitations at once."""
        for row in queryset.select_related("team"):
            invitations.revoke(row=row, by=operator(request), now=timezone.now())
        self.message_user(request, "The selected invitations open nothing any more.")


@admin.register(ProjectKey, site=site)
class OwnKeysAdmin(KeyPages, OwnedAdmin):
    """Project keys of one's teams: everything but the secret, which can only be written."""

    may_change = may_delete = True
    list_display = ("label", "team", "hint", "api_url", "last_answer", "last_used_at")
    list_filter = (_BY_TEAM, "environment", "last_answer")
    list_select_related = ("team",)
    search_fields = ("project",)
    fields = (
        *("team", "project", "environment", "branch", "api_url", "hint", "secret"),
        *("adder", "added_at", "last_used_at", "last_answer", "last_answer_at"),
        "last_answer_text",
    )

    @admin.display(description="added by")
    def adder(self, row: ProjectKey) -> str:
        """Whoever added it, if the account is still there."""
        return row.added_by.get_username() if row.added_by else ""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Every owner, to a team of their own."""
        return True

    def get_fields(self, request: HttpRequest, obj: ProjectKey | None = None) -> Any:
        """A new key needs less than an old one shows."""
        new = ("team", "project", "secret", "branch", "api_url")
        return new if obj is None else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: ProjectKey | None = None) -> Any:
        """Everything but the secret."""
        known = tuple(name for name in OwnKeysAdmin.fields if name != "secret")
        return () if obj is None else known

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The forms that try the key through the service; a new one is for a team of one's own."""
        by = {"by": operator(request)}
        if obj is not None:
            return type("OtherSecretForm", (OtherSecretForm,), by)
        mine = forms.ModelChoiceField(Team.objects.filter(pk__in=owned(request)))
        return type("NewKeyForm", (NewKeyForm,), by | {"team": mine})


@admin.register(ShareLink, site=site)
class OwnLinksAdmin(OwnedAdmin):
    """Share links of one's teams without their tokens."""

    may_delete = True
    list_display = (
        *("run", "team", "maker", "created_at", "expires_at", "revoked_at"),
        *("opened_count", "last_opened_at"),
    )
    list_filter = (_BY_TEAM,)
    list_select_related = ("result", "team", "created_by")
    search_fields = ("result__run_id",)
    fields = list_display
    readonly_fields = list_display
    actions = ("revoke",)

    @admin.display(ordering="result__run_id")
    def run(self, row: ShareLink) -> str:
        """The run whose result it opens."""
        return row.result.run_id

    @admin.display(description="made by")
    def maker(self, row: ShareLink) -> str:
        """Whoever made it, if the account is still there."""
        return row.created_by.get_username() if row.created_by else ""

    @admin.action(description="Revoke the selected links", permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: models.QuerySet[ShareLink]) -> None:
        """End the selected links at once."""
        for link in queryset.select_related("team", "result"):
            sharing.revoke(row=link, by=operator(request), now=timezone.now())
        self.message_user(request, "The selected links open nothing any more.")

    def delete_model(self, request: HttpRequest, obj: ShareLink) -> None:
        """Delete the link with all that is known of it."""
        sharing.delete(row=obj, by=operator(request), now=timezone.now())
