"""Connections for the HTTP client: names vetted, addresses byte for byte; it reads no answer.

httpx hands its requests to aiohttp here, because its own pool costs several times more per call
when tens of calls are open. Addresses are never spelt anew on the way: a presigned one is valid
only byte for byte.
"""

from __future__ import annotations

import asyncio
import atexit
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from results.trigger.addresses import AddressRules, is_public

# The name under which a request carries its address as it was given: httpx would tidy its path.
EXACT_URL = "exact_url"

# As many as the courier carries errands: whoever waits here for a connection uses up its own time.
_CONNECTIONS = 200


class PrivateAddressError(OSError):
    """A name that no operator listed leads to an address that is not public."""


class _VettingResolver(AbstractResolver):
    """Resolves a name once and lets through only addresses that the rules allow.

    The connector then connects to exactly these addresses, so a name that changes its mind between
    the check and the connection gains nothing.
    """

    def __init__(self, rules: AddressRules) -> None:
        self._rules = rules
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        try:
            found = await self._resolver.resolve(host, port, family)
        except UnicodeError:
            # A label that is empty or too long never reaches the name servers.
            raise socket.gaierror(socket.EAI_NONAME, "not a host name") from None
        if not self._rules.may_be_private(host) and not all(is_public(a["host"]) for a in found):
            raise PrivateAddressError(host)
        return found

    async def close(self) -> None:
        await self._resolver.close()


class _Body(httpx.AsyncByteStream):
    """The body of an answer as it arrives, not inflated."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._response.content.iter_any():
            yield piece

    async def aclose(self) -> None:
        # Releases the connection when the body was read to its end, and closes it otherwise.
        self._response.release()


class VettedTransport(httpx.AsyncBaseTransport):
    """Carries httpx's requests over aiohttp's connections, opened inside the loop that asks first.

    Errors are aiohttp's own: they say more of what happened than httpx's would.
    """

    def __init__(self, rules: AddressRules, *, connect_s: float, read_s: float) -> None:
        self._rules = rules
        self._timeout = aiohttp.ClientTimeout(
            total=None, connect=read_s, sock_connect=connect_s, sock_read=read_s
        )
        self._session: aiohttp.ClientSession | None = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                resolver=_VettingResolver(self._rules),
                ssl=ssl.create_default_context(),
                limit=_CONNECTIONS,
                use_dns_cache=False,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
                timeout=self._timeout,
            )
            atexit.register(self._close_with_the_process, asyncio.get_running_loop())
        return self._session

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return its answer, the body still to be read."""
        url: str = request.extensions[EXACT_URL]
        response = await self._open().request(
            request.method,
            exact_address(url),
            headers=[
                (name.decode(), value.decode())
                for name, value in request.headers.raw
                # aiohttp keeps its connections by itself.
                if name.lower() != b"connection"
            ],
            data=await request.aread() or None,
            allow_redirects=False,
        )
        return httpx.Response(
            response.status, headers=list(response.raw_headers), stream=_Body(response)
        )

    async def aclose(self) -> None:
        """Close the connections; the next request opens new ones."""
        if self._session is not None:
            atexit.unregister(self._close_with_the_process)
            await self._session.close()
            self._session = None

    def _close_with_the_process(self, loop: asyncio.AbstractEventLoop) -> None:
        # A command has nobody else who closes: what stays open would be complained about.
        if loop.is_running():
            with suppress(TimeoutError):
                asyncio.run_coroutine_threadsafe(self.aclose(), loop).result(timeout=1)


def exact_address(url: str) -> URL:
    """Return the address as it will be connected to and sent; raises ValueError when it is none."""
    return URL(url, encoded=url.isascii())


def no_cookies() -> CookieJar:
    """Return a jar that takes nothing."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=()))
