"""Where the work at hand comes from: a request's id and client address; it knows no HTTP.

Set around each request by the site. Work that nobody asked for over HTTP (rounds, recorders,
commands) has no origin.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from results.domain.client_address import network


@dataclass(frozen=True, slots=True)
class Origin:
    """Which request, and the address of whoever sent it; both empty when there is none."""

    request_id: str = ""
    address: str = ""

    @property
    def network(self) -> str:
        """For whom tries are counted."""
        return network(self.address)


_NONE = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=_NONE)


def current() -> Origin:
    """Return the origin of what is being done in this thread."""
    return _origin.get()


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Give everything that is done inside this origin."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)
