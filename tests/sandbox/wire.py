"""Requests to a sandbox over a real socket, with the path exactly as given; it must not know the API."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from results.sandbox.server import Sandbox


@dataclass(frozen=True, slots=True)
class Received:
    """An answer; ``headers`` with names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.body)


def ask(
    sandbox: Sandbox,
    path: str,
    key: str | None = None,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    timeout: float = 60,
) -> Received:
    """One request on a connection of its own; ``key`` goes behind ``Bearer``."""
    sent = dict(headers or {})
    if key is not None:
        sent["Authorization"] = f"Bearer {key}"
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=timeout)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in sent.items():
            connection.putheader(name, value)
        connection.putheader("Connection", "close")
        connection.endheaders()
        response = connection.getresponse()
        received = {name.lower(): value for name, value in response.getheaders()}
        return Received(response.status, received, response.read())
    finally:
        connection.close()
