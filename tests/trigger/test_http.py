"""The client against a server that misbehaves on a real socket: every fault is a problem, in time."""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import re
import ssl
import time
import tracemalloc
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from results.domain.problems import RunProblem, Unreachable, Unreadable
from results.sandbox.scenarios import SANDBOX_KEYS
from results.sandbox.server import Sandbox
from results.trigger.http import Answer, Http
from tests.trigger.listener import LOOPBACK, Listener, get, with_http

BEARER = {"Authorization": f"Bearer {SANDBOX_KEYS['dev']}"}


def answer_of(head: str, body: bytes = b"") -> bytes:
    return head.replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n" + body


def zipped(body: bytes) -> bytes:
    return answer_of(f"HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: {len(body)}", body)


def ask(sandbox: Sandbox, fault: str, **limits: float) -> Answer:
    url = f"{sandbox.url}/api/v1/runs/run_fault{fault}x/result"
    return get(url, headers=BEARER, **limits)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fault", "problem", "words"),
    [
        ("reset", Unreachable, "closed the connection before it answered"),
        ("truncated", Unreadable, "stops in the middle"),
        ("huge", Unreadable, "more than 1,048,576 bytes"),
        ("endless", Unreadable, "more than 1,048,576 bytes"),
        ("gzipbomb", Unreadable, "more than 1,048,576 bytes"),
    ],
)
def test_a_fault_of_the_server_ends_in_a_problem_with_its_name(
    sandbox: Sandbox, fault: str, problem: type[RunProblem], words: str
) -> None:
    with pytest.raises(problem) as raised:
        ask(sandbox, fault)

    assert words in raised.value.reason


@pytest.mark.parametrize("fault", ["silent", "drip", "latency30s"])
def test_nothing_takes_longer_than_the_deadline(sandbox: Sandbox, fault: str) -> None:
    began = time.monotonic()

    with pytest.raises(Unreachable, match="did not answer within 1 seconds"):
        ask(sandbox, fault, deadline_s=0.6)

    assert 0.5 < time.monotonic() - began < 25


def test_a_server_that_falls_silent_is_left_before_the_deadline(sandbox: Sandbox) -> None:
    with pytest.raises(Unreachable, match="did not answer in time"):
        ask(sandbox, "silent", read_s=0.2)


def test_a_slow_answer_is_waited_for(sandbox: Sandbox) -> None:
    sandbox.faults.add("latency", seconds=0.3)

    assert ask(sandbox, "none").status in (200, 404)


def test_nobody_listening_is_a_refused_connection() -> None:
    with Listener() as gone:
        url = gone.url

    with pytest.raises(Unreachable, match="refused the connection"):
        get(url)


def test_a_bomb_of_300_megabytes_costs_little_memory(sandbox: Sandbox) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable):
            ask(sandbox, "gzipbomb", max_bytes=16 << 20)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 3 * (16 << 20)


def test_an_answer_of_exactly_the_largest_size_is_taken() -> None:
    for extra, fits in ((0, True), (1, False)):
        body = b"a" * (1000 + extra)
        for answer in (
            zipped(gzip.compress(body)),
            answer_of(f"HTTP/1.1 200 OK\nContent-Length: {len(body)}", body),
        ):
            with Listener(answer) as listener:
                if fits:
                    assert get(listener.url, max_bytes=1000).body == body
                else:
                    with pytest.raises(Unreadable):
                        get(listener.url, max_bytes=1000)


def test_gzip_is_asked_for_and_inflated(sandbox: Sandbox) -> None:
    answer = get(f"{sandbox.url}/api/v3/runs/run_nobody", headers=BEARER)

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.body == b'{"error":"Not found"}'
    assert answer.headers["x-should-retry"] == "true"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (gzip.compress(b"x" * 500)[:-4], "stops in the middle"),
        (gzip.compress(b"x" * 500)[:20], "stops in the middle"),
        (b"no gzip at all", "cannot be inflated"),
        (zlib.compress(b"deflate"), "cannot be inflated"),
        (gzip.compress(b"x") + b"y" * 100_000, "more than the gzip"),
        (gzip.compress(b"x") + gzip.compress(b"y"), "more than the gzip"),
    ],
)
def test_broken_gzip_is_unreadable(body: bytes, words: str) -> None:
    with Listener(zipped(body)) as listener, pytest.raises(Unreadable, match=words):
        get(listener.url)


def test_gzip_inside_gzip_is_inflated_once() -> None:
    inner = gzip.compress(b"x" * 100)
    with Listener(zipped(gzip.compress(inner))) as listener:
        assert get(listener.url).body == inner


@pytest.mark.parametrize("status", ["204 No Content", "502 Bad Gateway"])
def test_an_empty_body_needs_no_gzip(status: str) -> None:
    head = f"HTTP/1.1 {status}\nContent-Encoding: gzip\nContent-Length: 0"
    with Listener(answer_of(head)) as listener:
        assert get(listener.url).body == b""


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip", "\xff\xfe"])
def test_an_encoding_that_nobody_asked_for_is_unreadable(encoding: str) -> None:
    head = f"HTTP/1.1 200 OK\nContent-Encoding: {encoding}\nContent-Length: 1"
    with Listener(answer_of(head, b"x")) as listener, pytest.raises(Unreadable) as raised:
        get(listener.url)

    # The reason goes into rows, which hold no lone surrogate.
    raised.value.reason.encode()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 99999 OK\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nContent-Length: 20\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"\x16\x03\x01\x00\x00",
        bytes(range(256)),
    ],
)
def test_whatever_a_server_sends_is_an_answer_or_a_problem(answer: bytes) -> None:
    with Listener(answer) as listener:
        try:
            received = get(listener.url, deadline_s=1.0)
        except (Unreachable, Unreadable) as problem:
            said = problem.reason
        else:
            said = f"{len(received.body)} bytes"
    assert said.isprintable()


def test_headers_in_no_known_encoding_are_still_text() -> None:
    head = answer_of("HTTP/1.1 200 OK\nX-Odd: caf\xe9\nContent-Length: 0")
    with Listener(head) as listener:
        get(listener.url).headers["x-odd"].encode()


def test_a_server_without_tls_is_never_told_the_key() -> None:
    with Listener() as plain, pytest.raises(Unreachable):
        get(plain.url.replace("http:", "https:"), headers=BEARER, deadline_s=0.5)

    assert plain.requests == []


@pytest.mark.parametrize("fault", ["self-signed", "expired", "of another host"])
def test_a_server_with_a_bad_certificate_is_never_told_the_key(fault: str, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path, fault))

    with (
        Listener(tls=context) as listener,
        pytest.raises(Unreachable, match="not trusted") as refused,
    ):
        get(listener.url.replace("http:", "https:"), headers=BEARER)

    assert listener.requests == []
    assert not refused.value.retryable


def certificate(folder: Path, fault: str) -> Path:
    """A certificate and its key in one file, signed by nobody anybody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "api.trigger.dev")])
    host = ipaddress.ip_address("192.0.2.1" if fault == "of another host" else "127.0.0.1")
    year = 2001 if fault == "expired" else 2025
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(year + 20 if fault != "expired" else year, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(host)]), critical=False)
        .sign(key, SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        signed.public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return file


def test_cookies_are_neither_kept_nor_sent() -> None:
    head = "HTTP/1.1 200 OK\nSet-Cookie: spy=1; Path=/\nContent-Length: 0\nConnection: close"

    async def twice(http: Http) -> None:
        for _ in range(2):
            await http.get(listener.url + "/", headers={}, deadline_s=60)

    with Listener(answer_of(head)) as listener:
        with_http(twice, Http(LOOPBACK, max_bytes=1000))

    assert len(listener.requests) == 2
    assert all(b"cookie" not in request.lower() for request in listener.requests)


def test_only_four_headers_are_sent_besides_those_that_are_given() -> None:
    with Listener() as listener:
        get(listener.url + "/", headers={"X-Own": "1"})

    names = re.findall(rb"^([\w-]+):", listener.requests[0], re.MULTILINE)
    assert {name.lower() for name in names} == {
        b"host",
        b"accept",
        b"accept-encoding",
        b"user-agent",
        b"x-own",
    }


@pytest.mark.parametrize(
    "address",
    [
        "/a%2Fb/c?X-Amz-Credential=AKIA%2F20261123%2Feu-west-1%2Fs3%2Faws4_request",
        "/x?X-Amz-Signature=a%2Bb%3D%3D&response-content-type=text%2Fplain%3B+charset%3Dutf-8",
        "/x?lower=%2f%2b%3d&upper=%2F%2B%3D",
        "/x?space=%20&plus=+&tilde=%7E&dash=%2D&quote='&at=@&colon=:",
        "/x?brackets=[1]&brace={2}&pipe=|&caret=^&tick=`&comma=,&semi=;",
        "/%7Euser/%41%42/./../b//c/",
        "/x?empty=&&=&a=b=c",
        "/x?utf8=%C3%A9%FF",
    ],
)
def test_a_presigned_address_is_sent_byte_for_byte(address: str) -> None:
    with Listener() as listener:
        get(listener.url + address)

    assert listener.requests[0].split(b" ")[1] == address.encode()


def test_a_client_can_be_used_again_after_it_was_closed(sandbox: Sandbox) -> None:
    async def twice(http: Http) -> list[int]:
        statuses = []
        for _ in range(2):
            answer = await http.get(
                sandbox.url + "/api/v3/runs/run_x", headers=BEARER, deadline_s=60
            )
            statuses.append(answer.status)
            await http.aclose()
        return statuses

    assert with_http(twice, Http(LOOPBACK, max_bytes=1000)) == [404, 404]


def test_twenty_silent_servers_at_once_end_together(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/api/v1/runs/run_faultsilentx/result"

    async def many(http: Http) -> list[Answer | BaseException]:
        calls = [http.get(url, headers=BEARER, deadline_s=0.5) for _ in range(20)]
        return await asyncio.gather(*calls, return_exceptions=True)

    began = time.monotonic()
    ended = with_http(many, Http(LOOPBACK, max_bytes=1000))

    assert all(isinstance(problem, Unreachable) for problem in ended)
    assert time.monotonic() - began < 9.5
