"""What type a value presents itself as, from its JSON and its type note; it must not know where the value is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from results.domain.document import NodeType
from results.domain.durations import parse_moment
from results.domain.outputs import jsontext, levels
from results.domain.outputs.levels import Value
from results.domain.outputs.typenotes import Kind

_DIGITS = re.compile(r"-?[0-9]+")
_LONG_YEAR = re.compile(r"[+-][0-9]{6}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_SPECIAL_NUMBERS = ("NaN", "Infinity", "-Infinity", "-0")


@dataclass(frozen=True, slots=True)
class Shape:
    """How a value presents itself: its type, the name of that type (None for plain JSON), and if it fits."""

    type: NodeType
    name: str | None = None
    counted: bool = False
    """Whether the name is followed by the number of children."""
    container: bool = False
    fits: bool = True


ENTRY = Shape("entry", container=True)
"""One [key, value] row of a Map."""


def leaf_text(value: Value) -> str:
    """The text of a leaf: what a string says, anything else as it is spelt."""
    text = bytes(value)
    return jsontext.string_value(text) if text[:1] == b'"' else text.decode("utf-8", "replace")


def shape(value: Value, kind: Kind | None) -> Shape:
    """The type of a value, by its note if that fits what was sent, else by the JSON."""
    plain = _PLAIN.get(levels.first_byte(value), _NUMBER)
    if kind is None:
        return plain
    if not kind.known:
        return Shape(plain.type, f"{kind.name} (unknown type)", container=plain.container)
    typed = (
        _COMPOSITE_SHAPES[kind.name](kind, plain)
        if kind.detail is not None
        else _simple(value, kind, plain)
    )
    if typed is None:
        name = _NAMES.get(kind.name, kind.name)
        return Shape(plain.type, f"{name} (malformed)", container=plain.container, fits=False)
    return typed


_NUMBER = Shape("number")
_PLAIN = {
    0x7B: Shape("object", container=True),
    0x5B: Shape("array", container=True),
    0x22: Shape("string"),
    0x74: Shape("boolean"),
    0x66: Shape("boolean"),
    0x6E: Shape("null"),
}
_NAMES = {"map": "Map", "set": "Set", "regexp": "RegExp"}
_TEXT_SHAPES: dict[str, NodeType] = {"regexp": "regexp", "URL": "url"}


def _simple(value: Value, kind: Kind, plain: Shape) -> Shape | None:
    name = _NAMES.get(kind.name, kind.name)
    match kind.name, plain.type:
        case "undefined", _:
            return Shape("undefined", "undefined")
        case "map" | "set", "array":
            return Shape("map" if kind.name == "map" else "set", name, counted=True, container=True)
        case "Error", "object":
            return Shape("error", name, container=True)
        case "regexp" | "URL", "string":
            return Shape(_TEXT_SHAPES[kind.name], name)
        case "bigint", "string" if _DIGITS.fullmatch(leaf_text(value)):
            return Shape("bigint", name)
        case "number", "string" if leaf_text(value) in _SPECIAL_NUMBERS:
            return Shape("number", leaf_text(value))
        case "Date", "string" if _is_moment(leaf_text(value)):
            return Shape("date", name)
        case "Date", "number":
            return Shape("date", name)
        case _:
            return None


def _is_moment(text: str) -> bool:
    return parse_moment(text) is not None or _LONG_YEAR.fullmatch(text) is not None


def _bytes(kind: Kind, plain: Shape) -> Shape | None:
    if plain.type != "array":
        return None
    return Shape(
        "bytes", "Buffer" if kind.name == "custom" else kind.detail, counted=True, container=True
    )


def _custom(kind: Kind, plain: Shape) -> Shape | None:
    if kind.detail == "buffer":
        return _bytes(kind, plain)
    return Shape("custom", f"custom {kind.detail}", container=plain.container)


def _class(kind: Kind, plain: Shape) -> Shape | None:
    return Shape("class", f"class {kind.detail}", container=plain.container)


def _symbol(_kind: Kind, plain: Shape) -> Shape | None:
    return Shape("symbol", "symbol", container=plain.container)


_COMPOSITE_SHAPES = {"typed-array": _bytes, "custom": _custom, "class": _class, "symbol": _symbol}
