"""One part of an output cut out, so that nothing outside of it is left; it must not know why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from results.domain.document import Document
from results.domain.opened import opened, rewrapped
from results.domain.outputs import decode, folding, jsontext, levels
from results.domain.outputs.levels import Value
from results.domain.outputs.places import Place, Places
from results.domain.packet import Packet
from results.domain.telling_names import (
    LONGEST_NAME,
    NAMES_A_SIBLING,
    is_sensitive,
    tells_in_numbers,
)

# What folding writes where copies would grow without end: it names a place, perhaps outside.
_ELSEWHERE = re.compile(rb'"\[Same as (?:[^"\\]++|\\.)*+"')


@dataclass(frozen=True, slots=True)
class Part:
    """A value alone; ``name`` is the telling name that it stood under, at any distance, empty without one.

    The name is left behind, and what it says of the value is not.
    """

    packet: Packet
    name: str = ""


def cut(packet: Packet, pointer: str) -> Part | None:
    """Return the value at ``pointer`` alone; None when there is none.

    In a text that is JSON the pointer leads into that JSON. Types of super+json are kept, except
    where the part repeats values: there it becomes plain JSON, in which nothing points out of it.
    """
    document = decode(packet)
    if not pointer:
        return Part(packet)
    if document.inner is not None:
        return _part(document.inner, pointer, Packet(b"", "application/json"))
    return _part(document, pointer, packet)


def plain(packet: Packet) -> Packet:
    """Return the same value as plain JSON, in which types are folded."""
    document = decode(packet)
    if document.kind != "superjson":
        return packet
    return Packet(document.as_json() or b"null", "application/json")


def _part(document: Document, pointer: str, packet: Packet) -> Part | None:
    places = opened(document)
    way = list(places.way(pointer)) if places is not None else []
    place = way[-1] if way else None
    if places is None or place is None:
        return None
    name = _name_above(places, [one for one in way if one is not None])
    if document.kind == "json":
        return Part(replace(packet, data=place.text), name)
    typed = rewrapped(places, place)
    if typed is not None:
        return Part(replace(packet, data=typed), name)
    folded = _ELSEWHERE.sub(b'"[Same as another value]"', folding.fold(places, place) or b"null")
    return Part(Packet(folded, "application/json"), name)


def _name_above(places: Places, way: Sequence[Place]) -> str:
    """One of the telling names on a way; where there is one that tells of numbers too, that one."""
    names = []
    for above, place in pairwise(way):
        own = place.key or ""
        names.append(own if is_sensitive(own) else _beside(places, above, place))
    telling = list(filter(None, names))
    return next(filter(tells_in_numbers, telling), telling[0] if telling else "")


def _beside(places: Places, above: Place, place: Place) -> str:
    """The telling name in `[name, value]` or `{"name": …, "value": …}` of such a value."""
    if place.key not in ("1", "value", "Value"):
        return ""
    level = places.level(above)
    if not levels.is_list(above.value):
        beside = [level.named(name, 1) for each in NAMES_A_SIBLING for name in (each, each.title())]
    else:
        beside = [level.page(0, 1)[0].value] if len(level) == 2 else []
    names = [jsontext.string_value(bytes(one)) for one in beside if one and _is_short_text(one)]
    return next(filter(is_sensitive, names), "")


def _is_short_text(value: Value) -> bool:
    return levels.first_byte(value) == 0x22 and len(value) <= 2 * LONGEST_NAME
