"""The order of values in a sorted column: exact, and fixed between types; it must not know where values stand."""

from __future__ import annotations

import enum
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from results.domain.durations import parse_moment
from results.domain.opened import leaf_text
from results.domain.outputs import levels, shapes
from results.domain.outputs.levels import Value
from results.domain.outputs.typenotes import Position

Key = int | Decimal | str
"""Comparable with every other key of the same group."""

_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,300}(?:\.[0-9]{1,9})?")
_SCALE = 9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MICROSECONDS_A_DAY = 86_400_000_000
_LONG_YEAR = re.compile(
    r"([+-][0-9]{6})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{3})Z"
)


class Group(enum.IntEnum):
    """Kinds of values in ascending order; those from CONTENT on have no order of their own."""

    NUMBER = 0
    NOT_A_NUMBER = 1
    DATE = 2
    TEXT = 3
    BOOLEAN = 4
    CONTENT = 5
    NULL = 6
    UNDEFINED = 7
    MISSING = 8

    @property
    def is_ordered(self) -> bool:
        """Whether values of this group have keys that tell their order."""
        return self < Group.CONTENT

    @property
    def is_empty(self) -> bool:
        """Whether values of this group come last, whichever way is sorted."""
        return self >= Group.NULL


def sort_key(value: Value, position: Position) -> tuple[Group, Key]:
    """Where a value belongs in its column."""
    shape = shapes.shape(value, position.kind)
    if shape.type == "undefined":
        return Group.UNDEFINED, 0
    if shape.container or position.is_reference:
        return Group.CONTENT, 0
    if shape.type == "null":
        return Group.NULL, 0
    if shape.type == "boolean":
        return Group.BOOLEAN, int(levels.first_byte(value) == 0x74)
    text = leaf_text(value, shape)
    if shape.type in ("number", "bigint"):
        number = number_key(text)
        return (Group.NUMBER, number) if number is not None else (Group.NOT_A_NUMBER, 0)
    if shape.type == "date":
        return Group.DATE, moment_key(text)
    return Group.TEXT, text.casefold()


def number_key(text: str) -> int | Decimal | None:
    """The exact value of a number as JSON or JavaScript spells it, times 10^9; None for NaN.

    A whole number where that is possible, which takes a third of the memory of a Decimal.
    """
    if _PLAIN_NUMBER.fullmatch(text):
        whole, _, fraction = text.partition(".")
        return int(whole + fraction.ljust(_SCALE, "0"))
    mantissa, _, exponent = text.lower().partition("e")
    try:
        number = Decimal(f"{mantissa}e{int(exponent or 0) + _SCALE}")
    except (InvalidOperation, ValueError):
        return _beyond_decimal(mantissa, exponent)
    return None if number.is_nan() else number


def _beyond_decimal(mantissa: str, exponent: str) -> Decimal | None:
    """Infinity, or a number with so large an exponent that no exact arithmetic holds it."""
    sign = "-" if mantissa.startswith("-") else ""
    if mantissa.lstrip("-") == "infinity":
        return Decimal(f"{sign}Infinity")
    if not exponent:
        return None
    if exponent.startswith("-") or not mantissa.strip("-0."):
        return Decimal(0)
    return Decimal(f"{sign}Infinity")


def same_number(one: str, other: str) -> bool:
    """Whether two spellings mean the same number, exactly; False where no exact arithmetic can tell."""
    first, second = number_key(one), number_key(other)
    if first is None or second is None or first != second:
        return False
    if isinstance(first, Decimal) and (first.is_infinite() or not first):
        return one.lstrip("-").lower() == other.lstrip("-").lower() or not (
            set(one.lower().partition("e")[0] + other.lower().partition("e")[0]) & set("123456789")
        )
    return True


def moment_key(text: str) -> int:
    """Microseconds since 1970 of a date as JavaScript prints it; years outside 0 to 9999 keep their order."""
    moment = parse_moment(text)
    if moment is not None:
        return (moment - _EPOCH) // _MICROSECOND
    found = _LONG_YEAR.fullmatch(text)
    if found is None:
        return 0
    year, month, day, hour, minute, second, milli = map(int, found.groups())
    within = ((month * 31 + day) * 24 + hour) * 3_600 + minute * 60 + second
    # 400 days a year put such years beyond all that calendars of four digits reach.
    return (year - 1970) * 400 * _MICROSECONDS_A_DAY + (within * 1_000 + milli) * 1_000
