"""One log line and one count for every answer; it knows no page, and asks the database nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import LazyObject

from results.services import measuring

_log = logging.getLogger("runlens.requests")
_LONGEST = 300


class RequestLineMiddleware:
    """Tell method, path, page, status, time, person and team; never what a query or a form holds.

    Files and probes are many and say little: they are told at DEBUG.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - began
        page = _page(request)
        measuring.page_served(page, status=response.status_code, seconds=seconds)
        level = logging.DEBUG if page in _QUIET else logging.INFO
        if _log.isEnabledFor(level):
            facts = _facts(request, page, response.status_code, seconds)
            _log.log(level, "answered", extra={"told": facts})
        return response


_QUIET = ("file", "health-live", "health-ready", "metrics")


def _page(request: HttpRequest) -> str:
    if request.resolver_match is not None:
        return request.resolver_match.view_name or "none"
    return "file" if request.path.startswith(settings.STATIC_URL) else "none"


def _facts(
    request: HttpRequest, page: str, status: int, seconds: float
) -> dict[str, str | int | float | None]:
    user = vars(request).get("user")
    if isinstance(user, LazyObject):
        # Whoever was not looked up for the page is not looked up for its line.
        user = getattr(request, "_cached_user", None)
    team = getattr(request, "team", None)
    return {
        "method": request.method,
        "path": request.path[:_LONGEST],
        "page": page,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "user": getattr(user, "pk", None),
        "team": getattr(team, "slug", None),
    }
