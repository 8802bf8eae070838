"""Pictures inside texts, as data: addresses carry them; it must not know pages."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

_DATA_URL = re.compile(
    r"data:image/[a-z0-9.+-]{1,40}(?:;[a-z0-9=-]{1,60}){0,3};base64,", re.IGNORECASE
)
# A vector image is a document that may hold scripts, so that only these are ever shown.
_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)


@dataclass(frozen=True, slots=True)
class Image:
    """The bytes of a picture, and its type as the bytes themselves tell it."""

    type: str
    data: bytes


def may_be_image(text: str) -> bool:
    """Whether a text, or the beginning of one, looks like a picture as a data: address."""
    return _DATA_URL.match(text) is not None


def read_image(text: str) -> Image | None:
    """The picture in a data: address; None when there is none, or of a kind that is not shown."""
    found = _DATA_URL.match(text)
    if found is None:
        return None
    try:
        data = base64.b64decode(text[found.end() :].strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    type_ = _type_of(data)
    return Image(type_, data) if type_ else None


def _type_of(data: bytes) -> str:
    for beginning, type_ in _BEGINNINGS:
        if data.startswith(beginning):
            return type_
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif"
    return ""
