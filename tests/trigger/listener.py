"""A server of raw bytes on loopback, and the client run for one test; it must not know the API."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Self, TypeVar

from results.trigger.addresses import AddressRules
from results.trigger.http import Answer, Http

T = TypeVar("T")
LOOPBACK = AddressRules("127.0.0.1", ("127.0.0.1",), ("127.0.0.1",))


class Listener:
    """Answers every connection with the same bytes, and keeps what it was sent, byte for byte."""

    def __init__(
        self,
        answer: bytes = b"HTTP/1.1 204 No Content\r\n\r\n",
        *,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.answer = answer
        self._tls = tls
        self.connections = 0
        self.requests: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Closing alone does not wake a thread that waits in `accept`.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                connection.settimeout(60)
                try:
                    self._answer(connection)
                except OSError:
                    continue

    def _answer(self, connection: socket.socket) -> None:
        if self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_side=True)
        request = b""
        while b"\r\n\r\n" not in request:
            piece = connection.recv(65536)
            if not piece:
                return
            request += piece
        self.requests.append(request)
        connection.sendall(self.answer)


def with_http(work: Callable[[Http], Awaitable[T]], http: Http) -> T:
    """Run ``work`` with the client on a loop of its own, and close it."""

    async def run() -> T:
        try:
            return await work(http)
        finally:
            await http.aclose()

    return asyncio.run(run())


def get(
    url: str,
    *,
    rules: AddressRules = LOOPBACK,
    headers: Mapping[str, str] | None = None,
    deadline_s: float = 60.0,
    max_bytes: int = 1 << 20,
    read_s: float = 60.0,
) -> Answer:
    """One GET by a client of its own."""
    return with_http(
        lambda http: http.get(url, headers=headers or {}, deadline_s=deadline_s),
        Http(rules, max_bytes=max_bytes, connect_s=60.0, read_s=read_s),
    )
