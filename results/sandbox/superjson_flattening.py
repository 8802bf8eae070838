"""What becomes of super+json text when a server restores and re-flattens it; it must not know runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from results.sandbox import js_json

FORBIDDEN_KEYS = frozenset({"__proto__", "prototype", "constructor"})
TYPED_ARRAYS = frozenset(
    {
        "Int8Array",
        "Uint8Array",
        "Uint8ClampedArray",
        "Int16Array",
        "Uint16Array",
        "Int32Array",
        "Uint32Array",
        "Float32Array",
        "Float64Array",
    }
)
PLAIN_NAMES = frozenset({"set", "map", "number"})
BIGINT = re.compile(r"\s*(?:[-+]?[0-9]+|0[xX][0-9a-fA-F]+|)\s*\Z")
REGEXP = re.compile(r"/.*/[a-z]*\Z", re.DOTALL)
ABSENT = object()
"""The text restores to no value at all."""


class UnrestorableError(ValueError):
    """The text is not super+json that the server can restore."""


def flatten(text: str) -> object:
    """The JSON value that the server sends for super+json ``text``; ABSENT when it holds no value.

    Annotated values keep their flat form: dates and bigints as text, maps as lists of pairs, NaN,
    infinities and -0 as text. Raises UnrestorableError.
    """
    try:
        packet = js_json.parse(text)
    except js_json.NotJsonError as problem:
        raise UnrestorableError("not JSON") from problem
    if packet is None:
        raise UnrestorableError("null is no packet")
    if not isinstance(packet, dict) or "json" not in packet:
        return ABSENT
    meta = packet.get("meta")
    values = meta.get("values") if isinstance(meta, dict) else None
    root = [packet["json"]]
    for place, annotation in _annotations(values, ()):
        _restore(root, place, annotation)
    return _numbers_as_text(root[0])


def _annotations(tree: object, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every annotated place, children before the value that holds them."""
    if isinstance(tree, list):
        if len(tree) > 1:
            yield from _annotations(tree[1], place)
        if tree:
            yield place, tree[0]
    elif isinstance(tree, dict):
        for path, subtree in tree.items():
            yield from _annotations(subtree, (*place, *_keys(path)))


def _keys(path: str) -> list[str]:
    keys = [part.replace("\\.", ".") for part in re.split(r"(?<!\\)\.", path)]
    if FORBIDDEN_KEYS.intersection(keys):
        raise UnrestorableError(f"forbidden path {path}")
    return keys


def _restore(root: list[object], place: tuple[str, ...], annotation: object) -> None:
    holder: object = root
    keys: list[str] = ["0", *place]
    for key in keys[:-1]:
        holder = _member(holder, key)
    last = keys[-1]
    value = _member(holder, last)
    if value is ABSENT:
        return
    flat = _flat(annotation, value)
    if isinstance(holder, list):
        holder[int(last)] = flat
    elif isinstance(holder, dict):
        holder[last] = flat


def _member(holder: object, key: str) -> object:
    if isinstance(holder, list):
        return holder[int(key)] if key.isdecimal() and int(key) < len(holder) else ABSENT
    if isinstance(holder, dict):
        return holder.get(key, ABSENT)
    return ABSENT


def _flat(annotation: object, value: object) -> object:
    match annotation:
        case "undefined":
            return None
        case "bigint" if isinstance(value, str) and BIGINT.match(value):
            return str(int(value.strip() or "0", 0 if "x" in value.lower() else 10))
        case "Date":
            return _date(value)
        case "regexp" if isinstance(value, str) and REGEXP.match(value):
            return value
        case "URL" if isinstance(value, str):
            return _url(value)
        case "Error" if isinstance(value, dict):
            return {key: value[key] for key in ("name", "message") if key in value}
        case str() if annotation in PLAIN_NAMES:
            return value
        case ["typed-array", str() as name] if name in TYPED_ARRAYS:
            return value
        case ["custom", "buffer"]:
            return value
        case _:
            raise UnrestorableError(f"no way to restore {annotation!r}")


def _date(value: object) -> str | None:
    """ISO text in UTC; None for an unreadable date, as JSON prints one."""
    try:
        read = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    at = (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _url(text: str) -> str:
    parts = urlsplit(text)
    if not parts.scheme:
        raise UnrestorableError("invalid URL")
    return parts._replace(path=parts.path or ("/" if parts.netloc else "")).geturl()


def _numbers_as_text(value: object) -> object:
    """Numbers that JSON cannot hold, met without an annotation, are annotated by the server anew."""
    if isinstance(value, float):
        if value == 0 and str(value) == "-0.0":
            return "-0"
        if value in (float("inf"), float("-inf")):
            return "Infinity" if value > 0 else "-Infinity"
        return value
    if isinstance(value, list):
        return [_numbers_as_text(item) for item in value]
    if isinstance(value, dict):
        return {key: _numbers_as_text(item) for key, item in value.items()}
    return value
