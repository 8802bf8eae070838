"""Which items of two lists belong together; it must not know what the items are, only their keys.

Everything here treats both lists alike: swapped lists give the same pairs, swapped.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

Pair = tuple[int, int]

_MOST_CANDIDATES = 2_500


class Entry(NamedTuple):
    """An index before and one after: both for a pair, one of them None for what is only on one side."""

    before: int | None
    after: int | None
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Likeness:
    """What is compared to tell whether two items could be one that changed.

    ``kind`` must be equal; ``features`` are counted where both have them; ``tie`` tells items apart
    where nothing else does.
    """

    kind: str
    features: frozenset[Hashable] = frozenset()
    tie: int = 0


def common_ends(before: Sequence[Hashable], after: Sequence[Hashable]) -> tuple[int, int]:
    """How many items are equal at the beginning and, beyond those, at the end."""
    most = min(len(before), len(after))
    first = 0
    while first < most and before[first] == after[first]:
        first += 1
    last = 0
    while last < most - first and before[-1 - last] == after[-1 - last]:
        last += 1
    return first, last


def paired(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[Pair]:
    """Items with equal keys: the first of a key with the first, the second with the second."""
    places: dict[Hashable, list[int]] = {}
    for index in range(len(after) - 1, -1, -1):
        places.setdefault(after[index], []).append(index)
    found = []
    for index, key in enumerate(before):
        waiting = places.get(key)
        if waiting:
            found.append((index, waiting.pop()))
    return found


def kept_in_order(pairs: Sequence[Pair], ties: Sequence[int]) -> list[Pair]:
    """A longest choice of the pairs (sorted by their first index) that is in order on both sides.

    All others have moved. ``ties`` has a number for each pair, which decides where the order cannot.
    """
    if all(one[1] < other[1] for one, other in pairwise(pairs)):
        return list(pairs)
    afters = [after for _, after in pairs]
    upto = _longest_ends(afters)
    beyond = _longest_ends([-after for after in reversed(afters)])[::-1]
    longest = max(upto)
    ranks: dict[int, list[int]] = {}
    for index, length in enumerate(upto):
        if length + beyond[index] - 1 == longest:
            ranks.setdefault(length, []).append(index)
    chosen: list[Pair] = []
    for rank in range(1, longest + 1):
        fitting = [
            index
            for index in ranks[rank]
            if not chosen or (pairs[index][0] > chosen[-1][0] and pairs[index][1] > chosen[-1][1])
        ]
        chosen.append(pairs[min(fitting, key=lambda index: (sum(pairs[index]), ties[index]))])
    return chosen


def _longest_ends(values: Sequence[int]) -> list[int]:
    """For each value, how long the longest increasing run of values is that ends with it."""
    tails: list[int] = []
    lengths = []
    for value in values:
        place = bisect_left(tails, value)
        tails[place : place + 1] = [value]
        lengths.append(place + 1)
    return lengths


def alike(before: Sequence[Likeness], after: Sequence[Likeness]) -> list[Pair]:
    """Pairs of items that are most alike, in order on both sides; for two single items, that pair."""
    if len(before) == len(after) == 1:
        return [(0, 0)]
    if len(before) * len(after) > _MOST_CANDIDATES:
        zipped = zip(before, after, strict=False)
        return [(index, index) for index, (a, b) in enumerate(zipped) if a.kind == b.kind]
    candidates = []
    for i, one in enumerate(before):
        for j, other in enumerate(after):
            score = _likeness(one, other)
            if score >= 0:
                candidates.append((-score, i + j, abs(i - j), one.tie ^ other.tie, i, j))
    chosen: list[Pair] = []
    for *_, i, j in sorted(candidates):
        if all((i < a and j < b) or (i > a and j > b) for a, b in chosen):
            chosen.append((i, j))
    return sorted(chosen)


def _likeness(one: Likeness, other: Likeness) -> int:
    """From 0 to 1,000; -1 for items that cannot be the same."""
    if one.kind != other.kind:
        return -1
    every = len(one.features) + len(other.features)
    if not every:
        return 0
    shared = len(one.features & other.features)
    return 2_000 * shared // every if shared else -1


def gaps(before: int, after: int, kept: Sequence[Pair]) -> Iterator[tuple[range, range]]:
    """The indexes between neighbouring pairs that were kept, where both sides have some."""
    last = (-1, -1)
    for pair in (*kept, (before, after)):
        here, there = range(last[0] + 1, pair[0]), range(last[1] + 1, pair[1])
        if here and there:
            yield here, there
        last = pair


def merged(
    before: int, after: int, pairs: Collection[Pair], kept: Sequence[Pair]
) -> Iterator[Entry]:
    """All items of both lists (of these lengths) in reading order: what is gone stands before what is new.

    ``kept`` are the pairs that are in order on both sides; the others stand at their new place.
    """
    partner = {j: i for i, j in pairs}
    taken = {i for i, _ in pairs}
    i = j = 0
    for here, there in (*kept, (before, after)):
        for index in range(i, here):
            if index not in taken:
                yield Entry(index, None)
        for index in range(j, there):
            yield Entry(partner.get(index), index, index in partner)
        if here < before:
            yield Entry(here, there)
        i, j = here + 1, there + 1
