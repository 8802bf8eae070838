"""Which member names each object of a list, such as an id; it must not know why that is asked."""

from __future__ import annotations

from results.domain.opened import members_of
from results.domain.outputs import levels
from results.domain.outputs.levels import Value

_IDS = ("id", "_id", "uuid", "guid", "key", "slug", "sku", "code")
_ID_ENDINGS = ("Id", "_id", "ID")
_LAST_ID = "name"
_MOST_IDS = 6


def ids_of(before: list[Value], after: list[Value]) -> tuple[list[bytes], list[bytes]] | None:
    """The values (as spelt) of a member that names every item of both lists; None when there is none.

    All items must be objects that have it, as text or a number; no two of a list may share it, and
    the lists must have at least one in common.
    """
    if not before or not after:
        return None
    if not all(levels.first_byte(value) == 0x7B for value in (*before, *after)):
        return None
    names = _id_names(members_of(before[0]).keys() & members_of(after[0]).keys())
    if not names:
        return None
    old, new = _columns(before, names), _columns(after, names)
    for name in names:
        if name in old and name in new and not set(old[name]).isdisjoint(new[name]):
            return old[name], new[name]
    return None


def _id_names(names: set[str]) -> list[str]:
    known = [name for name in _IDS if name in names]
    ending = sorted(name for name in names if name not in _IDS and name.endswith(_ID_ENDINGS))
    return [*known, *ending[:_MOST_IDS], *([_LAST_ID] if _LAST_ID in names else [])]


def _columns(values: list[Value], names: list[str]) -> dict[str, list[bytes]]:
    """The members of these names, of those names that every object has, with no value twice."""
    columns: dict[str, list[bytes]] = {name: [] for name in names}
    for value in values:
        members = members_of(value)
        for name in tuple(columns):
            found = members.get(name)
            if found is None or levels.first_byte(found) not in b'"-0123456789':
                del columns[name]
            else:
                columns[name].append(bytes(found))
        if not columns:
            break
    return {name: ids for name, ids in columns.items() if len(set(ids)) == len(ids)}
