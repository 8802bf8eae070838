"""The decoder of ``application/json``: exact numbers, order and repeated names kept; it must not know types."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field

import msgspec

from results.domain.document import Document
from results.domain.outputs import jsontext, levels
from results.domain.outputs.levels import Level, Value
from results.domain.outputs.places import Places, shape
from results.domain.outputs.tree import JsonBody
from results.domain.outputs.typenotes import Types

SPACE = b" \t\r\n"
_WINDOW = 64 * 1024

NOTHING = "The task returned nothing (undefined)."
FLATTENED = (
    "Types were flattened by the API: dates, big integers, maps and sets arrive as plain JSON."
)
BROKEN_UTF8 = (
    "Some bytes are not valid UTF-8; they are shown as \ufffd. The download has them as sent."
)
_LONE_SURROGATES = (
    "Some text was cut in the middle of a character; the half that is left is shown as \ufffd."
)


@dataclass(frozen=True, slots=True)
class Opened:
    """Valid JSON, read as far as its first level.

    ``text`` is what was read: the data without white space around it, half surrogate pairs replaced;
    ``surrogates`` are the escapes that stood there.
    """

    value: Value
    level: Level | None
    text: bytes
    surrogates: list[bytes] = field(default_factory=list)
    notes: tuple[str, ...] = ()


def open_text(data: bytes) -> Opened | str:
    """Read JSON that nobody has checked; half a sentence on what is wrong when it is not JSON. Never raises."""
    text = data.strip(SPACE)
    notes: tuple[str, ...] = ()
    if text.startswith(codecs.BOM_UTF8):
        text = text[len(codecs.BOM_UTF8) :].strip(SPACE)
        notes = ("A byte-order mark before the JSON was skipped.",)
    if not text:
        return "it is empty"
    if not is_utf8(text):
        notes = (*notes, BROKEN_UTF8)
    try:
        value, level = levels.open_whole(text)
        return Opened(value, level, text, [], notes)
    except (RecursionError, ValueError, msgspec.MsgspecError):
        return _open_refused(text, notes)


def _open_refused(text: bytes, notes: tuple[str, ...]) -> Opened | str:
    """What the fast parser refuses may still be valid: cut emoji, broken UTF-8 in a name, deep nesting."""
    replaced = jsontext.with_lone_surrogates_replaced(text)
    surrogates: list[bytes] = []
    if replaced != text:
        notes = (*notes, _LONE_SURROGATES)
        surrogates = jsontext.lone_surrogates(text)
        try:
            value, level = levels.open_whole(replaced)
            return Opened(value, level, replaced, surrogates, notes)
        except (RecursionError, ValueError, msgspec.MsgspecError):
            pass
    position = jsontext.fault(text)
    if position is not None:
        return jsontext.reason(text, position)
    value, level = levels.scanned_whole(replaced)
    return Opened(value, level, replaced, surrogates, notes)


def is_utf8(data: bytes) -> bool:
    """Whether all bytes are UTF-8, found window by window so that no second copy is made."""
    if data.isascii():
        return True
    view, start = memoryview(data), 0
    try:
        while start < len(view):
            end = start + _WINDOW
            _text, used = codecs.utf_8_decode(view[start:end], "strict", end >= len(view))
            start += used
    except UnicodeDecodeError:
        return False
    return True


def document(opened: Opened, raw: bytes, notes: tuple[str, ...]) -> Document:
    """Plain JSON as a document."""
    places = Places(opened.value, Types(), opened.level)
    return Document(
        kind="json",
        raw=raw,
        body=JsonBody(places, opened.text, opened.surrogates),
        notes=(*opened.notes, *notes),
        sentence=sentence(places),
    )


def decode(data: bytes) -> Document | str:
    """The document, or half a sentence on why it is none."""
    opened = open_text(data)
    return opened if isinstance(opened, str) else document(opened, data, ())


def sentence(places: Places) -> str | None:
    """What to say of a value that says little itself."""
    root = places.root
    found = shape(root)
    if found.type == "undefined":
        return NOTHING
    if found.type == "null":
        return "The task returned null."
    if found.type == "string" and len(root.value) == 2:
        return "The task returned an empty text."
    if found.container and not len(places.level(root)):
        words = {"object": "an empty object", "array": "an empty list", "map": "an empty Map"}
        words |= {"set": "an empty Set"}
        return f"The task returned {words[found.type]}." if found.type in words else None
    return None
