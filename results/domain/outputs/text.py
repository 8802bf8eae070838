"""Documents that are text and nothing more: ``text/plain``, text of unknown types, and nothing at all."""

from __future__ import annotations

from collections.abc import Sequence

from results.domain.document import Branch, Document, Node
from results.domain.matching import Found, Sought, matches_in_text
from results.domain.outputs import json as plain_json
from results.domain.outputs import jsontext, printing
from results.domain.outputs.tree import LONGEST_TEXT
from results.domain.steps import Step

_EMPTY = "The task returned an empty text."
_JSON_INSIDE = "This text is itself JSON ({what})."
_PREVIEW = 80


class TextBody:
    """Content that is one leaf."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def node_at(self, pointer: str) -> Node | None:
        if pointer:
            return None
        text = _decoded(self._data)
        shown = text[:LONGEST_TEXT]
        preview = f'"{text[:_PREVIEW]}…"' if len(text) > _PREVIEW else f'"{text}"'
        return Node("", None, "string", None, shown, len(text), None, preview)

    def children_at(self, pointer: str, after: int, limit: int) -> Branch | None:
        return None if pointer else Branch("", (), 0, 0)

    def leaf_text(self, pointer: str) -> str | None:
        return None if pointer else _decoded(self._data)

    def json_at(self, pointer: str) -> bytes | None:
        return None if pointer else printing.canonical(jsontext.quoted(_decoded(self._data)))

    def text(self, limit_bytes: int) -> tuple[str, bool]:
        return printing.shortened(self._data, limit_bytes)

    def wire_text(self, limit_bytes: int) -> tuple[str, bool]:
        return self.text(limit_bytes)

    def printed(self, least: int, *, as_sent: bool) -> tuple[bytes, bool]:
        is_clean = plain_json.is_utf8(self._data)
        return (self._data if is_clean else _decoded(self._data).encode()), False

    def search(self, sought: Sought) -> Found:
        return matches_in_text(_decoded(self._data), sought)

    def steps_to(self, pointer: str) -> tuple[Step, ...] | None:
        return None if pointer else ()

    def steps_below(self, pointer: str, children: Sequence[str]) -> tuple[Step, ...] | None:
        return None if pointer or children else ()


class NothingBody:
    """Content that is undefined, which is not the same as empty."""

    def __init__(self, data: bytes = b"") -> None:
        self._data = data

    def node_at(self, pointer: str) -> Node | None:
        if pointer:
            return None
        word = "undefined"
        return Node("", None, "undefined", word, word, len(word), None, word)

    def children_at(self, pointer: str, after: int, limit: int) -> Branch | None:
        return None if pointer else Branch("", (), 0, 0)

    def leaf_text(self, pointer: str) -> str | None:
        return None if pointer else "undefined"

    def json_at(self, pointer: str) -> bytes | None:
        return None if pointer else b""

    def text(self, limit_bytes: int) -> tuple[str, bool]:
        return "", False

    def wire_text(self, limit_bytes: int) -> tuple[str, bool]:
        return printing.shortened(self._data, limit_bytes)

    def printed(self, least: int, *, as_sent: bool) -> tuple[bytes, bool]:
        return (_decoded(self._data).encode() if as_sent else b""), False

    def search(self, sought: Sought) -> Found:
        return matches_in_text("undefined", sought)

    def steps_to(self, pointer: str) -> tuple[Step, ...] | None:
        return None if pointer else ()

    def steps_below(self, pointer: str, children: Sequence[str]) -> tuple[Step, ...] | None:
        return None if pointer or children else ()


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def nothing(data: bytes, sentence: str) -> Document:
    """A document without a value; ``data`` is what was sent in its place."""
    return Document(kind="nothing", raw=data, body=NothingBody(data), sentence=sentence)


def decode(data: bytes) -> Document:
    """``text/plain``: the text itself. If it is a JSON object or list, that is offered as ``inner``."""
    inner = inside(data)
    notes = () if inner is None else (_JSON_INSIDE.format(what=_what(inner)),)
    return Document(
        kind="text",
        raw=data,
        body=TextBody(data),
        notes=(*notes, *doubts(data)),
        sentence=None if data else _EMPTY,
        inner=inner,
    )


def inside(data: bytes) -> Document | None:
    """The JSON object or list that a text is; None for other text, and for other JSON, which says nothing more."""
    if data.lstrip(plain_json.SPACE)[:1] not in (b"{", b"["):
        return None
    found = plain_json.decode(data)
    return None if isinstance(found, str) else found


def doubts(data: bytes) -> tuple[str, ...]:
    """What to say of text that is not all text."""
    return () if plain_json.is_utf8(data) else (plain_json.BROKEN_UTF8,)


def _what(inner: Document) -> str:
    node = inner.root
    return f"{'an object' if node.type == 'object' else 'a list'}, {node.count or 0:,} inside"


def raw(data: bytes, notes: tuple[str, ...]) -> Document:
    """Text that could not be read as what it is labelled, with the sentences why."""
    return Document(
        kind="raw",
        raw=data,
        body=TextBody(data),
        notes=(*notes, *doubts(data)),
        sentence=None if data else _EMPTY,
        inner=inside(data),
    )
