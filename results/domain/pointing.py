"""The pointers of places in JSON text, read from its beginning; it must not know what stands there."""

from __future__ import annotations

import re
from collections.abc import Collection

from results.domain.outputs import jsontext

_PIECE = re.compile(rb'(?P<string>"(?:[^"\\]++|\\.)*+")|(?P<mark>[\[\]{},:])|[^ \t\r\n\[\]{},:"]++')


def pointers(text: bytes, places: Collection[int]) -> dict[int, str]:
    """The pointers of the values, or of the members whose names, begin at these places of JSON text."""
    wanted = set(places)
    found: dict[int, str] = {}
    last = max(wanted, default=-1)
    steps: list[str | int] = []
    is_name = False
    for piece in _PIECE.finditer(text):
        if piece.start() > last:
            break
        mark = piece["mark"]
        if piece["string"] is not None and is_name:
            steps[-1] = jsontext.string_value(piece["string"])
        if piece.start() in wanted:
            found[piece.start()] = "".join(f"/{_escaped(step)}" for step in steps)
        match mark:
            case b"{":
                steps.append("")
                is_name = True
            case b"[":
                steps.append(0)
            case b"]" | b"}":
                if steps:
                    steps.pop()
                is_name = False
            case b":":
                is_name = False
            case b",":
                step = steps[-1] if steps else ""
                is_name = isinstance(step, str)
                if isinstance(step, int):
                    steps[-1] = step + 1
    return found


def _escaped(step: str | int) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")
