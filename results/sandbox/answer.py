"""An HTTP answer as plain data, and the few shapes that every route shares; it must not know aiohttp."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from results.sandbox import js_json

JSON_TYPE = "application/json; charset=utf-8"
PROBLEM_TYPE = "application/problem+json; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"

NO_SUCH_PAGE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"/><title>404</title></head>'
    "<body><h1>404</h1><p>Page not found</p></body></html>"
)
BAD_REQUEST_PAGE = (
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n'
    "</head>\n<body>\n<pre>Bad Request</pre>\n</body>\n</html>\n"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and the headers that differ from route to route.

    ``streamed`` answers go out in chunks and compressed when that is asked for, as everything that
    the real server's routes make; the others carry a Content-Length. ``vary`` lists the request
    headers that the answer depends on, in the server's order.
    """

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    streamed: bool = True
    vary: tuple[str, ...] = ("Accept-Encoding",)

    def adding(self, headers: Mapping[str, str]) -> Answer:
        """The same answer with these headers set as well."""
        return replace(self, headers={**self.headers, **headers})


def as_json(status: int, value: object, headers: Mapping[str, str] | None = None) -> Answer:
    """A JSON answer of a route."""
    body = js_json.stringify(value).encode()
    return Answer(status, body, JSON_TYPE, headers or {})


def problem(value: Mapping[str, object], status: int) -> Answer:
    """An indented problem+json answer, as the rate limiter makes it."""
    body = json.dumps(value, indent=2, ensure_ascii=False).encode()
    return Answer(status, body, PROBLEM_TYPE, {"ETag": _weak_etag(body)}, streamed=False)


def unauthorized_problem() -> Answer:
    """What the rate limiter answers to a request that has no Authorization header."""
    text = "No authorization header provided"
    return problem(
        {
            "title": "Unauthorized",
            "status": 401,
            "type": "https://developer.mozilla.org/en-US/docs/Web/HTTP/Status/401",
            "detail": text,
            "error": text,
        },
        401,
    )


def no_such_page() -> Answer:
    """The HTML page of an address that leads nowhere."""
    headers = {
        "cache-control": "no-cache",
        "content-security-policy": "img-src 'self' data: blob:",
        "permissions-policy": "geolocation=(), microphone=(), camera=(), accelerometer=(), "
        "gyroscope=(), magnetometer=(), payment=(), usb=()",
        "referrer-policy": "strict-origin-when-cross-origin",
        "x-content-type-options": "nosniff",
    }
    return Answer(404, NO_SUCH_PAGE.encode(), HTML_TYPE, headers)


def bad_request_page() -> Answer:
    """The HTML page for a path with a broken percent escape."""
    headers = {
        "Content-Security-Policy": "default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    return Answer(400, BAD_REQUEST_PAGE.encode(), HTML_TYPE, headers, streamed=False)


def _weak_etag(body: bytes) -> str:
    digest = hashlib.sha1(body, usedforsecurity=False).digest()
    return f'W/"{len(body):x}-{base64.b64encode(digest).decode()[:27]}"'
