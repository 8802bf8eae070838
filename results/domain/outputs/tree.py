"""A JSON value with its types as nodes, drawn when asked for; it must not know where the types came from."""

from __future__ import annotations

import re
from collections.abc import Sequence

from results.domain.document import Branch, Node
from results.domain.matching import Found, Sought, matches_in_text
from results.domain.outputs import folding, levels, places, printing, searching, ways
from results.domain.outputs.places import Place, Places
from results.domain.outputs.shapes import Shape
from results.domain.steps import Step

LONGEST_TEXT = 2_000
"""Characters of a leaf that travel with its node; ``Document.leaf_text`` has them all."""

_PREVIEW = 80
_PREVIEW_STRING = 24
_PREVIEW_CHILDREN = 5
_WORTH_OPENING = 4_096
_MOST_TOKENS = 10_000
# Beyond this, laying out everything costs less than laying out the beginning token by token.
_READ_AHEAD = 512 * 1024
_INTEGER = re.compile(r"-?[0-9]+")
_SAFE = 2**53


class JsonBody:
    """The content of a JSON or super+json document."""

    def __init__(self, tree: Places, wire: bytes, surrogates: list[bytes]) -> None:
        """``wire`` is the JSON of the whole packet, ``surrogates`` the escapes that were replaced in it."""
        self._places = tree
        self._wire = wire
        self._surrogates = surrogates

    def node_at(self, pointer: str) -> Node | None:
        place = self._find(pointer)
        return None if place is None else self._node(place)

    def children_at(self, pointer: str, after: int, limit: int) -> Branch | None:
        place = self._find(pointer)
        if place is None:
            return None
        if self._is_leaf(place):
            return Branch(pointer, (), 0, 0)
        if (pair := self._places.pair(place)) is not None:
            both = [self._find(half.pointer) for half in pair]
            nodes = tuple(self._node(half) for half in both[after : after + limit] if half)
            return Branch(pointer, nodes, after, 2)
        children = self._places.children(place, after, limit)
        total = len(self._places.level(place))
        return Branch(pointer, tuple(self._node(child) for child in children), after, total)

    def leaf_text(self, pointer: str) -> str | None:
        place = self._find(pointer)
        if place is None:
            return None
        return "" if not self._is_leaf(place) else self._leaf(place, places.shape(place))

    def json_at(self, pointer: str) -> bytes | None:
        place = self._find(pointer)
        if place is None:
            return None
        printed = folding.fold(self._places, place)
        # What was replaced can only be put back where everything is printed.
        return printing.canonical(self._restored(printed) if not pointer else printed)

    def text(self, limit_bytes: int) -> tuple[str, bool]:
        value = self._places.root.value
        if len(value) <= 2 * limit_bytes:
            return printing.shortened(self.json_at("") or b"", limit_bytes)
        if folding.is_plain(self._places):
            return self._beginning(levels.view(value), limit_bytes)
        printed, more = folding.beginning(self._places, limit_bytes)
        shown, cut = printing.shortened(printing.canonical(printed), limit_bytes)
        return shown, cut or more

    def wire_text(self, limit_bytes: int) -> tuple[str, bool]:
        return self._beginning(self._wire, limit_bytes)

    def printed(self, least: int, *, as_sent: bool) -> tuple[bytes, bool]:
        """At least the first ``least`` bytes of the layout, and whether it goes on."""
        if least <= _READ_AHEAD:
            text, more = self.wire_text(least) if as_sent else self.text(least)
            return text.encode(), more
        if as_sent:
            return printing.canonical(printing.plain(self._wire)), False
        return self.json_at("") or b"", False

    def search(self, sought: Sought) -> Found:
        root = self._places.root
        if places.shape(root).type == "string":
            # One text is searched through all of it, whatever it came as.
            return matches_in_text(self._leaf(root, places.shape(root)), sought)
        return searching.search(self._places, self._wire, sought)

    def steps_to(self, pointer: str) -> tuple[Step, ...] | None:
        return None if pointer.count("/") > _MOST_TOKENS else ways.steps(self._places, pointer)

    def steps_below(self, pointer: str, children: Sequence[str]) -> tuple[Step, ...] | None:
        parent = self._find(pointer)
        found = [self._find(child) for child in children]
        if parent is None:
            return None
        named = ways.names_all_rows(self._places, parent)
        return tuple(ways.step(parent, child, is_named=named) for child in found if child)

    def _beginning(self, text: bytes | memoryview, limit_bytes: int) -> tuple[str, bool]:
        printed, more = printing.beginning(text, limit_bytes)
        shown, cut = printing.shortened(printing.canonical(printed), limit_bytes)
        return shown, cut or more

    def _restored(self, printed: bytes) -> bytes:
        return printing.with_escapes_restored(printed, self._surrogates)

    def _find(self, pointer: str) -> Place | None:
        if pointer.count("/") > _MOST_TOKENS:
            return None
        return self._places.find(pointer)

    def _is_leaf(self, place: Place) -> bool:
        return self._points_elsewhere(place) or not places.shape(place).container

    def _points_elsewhere(self, place: Place) -> bool:
        """Whether nothing was sent here but that another value belongs here."""
        return place.position.is_reference and place.first == 0x6E

    def _node(self, place: Place) -> Node:
        target = self._places.target(place)
        key_chip = None
        if place.key_place is not None:
            key_shape = places.shape(place.key_place)
            key_chip = None if key_shape.type == "string" else key_shape.name or key_shape.type
        if target is not None and self._points_elsewhere(place):
            circular = folding.is_above(target, place.pointer)
            words = f"circular → {target or '/'}" if circular else f"same as {target or '/'}"
            return Node(
                place.pointer,
                place.key,
                "reference",
                words,
                preview=words,
                key_chip=key_chip,
                same_as=target,
            )
        shape = places.shape(place)
        chip = shape.name
        count: int | None = None
        text, length, preview, exact = "", 0, "", False
        if shape.container:
            count = len(self._places.level(place))
            chip = f"{chip}({count:,})" if shape.counted else chip
            preview = self._preview(place, shape, _PREVIEW, 2)
        else:
            full = self._leaf(place, shape)
            text, length = full[:LONGEST_TEXT], len(full)
            exact = shape.type in ("number", "bigint") and _is_beyond_double(full)
            preview = self._preview(place, shape, _PREVIEW, 0)
        if target is not None and chip is None:
            chip = f"same as {target or '/'}"
        return Node(
            place.pointer,
            place.key,
            shape.type,
            chip,
            text,
            length,
            count,
            preview,
            exact,
            key_chip,
            target,
        )

    def _leaf(self, place: Place, shape: Shape) -> str:
        if shape.type == "undefined" and place.first == 0x6E:
            return "undefined"
        if shape.type == "date" and place.first != 0x22:
            return folding.date_text(place.text)
        return places.leaf_text(place)

    def _preview(self, place: Place, shape: Shape, room: int, depth: int) -> str:
        """A short text for a value: ``[{id: 1, …}, …]``, at most about ``room`` characters."""
        if self._points_elsewhere(place):
            return "→"
        if not shape.container:
            text = self._leaf(place, shape)
            if shape.type == "string":
                room = min(room, _PREVIEW_STRING) if depth else room
                return f'"{text[:room]}…"' if len(text) > room else f'"{text}"'
            return f"{text[:room]}…" if len(text) > room else text
        opening, closing = "[]" if levels.is_list(place.value) else "{}"
        if shape.type == "map":
            opening, closing = "{", "}"
        if depth == 0 or (depth == 1 and len(place.value) > _WORTH_OPENING):
            return f"{opening}…{closing}" if len(place.value) > 2 else opening + closing
        total = len(self._places.level(place))
        parts: list[str] = []
        used = 0
        for child in self._places.children(place, 0, _PREVIEW_CHILDREN):
            part = self._preview(child, places.shape(child), min(room, _PREVIEW_STRING), depth - 1)
            if opening == "{":
                part = f"{(child.key or '')[:_PREVIEW_STRING]}: {part}"
            if parts and used + len(part) > room:
                break
            parts.append(part)
            used += len(part) + 2
        if len(parts) < total:
            parts.append("…")
        return f"{opening}{', '.join(parts)}{closing}"


def _is_beyond_double(text: str) -> bool:
    """Whether an integer is larger than JavaScript's numbers keep exactly."""
    if not _INTEGER.fullmatch(text):
        return False
    digits = text.lstrip("-0")
    return len(digits) > 16 or (len(digits) == 16 and int(digits) > _SAFE)
