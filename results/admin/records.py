"""Operators' pages of what only the program writes: results, links, lookups, pins, notes, history.

They show no output, no error, no token and no text of a note.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from results.admin.site import ReadOnlyAdmin, operator, site
from results.models import (
    ApiCircuit,
    AuditEvent,
    Lookup,
    Note,
    Pin,
    ShareLink,
    Sighting,
    StoredResult,
    TeamLookup,
    Watch,
    Webhook,
    WebhookDelivery,
)
from results.services import notes, pins, retention, sharing, webhooks


@admin.register(StoredResult, site=site)
class StoredResultAdmin(ReadOnlyAdmin):
    """Stored results without what they say."""

    list_display = ("run_id", "team", "state", "task", "environment", "output_bytes", "stored_at")
    list_filter = ("state", "environment", "team")
    list_select_related = ("team",)
    search_fields = ("run_id", "task")
    show_full_result_count = False
    exclude = ("keys_asked",)

    def delete_model(self, request: HttpRequest, obj: StoredResult) -> None:
        """Delete the result through the service, which writes it down."""
        retention.delete_result(result=obj, by=operator(request), now=timezone.now())

    def delete_queryset(
        self, request: HttpRequest, queryset: models.QuerySet[StoredResult]
    ) -> None:
        """Delete each of them."""
        for row in queryset.select_related("team"):
            self.delete_model(request, row)


@admin.register(ShareLink, site=site)
class ShareLinkAdmin(ReadOnlyAdmin):
    """Share links without their tokens; operators may end them."""

    list_display = (
        "result",
        "team",
        "created_by",
        "created_at",
        "expires_at",
        "revoked_at",
        "opened_count",
    )
    list_filter = ("team",)
    list_select_related = ("result", "team", "created_by")
    actions = ("revoke",)

    @admin.action(description="Revoke the selected links", permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: models.QuerySet[ShareLink]) -> None:
        """End the selected links at once."""
        for link in queryset.select_related("team", "result"):
            sharing.revoke(row=link, by=operator(request), now=timezone.now())

    def delete_model(self, request: HttpRequest, obj: ShareLink) -> None:
        """Delete the link through the service, which writes it down."""
        sharing.delete(row=obj, by=operator(request), now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[ShareLink]) -> None:
        """Delete each of them."""
        for row in queryset.select_related("team", "result"):
            self.delete_model(request, row)


@admin.register(Lookup, site=site)
class LookupAdmin(ReadOnlyAdmin):
    """Who looked at what."""

    list_display = ("run_id", "team", "user", "looked_at")
    list_select_related = ("team", "user")
    search_fields = ("run_id", "user__username")
    show_full_result_count = False


@admin.register(TeamLookup, site=site)
class TeamLookupAdmin(ReadOnlyAdmin):
    """What teams looked at, and who looked last."""

    list_display = ("run_id", "team", "outcome", "task", "environment", "looked_by", "looked_at")
    list_filter = ("outcome", "environment")
    list_select_related = ("team", "looked_by")
    search_fields = ("run_id", "task")
    show_full_result_count = False


@admin.register(Pin, site=site)
class PinAdmin(ReadOnlyAdmin):
    """Which runs teams keep at hand."""

    list_display = ("run_id", "team", "pinned_by", "pinned_at")
    list_filter = ("team",)
    list_select_related = ("team", "pinned_by")
    search_fields = ("run_id",)

    def delete_model(self, request: HttpRequest, obj: Pin) -> None:
        """Unpin as a member would, which is written down."""
        pins.unpin(team=obj.team, run_id=obj.run_id, by=operator(request), now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Pin]) -> None:
        """Unpin each of them."""
        for row in queryset.select_related("team"):
            self.delete_model(request, row)


@admin.register(Note, site=site)
class NoteAdmin(ReadOnlyAdmin):
    """That there are notes, never what they say."""

    list_display = ("run_id", "team", "written_by", "written_at", "changed_at")
    list_filter = ("team",)
    list_select_related = ("team", "written_by")
    search_fields = ("run_id",)

    def delete_model(self, request: HttpRequest, obj: Note) -> None:
        """Delete it as an owner would, which is written down."""
        notes.delete(row=obj, by=operator(request), now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Note]) -> None:
        """Delete each of them."""
        for row in queryset.select_related("team"):
            self.delete_model(request, row)


@admin.register(Sighting, site=site)
class SightingAdmin(ReadOnlyAdmin):
    """Runs that are being asked about."""

    list_display = ("run_id", "team", "state", "status", "checked_at", "due_at")
    list_filter = ("state",)
    list_select_related = ("team",)
    search_fields = ("run_id",)
    exclude = ("keys_asked", "claim")


@admin.register(Watch, site=site)
class WatchAdmin(ReadOnlyAdmin):
    """Who has the server watch which run."""

    list_display = ("run_id", "team", "by", "since", "until", "outcome")
    list_filter = ("outcome", "team")
    list_select_related = ("team", "by")
    search_fields = ("run_id", "by__username")


@admin.register(Webhook, site=site)
class WebhookAdmin(ReadOnlyAdmin):
    """Webhooks without their addresses and secrets."""

    list_display = ("host", "team", "enabled", "set_by", "set_at")
    list_filter = ("enabled",)
    list_select_related = ("team", "set_by")
    search_fields = ("host",)

    def delete_model(self, request: HttpRequest, obj: Webhook) -> None:
        """Remove the webhook through the service, which writes it down."""
        webhooks.remove(webhook=obj, by=operator(request), now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Webhook]) -> None:
        """Remove each of them."""
        for row in queryset.select_related("team"):
            self.delete_model(request, row)


@admin.register(WebhookDelivery, site=site)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """What was sent to webhooks, and how that went."""

    list_display = (
        *("id", "webhook", "event", "result", "attempts", "status", "due_at"),
        *("delivered_at", "given_up_at"),
    )
    list_filter = ("event",)
    list_select_related = ("webhook", "result")
    exclude = ("claim",)


@admin.register(ApiCircuit, site=site)
class ApiCircuitAdmin(ReadOnlyAdmin):
    """API addresses that failed since they last answered, and until when they are left alone."""

    list_display = ("api_url", "failures", "open_until", "last_failure")
    fields = ("api_url", "failures", "last_failure", "opened_at", "open_until")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: an answer closes a circuit, and so does testing a key."""
        return False


@admin.register(AuditEvent, site=site)
class AuditEventAdmin(ReadOnlyAdmin):
    """What was done."""

    list_display = ("at", "actor", "action", "subject", "address")
    list_filter = ("action",)
    search_fields = ("subject", "actor", "address", "request_id")
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes history."""
        return False
