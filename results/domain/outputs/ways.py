"""The steps that lead from one place of a typed JSON value to another; it must not know how they are written."""

from __future__ import annotations

from results.domain.outputs import jsontext, levels
from results.domain.outputs.places import Place, Places, leaf_text, shape
from results.domain.steps import Step

_SPELT_AS_IS = ("number", "boolean", "null", "undefined")


def step(parent: Place, child: Place, *, is_named: bool = False) -> Step:
    """The step from a place to one of its children, as ``Places`` hands them out.

    ``is_named`` says of a Map that all its keys are texts; see ``names_all_rows``.
    """
    if child.key_place is not None:
        row = child.pointer[len(parent.pointer) + 1 :].partition("/")[0]
        literal = _literal(child.key_place)
        return Step("entry", child.key or "", int(row), 1, literal, is_named)
    token = child.pointer.rpartition("/")[2]
    if not levels.is_list(parent.value):
        occurrence = token.rpartition("~.")[2] if "~." in token else "1"
        return Step("member", child.key or "", occurrence=int(occurrence))
    found = shape(parent)
    if found.type in ("set", "map"):
        return Step("element", index=int(token))
    return Step("byte" if found.name == "Buffer" else "index", index=int(token))


def steps(places: Places, pointer: str) -> tuple[Step, ...] | None:
    """All steps from the root to the place that a pointer names; None when it names none."""
    found: list[Step] = []
    above: Place | None = None
    row: Place | None = None
    for place in places.way(pointer):
        if place is None:
            return None
        if above is None:
            above = place
        elif place.row:
            # Whether the row itself counts as a step shows only with the next place.
            row = place
        elif row is not None and place.key_place is None:
            found += [step(above, row), step(row, place)]
            above, row = place, None
        else:
            named = place.key_place is not None and names_all_rows(places, above)
            found.append(step(above, place, is_named=named))
            above, row = place, None
    if above is not None and row is not None:
        found.append(step(above, row))
    return tuple(found)


def names_all_rows(places: Places, place: Place) -> bool:
    """Whether the place is a Map whose keys are all texts, so that its clean JSON is an object."""
    if shape(place).type != "map":
        return False
    for row in places.raw_children(place):
        pair = places.pair(row)
        if pair is None or shape(pair[0]).type != "string":
            return False
    return True


def _literal(key: Place) -> str | None:
    """A simple Map key as JavaScript writes it; None when no two such values are the same to it."""
    type_ = shape(key).type
    text = leaf_text(key)
    if type_ == "string":
        return jsontext.quoted(text).decode()
    if type_ == "bigint":
        return f"{text}n"
    return text if type_ in _SPELT_AS_IS else None
