"""How requests are read: as UTF-8, whatever they declare, and whole before a page begins; it knows no page."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import suppress
from io import BytesIO
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters


class Utf8Request(WSGIRequest):
    """A request that is read as UTF-8.

    Django would decode addresses and forms with whatever codec the request names, before any
    middleware can object, and Python has some that are no encoding of text at all.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        self.content_type, self.content_params = parse_header_parameters(
            meta.get("CONTENT_TYPE", "")
        )


SEATS = 2
"""Request threads of a worker, which has four, that wait for what is sent with a request."""

_PATIENCE_S = 0.1
"""How long a form waits for one of them: forms arrive whole within a moment, and a few at once.

It is no longer than a thread needs for some pages, so that waiting is no better way to hold it.
"""

_BUSY = b"Too many forms are being sent. Try again in a moment.\n"
_CUT = b"This form did not arrive whole. Send it again.\n"


class Application(WSGIHandler):
    """Waits for the whole of a request before its page begins, in some of the threads only.

    Whoever sends half of a form, and never the rest, would hold a thread for as long as they like;
    a few of them would hold all.
    """

    request_class = Utf8Request

    def __init__(self) -> None:
        super().__init__()
        self._seats = threading.BoundedSemaphore(SEATS)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer the request, or soon with 503 while too many others are being sent."""
        size = _size(environ.get("CONTENT_LENGTH"))
        if not size:
            return super().__call__(environ, start_response)
        if not self._seats.acquire(timeout=_PATIENCE_S):
            return _refused(start_response, "503 Service Unavailable", _BUSY)
        try:
            # What is too large is refused by what it says of itself, and never read.
            is_fine = size <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            sent = _read(environ["wsgi.input"], size) if is_fine else b""
        finally:
            self._seats.release()
        if is_fine and len(sent) < size:
            # A page would take what did arrive for all that was chosen.
            return _refused(start_response, "400 Bad Request", _CUT)
        return super().__call__(environ | {"wsgi.input": BytesIO(sent)}, start_response)


def _size(told: str | None) -> int:
    return int(told) if told and told.isascii() and told.isdecimal() and len(told) < 20 else 0


def _read(body: Any, size: int) -> bytes:
    """So many bytes, fewer when the sender has gone."""
    parts: list[bytes] = []
    with suppress(OSError):
        while size > 0 and (part := body.read(size)):
            parts.append(part)
            size -= len(part)
    return b"".join(parts)


def _refused(start_response: Any, status: str, words: bytes) -> Iterable[bytes]:
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(words))),
        ("Retry-After", "5"),
        ("Cache-Control", "no-store"),
    ]
    start_response(status, headers)
    return [words]


def application() -> WSGIHandler:
    """Return the WSGI application of a process, after setting Django up."""
    django.setup(set_prefix=False)
    return Application()
