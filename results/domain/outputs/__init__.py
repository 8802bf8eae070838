"""Packet to document: picks the decoder for a type. It must not know where packets come from."""

from __future__ import annotations

from dataclasses import replace

from results.domain.document import Document
from results.domain.outputs import json, pointer, superjson, text, unknown
from results.domain.packet import Packet

_NOTHING_OR_EMPTY = "The task returned nothing (undefined) or an empty text: this route of the API does not tell them apart."
_LABELS = {"application/json": "JSON", "application/super+json": "super+json"}
_DECODERS = {"application/json": json.decode, "application/super+json": superjson.decode}


def decode(packet: Packet) -> Document:
    """Read a packet. Never raises: what cannot be read becomes text, with a plain sentence why.

    The type may carry parameters and be in any case; ``notes`` says so when it was not spelt exactly,
    since Trigger.dev's own tools would then show the text unread. ``flattened`` packets are JSON
    whatever their type.
    """
    if packet.data is None:
        return text.nothing(b"", _NOTHING_OR_EMPTY if packet.flattened else json.NOTHING)
    if packet.flattened:
        document = _read(packet.data, "application/json")
        inner = _json_in_text(document)
        if _is_plain_text(document):
            return replace(document, inner=inner)
        return _noted(document, json.FLATTENED, inner=inner)
    type_ = (packet.type or "").partition(";")[0].strip().lower()
    if type_ in _DECODERS:
        document = _read(packet.data, type_)
    elif type_ == "text/plain":
        document = text.decode(packet.data)
    elif type_ == "application/store":
        document = pointer.decode(packet.data)
    else:
        return unknown.decode(packet.data, packet.type)
    if packet.type != type_:
        return _noted(document, f"The type was sent as “{packet.type}” and read as {type_}.")
    return document


def inside(document: Document, pointer: str) -> Document | None:
    """The JSON object or list that the text at ``pointer`` is; None when it is none.

    Raises PointerNotFound.
    """
    if document.node_at(pointer).type != "string":
        return None
    return text.inside(document.leaf_text(pointer).encode("utf-8", "replace"))


def _read(data: bytes, type_: str) -> Document:
    found = _DECODERS[type_](data)
    if isinstance(found, Document):
        return found
    reason = f"Labelled {_LABELS[type_]}, but {found}; shown as the text that was sent."
    return text.raw(data, (reason,))


def _json_in_text(document: Document) -> Document | None:
    """What a text that arrived as a JSON string holds, as for text that arrived as text."""
    if document.kind != "json" or document.root.type != "string":
        return document.inner
    return text.inside(document.leaf_text("").encode())


def _is_plain_text(document: Document) -> bool:
    """Whether the whole value is a text of several lines, which no other type is flattened to."""
    root = document.root
    return root.type == "string" and "\n" in root.text


def _noted(document: Document, note: str, *, inner: Document | None = None) -> Document:
    return Document(
        kind=document.kind,
        raw=document.raw,
        body=document.body,
        notes=(*document.notes, note),
        sentence=document.sentence,
        inner=inner or document.inner,
    )
