"""Search in readable paths (``items[3].price``); it must not know what people type, nor how matches are shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from results.domain.matching import Needle, Sought
from results.domain.outputs import jsontext, ways
from results.domain.outputs.scanner import Span
from results.domain.outputs.trail import Container, Spot, Trail
from results.domain.pathfilter import NOWHERE
from results.domain.steps import Step, segment

_MARKS = re.compile(r'[.\[\]"]+')
_REST_OF_NAME = rb'(?:[^"\\]++|\\.){0,1000}+"[ \t\r\n]*+:'
_PLACES_A_PAUSE = 256
_MOST_SEGMENTS = 10_000
_OPENING = frozenset(b"[{")

_Open = tuple[Container, str, Iterator[tuple[int, bytes | None, Span]]]
"""A container, its path, and its children that are still to come."""

Spelt = Callable[[Needle], bytes | None]
"""Gives the regular expression for a needle's spellings in the text that is searched."""


class PathWalk:
    """Walks down where a path could still match.

    A path matches at the node whose own step completes what is looked for, not at all nodes below it again.
    """

    def __init__(self, trail: Trail, sought: Sought, spelt: Spelt, *, has_maps: bool) -> None:
        self._trail = trail
        self._sought = sought
        self._names = _names_in(sought.needle, spelt, has_maps=has_maps)
        self._segments: dict[tuple[bytes, bool], str] = {}
        self.is_complete = True

    def found(self) -> Iterator[tuple[Spot, str, tuple[int, int]]]:
        """Every place whose path matches, with that path and where in it."""
        if self._names is None:
            return
        needle, lets_through = self._sought.needle, self._sought.filter.lets_through
        has_filter = bool(self._sought.filter.parts)
        reach = len(needle.text) - 1
        pending: list[_Open] = []
        self._open(self._trail.root, "", pending)
        count = 0
        while pending:
            container, above, children = pending[-1]
            child = next(children, None)
            if child is None:
                pending.pop()
                continue
            count += 1
            if not count % _PLACES_A_PAUSE:
                self._sought.checkpoint()
            path = above + self._segment(container, child, first=not above)
            span = needle.find(path, max(0, len(above) - reach))
            is_leaf = child[2].first not in _OPENING
            if span is None and is_leaf:
                continue
            spot = container.spot(*child)
            if has_filter and spot.mask == NOWHERE:
                continue
            if span is not None and lets_through(spot.mask):
                yield spot, path, span
            if not is_leaf and (needle.begins_at_end_of(path) or self._may_begin_in(spot)):
                self._open(spot, path, pending)

    def _segment(
        self, container: Container, child: tuple[int, bytes | None, Span], *, first: bool
    ) -> str:
        """What the step to a child adds to the path."""
        index, name, _ = child
        if container.is_map:
            return segment(ways.step(container.place, container.spot(*child).place), first=first)
        if name is None:
            return f"[{index}]"
        known = self._segments.get((name, first))
        if known is None:
            known = segment(Step("member", jsontext.string_value(name)), first=first)
            if len(self._segments) < _MOST_SEGMENTS:
                self._segments[name, first] = known
        return known

    def _open(self, spot: Spot, path: str, pending: list[_Open]) -> None:
        if not spot.opens:
            return
        container = self._trail.opened(spot)
        if container is None:
            self.is_complete = False
        else:
            pending.append((container, path, container.children()))

    def _may_begin_in(self, spot: Spot) -> bool:
        """Whether all names that are looked for occur below a place."""
        value = spot.place.value
        if not isinstance(value, Span) or not self._names:
            return True
        text = value.whole_text
        return all(name.search(text, value.start, value.end) for name in self._names)


def _names_in(needle: Needle, spelt: Spelt, *, has_maps: bool) -> list[re.Pattern[bytes]] | None:
    """Expressions for the member names that a path must contain; None when one of them cannot occur."""
    if "\\" in needle.text:
        return []  # an escape of a quoted name, which may be spelt otherwise in the text
    names = []
    for name in _MARKS.split(needle.text):
        if name and not name.isdecimal():
            spelling = spelt(Needle(name, exact=needle.exact))
            if spelling is None:
                return None
            # The key of a Map is not followed by a colon.
            names.append(re.compile(spelling + (b"" if has_maps else _REST_OF_NAME), re.DOTALL))
    return names
