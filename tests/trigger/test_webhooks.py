"""A signed message on a real socket: what is sent, what is never read, and where nothing goes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from results.domain.problems import AddressRefused, RunProblem, Unreachable
from results.trigger import webhooks
from results.trigger.addresses import AddressRules
from results.trigger.http import Http
from tests.processes.receiver import Receiver
from tests.trigger.listener import Listener, with_http

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
LISTED = AddressRules("", ("127.0.0.1",))
ANY_PUBLIC = AddressRules("")


def post(
    url: str, *, rules: AddressRules = LISTED, body: bytes = b"{}", deadline_s: float = 60
) -> int:
    return with_http(
        lambda http: webhooks.post(
            http,
            url,
            message_id="msg_1",
            body=body,
            secret=SECRET,
            now=datetime.now(UTC),
            deadline_s=deadline_s,
        ),
        Http(rules, max_bytes=0, connect_s=60.0, read_s=60.0),
    )


def documented_check() -> Callable[..., bool]:
    """The function that docs/webhook.md gives to whoever receives messages."""
    page = Path(__file__).resolve().parents[2] / "docs" / "webhook.md"
    found = re.search(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    names: dict[str, Any] = {}
    exec(found[1], names)  # noqa: S102  what the page says is what is tried
    check: Callable[..., bool] = names["is_ours"]
    return check


def test_the_signature_is_that_of_the_published_example() -> None:
    signed = webhooks.signature(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}', secret=SECRET
    )

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_the_documentation_says_checks_what_is_sent() -> None:
    with Receiver() as receiver:
        status = post(receiver.url, body='{"run":"é"}'.encode())
    one = receiver.received[0]
    is_ours = documented_check()

    assert status == 204
    assert one.headers["content-type"] == "application/json"
    assert is_ours(SECRET, one.headers, one.body)
    assert not is_ours(SECRET, one.headers, one.body + b" ")
    assert not is_ours("whsec_" + "A" * 32, one.headers, one.body)
    old = dict(one.headers) | {"webhook-timestamp": str(int(time.time()) - 400)}
    assert not is_ours(SECRET, old, one.body)


def test_the_address_goes_out_as_it_was_given() -> None:
    with Receiver() as receiver:
        post(f"{receiver.url}/a%2Fb/../c?token=a+b%20c")

    assert len(receiver.received) == 1


@pytest.mark.parametrize("status", [200, 301, 404, 500])
def test_any_status_is_returned_and_no_redirect_is_followed(status: int) -> None:
    with Listener() as elsewhere:
        head = f"HTTP/1.1 {status} X\r\nLocation: {elsewhere.url}/x\r\nContent-Length: 0\r\n\r\n"
        with Listener(head.encode()) as listener:
            assert post(listener.url) == status

    assert listener.connections == 1
    assert elsewhere.connections == 0


def test_an_endless_answer_is_not_read() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with Listener(head + b"100000\r\n" + b"x" * 0x100000) as listener:
        assert post(listener.url) == 200


def test_silence_ends_with_the_deadline() -> None:
    with Listener(b"") as listener, pytest.raises(RunProblem):
        post(listener.url, deadline_s=0.3)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest",
        "https://2130706433/",
        "https://localhost/x",
        "http://hooks.example/x",
        "https://hooks.example:8080/x",
        "https://user:secret@hooks.example/x",
        "ftp://hooks.example/x",
        "hooks.example/x",
        "https://hooks.example\\@127.0.0.1/x",
        "https://hooks.exa mple/x",
        "",
    ],
)
def test_without_a_list_only_public_https_hosts_are_told(url: str) -> None:
    with pytest.raises(RunProblem) as refused:
        post(url, rules=ANY_PUBLIC, deadline_s=3)

    assert isinstance(refused.value, AddressRefused | Unreachable)
    assert "secret" not in refused.value.reason


def test_without_a_list_a_public_host_may_be_named() -> None:
    assert ANY_PUBLIC.check_webhook("https://Hooks.Example/x?y") == "hooks.example"
    assert ANY_PUBLIC.check_webhook("https://hooks.example:8443/") == "hooks.example"


def test_with_a_list_no_other_host_is_told() -> None:
    rules = AddressRules("", ("hooks.internal:8080",))

    assert rules.check_webhook("http://hooks.internal:8080/x") == "hooks.internal"
    for url in ("http://hooks.internal/x", "https://hooks.example/x"):
        with pytest.raises(AddressRefused, match="WEBHOOK_ALLOWED_HOSTS"):
            rules.check_webhook(url)
