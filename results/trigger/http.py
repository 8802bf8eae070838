"""The one HTTP client of a process: deadline, size caps, address guard; it must not know the API.

Everything here runs on one event loop.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import aiohttp
import httpx

from results.domain.problems import AddressRefused, RunProblem, Unreachable, Unreadable
from results.trigger.addresses import AddressRules, is_public
from results.trigger.connections import (
    EXACT_URL,
    PrivateAddressError,
    VettedTransport,
    exact_address,
    no_cookies,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

T = TypeVar("T")
_ERRORS = (
    httpx.HTTPError,
    httpx.InvalidURL,
    aiohttp.ClientError,
    aiohttp.http_exceptions.HttpProcessingError,
    OSError,
)
_CONNECT_S = 3.0
_READ_S = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer: status, headers by lower-case name, body as bytes already inflated."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """One call that has ended: to whom (`api`, `store`, `webhook`), how, and how long it took.

    ``outcome`` is a word: `ok`, `absent`, `refused`, `limited`, `failed`, `other` for what was
    answered; `unreachable`, `unreadable`, `not_sent`, `given_up` when nothing usable was.
    """

    to: str
    outcome: str
    seconds: float


_OUTCOMES = {401: "refused", 403: "refused", 404: "absent", 429: "limited"}


def _forget(_: Call) -> None:
    """Nobody counts."""


class Http:
    """Asks within a deadline and a size; never follows a redirect, never keeps a cookie.

    ``tell`` hears of every call when it has ended.
    """

    def __init__(
        self,
        rules: AddressRules,
        *,
        max_bytes: int,
        connect_s: float = _CONNECT_S,
        read_s: float = _READ_S,
        tell: Callable[[Call], None] = _forget,
    ) -> None:
        self.rules = rules
        self._tell = tell
        self._max_bytes = max_bytes
        self._limits_s = (connect_s, read_s)
        self._client = self._opened()

    def _opened(self) -> httpx.AsyncClient:
        connect_s, read_s = self._limits_s
        return httpx.AsyncClient(
            transport=VettedTransport(self.rules, connect_s=connect_s, read_s=read_s),
            cookies=no_cookies(),
            follow_redirects=False,
            trust_env=False,
            # The transport has limits of its own; a second set would blur which one ended a call.
            timeout=None,  # noqa: S113
        )

    async def get(
        self, url: str, *, headers: Mapping[str, str], deadline_s: float, to: str = "api"
    ) -> Answer:
        """Return the answer, or raise a RunProblem; takes ``deadline_s`` seconds at the most.

        The caller has checked the address by name; here its number is checked. The address goes out
        byte for byte as given.
        """
        return await self._told(
            to, lambda: self._within(deadline_s, url, lambda: self._read(url, headers))
        )

    async def post(
        self, url: str, *, headers: Mapping[str, str], body: bytes, deadline_s: float
    ) -> int:
        """Send ``body`` and return the status of the answer, whose own body is never read.

        The same checks, limits and problems as `get`.
        """
        return await self._told(
            "webhook",
            lambda: self._within(deadline_s, url, lambda: self._sent(url, headers, body)),
        )

    async def _told(self, to: str, call: Callable[[], Coroutine[None, None, T]]) -> T:
        began, outcome = time.monotonic(), "given_up"
        try:
            answer = await call()
            outcome = _outcome_of(answer.status if isinstance(answer, Answer) else answer)
        except RunProblem as problem:
            outcome = _word_for(problem)
            raise
        finally:
            self._tell(Call(to, outcome, time.monotonic() - began))
        return answer

    async def _within(
        self, deadline_s: float, url: str, work: Callable[[], Coroutine[None, None, T]]
    ) -> T:
        try:
            async with asyncio.timeout(deadline_s):
                self._check_number(url)
                return await work()
        except TimeoutError as late:
            # A limit of the connection is a TimeoutError too.
            if isinstance(late, aiohttp.ServerTimeoutError):
                raise Unreachable("did not answer in time") from None
            raise Unreachable(f"did not answer within {max(deadline_s, 1):.0f} seconds") from None
        except _ERRORS as error:
            raise _problem_of(error) from None

    def _check_number(self, url: str) -> None:
        try:
            host = exact_address(url).raw_host or ""
        except ValueError:
            raise AddressRefused("the address is malformed") from None
        if _is_literal(host) and not self.rules.may_be_private(host) and not is_public(host):
            raise AddressRefused("the address leads inside a network")

    async def _sent(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        sent = {"Accept": "*/*", "User-Agent": "Runlens", **headers}
        bare = url.partition("?")[0]
        async with self._client.stream(
            "POST", bare, headers=sent, content=body, extensions={EXACT_URL: url}
        ) as response:
            return response.status_code

    async def _read(self, url: str, headers: Mapping[str, str]) -> Answer:
        sent = {"Accept": "*/*", "Accept-Encoding": "gzip", "User-Agent": "Runlens", **headers}
        # httpx logs the address that it is given, and what follows the path may be a credential.
        bare = url.partition("?")[0]
        exact = {EXACT_URL: url}
        async with self._client.stream("GET", bare, headers=sent, extensions=exact) as response:
            received = {
                name.decode("ascii", "replace").lower(): value.decode("utf-8", "replace")
                for name, value in response.headers.raw
            }
            encoding = received.get("content-encoding", "identity").strip().lower()
            if encoding in ("gzip", "x-gzip"):
                body = await self._inflated(response)
            elif encoding in ("identity", ""):
                body = await self._plain(response)
            else:
                raise Unreadable(f"answered in an encoding nobody asked for: {encoding[:40]}")
            return Answer(response.status_code, received, body)

    async def _plain(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async for piece in response.aiter_raw():
            body += piece
            self._check_size(body)
        return bytes(body)

    async def _inflated(self, response: httpx.Response) -> bytes:
        """Inflate piece by piece: a library would inflate a whole piece before its size is seen."""
        body = bytearray()
        inflate: zlib._Decompress | None = None
        async for piece in response.aiter_raw():
            if inflate is None:
                inflate = zlib.decompressobj(wbits=31)
            elif inflate.eof:
                raise Unreadable("sent more than the gzip that it announced")
            try:
                body += inflate.decompress(piece, self._max_bytes + 1 - len(body))
            except zlib.error:
                raise Unreadable("sent gzip that cannot be inflated") from None
            self._check_size(body)
            if inflate.unused_data:
                raise Unreadable("sent more than the gzip that it announced")
        if inflate is not None and not inflate.eof:
            raise Unreadable("sent an answer that stops in the middle")
        return bytes(body)

    def _check_size(self, body: bytearray) -> None:
        if len(body) > self._max_bytes:
            raise Unreadable(f"answered with more than {self._max_bytes:,} bytes")

    async def aclose(self) -> None:
        """Close the connections; the next call opens new ones."""
        await self._client.aclose()
        self._client = self._opened()


def _outcome_of(status: object) -> str:
    if not isinstance(status, int):
        return "other"
    if status in _OUTCOMES:
        return _OUTCOMES[status]
    return {2: "ok", 5: "failed"}.get(status // 100, "other")


def _word_for(problem: RunProblem) -> str:
    match problem:
        case AddressRefused():
            return "not_sent"
        case Unreachable():
            return "unreachable"
    return "unreadable"


def _is_literal(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _problem_of(error: Exception) -> RunProblem:
    chain: list[BaseException] = []
    seen: BaseException | None = error
    while seen is not None and len(chain) < 8:
        chain.append(seen)
        seen = seen.__cause__ or seen.__context__
    # Our own refusal comes wrapped in an error that says the name was not found.
    if any(isinstance(cause, PrivateAddressError) for cause in chain):
        return AddressRefused("the name leads inside a network")
    for cause in chain:
        match cause:
            case ssl.SSLCertVerificationError() | aiohttp.ClientConnectorCertificateError():
                return Unreachable("showed a certificate that is not trusted", retryable=False)
            case ssl.SSLError() | aiohttp.ClientConnectorSSLError():
                return Unreachable("could not agree on an encrypted connection", retryable=False)
            case aiohttp.ClientConnectorDNSError() | socket.gaierror():
                return Unreachable("has a name that cannot be found")
            case aiohttp.InvalidURL() | httpx.InvalidURL() | httpx.UnsupportedProtocol():
                return AddressRefused("the address is malformed")
            case ConnectionRefusedError():
                return Unreachable("refused the connection")
            case aiohttp.ClientPayloadError():
                return Unreadable("sent an answer that stops in the middle", retryable=True)
            case aiohttp.ClientResponseError() | aiohttp.http_exceptions.HttpProcessingError():
                return Unreadable("did not speak HTTP")
            case ConnectionResetError() | aiohttp.ServerDisconnectedError():
                return Unreachable("closed the connection before it answered")
            case aiohttp.ServerTimeoutError():
                return Unreachable("did not answer in time")
    return Unreachable("could not be reached")
