"""The recorded answers as the reader gets them; it must not know what the reader makes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One answer of the API to a GET: the endpoint is `result`, `retrieve` or `packets`."""

    name: str
    endpoint: str
    run_id: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def recordings() -> list[Recorded]:
    """Every recorded answer of a real server to a GET that was not compressed."""
    lines = map(json.loads, (_DATA / "recordings.jsonl").read_text("utf-8").splitlines())
    return [
        Recorded(
            line["name"],
            _endpoint(line["request"]["path"]),
            line["request"]["path"].split("/")[4] if "/runs/" in line["request"]["path"] else "",
            line["status"],
            _lower(line["headers"]),
            (line["body"] or "").encode(),
        )
        for line in lines
        if line["request"]["method"] == "GET" and not (line["body"] or "").startswith("base64:")
    ]


def cases() -> list[Recorded]:
    """Every answer of the data file, recorded or made up to be survived."""
    lines = map(json.loads, (_DATA / "result-cases.jsonl").read_text("utf-8").splitlines())
    return [
        Recorded(
            line["name"],
            _endpoint(line["endpoint"]),
            line["body"].get("id", "") if isinstance(line["body"], dict) else "",
            line["status"],
            _lower(line["headers"]),
            _bytes(line["body"]),
        )
        for line in lines
    ]


def _endpoint(path: str) -> str:
    if "/packets/" in path:
        return "packets"
    return "retrieve" if "/api/v3/runs/" in path else "result"


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _bytes(body: object) -> bytes:
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    return json.dumps(body).encode()
