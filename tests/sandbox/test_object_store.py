"""Stored outputs, fetched through signed URLs."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec
import pytest

from results.sandbox.scenarios import SANDBOX_KEYS, scenario
from tests.sandbox.wire import Received, ask

if TYPE_CHECKING:
    from results.sandbox.server import Sandbox
    from tests.sandbox.conftest import Clock

PROD = SANDBOX_KEYS["prod"]


def signed_path(sandbox: Sandbox, name: str = "store-json-current", slug: str = "prod") -> str:
    """The path and query of the URL that retrieve hands out."""
    answer = ask(sandbox, f"/api/v3/runs/{scenario(name).run_id}", SANDBOX_KEYS[slug])
    url: str = answer.json()["outputPresignedUrl"]
    assert url.startswith(f"{sandbox.url}/store/")
    return url.removeprefix(sandbox.url)


def packet(sandbox: Sandbox, pointer: str) -> Received:
    return ask(sandbox, f"/api/v1/packets/{pointer}", PROD)


def test_a_signed_url_gives_the_object_with_its_real_type(sandbox: Sandbox) -> None:
    answer = ask(sandbox, signed_path(sandbox))
    assert answer.headers["content-type"] == "application/super+json"
    assert int(answer.headers["content-length"]) == len(answer.body) > 131072
    assert len(msgspec.json.decode(answer.body)["json"]) == 1200


def test_a_stored_text_keeps_its_type(sandbox: Sandbox) -> None:
    answer = ask(sandbox, signed_path(sandbox, "store-text", "stg"))
    assert answer.headers["content-type"] == "text/plain"
    assert answer.body.count(b"\n") == 2600


def test_the_pointer_of_a_result_leads_to_the_object_through_packets(sandbox: Sandbox) -> None:
    path = f"/api/v1/runs/{scenario('store-json').run_id}/result"
    told = ask(sandbox, path, PROD).json()
    assert told["outputType"] == "application/store"
    for pointer in (told["output"], quote(told["output"], safe="")):
        url = packet(sandbox, pointer).json()["presignedUrl"]
        assert ask(sandbox, url.removeprefix(sandbox.url)).status == 200


def test_a_signed_url_expires_after_300_seconds(sandbox: Sandbox, clock: Clock) -> None:
    path = signed_path(sandbox)
    assert "X-Amz-Expires=300" in path
    clock.advance(298)
    assert ask(sandbox, path).status == 200
    clock.advance(2)
    expired = ask(sandbox, path)
    assert (expired.status, expired.headers["content-type"]) == (403, "application/xml")
    assert b"<Message>Request has expired</Message>" in expired.body


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("X-Amz-Expires=300", "X-Amz-Expires=86400"),
        ("output.json", "other.json"),
        ("X-Amz-Signature=", "X-Amz-Signature=0"),
        ("X-Amz-Signature", "X-Amz-Nothing"),
        ("X-Amz-Date", "X-Amz-Nothing"),
    ],
)
def test_a_signed_url_that_was_changed_opens_nothing(sandbox: Sandbox, old: str, new: str) -> None:
    path = signed_path(sandbox)
    assert old in path
    refused = ask(sandbox, path.replace(old, new))
    assert refused.status == 403
    assert b"<Code>SignatureDoesNotMatch</Code>" in refused.body


def test_the_store_refuses_a_request_that_brings_the_key_along(sandbox: Sandbox) -> None:
    refused = ask(sandbox, signed_path(sandbox), PROD)
    assert (refused.status, refused.headers["content-type"]) == (400, "application/xml")


def test_the_store_remembers_the_headers_that_reached_it(sandbox: Sandbox) -> None:
    ask(sandbox, signed_path(sandbox), headers={"X-Probe": "1"})
    (download,) = sandbox.store.downloads
    assert download.headers["x-probe"] == "1"
    assert "authorization" not in download.headers


def test_a_pointer_to_nothing_is_signed_and_then_not_found(sandbox: Sandbox) -> None:
    answer = ask(sandbox, signed_path(sandbox, "store-lost", "dev"))
    assert answer.status == 404
    assert b"<Code>NoSuchKey</Code>" in answer.body


@pytest.mark.parametrize(
    "pointer",
    ["..%2F..%2Fetc", "a/../b", "a/./b", "a%5Cb", "a//b", "%2Fa", "s3://..%2Fa"],
)
def test_a_pointer_that_leaves_its_folder_is_refused(sandbox: Sandbox, pointer: str) -> None:
    refused = packet(sandbox, pointer)
    assert (refused.status, refused.json()) == (400, {"error": "Invalid packet storage path"})


def test_a_test_can_store_objects_of_its_own(sandbox: Sandbox) -> None:
    sandbox.world.add_object("mine/output.txt", b"hello", "text/plain")
    answer = ask(sandbox, "/api/v1/packets/mine/output.txt", SANDBOX_KEYS["dev"])
    path = answer.json()["presignedUrl"].removeprefix(sandbox.url)
    assert ask(sandbox, path).body == b"hello"


def test_the_store_sends_objects_as_they_are_even_when_compression_is_offered(
    sandbox: Sandbox,
) -> None:
    answer = ask(sandbox, signed_path(sandbox), headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers
    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress(answer.body)
