"""Which rows of a table hold a text; it must not know where rows stand, nor how tables look."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from results.domain.matching import Needle, needle_of
from results.domain.outputs import levels
from results.domain.outputs.levels import Value

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class RowFilter:
    """What somebody typed, read as a search reads it, and the one column that it must stand in, if any."""

    text: str
    column: str | None = None

    @property
    def needle(self) -> Needle | None:
        """What is looked for; None when everything is let through."""
        return needle_of(self.text[:_LONGEST])


class Sieve:
    """Tells rows that hold a text from those that do not.

    With ``plain``, the text of all rows as it was sent, a row is only read closely when what was
    sent of it could hold the text: nothing in it is shown otherwise than it was spelt.
    """

    def __init__(self, needle: Needle, plain: bytes | None) -> None:
        self._needle = needle
        self._lets_all_through = plain is None
        self._spelt: re.Pattern[bytes] | None = None
        if plain is not None:
            spelt = needle.spelt(ascii_only=plain.isascii(), escaped=b"\\" in plain)
            self._spelt = re.compile(spelt) if spelt is not None else None

    def may_hold(self, row: Value) -> bool:
        """Whether the row is worth reading: never False where the text stands."""
        if self._lets_all_through:
            return True
        return self._spelt is not None and bool(self._spelt.search(levels.view(row)))

    def holds(self, cells: Iterable[str]) -> bool:
        """Whether one of the cells holds the text."""
        return any(self._needle.find(cell) for cell in cells)
