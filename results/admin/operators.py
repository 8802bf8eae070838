"""Operators' pages of people, teams and keys: every write goes through a service; they read no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from results.admin import records  # noqa: F401  registers its pages
from results.admin.account_forms import PasswordForm
from results.admin.key_forms import NewKeyForm, OtherSecretForm
from results.admin.key_pages import KeyPages
from results.admin.site import Choosing, RowAdmin, operator, site
from results.models import Membership, ProjectKey, Role, ShareLink, StoredResult, Team
from results.services import accounts, budgets, members, retention, second_factors

# The stubs' class takes parameters, Django's own does not.
if TYPE_CHECKING:
    _RowInline = admin.TabularInline[Any, Any]
    _UserAdmin = UserAdmin[User]
else:
    _RowInline = admin.TabularInline
    _UserAdmin = UserAdmin

# Being in a group gives nobody anything here: operators are superusers, all others have roles.
site.register(Group, GroupAdmin)


@admin.register(User, site=site)
class AccountAdmin(_UserAdmin):
    """People's accounts; every change of one is written down, with the names of its fields."""

    actions = ("remove_second_factors",)
    change_password_form = PasswordForm

    @admin.action(description="Remove the second factors of people who have lost them")
    def remove_second_factors(self, request: HttpRequest, queryset: models.QuerySet[User]) -> None:
        """Let them in by their password alone, until they set others up."""
        now, by = timezone.now(), operator(request)
        removed = [
            person.get_username()
            for person in queryset
            if second_factors.remove_all(person=person, by=by, now=now)
        ]
        names = ", ".join(removed) or "nobody"
        messages.success(request, f"Second factors were removed from {names}.")

    def log_addition(self, request: HttpRequest, obj: User, message: Any) -> LogEntry:
        """Django calls this after it has stored a new account, in the same transaction."""
        accounts.note_added(account=obj, by=operator(request), now=timezone.now())
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> LogEntry:
        """And this after every change, of the password too."""
        entry = super().log_change(request, obj, message)
        what, by = entry.get_change_message(), operator(request)
        accounts.note_changed(account=obj, what=what, by=by, now=timezone.now())
        return entry

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Delete the account through the service, which writes it down."""
        accounts.delete_account(account=obj, by=operator(request), now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[User]) -> None:
        """Delete each of them."""
        for row in queryset:
            self.delete_model(request, row)


class _MembersInline(_RowInline):
    """Whoever belongs to the team: the role can change, the person cannot."""

    model = Membership
    extra = 0
    fields = ("user", "role")
    readonly_fields = ("user",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Membership]:
        """Memberships with their people, who name each row."""
        rows: models.QuerySet[Membership] = super().get_queryset(request)
        return rows.select_related("user", "team")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """New members have a place of their own below: a chooser for each row is a query for each."""
        return False


class _NewMembersInline(Choosing, _RowInline):
    """People to add."""

    model = Membership
    verbose_name_plural = "new members"
    extra = 1
    fields = ("user", "role")
    autocomplete_fields = ("user",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Membership]:
        """Nobody who is there already."""
        rows: models.QuerySet[Membership] = super().get_queryset(request)
        return rows.none()


@admin.register(Team, site=site)
class TeamAdmin(RowAdmin):
    """Teams and their members. A team is made with a data key of its own, by the service."""

    list_display = ("name", "slug", "people", "created_at")
    search_fields = ("name", "slug")
    readonly_fields = ("slug", "ring_key_id", "key_generation", "keep_days", "created_at")
    fields = ("name", *readonly_fields)
    inlines = (_MembersInline, _NewMembersInline)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Team]:
        """Teams with the number of their members."""
        rows: models.QuerySet[Team] = super().get_queryset(request)
        return rows.annotate(people=models.Count("memberships"))

    @admin.display(description="members", ordering="people")
    def people(self, team: Team) -> int:
        """How many belong to it."""
        count: int = getattr(team, "people", 0)
        return count

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Say it in words when the ring cannot make a team's data key; then there is no team."""
        try:
            response: HttpResponse = super().add_view(request, form_url, extra_context)
        except members.NoTeamError as error:
            messages.error(request, f"No team was made: {error}.")
            return redirect("admin:results_team_changelist")
        return response

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Say how much goes with the teams, without reading all of it."""
        teams = list(objs)
        held = {
            "project keys": ProjectKey.objects.filter(team__in=teams).count(),
            "results": StoredResult.objects.filter(team__in=teams).count(),
            "share links": ShareLink.objects.filter(team__in=teams).count(),
            "memberships": Membership.objects.filter(team__in=teams).count(),
        }
        lines = [
            f"{team.name}: its data key is destroyed first, then everything that it has is deleted"
            for team in teams
        ]
        return lines, {"teams": len(teams), **held}, set(), []

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Without Django's transaction around it: the data key is to be gone before the rows are."""
        return self._delete_view(  # type: ignore[attr-defined]  # the stubs leave it out
            request, object_id, extra_context
        )

    def delete_model(self, request: HttpRequest, obj: Team) -> None:
        """Delete the team as the command does."""
        retention.delete_team(team=obj, by=operator(request), now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Team]) -> None:
        """Delete each of them."""
        for team in queryset:
            self.delete_model(request, team)

    def save_model(self, request: HttpRequest, obj: Team, form: Any, change: bool) -> None:
        """Make a new team through the service; afterwards only its name can change."""
        if change:
            members.rename_team(team=obj, name=obj.name, by=operator(request), now=timezone.now())
            return
        made = members.create_team(
            name=obj.name, owner=None, by=operator(request), now=timezone.now()
        )
        obj.pk = made.pk
        obj.refresh_from_db()

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Give and change roles through the service, which writes them down."""
        for row in formset.save(commit=False):
            _save_membership(request, row)
        for row in formset.deleted_objects:
            members.remove_member(membership=row, by=operator(request), now=timezone.now())


@admin.register(Membership, site=site)
class MembershipAdmin(RowAdmin):
    """Who belongs where."""

    list_display = ("user", "team", "role", "created_at")
    list_filter = ("role", "team")
    list_select_related = ("user", "team")
    search_fields = ("user__username", "team__name")
    autocomplete_fields = ("user", "team")

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> Any:
        """Whose membership it is never changes; the role does."""
        return () if obj is None else ("user", "team")

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        """Give or change the role through the service, which writes it down."""
        _save_membership(request, obj)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        """End the membership through the service, which writes it down."""
        members.remove_member(membership=obj, by=operator(request), now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Membership]) -> None:
        """End each of them."""
        for row in queryset.select_related("team", "user"):
            self.delete_model(request, row)


@admin.register(ProjectKey, site=site)
class ProjectKeyAdmin(KeyPages, RowAdmin):
    """Project keys: everything but the secret, which can only be written."""

    list_display = (
        "label",
        "team",
        "hint",
        "api_url",
        "last_answer",
        "last_used_at",
        "paused_until",
        "calls_left",
    )
    list_filter = ("environment", "last_answer", "team")
    list_select_related = ("team",)
    search_fields = ("project", "team__name")
    fields = (
        "team",
        "project",
        "environment",
        "branch",
        "api_url",
        "hint",
        "secret",
        "added_by",
        "added_at",
        "last_used_at",
        "last_answer",
        "last_answer_at",
        "last_answer_text",
        "last_knew_at",
        "paused_until",
        "calls_left",
    )

    @admin.display(description="calls left")
    def calls_left(self, row: ProjectKey) -> str:
        """How many calls the key's budget would give at once."""
        return f"{budgets.calls_left(row, now=timezone.now()):,}"

    def get_fields(self, request: HttpRequest, obj: ProjectKey | None = None) -> Any:
        """A new key needs less than an old one shows."""
        if obj is None:
            return ("team", "project", "secret", "branch", "api_url")
        return self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: ProjectKey | None = None) -> Any:
        """Everything but the secret."""
        return (
            ()
            if obj is None
            else tuple(name for name in ProjectKeyAdmin.fields if name != "secret")
        )

    def get_form(
        self,
        request: HttpRequest,
        obj: ProjectKey | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        """The forms that try the key through the service and never show it again."""
        form = NewKeyForm if obj is None else OtherSecretForm
        return type(form.__name__, (form,), {"by": operator(request)})

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[ProjectKey]) -> None:
        """Forget each of them."""
        for row in queryset.select_related("team"):
            self.delete_model(request, row)


def _save_membership(request: HttpRequest, row: Membership) -> None:
    saved = members.add_member(
        team=row.team, user=row.user, role=Role(row.role), by=operator(request), now=timezone.now()
    )
    row.pk = saved.pk
