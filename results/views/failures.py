"""Pages for what did not work: not found, not allowed, a stale form, a bug; they tell no detail."""

from __future__ import annotations

import logging
import sys
from typing import cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from results.access import (
    OutputsWithheldError,
    VisitorRequest,
    asked_for_runs,
    hand_back,
    is_typed,
    way_back,
)
from results.pages.readings import WITHHELD
from results.services.store_trouble import Trouble, trouble_of

_log = logging.getLogger(__name__)

# What to say, in the order headline, meaning, advice; and after how many seconds to come again.
_TOLD = {
    Trouble.AWAY: (
        "The database is away",
        "Runlens cannot read or store anything at the moment. What is stored is safe.",
        "Reload in a few seconds. What you were about to send was not done.",
        5,
    ),
    Trouble.BUSY: (
        "Too much at once",
        "The database is busy with other writes. What is stored is safe.",
        "Go back and try again. What you were about to send was not done.",
        2,
    ),
    Trouble.FULL: (
        "There is no room left",
        (
            "The disk of this instance is full or read-only: results that are stored can be read, "
            "but nothing can be added or changed."
        ),
        "Tell an operator of this instance. What you were about to send was not done.",
        60,
    ),
}


def csrf(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Say that the form was stale, and how to go on without losing what was typed."""
    if is_typed(request):
        # Like a form without a sign-in: its own has ended.
        return render(request, "registration/_signed_in_anew.html", status=401)
    if cast("VisitorRequest", request).htmx:
        # Only our own script can ask like this and read the answer.
        return render(request, "registration/_form_token.html", status=403)
    if _is_sent_by_our_page(request):
        if asked := asked_for_runs(request):
            # Looking up needs no form: an address does it too.
            return redirect(asked)
        door = getattr(getattr(request.resolver_match, "func", None), "door", None)
        if door and (handed_back := hand_back(request, door.keeps)):
            return handed_back
    return render(request, "403_csrf.html", {"back": way_back(request)}, status=403)


def _is_sent_by_our_page(request: HttpRequest) -> bool:
    ours = (f"{request.scheme}://{request.get_host()}", settings.SITE_URL)
    return request.headers.get("Origin") in ours


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that is malformed, meant for another host, or more than is taken at once."""
    if trouble := trouble_of(exception):
        # A session that could not be written counts as a bad request to Django.
        return _in_trouble(trouble)
    too_much = isinstance(exception, RequestDataTooBig | TooManyFieldsSent)
    return render(request, "400.html", {"too_much": too_much}, status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """One answer for a stranger, a wrong address and a thing that never was."""
    if getattr(request, "htmx", False):
        # A fragment that keeps refreshing must say why it stops, without a page inside the page.
        return render(request, "runs/_gone.html", status=404)
    return render(request, "404.html", status=404)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A member whose role does not reach, or a viewer whose team keeps values from viewers."""
    withheld = WITHHELD if isinstance(exception, OutputsWithheldError) else ""
    return render(request, "403.html", {"withheld": withheld}, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """A bug, or a database that cannot be used for a while; neither page asks the database."""
    if trouble := trouble_of(sys.exception()):
        return _in_trouble(trouble)
    return HttpResponse(render_to_string("500.html"), status=500)


def _in_trouble(trouble: Trouble) -> HttpResponse:
    headline, meaning, advice, seconds = _TOLD[trouble]
    told = {"headline": headline, "meaning": meaning, "advice": advice}
    page = render_to_string("503.html", told)
    response = HttpResponse(page, status=503, headers={"Retry-After": str(seconds)})
    # One line for each request is enough: Django would write a traceback for each.
    _log.error("the database is %s: a request was answered 503", trouble.value)
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001  Django's own mark
    return response
