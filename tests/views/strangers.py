"""What every gated view owes to strangers and to nobody; it must not know any view."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


def body(response: Any) -> bytes:
    """The body without the token that differs in every answer."""
    return _TOKEN.sub(b"", response.content)


def assert_hidden(client: Client, address: str, *, method: str = "get", **extra: Any) -> None:
    """A stranger gets what anybody gets for a team that never was."""
    ask = getattr(client, method)
    there = ask(address, **extra)
    nowhere = ask(address.replace("/t/acme/", "/t/never-was/"), **extra)
    assert there.status_code == nowhere.status_code == 404
    assert body(there) == body(nowhere)
    assert headers(there) == headers(nowhere)


def assert_asks_for_sign_in(
    client: Client, address: str, *, method: str = "get", back: str | None = None
) -> None:
    """Nobody is sent to the sign-in page, and from there back to a page that can be opened."""
    response = getattr(client, method)(address)
    assert response.status_code == 302
    place, _, query = response["Location"].partition("?next=")
    assert place == "/accounts/login/"
    assert query == (back or address).replace("?", "%3F").replace("=", "%3D").replace("&", "%26")


def headers(response: Any) -> dict[str, str]:
    """All headers that do not depend on the length of an address, the moment or the request."""
    left_out = {"Content-Length", "Set-Cookie", "X-Request-ID"}
    return {name: value for name, value in response.headers.items() if name not in left_out}
