"""The team owners' site itself and what all of its pages share: rows of one's own teams and nothing else.

It knows no kind of row. What Django decides by its permissions is decided here by ownership alone,
looked up anew at each request.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from functools import wraps
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.exceptions import BadRequest
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from results.access import ask_to_sign_in
from results.admin.site import ModelPages, refuse_nul
from results.models import Team

_KEPT = frozenset({"index", "jsi18n", "app_list"})


class OwnersSite(admin.AdminSite):
    """For whoever owns a team; for everybody else there is nothing at its addresses."""

    site_header = "Runlens · your teams"
    site_title = "Runlens"
    index_title = "What you own"
    index_template = "team_admin/_index.html"
    enable_nav_sidebar = False
    # An address that leads nowhere is answered as everywhere.
    final_catch_all_view = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this is somebody who owns a team at this moment."""
        return request.user.is_active and bool(owned(request))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Guard a page."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def for_owners(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            refuse_nul(request)
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            if not self.has_permission(request):
                raise Http404
            if "_saveasnew" in request.POST:
                # Django would take the form of a row that need not be there for that of a new one.
                raise BadRequest("nothing is saved as new here")
            response: HttpResponse = guarded(request, *args, **kwargs)
            return response

        return for_owners

    def get_urls(self) -> list[Any]:
        """No way in, no passwords, no completion of names: only the pages of rows, and their scripts."""
        found: list[Any] = super().get_urls()
        return [one for one in found if getattr(one, "name", None) in (None, *_KEPT)]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page knows."""
        return {**super().each_context(request), "is_owners_site": True}

    def get_log_entries(self, request: HttpRequest) -> models.QuerySet[LogEntry]:
        """None: what was done stands in each team's activity."""
        return LogEntry.objects.none()


site = OwnersSite(name="team-admin")
# One row at a time, so that nothing is deleted by a list of numbers.
site.disable_action("delete_selected")


def owned(request: HttpRequest) -> frozenset[uuid.UUID]:
    """Return the teams that whoever asks owns; looked up once in a request and never kept."""
    found: frozenset[uuid.UUID] | None = getattr(request, "owned_teams", None)
    if found is None:
        found = frozenset(Team.objects.owned_by(request.user).values_list("pk", flat=True))
        request.owned_teams = found  # type: ignore[attr-defined]
    return found


class OwnedAdmin(ModelPages):
    """Pages of a kind of row that belongs to teams.

    Whoever registers another kind names the way to its team and has each write go through a service.
    Nothing can be added, changed or deleted unless a subclass says so.
    """

    team_path: ClassVar[str] = "team"
    view_on_site = False
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    may_change = False
    may_delete = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Rows of one's own teams; everything else on the site starts from here."""
        rows: models.QuerySet[Any] = super().get_queryset(request)
        return rows.filter(**{f"{self.team_path}__in": owned(request)})

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> models.Model:
        """One of those rows; what is another team's is not there."""
        found: models.Model | None = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        return found

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The site has asked already."""
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the row is of one's own team."""
        return obj is None or self.team_of(obj).pk in owned(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Owners, where rows of this kind change."""
        return self.may_change and self.has_view_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Owners, where rows of this kind are deleted here."""
        return self.may_delete and self.has_view_permission(request, obj)

    def team_of(self, obj: Any) -> Team:
        """The team that a row belongs to."""
        team: Team = obj.team
        return team

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Whether an address may filter by this: only as the filters beside a list do."""
        filters: Iterable[Any] = self.list_filter
        named = (each if isinstance(each, str) else each[0] for each in filters)
        return any(lookup in (f"{name}__exact", f"{name}__id__exact") for name in named)

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Rows are named by their keys alone."""
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choose among one's own teams, and among nothing else."""
        related: Any = db_field.remote_field.model
        mine = related.objects.filter(pk__in=owned(request)) if related is Team else None
        kwargs["queryset"] = related.objects.none() if mine is None else mine
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Nothing here is chosen from a list of many."""
        kwargs["queryset"] = db_field.remote_field.model.objects.none()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_deleted_objects(
        self, objs: Iterable[Any], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Name the rows themselves: what hangs on them is the service's business."""
        names = [str(one) for one in objs]
        return names, {str(self.opts.verbose_name_plural): len(names)}, set(), []

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The team's activity, which the database keeps from being changed."""
        team = self.team_of(self.get_object(request, object_id))
        return redirect("activity-show", team.slug)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """The service has written it down."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """The service has written it down."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:  # type: ignore[override]
        """The service has written it down."""
