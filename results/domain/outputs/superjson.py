"""The decoder of ``application/super+json``: a value and the types it had; nothing in it is ever executed."""

from __future__ import annotations

import msgspec

from results.domain.document import Document
from results.domain.outputs import json as plain_json
from results.domain.outputs import levels, text, typenotes
from results.domain.outputs.levels import Level, Value
from results.domain.outputs.places import Places
from results.domain.outputs.tree import JsonBody

_WRAPPER = b'{"json":'
_META = b',"meta":'

_CHECKED_SIZE = 1024 * 1024
_CHECKED_PATHS = 200
_NAMED_PATHS = 3

_UNWRAPPED = "Labelled super+json, but without its wrapper; shown as the plain JSON that was sent."
_NO_VALUE = "The task returned a function or a symbol, or nothing at all: the wrapper that was sent is empty."


class _ListWrapper(msgspec.Struct):
    json: list[msgspec.Raw]
    meta: msgspec.Raw = msgspec.Raw()


class _ObjectWrapper(msgspec.Struct):
    json: dict[str, msgspec.Raw]
    meta: msgspec.Raw = msgspec.Raw()


_list_wrapper = msgspec.json.Decoder(_ListWrapper)
_object_wrapper = msgspec.json.Decoder(_ObjectWrapper)


def decode(data: bytes) -> Document | str:
    """The document, or half a sentence on why it is none."""
    at_once = _unwrapped_at_once(data)
    if at_once is not None:
        value, level, meta = at_once
        return _document(plain_json.Opened(value, level, data), data, value, level, meta)
    opened = plain_json.open_text(data)
    if isinstance(opened, str):
        return opened
    wrapper = None if opened.level is None else _unwrapped(opened.level)
    if wrapper is None:
        return plain_json.document(opened, data, (_UNWRAPPED,))
    return _document(opened, data, wrapper[0], None, wrapper[1])


def _document(
    opened: plain_json.Opened,
    data: bytes,
    value: Value | None,
    level: Level | None,
    meta: Value | None,
) -> Document:
    types = typenotes.Types()
    complaints: tuple[str, ...] = ()
    if meta is not None:
        types, complaints = typenotes.read(bytes(meta))
    if value is None:
        return text.nothing(data, plain_json.NOTHING if types.root.kind else _NO_VALUE)
    places = Places(value, types, level)
    return Document(
        kind="superjson",
        raw=data,
        body=JsonBody(places, opened.text, opened.surrogates),
        notes=(*opened.notes, *complaints, *_doubts(places)),
        sentence=plain_json.sentence(places),
    )


def _unwrapped_at_once(data: bytes) -> tuple[Value, Level, Value | None] | None:
    """Value, its children and ``meta`` in one reading, of a packet written as workers write it; else None.

    Large packets would otherwise be read three times: the wrapper, the value, its children.
    """
    start = len(_WRAPPER)
    if not data.startswith(_WRAPPER) or data[start : start + 1] not in (b"[", b"{"):
        return None
    if levels.is_crowded(data) or not plain_json.is_utf8(data):
        return None
    decoder = _list_wrapper if data[start : start + 1] == b"[" else _object_wrapper
    try:
        wrapper = decoder.decode(data)
    except (RecursionError, ValueError, msgspec.MsgspecError):
        return None
    tail = len(_META) + len(wrapper.meta) if len(wrapper.meta) else 0
    end = len(data) - 1 - tail
    # Only when the pieces fill the value's place to the byte is nothing else in the packet.
    level = levels.from_pieces(wrapper.json, end - start)
    if level is None:
        return None
    value = msgspec.Raw(memoryview(data)[start:end])
    return value, level, wrapper.meta if tail else None


def _unwrapped(level: Level) -> tuple[Value | None, Value | None] | None:
    """The members ``json`` and ``meta``; None when this is no wrapper. The last of a repeated name counts."""
    members = {member.name: member.value for member in level.page(0, 1_000)}
    value, meta = members.get("json"), members.get("meta")
    if value is None and members.keys() - {"meta"}:
        return None
    return value, meta


def _doubts(places: Places) -> tuple[str, ...]:
    """Sentences on type notes that are not known or lead nowhere; looked for where that is cheap."""
    types = places.types
    if types.empty or len(places.root.value) > _CHECKED_SIZE:
        return ()
    unknown: dict[str, None] = {}
    lost: list[str] = []
    for count, (path, kind) in enumerate(types.noted()):
        if not kind.known:
            unknown[kind.name] = None
        if count < _CHECKED_PATHS and places.address(path) is None:
            lost.append(path)
    for path, _ in zip(types.repeats, range(_CHECKED_PATHS), strict=False):
        if places.address(path) is None:
            lost.append(path)
    notes = []
    if unknown:
        notes.append(
            f"Types that are not known: {_some(list(unknown))}. Their values are shown as sent."
        )
    if lost:
        notes.append(f"Type notes for places that do not exist are ignored: {_some(lost)}.")
    return tuple(notes)


def _some(words: list[str]) -> str:
    shown = ", ".join(f"“{word[:60]}”" for word in words[:_NAMED_PATHS])
    more = len(words) - _NAMED_PATHS
    return f"{shown} and {more} more" if more > 0 else shown
