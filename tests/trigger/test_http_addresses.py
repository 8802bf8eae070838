"""The address guard against a real listener, which must see nothing, and against stubbed names."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from results.domain.problems import AddressRefused, RunProblem, Unreachable
from results.trigger.addresses import AddressRules
from tests.trigger.listener import Listener, get

NOTHING_LISTED = AddressRules("api.trigger.dev")
PUBLIC = "93.184.216.34"


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as running:
        yield running


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let names resolve to these addresses, one list after the other; returns the names asked."""
    asked: list[str] = []
    left = list(answers)

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> list[Any]:
        asked.append(host if isinstance(host, str) else host.decode())
        addresses = left.pop(0) if len(left) > 1 else left[0]
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port, 0, 0) if ":" in address else (address, port),
            )
            for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that a connection was tried to; none succeeds."""
    tried: list[Any] = []

    async def sock_connect(loop: object, sock: socket.socket, address: Any) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", sock_connect)
    return tried


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "127.1",
        "127.0.1",
        "127.0.0.1.",
        "127.000.000.001",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "0.0.0.0",  # noqa: S104  a spelling of loopback, bound by nobody
        "00.00.00.00",
        "127.0.0.1%00",
        "127%2e0%2e0%2e1",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1%25lo]",
        "[::1%25lo]",
        "\uff11\uff12\uff17.0.0.1",
        "\u2460\u2461\u2466.0.0.1",
        "127\u30020\u30020\u30021",
        "127.0.0.1:",
        "10.0.0.1",
        "169.254.169.254",
        "100.100.100.200",
        "168.63.129.16",
        "[fd00:ec2::254]",
        "224.0.0.1",
    ],
)
def test_no_spelling_of_an_inner_address_reaches_a_listener(host: str, listener: Listener) -> None:
    with pytest.raises(RunProblem):
        get(f"http://{host.removesuffix(':')}:{listener.port}/", rules=NOTHING_LISTED)

    assert listener.connections == 0


@pytest.mark.parametrize(
    "answer",
    [
        ["127.0.0.1"],
        ["10.0.0.8"],
        ["::1"],
        [PUBLIC, "127.0.0.1"],
        ["127.0.0.1", PUBLIC],
        ["2606:4700::1", "fe80::1"],
        [PUBLIC, "::ffff:192.168.0.1"],
        ["169.254.169.254"],
    ],
)
def test_a_name_with_one_inner_address_is_refused_whole(
    answer: list[str], monkeypatch: pytest.MonkeyPatch, connected: list[Any]
) -> None:
    resolving(monkeypatch, answer)

    with pytest.raises(AddressRefused, match="name leads inside"):
        get("https://bucket.example/", rules=NOTHING_LISTED)
    assert connected == []


def test_a_name_that_changes_its_mind_gains_nothing(
    monkeypatch: pytest.MonkeyPatch, connected: list[Any]
) -> None:
    asked = resolving(monkeypatch, [PUBLIC], ["127.0.0.1"])

    with pytest.raises(Unreachable, match="refused the connection"):
        get("http://rebinding.example:8443/", rules=NOTHING_LISTED)

    assert asked == ["rebinding.example"]
    assert [address[:2] for address in connected] == [(PUBLIC, 8443)]


def test_a_name_is_vetted_anew_for_every_connection(
    monkeypatch: pytest.MonkeyPatch, connected: list[Any]
) -> None:
    resolving(monkeypatch, [PUBLIC], ["127.0.0.1"])

    for expected in (Unreachable, AddressRefused):
        with pytest.raises(expected):
            get("http://rebinding.example/", rules=NOTHING_LISTED)
    assert len(connected) == 1


def test_a_name_under_a_listed_suffix_may_not_lead_inside(
    monkeypatch: pytest.MonkeyPatch, connected: list[Any]
) -> None:
    resolving(monkeypatch, ["127.0.0.1"])
    rules = AddressRules("api.trigger.dev", (), (".amazonaws.com",))

    with pytest.raises(AddressRefused):
        get("https://mine.amazonaws.com/", rules=rules)
    assert connected == []


def test_a_name_that_an_operator_listed_may_lead_inside(
    monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    resolving(monkeypatch, ["127.0.0.1"])
    rules = AddressRules("api.trigger.dev", ("trigger.internal",))

    answer = get(f"http://trigger.internal:{listener.port}/", rules=rules)

    assert answer.status == 204
    assert listener.connections == 1


def test_an_address_that_an_operator_listed_is_reached(listener: Listener) -> None:
    rules = AddressRules("api.trigger.dev", (f"127.0.0.1:{listener.port}",))

    assert get(f"{listener.url}/", rules=rules).status == 204


@pytest.mark.parametrize("name", ["a" * 64 + ".example", "a..b.example", ".example", "-.example"])
def test_a_name_that_no_resolver_takes_cannot_be_found(name: str) -> None:
    with pytest.raises(RunProblem):
        get(f"https://{name}/", rules=NOTHING_LISTED)


def test_a_name_that_does_not_exist_is_said_to_be_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*args: Any, **kwargs: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    with pytest.raises(Unreachable, match="name that cannot be found"):
        get("https://nowhere.example/", rules=NOTHING_LISTED)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"])
def test_a_proxy_of_the_environment_is_not_asked(
    name: str, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Listener() as proxy:
        monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)

        get(f"{listener.url}/")

        assert proxy.connections == 0
    assert listener.connections == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(status: int) -> None:
    with Listener() as inside:
        moved = f"HTTP/1.1 {status} Moved\r\nLocation: {inside.url}/\r\nContent-Length: 0\r\n\r\n"
        with Listener(moved.encode()) as outside:
            assert get(f"{outside.url}/").status == status
        assert inside.connections == 0


def test_a_netrc_of_the_machine_is_not_read(
    listener: Listener, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login alice password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))

    get(f"{listener.url}/")

    assert b"authorization" not in listener.requests[0].lower()
