"""Statistics of rounds: medians, percentiles, ratios and whether they can be trusted; it measures nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

NOISY = 0.5
"""A ratio whose middle half spans more than this part of its median is called noisy."""
_CALM = 0.15

Row = dict[str, float]


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least so many percent do not exceed; NaN of none."""
    ordered = sorted(values)
    if not ordered:
        return math.nan
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


@dataclass(frozen=True, slots=True)
class Ratio:
    """One ratio as each round saw it."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The figure that is held against the goal."""
        return median(self.rounds)

    @property
    def lowest(self) -> float:
        """The smallest of all rounds."""
        return min(self.rounds)

    @property
    def highest(self) -> float:
        """The largest of all rounds."""
        return max(self.rounds)

    @property
    def spread(self) -> float:
        """How far the middle half of the rounds lies apart, as a part of the median."""
        if len(self.rounds) < 2 or not self.median:
            return 0.0
        quarter = percentile(self.rounds, 25), percentile(self.rounds, 75)
        return abs((quarter[1] - quarter[0]) / self.median)

    @property
    def is_noisy(self) -> bool:
        """Whether the rounds disagree too much for their median to mean anything precise."""
        return self.spread > NOISY


def rounds(
    subjects: Mapping[str, Callable[[], float]],
    *,
    ratio: Callable[[Row], float],
    least: int,
    most: int | None = None,
) -> list[Row]:
    """Visit every subject in turn, round after round, and return what each round measured.

    Every second round goes backwards, so that a machine that grows slower harms none more than
    another. There are more rounds, up to ``most`` (twice the least), while the ratio is unsteady.
    """
    seen: list[Row] = []
    names = list(subjects)
    while len(seen) < least or (
        len(seen) < (most or 2 * least) and Ratio(tuple(map(ratio, seen))).spread > _CALM
    ):
        order = names if len(seen) % 2 == 0 else names[::-1]
        seen.append({name: subjects[name]() for name in order})
    return seen


def ratio_of(seen: Sequence[Row], ratio: Callable[[Row], float]) -> Ratio:
    """The ratio of every round."""
    return Ratio(tuple(map(ratio, seen)))


def over(above: str, below: str) -> Callable[[Row], float]:
    """The function that divides one subject's figure by another's."""

    def divided(row: Row) -> float:
        return row[above] / row[below]

    return divided


def middle(seen: Sequence[Row], name: str) -> float:
    """The median of what one subject measured, for the notes."""
    return median(row[name] for row in seen)
