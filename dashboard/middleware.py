"""What every answer carries, headers and the request's id, and the form that every request has; it knows no page."""

from __future__ import annotations

import codecs
import re
import secrets
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from dashboard.sessions import note_seen
from results import right_of_way
from results.domain.client_address import client_address
from results.domain.identity import read_pasted
from results.services.origin import Origin, coming_from

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

_HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), "
        "microphone=(), payment=(), usb=()"
    ),
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


class OriginMiddleware:
    """Give each request an id and say where it came from, to the audit, to the logs and to the client.

    The id is our own unless TRUST_REQUEST_ID says that a proxy always sets it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = _told_id(request) or secrets.token_hex(16)
        address = client_address(
            peer=request.META.get("REMOTE_ADDR", ""),
            forwarded=request.META.get("HTTP_X_FORWARDED_FOR", ""),
            proxies=settings.TRUSTED_PROXIES,
        )
        # Django logs some answers after all middleware, and hands the request to the log.
        request.origin = origin = Origin(request_id, address)  # type: ignore[attr-defined]
        with coming_from(origin):
            response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        return response


def _told_id(request: HttpRequest) -> str:
    """The id that a trusted proxy gave; nothing when it cannot be one, or may be a key."""
    told = request.headers.get("X-Request-ID", "") if settings.TRUST_REQUEST_ID else ""
    is_id = _REQUEST_ID.fullmatch(told) and not read_pasted(told).holds_secret
    return told if is_id else ""


class RightOfWayMiddleware:
    """Count each request among the short ones of this process, before which long ones give way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with right_of_way.answering():
            return self.get_response(request)


class PrivacyHeadersMiddleware:
    """Isolate every answer from other origins and keep it out of shared caches and indexes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-store"
            # Addresses of fragments answer the browser itself with something else.
            patch_vary_headers(response, ("HX-Request",))
        return response


class SeenMiddleware:
    """Note that somebody who is signed in is here, and have the browser forget when a session ends.

    What a page asks for by itself does not count: an open tab would keep its session for ever.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = request.session
        if session.is_empty():
            if settings.SESSION_COOKIE_NAME in request.COOKIES:
                # Nothing of a result is in the browser's storage, and cookies may be of neighbours.
                response.headers["Clear-Site-Data"] = '"cache"'
        elif session.accessed and SESSION_KEY in session and _is_by_hand(request):
            note_seen(session)
        return response


def _is_by_hand(request: HttpRequest) -> bool:
    mode = request.headers.get("Sec-Fetch-Mode", "navigate")
    return request.method not in ("GET", "HEAD") or mode == "navigate"


class WellFormedMiddleware:
    """Refuse a request in another encoding than UTF-8, and pass no cookie on that none of ours is.

    The first would be misread. The second would be looked up: a quoted cookie may hold a NUL,
    which PostgreSQL refuses to look for.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        declared = (request.content_params or {}).get("charset") or "utf-8"
        request.encoding = "utf-8"
        if _codec(declared) not in ("utf-8", "ascii"):
            raise BadRequest("requests are UTF-8")
        for name, value in list(request.COOKIES.items()):
            if not (value.isascii() and value.isprintable()):
                del request.COOKIES[name]
        return self.get_response(request)


def _codec(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
