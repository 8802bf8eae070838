"""Every recorded answer of the real server, asked of the sandbox again."""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from results.sandbox.server import Sandbox
from tests.sandbox.recorded_world import (
    BY_NAME,
    NOW,
    RECORDINGS,
    Recording,
    authorization,
    recorded_world,
)
from tests.sandbox.wire import Received, ask

if TYPE_CHECKING:
    from collections.abc import Iterator

# header: why only its presence is compared
VALUE_MAY_DIFFER = {
    "content-security-policy": "the page lists hosts of the real dashboard's pictures",
    "x-ratelimit-remaining": "depends on the requests before; compared where a recording is about it",
    "x-ratelimit-reset": "a moment",
}
# the same, in answers of status 429
VALUE_MAY_DIFFER_WHEN_LIMITED = {
    "content-length": "follows the digits of the seconds to wait",
    "etag": "follows the digits of the seconds to wait",
}
# header: why it is not compared at all
IGNORED = {"date": "a moment", "server": "only the sandbox names itself"}

ABOUT_THE_LIMIT = re.compile(r"(?:public JWT )?rate limit, ")
SECONDS = re.compile(r"[0-9.]+ seconds")
LIMITED_RUN = BY_NAME["rate limit, request 1: result"]


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox(recorded_world(), now=lambda: NOW) as running:
        yield running


@pytest.fixture
def sandbox(server: Sandbox) -> Sandbox:
    server.reset()
    return server


def replay(sandbox: Sandbox, recording: Recording) -> Received:
    headers = dict(recording.request_headers)
    value = authorization(recording)
    if value is not None:
        headers["Authorization"] = value
    return ask(sandbox, recording.path, method=recording.method, headers=headers)


def requests_before(recording: Recording) -> tuple[Recording, int]:
    """What the recording was preceded by in its own bucket."""
    number = re.search(r"request ([0-9]+)", recording.name)
    if number:
        return recording, int(number[1]) - 1
    return LIMITED_RUN, 6 if "limited" in recording.name else 0


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording.name)
def test_the_sandbox_answers_as_the_real_server_was_recorded(
    sandbox: Sandbox, recording: Recording
) -> None:
    if ABOUT_THE_LIMIT.match(recording.name):
        earlier, count = requests_before(recording)
        for _ in range(count):
            replay(sandbox, earlier)

    received = replay(sandbox, recording)

    assert received.status == recording.status
    assert comparable_headers(received) == comparable_headers(recording)
    if ABOUT_THE_LIMIT.match(recording.name):
        remaining = "x-ratelimit-remaining"
        assert received.headers.get(remaining) == recording.headers.get(remaining)
    if "html" not in recording.headers.get("content-type", ""):
        assert comparable_body(received_text(received)) == comparable_body(full_body(recording))


def test_no_recording_is_overlooked() -> None:
    assert len(BY_NAME) == len(RECORDINGS) == 310


def comparable_headers(answer: Received | Recording) -> dict[str, str]:
    masked = {*VALUE_MAY_DIFFER, *(VALUE_MAY_DIFFER_WHEN_LIMITED if answer.status == 429 else ())}
    return {
        name: "(any)" if name in masked else value
        for name, value in answer.headers.items()
        if name not in IGNORED
    }


def received_text(received: Received) -> str:
    if received.headers.get("content-encoding") == "gzip":
        return gzip.decompress(received.body).decode()
    return received.body.decode()


def full_body(recording: Recording) -> str:
    """The body; of a compressed one only the start was recorded, so its uncompressed twin's."""
    if not recording.body.startswith("base64:"):
        return recording.body
    return next(
        twin.body
        for twin in RECORDINGS
        if twin.path == recording.path and not twin.body.startswith("base64:")
    )


def comparable_body(text: str) -> Any:
    return without_moments(json.loads(text)) if text else None


def without_moments(value: Any) -> Any:
    if isinstance(value, list):
        return [without_moments(item) for item in value]
    if isinstance(value, dict):
        return {key: without_moment(key, member) for key, member in value.items()}
    return value


def without_moment(key: str, value: Any) -> Any:
    if key in {"reset", "secondsUntilReset"}:
        return type(value) in {int, float}
    if key in {"detail", "error"} and isinstance(value, str):
        return SECONDS.sub("N seconds", value)
    if key.endswith("resignedUrl"):
        parts = urlsplit(value)
        path = parts.path.removeprefix("/store")
        return path, list(parse_qs(parts.query))
    return without_moments(value)
