"""A document's value opened for reading all of it, not a page of it; it must not know what it is read for."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import msgspec

from results.domain.document import Document
from results.domain.outputs import folding, jsontext, levels, printing, shapes, typenotes
from results.domain.outputs import json as plain_json
from results.domain.outputs.levels import Level, Value
from results.domain.outputs.places import Place, Places
from results.domain.outputs.typenotes import CHANGING, Kind, Position, Types

_MOST_WRAPPER_MEMBERS = 1_000
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Note:
    """One type note: its path below some place ("" at that place), and the type."""

    path: str
    kind: Kind


class Notes:
    """The type notes of a document in the order of their paths, so that those of a part are found at once."""

    def __init__(self, types: Types, *, only_changing: bool = False) -> None:
        """``only_changing`` keeps the types whose clean JSON differs from what was sent."""
        found = [
            (path, kind)
            for path, kind in types.noted()
            if not only_changing or kind.name in CHANGING
        ]
        if not only_changing:
            found += [
                (path, Kind("same as", target or "")) for path, target in types.repeats.items()
            ]
        found.sort(key=lambda note: note[0])
        self._paths = [path for path, _ in found]
        self._kinds = [kind for _, kind in found]

    def below(self, path: str | None) -> tuple[Note, ...]:
        """The notes on places inside the place at ``path`` (None: the root), but not on itself."""
        if not self._paths:
            return ()
        if path is None:
            first, end, cut = 0, len(self._paths), 0
        else:
            first = bisect_left(self._paths, f"{path}.")
            # "/" is the character after "."
            end = bisect_left(self._paths, f"{path}/", first)
            cut = len(path) + 1
        return tuple(
            Note(self._paths[index][cut:], self._kinds[index]) for index in range(first, end)
        )


def opened(document: Document, *, canonical: bool = False) -> Places | None:
    """The value of a JSON or super+json document with its types; None for every other kind.

    ``canonical`` opens a copy of its text in which no white space stands between values and strings
    are spelt in one way, so that equal values have equal bytes (numbers stay as they were spelt).
    Pointers mean the same as in the document.
    """
    if document.kind not in ("json", "superjson"):
        return None
    found = plain_json.open_text(document.raw)
    if isinstance(found, str):
        return None
    value: Value = found.value
    level = found.level
    types = Types()
    if document.kind == "superjson" and level is not None:
        wrapper = {member.name: member.value for member in level.page(0, _MOST_WRAPPER_MEMBERS)}
        if "json" not in wrapper:
            return None
        value, level = wrapper["json"], None
        if "meta" in wrapper:
            types, _ = typenotes.read(bytes(wrapper["meta"]))
    if canonical:
        text = bytes(value)
        spelt = compact(text)
        if spelt != text:
            value, level = _reopened(spelt)
    return Places(value, types, level)


def _reopened(text: bytes) -> tuple[Value, Level | None]:
    try:
        return levels.open_whole(text)
    except (RecursionError, ValueError, msgspec.MsgspecError):
        return levels.scanned_whole(text)


def compact(text: bytes) -> bytes:
    """Valid JSON text without white space between values, its strings spelt as JSON.stringify would."""
    try:
        text = msgspec.json.format(text, indent=-1)
    except (RecursionError, ValueError, msgspec.MsgspecError):
        text = printing.squeezed(text)
    return printing.canonical(text)


def members_of(value: Value) -> dict[str, Value]:
    """The members of an object; of a name that is repeated the last, as JavaScript reads it."""
    try:
        return dict(_members.decode(levels.view(value)))
    except (RecursionError, ValueError, msgspec.MsgspecError):
        return {member.name or "": member.value for member in levels.split(value)}


def below(types: Types, parent: Position, name: str, siblings: dict[str, Value]) -> Position:
    """The place of a member of an object, as the type notes address it."""
    if types.empty:
        return parent
    loose = "." in name and name.partition(".")[0] not in siblings
    return types.below(parent, name, loose=loose)


def folded(value: Value, kind: Kind | None, notes: tuple[Note, ...]) -> str:
    """The compact clean JSON of a container: ``notes`` are the changing ones inside it."""
    if notes or (kind is not None and kind.name in CHANGING):
        places = Places(value, Types(_tree(kind, notes)))
        return compact(folding.fold(places, places.root)).decode("utf-8", "replace")
    return compact(bytes(value)).decode("utf-8", "replace")


def _tree(kind: Kind | None, notes: tuple[Note, ...]) -> object:
    """The notes as super+json sends them: those inside a value that has a note stand below that note."""
    top: dict[str, object] = {}
    inner: dict[str, dict[str, object]] = {}
    for note in notes:
        cut = note.path.rfind(".")
        while cut >= 0 and note.path[:cut] not in inner:
            cut = note.path.rfind(".", 0, cut)
        holder = top if cut < 0 else inner[note.path[:cut]]
        inner[note.path] = {}
        holder[note.path[cut + 1 :]] = [_annotation(note.kind), inner[note.path]]
    return top if kind is None else [_annotation(kind), top]


def rewrapped(places: Places, place: Place) -> bytes | None:
    """The super+json of one place alone, its types with it; None where it repeats a value elsewhere.

    Repetitions inside the place are such too: what they name would not be where it was.
    """
    notes = Notes(places.types).below(place.position.path)
    if place.position.is_reference or any(note.kind.name == "same as" for note in notes):
        return None
    values = _tree(place.position.kind, notes)
    meta: dict[str, object] = {"values": values} if values else {}
    if places.types.doubles_backslashes:
        meta["v"] = 1
    return b'{"json":' + place.text + b',"meta":' + msgspec.json.encode(meta) + b"}"


def _annotation(kind: Kind) -> object:
    return kind.name if kind.detail is None else [kind.name, kind.detail]


def leaf_text(value: Value, shape: shapes.Shape) -> str:
    """The complete text of a leaf as the tree shows it."""
    text = bytes(value)
    if text[:1] == b'"':
        return jsontext.string_value(text)
    if shape.type == "date":
        return folding.date_text(text)
    if shape.type == "undefined":
        return "undefined"
    return text.decode("utf-8", "replace")
