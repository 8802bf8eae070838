"""Raw hello: what the server alone can do, without any framework; it must know nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

_BODY = b"hello\n"
_HEADERS = [("Content-Type", "text/plain"), ("Content-Length", str(len(_BODY)))]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer every request alike."""
    start_response("200 OK", _HEADERS)
    return [_BODY]
