"""Comparisons nobody thought of: the changes are a recipe, and it works both ways."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from results.domain.alignment import kept_in_order, merged, paired
from results.domain.comparison import ComparedNode, compare
from results.domain.document import Document
from results.domain.outputs import decode
from results.domain.packet import Packet

NAMES = st.sampled_from(["a", "b", "c/d", "~", "id", "e.f"])
LEAVES = st.sampled_from([None, True, False, 0, 1, 2, -3, "", "x", "y"])
VALUES = st.recursive(
    LEAVES,
    lambda below: st.one_of(st.lists(below, max_size=5), st.dictionaries(NAMES, below, max_size=4)),
    max_leaves=14,
)
ROWS = st.lists(st.fixed_dictionaries({"id": st.integers(0, 5), "v": LEAVES}), max_size=6)
PAIRS = st.one_of(
    st.tuples(VALUES, VALUES),
    st.tuples(ROWS, ROWS),
    *[st.tuples(st.lists(LEAVES), st.lists(LEAVES))],
)


def of(value: Any) -> Document:
    return decode(Packet(json.dumps(value).encode(), "application/json"))


def at(value: Any, pointer: str | None) -> Any:
    assert pointer is not None
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


def last(pointer: str | None) -> str:
    assert pointer is not None
    return pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")


def applied(node: ComparedNode | None, before: Any, after: Any) -> Any:
    """What the changes make of a value; ``after`` is only asked for values that a change brings."""
    if node is None:
        return before
    if node.change is not None and node.change.kind in ("added", "changed"):
        return at(after, node.after)
    value = at(before, node.before)
    children = list(node.children)
    if isinstance(value, dict):
        gone = {last(child.before) for child in children if child.after is None}
        result = {name: item for name, item in value.items() if name not in gone}
        for child in children:
            if child.after is not None:
                result[last(child.after)] = applied(child, before, after)
        return result
    if not isinstance(value, list):
        # A leaf that moved and changed holds its change as its only child.
        return applied(children[0], before, after) if children else value
    if children and children[0].before == node.before:
        return applied(children[0], before, after)
    touched = {int(last(child.before)) for child in children if child.before is not None}
    placed = {
        int(last(child.after)): applied(child, before, after)
        for child in children
        if child.after is not None
    }
    rest = [item for index, item in enumerate(value) if index not in touched]
    result_list: list[Any] = []
    while rest or len(result_list) in placed:
        index = len(result_list)
        result_list.append(placed[index] if index in placed else rest.pop(0))
    return result_list


def spelt(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


@given(VALUES)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    comparison = compare(of(value), of(value))
    assert comparison.is_same
    assert comparison.tree is None


@given(PAIRS)
def test_the_changes_make_the_second_out_of_the_first(pair: tuple[Any, Any]) -> None:
    before, after = pair
    comparison = compare(of(before), of(after))
    assert spelt(applied(comparison.tree, before, after)) == spelt(after)
    assert comparison.is_same == (spelt(before) == spelt(after))
    assert len(comparison.changes) == comparison.total


@given(PAIRS)
def test_the_other_way_round_there_are_as_many_differences(pair: tuple[Any, Any]) -> None:
    there, back = (compare(of(a), of(b)) for a, b in (pair, pair[::-1]))
    assert (there.added, there.removed) == (back.removed, back.added)
    assert (there.changed, there.moved) == (back.changed, back.moved)
    assert (there.unchanged, there.reordered) == (back.unchanged, back.reordered)


@given(st.lists(st.integers(0, 6), max_size=10), st.lists(st.integers(0, 6), max_size=10))
def test_every_item_stands_in_the_merged_list_once(before: list[int], after: list[int]) -> None:
    pairs = paired(before, after)
    kept = kept_in_order(pairs, [before[i] for i, _ in pairs])
    entries = list(merged(len(before), len(after), pairs, kept))
    assert sorted(e.before for e in entries if e.before is not None) == list(range(len(before)))
    assert [e.after for e in entries if e.after is not None] == list(range(len(after)))
    assert [e.before for e in entries if e.before is not None and not e.moved] == sorted(
        e.before for e in entries if e.before is not None and not e.moved
    )
    swapped = sorted((j, i) for i, j in pairs)
    other = kept_in_order(swapped, [after[i] for i, _ in swapped])
    assert sorted((i, j) for j, i in other) == kept
