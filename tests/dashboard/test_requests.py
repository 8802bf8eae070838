"""Requests are UTF-8 and cookies are plain: what is not is refused or dropped, never tried."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.conf import settings

from dashboard import requests

FORM = "application/x-www-form-urlencoded"


def ask(
    method: str, query: str, *, charset: str = "", body: bytes = b"", cookie: str = ""
) -> tuple[str, str]:
    """The status and the page, through everything that a server would call."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/accounts/login/",
        "QUERY_STRING": query,
        "CONTENT_TYPE": f"{FORM}; charset={charset}",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "HTTP_HOST": "testserver",
        "HTTP_COOKIE": cookie,
    }
    setup_testing_defaults(environ)
    statuses: list[str] = []

    def begin(status: str, headers: Any, error: Any = None, /) -> Callable[[bytes], object]:
        statuses.append(status)
        return lambda _: None

    response = requests.application()(environ, begin)
    page = b"".join(response).decode()
    response.close()
    return statuses[0], page


@pytest.mark.parametrize(
    "charset",
    ["utf-7", "utf-16", "latin-1", "base64", "idna", "unicode_escape", "rot13", "no-such"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_encoding_is_refused_on_a_page(db: None, method: str, charset: str) -> None:
    status, page = ask(method, "next=%2B2AA-", charset=charset, body=b"username=+2AA-")

    assert status == "400 Bad Request"
    assert "could not be understood" in page


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", "us-ascii", ""])
def test_utf8_under_any_of_its_names_is_read(db: None, charset: str) -> None:
    status, page = ask("GET", "next=/z%C3%BC", charset=charset)

    assert status == "200 OK"
    assert 'value="/zü"' in page


@pytest.mark.parametrize(
    "value", ['"\\000aaaaaaaaaaaa"', '"\\355\\240\\200aaaaaaaaaa"', "\x01aaaaaaaaaaa"]
)
@pytest.mark.parametrize("name", ["runlens_sessionid", "runlens_csrftoken"])
def test_a_cookie_that_is_none_of_ours_counts_as_none(db: None, name: str, value: str) -> None:
    status, page = ask("GET", "", cookie=f"{name}={value}")

    assert status == "200 OK"
    assert "Sign in" in page


class HalfSent:
    """A form whose sender stops in the middle, until told to go away."""

    def __init__(self) -> None:
        self.waits, self.gone = threading.Event(), threading.Event()

    def read(self, size: int = -1) -> bytes:
        self.waits.set()
        assert self.gone.wait(60)
        return b""


def test_a_form_waits_a_moment_while_others_arrive(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    application: Any = requests.application()
    monkeypatch.setattr(requests, "_PATIENCE_S", 60)
    statuses: list[str] = []
    for _ in range(requests.SEATS):
        assert application._seats.acquire(blocking=False)
    arrived = threading.Timer(0.05, application._seats.release)
    arrived.start()

    environ: dict[str, Any] = {"PATH_INFO": "/accounts/login/", "CONTENT_LENGTH": "1"}
    environ |= {"wsgi.input": io.BytesIO(b"x"), "HTTP_HOST": "testserver"}
    setup_testing_defaults(environ)
    environ["REQUEST_METHOD"] = "POST"
    b"".join(application(environ, lambda status, headers: statuses.append(status[:3])))

    arrived.join(60)
    assert statuses == ["403"]


def test_forms_that_are_never_sent_whole_hold_half_of_the_threads_at_most(db: None) -> None:
    application: Any = requests.application()
    answered: list[str] = []

    def send(body: Any, path: str = "/accounts/login/", size: str = "1000") -> None:
        environ = {"PATH_INFO": path, "CONTENT_LENGTH": size, "wsgi.input": body}
        setup_testing_defaults(environ)
        environ |= {"REQUEST_METHOD": "POST" if size else "GET", "HTTP_HOST": "testserver"}
        response = application(environ, lambda status, headers: answered.append(status[:3]))
        b"".join(response)

    half = [HalfSent() for _ in range(requests.SEATS)]
    senders = [threading.Thread(target=send, args=(body,)) for body in half]
    for sender, body in zip(senders, half, strict=True):
        sender.start()
        assert body.waits.wait(60)

    send(HalfSent())
    send(io.BytesIO(), "/health/live", "")
    assert answered == ["503", "200"]

    for sender, body in zip(senders, half, strict=True):
        body.gone.set()
        sender.join(60)
    send(io.BytesIO(b"username=x"), size="10")
    # The last one arrived whole, and is refused by its page, as forms without a token are.
    assert answered[2:] == [*["400"] * requests.SEATS, "403"]


class Broken(io.BytesIO):
    """A form whose connection breaks after its first bytes."""

    def read(self, size: int | None = -1) -> bytes:
        if part := super().read(size):
            return part
        raise ConnectionResetError


@pytest.mark.parametrize("kind", [io.BytesIO, Broken])
def test_a_form_that_is_cut_off_is_no_form(db: None, kind: type[io.BytesIO]) -> None:
    application: Any = requests.application()
    statuses: list[str] = []

    for _ in range(requests.SEATS + 1):
        environ: dict[str, Any] = {"PATH_INFO": "/accounts/login/", "CONTENT_LENGTH": "99"}
        environ |= {"wsgi.input": kind(b"a=b"), "HTTP_HOST": "testserver"}
        setup_testing_defaults(environ)
        environ["REQUEST_METHOD"] = "POST"
        page = application(environ, lambda status, headers: statuses.append(status[:3]))

    assert b"did not arrive whole" in b"".join(page)
    assert statuses == ["400"] * (requests.SEATS + 1)


def test_what_says_that_it_is_too_large_is_not_waited_for(db: None) -> None:
    status, _ = ask("POST", "", body=b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1))

    assert status[:3] in ("400", "403", "413")
