"""Cuts a JSON object into its members without decoding them; it must not know what they mean.

A strict reader is asked first. It refuses two things that the API does send: lone surrogates, which
JavaScript writes as `\\ud800`, and values nested deeper than its own stack. Those are cut by hand.
"""

from __future__ import annotations

import json
import re

import msgspec

Members = dict[str, bytes]

_SPACE = re.compile(rb"[ \t\n\r]*")
_STRING = re.compile(rb'"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*"')
_SCALAR = re.compile(rb"true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
# A quote of its own is a string that never ends.
_MARK = re.compile(_STRING.pattern + rb'|[\[\]{}"]')
_CLOSES = {0x5B: 0x5D, 0x7B: 0x7D}
_DEEPEST = 20_000
_MOST_MARKS = 2_000_000


class NotAnObjectError(ValueError):
    """The text is not a JSON object."""


def members_of(body: bytes) -> Members:
    """Return each member's value as its own bytes, the last of equal names; raises NotAnObjectError."""
    text = body.removeprefix(b"\xef\xbb\xbf")
    try:
        raws = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return _cut(text)
    return {name: bytes(raw) for name, raw in raws.items()}


def _cut(text: bytes) -> Members:
    members: Members = {}
    at = _expect(text, 0, b"{")
    at = _skip(text, at)
    if text[at : at + 1] == b"}":
        _expect_end(text, at + 1)
        return members
    while True:
        at = _skip(text, at)
        name = _STRING.match(text, at)
        if name is None:
            raise NotAnObjectError
        start = _skip(text, _expect(text, name.end(), b":"))
        end = _end_of_value(text, start)
        members[_decoded(name[0])] = text[start:end]
        at = _skip(text, end)
        if text[at : at + 1] != b",":
            _expect_end(text, _expect(text, at, b"}"))
            return members
        at += 1


def _end_of_value(text: bytes, start: int) -> int:
    if text[start : start + 1] not in (b"[", b"{"):
        found = _STRING.match(text, start) or _SCALAR.match(text, start)
        if found is None:
            raise NotAnObjectError
        return found.end()
    open_marks = bytearray()
    for count, mark in enumerate(_MARK.finditer(text, start)):
        sign = text[mark.start()]
        if sign in _CLOSES:
            open_marks.append(_CLOSES[sign])
        elif sign != 0x22:
            if open_marks.pop() != sign:
                raise NotAnObjectError
            if not open_marks:
                return mark.end()
        elif mark.end() - mark.start() == 1:
            raise NotAnObjectError
        if len(open_marks) > _DEEPEST or count > _MOST_MARKS:
            raise NotAnObjectError
    raise NotAnObjectError


def _decoded(name: bytes) -> str:
    try:
        text: str = json.loads(name.decode("utf-8", "replace"))
    except ValueError:
        raise NotAnObjectError from None
    return text.encode("utf-8", "replace").decode()


def _skip(text: bytes, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _expect(text: bytes, at: int, sign: bytes) -> int:
    at = _skip(text, at)
    if text[at : at + 1] != sign:
        raise NotAnObjectError
    return at + 1


def _expect_end(text: bytes, at: int) -> None:
    if _skip(text, at) != len(text):
        raise NotAnObjectError
