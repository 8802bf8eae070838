"""Which nodes a JSONPath-like filter lets through; it must not know documents.

A filter is followed step by step on the way down. What has been matched so far is a bit mask: bit n
is set when the first n parts of the filter are, so that ``..`` can be in several places at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

NOWHERE = 0
"""Nothing at or below this node can be let through."""

_LONGEST = 1_000
_MOST_PARTS = 60
_EXAMPLE = "Write it like $.items[*].price, $..email or $.items[3]."

_PART = re.compile(
    r"(?P<deep>\.\.)?(?:"
    r"(?P<dot>(?<!\.)\.)?(?P<name>(?:[^\W\d]|[$@])[\w$@-]*|\*)"
    r"|\[\s*(?:(?P<index>-?[0-9]{1,15})|(?P<wild>\*)"
    r"|'(?P<single>(?:[^'\\]|\\.)*)'"
    r'|"(?P<double>(?:[^"\\]|\\.)*)")\s*\])'
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class _Part:
    """A name, a position (from the end when negative), or anything when both are None; ``deep`` at any depth."""

    name: str | None
    index: int | None
    deep: bool

    def takes(self, name: str | None, index: int | None, size: int) -> bool:
        if self.name is not None:
            return name == self.name
        if self.index is not None:
            return index is not None and index == (
                self.index if self.index >= 0 else self.index + size
            )
        return True


@dataclass(frozen=True)
class PathFilter:
    """A filter that was understood. Lets through the nodes that it names and all below them."""

    parts: tuple[_Part, ...] = ()

    @property
    def start(self) -> int:
        """The mask at the root."""
        return 1

    @cached_property
    def counts_from_end(self) -> bool:
        """Whether ``below`` has to be told the size."""
        return any(part.index is not None and part.index < 0 for part in self.parts)

    def lets_through(self, mask: int) -> bool:
        """Whether the node with this mask is named by the filter, or is below one that is."""
        return bool(mask >> len(self.parts))

    def below(self, mask: int, name: str | None, index: int | None, size: int) -> int:
        """The mask one step down: by member name or Map key, by position among ``size``, or both.

        ``size`` matters only when the filter ``counts_from_end``.
        """
        if self.lets_through(mask):
            return 1 << len(self.parts)
        after = NOWHERE
        for place, part in enumerate(self.parts):
            if mask >> place & 1:
                if part.deep:
                    after |= 1 << place
                if part.takes(name, index, size):
                    after |= 1 << (place + 1)
        return after


def parse(text: str) -> PathFilter | str:
    """The filter that somebody typed, or a sentence on why it cannot be one."""
    text = text.strip()
    if len(text) > _LONGEST:
        return f"The path filter is longer than {_LONGEST:,} characters."
    rest = text[1:] if text.startswith("$") and text[1:2] in ("", ".", "[") else text
    position = len(text) - len(rest)
    parts: list[_Part] = []
    while position < len(text):
        found = _PART.match(text, position)
        # Only the first part may be a name without a dot before it.
        bare = found and found["name"] and not (found["deep"] or found["dot"])
        if found is None or (bare and position > 0):
            wrong = text[position : position + 20]
            return f"The path filter is not understood at character {position + 1}, “{wrong}”. {_EXAMPLE}"
        parts.append(_part(found))
        position = found.end()
    if len(parts) > _MOST_PARTS:
        return f"The path filter has more than {_MOST_PARTS} parts."
    return PathFilter(tuple(parts))


def _part(found: re.Match[str]) -> _Part:
    deep = found["deep"] is not None
    if found["index"] is not None:
        return _Part(None, int(found["index"]), deep)
    if found["wild"] is not None or found["name"] == "*":
        return _Part(None, None, deep)
    if found["name"] is not None:
        return _Part(found["name"], None, deep)
    quoted = found["single"] if found["single"] is not None else found["double"]
    return _Part(unescaped(quoted), None, deep)


def unescaped(text: str) -> str:
    """What the inside of a quoted name says; escapes as in JSON and JavaScript."""
    said = _ESCAPE.sub(
        lambda found: chr(int(found[1], 16)) if found[1] else _SHORT.get(found[2], found[2]), text
    )
    return said.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
