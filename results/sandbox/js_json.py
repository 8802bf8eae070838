"""JSON as JavaScript reads and prints it; it must not know runs, HTTP or superjson."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NoReturn

INDEX_KEY = re.compile(r"(?:0|[1-9][0-9]{0,9})\Z")
LARGEST_INDEX = 4294967294
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
EXACT_INTEGERS = 2**53


class NotJsonError(ValueError):
    """The text is not JSON, or is nested too deeply to be read."""


def parse(text: str) -> object:
    """Read ``text`` as ``JSON.parse`` does: every number becomes a double, ``1e400`` infinity.

    Raises NotJsonError.
    """
    try:
        value: object = json.loads(text, parse_int=float, parse_constant=_refuse)
    except (ValueError, RecursionError) as problem:
        raise NotJsonError(str(problem)) from problem
    return value


def stringify(value: object) -> str:
    """Print ``value`` as ``JSON.stringify`` does, without spaces.

    Takes None, bool, int, float, str, sequences, and mappings with text keys.
    """
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts)


def number(value: float) -> str:
    """Print a double with JavaScript's rules: shortest digits, exponent from 1e21 and below 1e-6."""
    if not math.isfinite(value):
        return "null"
    if value.is_integer() and abs(value) < EXACT_INTEGERS:
        return str(int(value))
    sign, digit_list, shift = Decimal(repr(value)).as_tuple()
    all_digits = "".join(map(str, digit_list))
    digits = all_digits.rstrip("0")
    return "-" * sign + _place_point(digits, len(all_digits) + int(shift))


def _place_point(digits: str, point: int) -> str:
    if len(digits) <= point <= 21:
        return digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{point - 1:+d}"


def _refuse(literal: str) -> NoReturn:
    raise NotJsonError(f"{literal} is not JSON")


def _text(value: str) -> str:
    printed = json.dumps(value, ensure_ascii=False)
    return LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", printed)


def _write(value: object, parts: list[str]) -> None:
    if value is None:
        parts.append("null")
    elif isinstance(value, bool):
        parts.append("true" if value else "false")
    elif isinstance(value, str):
        parts.append(_text(value))
    elif isinstance(value, int | float):
        parts.append(number(float(value)))
    elif isinstance(value, Mapping):
        parts.append("{")
        for position, key in enumerate(_key_order(value)):
            parts.append(f"{',' if position else ''}{_text(key)}:")
            _write(value[key], parts)
        parts.append("}")
    elif isinstance(value, Sequence):
        parts.append("[")
        for position, item in enumerate(value):
            if position:
                parts.append(",")
            _write(item, parts)
        parts.append("]")
    else:
        raise TypeError(f"{type(value).__name__} has no JSON form")


def _key_order(members: Mapping[str, object]) -> list[str]:
    """JavaScript objects list keys that look like list indexes first, in numeric order."""
    indexes = [
        key for key in members if INDEX_KEY.match(key) is not None and int(key) <= LARGEST_INDEX
    ]
    if not indexes:
        return list(members)
    chosen = set(indexes)
    return [*sorted(indexes, key=int), *(key for key in members if key not in chosen)]
