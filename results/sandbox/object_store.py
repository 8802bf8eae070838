"""Signed downloads in the manner of S3; it must not know runs, keys of the API, or aiohttp."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, urlencode

from results.sandbox.answer import Answer
from results.sandbox.world import StoredObject

PREFIX = "/store/"
EXPIRES_S = 300
STAMP = "%Y%m%dT%H%M%SZ"
UNSAFE_POINTER = re.compile(r"\\|\0")


@dataclass(frozen=True, slots=True)
class Download:
    """One request that reached the store, with the headers it carried (names in lower case)."""

    path: str
    headers: Mapping[str, str]
    status: int


class ObjectStore:
    """Signs URLs and serves what they name; moments are seconds since 1970, given by the caller."""

    def __init__(self, objects: Mapping[str, StoredObject], secret: bytes = b"sandbox") -> None:
        self._objects = objects
        self._secret = secret
        self.downloads: list[Download] = []

    def presign(self, base_url: str, path: str, now: float) -> str:
        """A URL that may be downloaded, by whoever has it, for 300 seconds."""
        stamp = datetime.fromtimestamp(now, UTC).strftime(STAMP)
        query = {
            "X-Amz-Expires": str(EXPIRES_S),
            "X-Amz-Date": stamp,
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"local/{stamp[:8]}/us-east-1/s3/aws4_request",
            "X-Amz-SignedHeaders": "host",
        }
        query["X-Amz-Signature"] = self._signature(path, query)
        return f"{base_url}{PREFIX}{quote(path)}?{urlencode(query)}"

    def answer(self, path: str, query: str, headers: Mapping[str, str], now: float) -> Answer:
        """The object, or the store's refusal as XML; ``headers`` with names in lower case."""
        answer = self._answer(path, query, headers, now)
        self.downloads.append(Download(path, dict(headers), answer.status))
        return answer

    def _answer(self, path: str, query: str, headers: Mapping[str, str], now: float) -> Answer:
        given = {name: values[-1] for name, values in parse_qs(query).items()}
        if "authorization" in headers:
            return _refusal(
                400,
                "InvalidArgument",
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "
                "Signature query string parameter or the Authorization header should be specified",
            )
        signature = given.pop("X-Amz-Signature", "")
        if not hmac.compare_digest(signature.encode(), self._signature(path, given).encode()):
            return _refusal(
                403,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided.",
            )
        signed_at = datetime.strptime(given["X-Amz-Date"], STAMP).replace(tzinfo=UTC).timestamp()
        if now >= signed_at + int(given["X-Amz-Expires"]):
            return _refusal(403, "AccessDenied", "Request has expired")
        found = self._objects.get(path)
        if found is None:
            return _refusal(404, "NoSuchKey", "The specified key does not exist.")
        return Answer(200, found.content, found.content_type, streamed=False, vary=())

    def _signature(self, path: str, query: Mapping[str, str]) -> str:
        signed = f"{path}\n{urlencode(sorted(query.items()))}".encode()
        return hmac.new(self._secret, signed, hashlib.sha256).hexdigest()


def is_safe_pointer(pointer: str) -> bool:
    """Whether a pointer stays inside its environment's folder."""
    _, _, path = pointer.rpartition("://")
    segments = path.split("/")
    return not UNSAFE_POINTER.search(path) and not {"", ".", ".."}.intersection(segments)


def _refusal(status: int, code: str, message: str) -> Answer:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    )
    return Answer(status, body.encode(), "application/xml", streamed=False, vary=())
