"""How whoever holds a share link is answered: one answer for every link that opens nothing; it draws no result."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from results.access import VisitorRequest
from results.models import ShareLink
from results.services import entries, sharing

P = ParamSpec("P")

_SALT = "shares.entry"


def answers_visitors(
    view: Callable[Concatenate[VisitorRequest, P], HttpResponse],
) -> Callable[Concatenate[VisitorRequest, P], HttpResponse]:
    """Say the same of everything that is not there, and nothing to caches, indexes and other sites."""

    @wraps(view)
    def answered(request: VisitorRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            response = render(request, "shares/_gone.html", status=404)
        except entries.TooManyTriesError as error:
            response = render(request, "shares/_limited.html", status=429)
            response["Retry-After"] = str(error.seconds)
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response["Cache-Control"] = "private, no-store"
        return response

    return answered


def link_of(token: str) -> ShareLink:
    """Return the live link; raises Http404 for any other token, and counts that."""
    row = sharing.find(token=token, now=timezone.now())
    if row is None:
        entries.miss()
        raise Http404
    return row


def entered_link(request: VisitorRequest, token: str) -> ShareLink:
    """Return the live link, if its passcode was entered where it asks for one; raises Http404."""
    row = link_of(token)
    if not has_entered(request, row):
        raise Http404
    return row


def has_entered(request: VisitorRequest, row: ShareLink) -> bool:
    """Whether this visitor has entered the passcode, or need not."""
    if not row.passcode:
        return True
    told = request.get_signed_cookie(
        _cookie(), default="", salt=_SALT, max_age=entries.HOURS * 3600
    )
    return entries.is_proof(row, told or "")


def remember_entry(response: HttpResponse, row: ShareLink, path: str) -> None:
    """Let the browser tell this link, and no other address, that the passcode was entered."""
    response.set_signed_cookie(
        _cookie(),
        entries.proof(row),
        salt=_SALT,
        max_age=entries.HOURS * 3600,
        path=path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _cookie() -> str:
    # A cookie of one path cannot have the prefix __Host-.
    return "__Secure-share" if settings.SESSION_COOKIE_SECURE else "runlens_share"
