"""The order of rows by the keys of one column; it must not know where keys come from."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable

from results.domain.ordering import Group, Key


def in_order(keys: Iterable[tuple[Group, Key]], *, descending: bool) -> array[int]:
    """Return the rows' indexes in order, those without a value last, equal ones as they came.

    Kept apart by group, so that only keys of one type are compared.
    """
    indexes = {group: array("I") for group in Group}
    comparable: dict[Group, list[Key]] = {group: [] for group in Group}
    for index, (group, key) in enumerate(keys):
        indexes[group].append(index)
        if group.is_ordered:
            comparable[group].append(key)
    order = array("I")
    for group in _groups(descending):
        found = indexes[group]
        if group.is_ordered:
            places = range(len(found))
            ranked = sorted(places, key=comparable[group].__getitem__, reverse=descending)
            order.extend(found[place] for place in ranked)
        else:
            order.extend(found)
    return order


def kept(order: Iterable[int], among: Collection[int]) -> array[int]:
    """Return the same order of those rows alone that are among some."""
    return array("I", (index for index in order if index in among))


def _groups(descending: bool) -> list[Group]:
    filled = [group for group in Group if not group.is_empty]
    return [*(reversed(filled) if descending else filled), *(g for g in Group if g.is_empty)]
