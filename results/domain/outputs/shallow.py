"""Patterns over valid JSON text that pass many shallow values in one step; it must not know what a value means."""

from __future__ import annotations

import re
from collections.abc import Iterator

from results.domain.outputs.jsontext import STRING

STRIDE = 256
"""The place of every such child is remembered; those between are found again by scanning."""

# A list or object that nests no further, then one that nests once, then twice: skipped in one step.
PLAIN = rb'[^\[\]{}"]++|' + STRING
_FLAT = rb"[\[{](?:" + PLAIN + rb")*+[\]}]"
_NESTED = rb"[\[{](?:" + PLAIN + rb"|" + _FLAT + rb")*+[\]}]"
NESTED_TWICE = rb"[\[{](?:" + PLAIN + rb"|" + _NESTED + rb")*+[\]}]"

_CHILD = rb'(?:[^,\[\]{}"]++|' + STRING + rb"|" + NESTED_TWICE + rb")++,"
STRIDE_OF_CHILDREN = re.compile(rb"(?:" + _CHILD + rb"){%d}+" % STRIDE)
CHILDREN = re.compile(rb"(?:" + _CHILD + rb"){0,%d}+" % STRIDE)
EACH_CHILD = re.compile(rb"()" + _CHILD)
SPACE = re.compile(rb"[ \t\r\n]*+")
NAME = re.compile(rb"[ \t\r\n]*+(" + STRING + rb")[ \t\r\n]*+:")
_EASY_VALUE = (
    rb"[ \t\r\n]*+(" + STRING + rb'|[^ \t\r\n,\[\]{}"]++|' + NESTED_TWICE + rb")[ \t\r\n]*+,?"
)
EASY_ITEM = re.compile(rb"()" + _EASY_VALUE)
EASY_MEMBER = re.compile(NAME.pattern + _EASY_VALUE)
SHALLOW = re.compile(STRING + rb'|[^ \t\r\n,\[\]{}"]++|' + NESTED_TWICE)
# The next bracket that belongs to deep nesting, or a good deal of what comes before it.
SOME_BRACKET = re.compile(rb"(?:" + PLAIN + rb"|" + NESTED_TWICE + rb"){0,256}+([\[\]{}])?")
NAMES = re.compile(
    rb"[ \t\r\n]*+("
    + STRING
    + rb")[ \t\r\n]*+:(?:[^,\[\]{}\"]++|"
    + STRING
    + rb"|"
    + NESTED_TWICE
    + rb")++,"
)

_STEP = 1 << 20
_COLLAPSES = 3
_NO_MARK = bytes(set(range(256)) - set(b'[]{}"'))
_ESCAPED_MARK = re.compile(rb'\\["\\]')
_STRING_OF_MARKS = re.compile(rb'"[^"]*+"')


def depth_bound(data: bytes, enough: int) -> int:
    """How deep the brackets of ``data`` nest at most, too high by 6 perhaps; counting stops at ``enough``."""
    marks = _STRING_OF_MARKS.sub(b"", b"".join(_marks(data)).replace(b'""', b""))
    for _ in range(_COLLAPSES):
        # Each of the two takes a level away.
        marks = marks.replace(b"[]", b"").replace(b"{}", b"")
    deepest = level = 0
    for mark in marks:
        if mark in b"[{":
            level += 1
            if level > deepest:
                deepest = level
                if deepest >= enough:
                    break
        else:
            level -= 1
    return deepest + 2 * _COLLAPSES


def _marks(data: bytes) -> Iterator[bytes]:
    """The brackets, and the quotes of strings with brackets in them; a step at a time, to take little memory."""
    start = 0
    while start < len(data):
        end = start + _STEP
        while data[end - 1 : end] == b"\\":
            end += 1
        part = _ESCAPED_MARK.sub(b"", data[start:end])
        # A string without brackets is two quotes side by side, which change nothing for the others.
        yield part.translate(None, _NO_MARK).replace(b'""', b"")
        start = end
