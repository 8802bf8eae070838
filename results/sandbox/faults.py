"""Which request goes wrong, and how: by the run's id or because a test said so; it must not know sockets."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import Literal, get_args

from results.sandbox.answer import HTML_TYPE, JSON_TYPE, Answer, as_json
from results.sandbox.rate_limit import Verdict, too_many

FaultKind = Literal[
    "latency",
    "silent",
    "reset",
    "drip",
    "truncated",
    "huge",
    "gzipbomb",
    "endless",
    "html502",
    "500text",
    "500",
    "429proxy",
    "429",
    "garbage",
    "badjson",
    "redirect",
    "expired",
]
IN_ID = re.compile(rf"fault({'|'.join(get_args(FaultKind))})(?:([0-9]{{1,4}})s)?")
WAITING_ID = re.compile(r"run_(?:old)?wait([0-9]{1,4})s")
DEFAULT_LATENCY_S = 1.0
RETRY_AFTER_S = 5

GATEWAY_PAGE = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>proxy</center>\r\n</body>\r\n</html>\r\n"
)
EXPIRED_XML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
)
PORTAL_PAGE = (
    "<!doctype html><html><head><title>Welcome to the hotel network</title></head>"
    "<body><p>Please accept the terms to go on.</p></body></html>"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong; ``seconds`` is the delay of a latency and the pause of a 429.

    A programmed fault meets requests whose method, environment of the key and part of the path are
    as given here; None means any.
    """

    kind: FaultKind
    seconds: float = DEFAULT_LATENCY_S
    method: str | None = None
    path: str | None = None
    key: str | None = None

    def meets(self, method: str, path: str, key: str | None) -> bool:
        """Whether the fault is meant for such a request."""
        return (
            (self.method is None or self.method == method)
            and (self.path is None or self.path in path)
            and (self.key is None or self.key == key)
        )


class Faults:
    """The faults that a test has asked for; may be changed while the server runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._programmed: list[tuple[Fault, int | None]] = []

    def add(
        self,
        kind: FaultKind,
        *,
        seconds: float = DEFAULT_LATENCY_S,
        method: str | None = None,
        path: str | None = None,
        key: str | None = None,
        times: int | None = None,
    ) -> None:
        """Let requests go wrong: those of the method, with the text ``path`` in their raw path, with
        the key of the environment ``key``; only the first ``times`` of them."""
        with self._lock:
            self._programmed.append((Fault(kind, seconds, method, path, key), times))

    def clear(self) -> None:
        """Let everything go right again, ids with a fault in them excepted."""
        with self._lock:
            self._programmed.clear()

    def strike(self, method: str, path: str, key: str | None) -> Fault | None:
        """The fault that meets this request, counted as used; programmed ones come first."""
        with self._lock:
            for position, (fault, times) in enumerate(self._programmed):
                if times != 0 and fault.meets(method, path, key):
                    self._programmed[position] = (fault, None if times is None else times - 1)
                    return fault
        return fault_in(path)


def fault_in(path: str) -> Fault | None:
    """The fault that a run's id asks for."""
    if not path.startswith("/api/"):
        return None
    if waiting := WAITING_ID.search(path):
        return Fault("latency", float(waiting[1]))
    found = IN_ID.search(path)
    if found is None:
        return None
    kind = next(known for known in get_args(FaultKind) if known == found[1])
    default = RETRY_AFTER_S if kind.startswith("429") else DEFAULT_LATENCY_S
    return Fault(kind, float(found[2] or default))


def faulty_answer(fault: Fault, now: float) -> Answer | None:
    """The wrong answer of a fault that is nothing but a wrong answer; None for the others."""
    match fault.kind:
        case "html502":
            return Answer(502, GATEWAY_PAGE.encode(), "text/html", streamed=False)
        case "500":
            return as_json(500, {"error": "Something went wrong, please try again."})
        case "500text":
            return Answer(500, b"Unexpected Server Error", "text/plain;charset=UTF-8")
        case "429":
            verdict = Verdict(False, 750, -1, round((now + fault.seconds) * 1000))
            return too_many(verdict, now).adding(verdict.headers)
        case "429proxy":
            page = b"<html><body><h1>Too many requests</h1></body></html>"
            retry = {"Retry-After": f"{fault.seconds:.0f}"}
            return Answer(429, page, HTML_TYPE, retry, streamed=False)
        case "garbage":
            return Answer(200, PORTAL_PAGE.encode(), HTML_TYPE)
        case "badjson":
            return Answer(200, b'{"ok":true,"id":"run_', JSON_TYPE)
        case "redirect":
            elsewhere = {"Location": "http://192.0.2.1/stolen"}
            return Answer(302, headers=elsewhere, streamed=False)
        case "expired":
            return Answer(403, EXPIRED_XML.encode(), "application/xml", streamed=False, vary=())
        case _:
            return None
