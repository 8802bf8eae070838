"""Which requests reached the sandbox, without their secrets; it must not know how they were answered."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["result", "retrieve", "packet", "store", "other"]

KINDS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"/api/v1/runs/([^/]+)/result/?\Z"), "result"),
    (re.compile(r"/api/v3/runs/([^/]+)/?\Z"), "retrieve"),
    (re.compile(r"/api/v1/packets/(.+)\Z"), "packet"),
    (re.compile(r"/store/(.+)\Z"), "store"),
)
SECRET_HEADERS = frozenset({"authorization", "cookie"})


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``path`` is as on the wire with its query, ``key`` the environment whose key it
    carried, ``headers`` have lower-case names and no secret, ``at`` is in seconds since 1970."""

    method: str
    path: str
    kind: Kind
    run_id: str | None
    key: str | None
    headers: Mapping[str, str]
    at: float


def kind_of(path: str) -> tuple[Kind, str | None]:
    """What a raw path without query asks for, and the run id in it."""
    for pattern, kind in KINDS:
        found = pattern.match(path)
        if found:
            return kind, found[1] if kind in {"result", "retrieve"} else None
    return "other", None


def without_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers with every secret value struck out."""
    return {
        name: "(struck out)" if name in SECRET_HEADERS else value for name, value in headers.items()
    }


class CallLog:
    """Every request in order; may be read while the server's thread adds to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[Call] = []

    def add(self, call: Call) -> None:
        """Record a request."""
        with self._lock:
            self._calls.append(call)

    def clear(self) -> None:
        """Forget every request."""
        with self._lock:
            self._calls.clear()

    def all(self) -> list[Call]:
        """A copy of the requests so far."""
        with self._lock:
            return list(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(self.all())

    def __len__(self) -> int:
        with self._lock:
            return len(self._calls)

    def count(
        self, run_id: str | None = None, *, kind: Kind | None = None, path: str | None = None
    ) -> int:
        """How many requests asked for this run, were of this kind and had this text in the path."""
        return sum(
            1
            for call in self.all()
            if (run_id is None or call.run_id == run_id)
            and (kind is None or call.kind == kind)
            and (path is None or path in call.path)
        )

    def totals(self) -> dict[str, object]:
        """The counts as plain values: total, by run id, by kind."""
        calls = self.all()
        return {
            "total": len(calls),
            "runs": dict(Counter(call.run_id for call in calls if call.run_id is not None)),
            "kinds": dict(Counter(call.kind for call in calls)),
        }
