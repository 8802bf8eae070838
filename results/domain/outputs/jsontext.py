"""The grammar of JSON text: is it valid, what does a string say, how is it laid out; it must not know outputs."""

from __future__ import annotations

import json
import re

import msgspec

STRING = rb'"(?:[^"\\]++|\\.)*+"'
"""A string of text that is known to be valid JSON."""

_TOKEN = re.compile(
    rb"[ \t\r\n]*+(?:"
    rb'(?P<string>"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+")'
    rb"|(?P<scalar>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+|true|false|null)"
    rb"|(?P<mark>[\[\]{},:])"
    rb"|(?P<end>\Z))"
)
_NOT_A_NUMBER = re.compile(rb"-?(?:NaN|Infinity)")
_LONE_SURROGATE = re.compile(
    rb"(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
    rb"|\\u[0-9a-fA-F]{4}|\\."
)
_REPLACEMENT = rb"\ufffd"  # six bytes, as long as the escape that it stands in for

_encode = json.JSONEncoder(ensure_ascii=False).encode

# What may come next, as a state of the checker.
_VALUE, _VALUE_OR_END, _KEY, _KEY_OR_END, _COLON, _AFTER = range(6)


def fault(data: bytes) -> int | None:
    """Where ``data`` stops being JSON (a position in bytes), or None when it is valid.

    As JSON.parse judges it, at any depth of nesting, without recursion. Slow: for text that the fast
    parser refused, which also refuses some valid text (lone surrogates, more than 1000 levels).
    """
    open_marks = bytearray()
    state, position = _VALUE, 0
    while token := _TOKEN.match(data, position):
        kind, start = token.lastgroup, token.end()
        if kind == "end":
            return None if state == _AFTER and not open_marks else len(data)
        mark = token["mark"] or b""
        if kind == "string" and state in (_KEY, _KEY_OR_END):
            state = _COLON
        elif mark in (b"[", b"{") and mark and state in (_VALUE, _VALUE_OR_END):
            open_marks += mark
            state = _VALUE_OR_END if mark == b"[" else _KEY_OR_END
        elif kind != "mark" and state in (_VALUE, _VALUE_OR_END):
            state = _AFTER
        elif mark == b":" and state == _COLON:
            state = _VALUE
        elif mark == b"," and state == _AFTER and open_marks:
            state = _VALUE if open_marks[-1] == 0x5B else _KEY
        elif _closes(mark, open_marks, state):
            open_marks.pop()
            state = _AFTER
        else:
            return start - 1
        position = start
    return position


def _closes(mark: bytes, open_marks: bytearray, state: int) -> bool:
    if not open_marks:
        return False
    if open_marks[-1] == 0x5B:
        return mark == b"]" and state in (_AFTER, _VALUE_OR_END)
    return mark == b"}" and state in (_AFTER, _KEY_OR_END)


def reason(data: bytes, position: int) -> str:
    """Half a sentence on what is wrong at ``position``: "it ends too early"."""
    if not data.strip():
        return "it is empty"
    rest = data[position : position + 40].lstrip(b" \t\r\n")
    if not rest:
        return "it ends too early"
    literal = _NOT_A_NUMBER.match(rest)
    if literal:
        return f"it contains {literal[0].decode()}, which JSON does not allow"
    return f"it goes wrong at byte {position:,}"


def with_lone_surrogates_replaced(data: bytes) -> bytes:
    r"""The same text, each escape of half a surrogate pair replaced by ``\ufffd``: no offset moves.

    JavaScript writes such escapes when a text was cut in the middle of an emoji, and they are valid
    JSON, but no valid text, so the fast parser refuses them.
    """
    replaced = bytearray(data)
    for found in _LONE_SURROGATE.finditer(data):
        if found["lone"]:
            replaced[found.start() : found.end()] = _REPLACEMENT
    return bytes(replaced)


def lone_surrogates(data: bytes) -> list[bytes]:
    """Every escape that ``with_lone_surrogates_replaced`` would leave as a replacement, in order."""
    return [
        found[0]
        for found in _LONE_SURROGATE.finditer(data)
        if found["lone"] or found[0].lower() == _REPLACEMENT
    ]


def split_at_replacements(data: bytes) -> list[bytes]:
    """``data`` cut at every escape for U+FFFD."""
    cuts = [
        found.span() for found in _LONE_SURROGATE.finditer(data) if found[0].lower() == _REPLACEMENT
    ]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(data)]
    return [data[start:end] for start, end in zip(starts, ends, strict=True)]


def string_value(spelling: bytes) -> str:
    """What a valid JSON string says; broken UTF-8 and half surrogate pairs appear as U+FFFD."""
    try:
        return msgspec.json.decode(spelling, type=str)
    except (ValueError, msgspec.MsgspecError):
        text = str(json.loads(spelling.decode("utf-8", "replace"), strict=False))
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def quoted(text: str) -> bytes:
    """``text`` as a JSON string, escaped no more than JSON.stringify would."""
    return _encode(text).encode("utf-8", "replace")
