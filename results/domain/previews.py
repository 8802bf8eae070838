"""What a plain value probably is: a moment, an address, a colour; it must not fetch, know a clock or write HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from results.domain.document import Node
from results.domain.durations import parse_moment

PreviewKind = Literal["date", "epoch", "url", "image-url", "colour", "json", "multiline"]

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
    r"(?P<zone>Z|z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_LONG_FRACTION = re.compile(r"([.,][0-9]{6})[0-9]+")

_DIGITS = re.compile(r"[1-9][0-9]{8,15}")
_SECONDS_2000 = 946_684_800
_SECONDS_2100 = 4_102_444_800
_UNITS = ((1, "seconds"), (1_000, "milliseconds"), (1_000_000, "microseconds"))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_LONGEST_URL = 2_000
_HOST = r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.){0,30}[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.?"
_URL = re.compile(
    rf"[hH][tT][tT][pP][sS]?://(?:{_HOST}|\[[0-9A-Fa-f:.]{{2,45}}\])(?::[0-9]{{1,5}})?"
    r"(?P<path>/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*)?"
    r"(?:\?(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?\[\]|{}^]|%[0-9A-Fa-f]{2})*)?"
    r"(?:\#(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?\[\]|{}^]|%[0-9A-Fa-f]{2})*)?"
)
_IMAGE = re.compile(r".*\.(?:png|jpe?g|gif|webp|avif|svg|bmp|ico)", re.IGNORECASE)

_HEX_COLOUR = re.compile(r"#(?:[0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})")
_RGB = re.compile(
    r"rgba?\(\s*([0-9]{1,3})\s*(,|\s)\s*([0-9]{1,3})\s*\2\s*([0-9]{1,3})"
    r"(?:\s*[,/]\s*([01]|0?\.[0-9]{1,6}|1\.0{1,6}|[0-9]{1,3}%))?\s*\)",
    re.IGNORECASE,
)
_LONGEST_COLOUR = 60
_SPACE = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Preview:
    """What to offer beside a value.

    ``label`` is a short plain phrase. Of the others, those that the kind needs are set:

    * date, epoch: ``moment`` (aware, UTC); None for a day, or a time without a zone, which is no moment.
    * url, image-url: ``url``, safe as the target of a link: absolute, http or https, ASCII, no
      user name in it. Nobody has looked whether it is there.
    * colour: ``colour``, ``#rrggbb`` or ``#rrggbbaa`` in lower case.
    * json: ``count`` members or items of the object or list in the text.
    * multiline: ``count`` lines.

    ``is_guess`` when nothing but the look of the value says so.
    """

    kind: PreviewKind
    label: str
    is_guess: bool = False
    moment: datetime | None = None
    url: str | None = None
    colour: str | None = None
    count: int | None = None


def preview_of(node: Node) -> Preview | None:
    """What a leaf probably is; None when there is nothing to add, or only its beginning came along."""
    if not node.is_leaf:
        return None
    if node.type in ("number", "bigint"):
        return _of_number(node.text)
    if node.type == "date":
        moment = parse_moment(node.text)
        return Preview("date", "Date", moment=moment) if moment else None
    if node.type == "url":
        return None if node.cut else _of_url(node.text)
    if node.type != "string":
        return None
    if node.cut:
        return _of_lines(node.text, "or more") if "\n" in node.text else None
    return _of_text(node.text)


def _of_text(text: str) -> Preview | None:
    return _of_date(text) or _of_url(text) or _of_colour(text) or _of_json(text) or _of_lines(text)


def _of_number(text: str) -> Preview | None:
    """A moment as a count since 1970, when that makes it one of this century."""
    if not _DIGITS.fullmatch(text):
        return None
    number = int(text)
    for scale, unit in _UNITS:
        if _SECONDS_2000 * scale <= number < _SECONDS_2100 * scale:
            moment = _EPOCH + timedelta(microseconds=number * (1_000_000 // scale))
            label = f"Perhaps a moment in {unit} since 1970 (a guess)"
            return Preview("epoch", label, is_guess=True, moment=moment)
    return None


def _of_date(text: str) -> Preview | None:
    if _DATE.fullmatch(text):
        is_day = parse_moment(text) is not None
        return Preview("date", "A day, without time or zone", is_guess=True) if is_day else None
    found = _DATE_TIME.fullmatch(text)
    moment = parse_moment(_LONG_FRACTION.sub(r"\1", text.upper())) if found else None
    if found is None or moment is None:
        return None
    if found["zone"] is None:
        label = "A date and time without zone, so the moment is not known"
        return Preview("date", label, is_guess=True)
    return Preview("date", "Looks like a date", is_guess=True, moment=moment)


def _of_url(text: str) -> Preview | None:
    """Strict on purpose: what is not plainly an http(s) address, as RFC 3986 writes it, is no link."""
    found = _URL.fullmatch(text) if len(text) <= _LONGEST_URL else None
    if found is None:
        return None
    if found["path"] and _IMAGE.fullmatch(found["path"]):
        return Preview("image-url", "Address of an image", url=text)
    return Preview("url", "Web address", url=text)


def _of_colour(text: str) -> Preview | None:
    if len(text) > _LONGEST_COLOUR:
        return None
    if _HEX_COLOUR.fullmatch(text):
        digits = text[1:].lower()
        if len(digits) < 6:
            digits = "".join(digit * 2 for digit in digits)
        return Preview("colour", "Looks like a colour", is_guess=True, colour=f"#{digits}")
    found = _RGB.fullmatch(text)
    if found is None:
        return None
    parts = [int(part) for part in found.group(1, 3, 4)]
    if found[5] is not None:
        share = float(found[5].rstrip("%")) / (100 if found[5].endswith("%") else 1)
        parts.append(round(share * 255))
    if max(parts) > 255:
        return None
    colour = "#" + "".join(f"{part:02x}" for part in parts)
    return Preview("colour", "Colour", colour=colour)


def _of_json(text: str) -> Preview | None:
    """A text that is a whole JSON object or list, with something in it."""
    count = count_inside(text)
    if not count:
        return None
    what = "an object" if text.lstrip(_SPACE)[:1] == "{" else "a list"
    return Preview("json", f"This text is JSON: {what} of {count:,}", count=count)


def count_inside(text: str) -> int:
    """How many members or items the JSON object or list has that a text is; 0 when it is none."""
    stripped = text.strip(_SPACE)
    if stripped[:1] + stripped[-1:] not in ("{}", "[]"):
        return 0
    try:
        return len(msgspec.json.decode(stripped.encode(), type=_RAW[stripped[0]]))
    except (RecursionError, ValueError, msgspec.MsgspecError):
        return 0


_RAW: dict[str, type[list[msgspec.Raw] | dict[str, msgspec.Raw]]] = {
    "{": dict[str, msgspec.Raw],
    "[": list[msgspec.Raw],
}


def _of_lines(text: str, more: str = "") -> Preview | None:
    count = len(text.strip("\r\n").splitlines())
    if count < 2:
        return None
    return Preview("multiline", f"{count:,} {f'{more} ' if more else ''}lines", count=count)
