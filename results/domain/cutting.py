"""One part of an output cut out, so that nothing outside of it is left; it must not know why."""

from __future__ import annotations

import re
from dataclasses import replace

from results.domain.document import Document
from results.domain.opened import opened, rewrapped
from results.domain.outputs import decode, folding
from results.domain.packet import Packet

# What folding writes where copies would grow without end: it names a place, perhaps outside.
_ELSEWHERE = re.compile(rb'"\[Same as (?:[^"\\]++|\\.)*+"')


def cut(packet: Packet, pointer: str) -> Packet | None:
    """Return a packet of the value at ``pointer`` alone; None when there is none.

    In a text that is JSON the pointer leads into that JSON. Types of super+json are kept, except
    where the part repeats values: there it becomes plain JSON, in which nothing points out of it.
    """
    document = decode(packet)
    if not pointer:
        return packet
    if document.inner is not None:
        return _part(document.inner, pointer, Packet(b"", "application/json"))
    return _part(document, pointer, packet)


def plain(packet: Packet) -> Packet:
    """Return the same value as plain JSON, in which types are folded."""
    document = decode(packet)
    if document.kind != "superjson":
        return packet
    return Packet(document.as_json() or b"null", "application/json")


def _part(document: Document, pointer: str, packet: Packet) -> Packet | None:
    places = opened(document)
    place = places.find(pointer) if places is not None else None
    if places is None or place is None:
        return None
    if document.kind == "json":
        return replace(packet, data=place.text)
    typed = rewrapped(places, place)
    if typed is not None:
        return replace(packet, data=typed)
    folded = _ELSEWHERE.sub(b'"[Same as another value]"', folding.fold(places, place) or b"null")
    return Packet(folded, "application/json")
