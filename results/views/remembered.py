"""The view that somebody chose last, kept in a cookie: no page needs a query or a script to know it."""

from __future__ import annotations

from django.http import HttpResponse

from results.access import TeamRequest
from results.pages.values import View

_COOKIE = "view"
_YEAR_S = 365 * 24 * 3600
# What was sent is looked at now and then; nobody wants to begin there.
_KEPT = (View.TREE, View.TABLE, View.TEXT)


def chosen_view(request: TeamRequest) -> str:
    """The view in the address, else the one that this person chose last in this browser, else nothing."""
    if "view" in request.GET:
        return request.GET["view"]
    owner, _, view = request.COOKIES.get(_COOKIE, "").partition(":")
    return view if owner == str(request.user.pk) else ""


def remember_view(request: TeamRequest, response: HttpResponse) -> HttpResponse:
    """Keep the view in the address for the next result; others at the same browser keep their own way."""
    view = request.GET.get("view", "")
    if view in _KEPT:
        response.set_cookie(
            _COOKIE,
            f"{request.user.pk}:{view}",
            max_age=_YEAR_S,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    return response
