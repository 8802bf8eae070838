"""The operators' site itself and what all of its pages share; it knows no model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

# The stubs' classes take parameters, Django's own do not.
if TYPE_CHECKING:
    ModelPages = admin.ModelAdmin[Any]
else:
    ModelPages = admin.ModelAdmin

# Nobody needs to search by them, and their bytes match nothing that could be typed.
_CLOSED = ("sealed_", "wrapped_key", "digest", "fingerprint", "password", "passcode")


class OperatorsSite(admin.AdminSite):
    """For superusers who run the instance; being staff is not enough."""

    site_header = "Runlens · operators"
    site_title = "Runlens"
    index_title = "This instance"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this is an active superuser."""
        user = request.user
        return bool(user.is_active and getattr(user, "is_superuser", False))

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send whoever is not signed in to the one way in, with its limits and second factors."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        back = request.GET.get(REDIRECT_FIELD_NAME, "")
        if not back.startswith("/") or not url_has_allowed_host_and_scheme(back, None):
            back = reverse(f"{self.name}:index")
        return redirect(back) if self.has_permission(request) else redirect_to_login(back)

    def logout(  # type: ignore[override]  # the stubs think of Django's own page
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Leave as everywhere else."""
        if request.method == "POST":
            logout(request)
        return redirect(settings.LOGIN_URL)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Guard a page; an address that asks for a NUL asks for what no database holds."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def without_nul(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            refuse_nul(request)
            response: HttpResponse = guarded(request, *args, **kwargs)
            return response

        return without_nul


site = OperatorsSite(name="admin")


def refuse_nul(request: HttpRequest) -> None:
    """Refuse an address that asks for a NUL, which no database holds."""
    if "%00" in request.META.get("QUERY_STRING", ""):
        raise BadRequest("a NUL in the address")


class _Chooser(AutocompleteSelect):
    """A field to choose a row by its name; what is no key of any row counts as not chosen.

    Django's own looks whatever was sent up as it is.
    """

    def optgroups(
        self, name: str, value: Sequence[str], attrs: dict[str, Any] | None = None
    ) -> Any:
        """The chosen rows."""
        return super().optgroups(name, [one for one in value if self._is_key(one)], attrs)

    def _is_key(self, text: str) -> bool:
        try:
            self.field.target_field.clean(text, None)
        except ValidationError:
            return False
        return True


class Choosing:
    """Rows that a person chooses by name."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Use the chooser wherever Django would complete a name."""
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs["widget"] = _Chooser(db_field, self.admin_site)  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class RowAdmin(Choosing, ModelPages):
    """Pages of one kind of row; sealed columns cannot be filtered by."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Whether an address may filter by this column."""
        if any(part.startswith(_CLOSED) for part in lookup.split("__")):
            return False
        return bool(super().lookup_allowed(lookup, value, request))


class ReadOnlyAdmin(RowAdmin):
    """Rows that only the program writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


def operator(request: HttpRequest) -> User:
    """Who is at work; the site lets nobody else in."""
    assert isinstance(request.user, User)  # noqa: S101  tells the type checker
    return request.user
