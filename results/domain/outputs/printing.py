"""Laying JSON text out as JSON.stringify with two spaces would, numbers spelt as sent; it must not know types."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from results.domain.outputs import jsontext, shallow

_SWELLING = 16
_ALWAYS_FINE = 1024 * 1024
_TOO_DEEP = 1_000
_WINDOW = 64 * 1024

_TOKEN = re.compile(
    rb'[ \t\r\n]*+(?:(?P<value>"(?:[^"\\]++|\\.)*+"|[^ \t\r\n,:\[\]{}"]++)|(?P<mark>[\[\]{},:]))'
)
_SPACE_BETWEEN = re.compile(rb"(" + jsontext.STRING + rb")|[ \t\r\n]++")
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\."
)
_NEEDLESS = re.compile(rb"\\[u/]")
_HALF_PAIR = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")


def plain(text: bytes) -> bytes:
    """``text`` (valid JSON) laid out; without line breaks where indentation would swell it many times over."""
    return _laid_out(text, allowance(len(text)))


def plain_part(text: bytes) -> bytes:
    """As ``plain``, for one part of a larger layout."""
    return _laid_out(text, _SWELLING * len(text))


def allowance(size: int) -> int:
    """How many bytes the layout of a text of ``size`` bytes may take."""
    return _SWELLING * size + _ALWAYS_FINE


def squeezed(text: bytes) -> bytes:
    """``text`` (valid JSON) without white space between its values; at any depth of nesting."""
    return _SPACE_BETWEEN.sub(rb"\1", text)


def _laid_out(text: bytes, allowed: int) -> bytes:
    if not _swells(text, allowed):
        try:
            return msgspec.json.format(text, indent=2)
        except (RecursionError, ValueError, msgspec.MsgspecError):
            pass
    return squeezed(text)


def _swells(text: bytes, allowed: int) -> bool:
    opens = text.count(b"[") + text.count(b"{")
    lines = text.count(b",") + 2 * opens
    if 2 * lines * min(opens, _TOO_DEEP) <= allowed:
        return False
    deepest = shallow.depth_bound(text, enough=_TOO_DEEP)
    return deepest >= _TOO_DEEP or 2 * lines * deepest > allowed


def indented(text: bytes, level: int) -> bytes:
    """Laid-out ``text`` for a place ``level`` steps in. Strings hold no bare line break, so this is safe."""
    return text.replace(b"\n", b"\n" + b"  " * level) if level else text


def beginning(text: bytes | memoryview, limit: int) -> tuple[bytes, bool]:
    """The first ``limit`` bytes or slightly more of ``plain(text)``, and whether more would follow.

    Costs what the limit costs, whatever the size of the text.
    """
    out: list[bytes] = []
    size = level = position = 0
    fresh = False  # just after an opening bracket
    while size < limit and (token := _TOKEN.match(text, position)):
        position = token.end()
        mark = token["mark"]
        if mark in (b"]", b"}"):
            level -= 1
            piece = mark if fresh else b"\n" + b"  " * level + mark
            fresh = False
        else:
            piece = b"\n" + b"  " * level if fresh else b""
            fresh = False
            if mark is None:
                piece += token["value"]
            elif mark == b",":
                piece += b",\n" + b"  " * level
            elif mark == b":":
                piece += b": "
            else:
                piece += mark
                level += 1
                fresh = True
        out.append(piece)
        size += len(piece)
    return b"".join(out), position < len(text)


def canonical(text: bytes) -> bytes:
    """JSON text with strings spelt as JSON.stringify spells them, and always valid UTF-8.

    Escapes that are not needed become the character; half surrogate pairs stay escapes; bytes that
    are no UTF-8 become U+FFFD.
    """
    if _NEEDLESS.search(text):
        text = b"".join(_ESCAPE.sub(_respelt, part) for part in _parts(text))
    if text.isascii():
        return text
    try:
        # Only to see whether it is valid: a whole text may take three times its bytes.
        for part in _parts(text):
            part.decode()
    except UnicodeDecodeError:
        text = _HALF_PAIR.sub(_escaped, text)
        return text.decode("utf-8", "replace").encode()
    return text


def _parts(text: bytes) -> Iterator[bytes]:
    """The text in parts that cut no string, since no string holds a bare line break; less memory at a time."""
    start = 0
    while start < len(text):
        end = text.find(b"\n", start + _WINDOW)
        if end < 0:
            end = len(text)
        yield text[start:end]
        start = end


def _respelt(found: re.Match[bytes]) -> bytes:
    escape = found[0]
    if escape == b"\\/":
        return b"/"
    if len(escape) == 2:
        return escape
    first = int(escape[2:6], 16)
    if len(escape) == 12:
        return chr(0x10000 + ((first - 0xD800) << 10) + int(escape[8:], 16) - 0xDC00).encode()
    if 0xD800 <= first <= 0xDFFF:
        return escape.lower()
    return jsontext.quoted(chr(first))[1:-1]


def _escaped(found: re.Match[bytes]) -> bytes:
    return b"\\u%04x" % ord(found[0].decode("utf-8", "surrogatepass"))


def shortened(text: bytes, limit: int) -> tuple[str, bool]:
    """``text`` as characters, cut to ``limit`` bytes between two characters, and whether it was cut."""
    if len(text) <= limit:
        decoded = text.decode("utf-8", "replace")
        # U+FFFD is longer than the byte that it stands in for.
        if len(text) * 3 <= limit or decoded.isascii() or len(decoded.encode()) <= limit:
            return decoded, False
        text = decoded.encode()
    else:
        text = text[:limit].decode("utf-8", "ignore").encode()
    return text[:limit].decode("utf-8", "ignore"), True


def with_escapes_restored(text: bytes, escapes: list[bytes]) -> bytes:
    """Put back, in order, the escapes that reading had to replace by U+FFFD.

    Left alone when their number does not fit, since none may end up in another's place.
    """
    if not escapes:
        return text
    parts = jsontext.split_at_replacements(text)
    if len(parts) != len(escapes) + 1:
        return text
    joined = [parts[0]]
    for escape, part in zip(escapes, parts[1:], strict=True):
        joined += (escape, part)
    return b"".join(joined)
