"""Pictures in texts: only kinds that hold no scripts, told by their bytes and not by what they say they are."""

from __future__ import annotations

import base64

import pytest

from results.domain.images import Image, may_be_image, read_image

PNG = b"\x89PNG\r\n\x1a\n..."
WEBP = b"RIFF\x00\x00\x00\x00WEBP"
AVIF = b"\x00\x00\x00\x1cftypavif"


def data_url(data: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"BM....", "image/bmp"),
        (WEBP, "image/webp"),
        (AVIF, "image/avif"),
    ],
)
def test_a_picture_is_what_its_bytes_are(data: bytes, kind: str) -> None:
    assert read_image(data_url(data, "image/x-icon")) == Image(kind, data)
    assert may_be_image(data_url(data)[:40])


@pytest.mark.parametrize(
    "text",
    [
        data_url(b"<svg onload=alert(1)>", "image/svg+xml"),
        data_url(b"<html>", "image/png"),
        data_url(PNG, "text/html"),
        "data:image/png;base64,%%%",
        "data:image/png,plain",
        "https://example.com/cat.png",
        "",
    ],
)
def test_everything_else_is_none(text: str) -> None:
    assert read_image(text) is None
