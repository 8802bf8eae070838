"""How requests are read: as UTF-8, whatever they declare; it knows no page."""

from __future__ import annotations

from typing import Any

import django
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


def application() -> WSGIHandler:
    """Return the WSGI application of a process, after setting Django up."""
    django.setup(set_prefix=False)
    handler = WSGIHandler()
    handler.request_class = Utf8Request
    return handler
