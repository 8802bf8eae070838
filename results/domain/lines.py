"""A long text as numbered lines, a stretch at a time; it must not know what the text is of."""

from __future__ import annotations

from dataclasses import dataclass

MOST_LINES = 1_000
MOST_BYTES = 256 * 1024
"""A stretch ends at whichever of the two comes first, within a line when that alone is longer."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, or as much of a very long one as fits into a stretch.

    ``number`` counts from 1. ``continues`` says that its beginning stands in the stretch before,
    ``goes_on`` that its end stands in the next one.
    """

    number: int
    text: str
    continues: bool = False
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """A stretch of lines.

    ``after`` counts the bytes of UTF-8 before it. ``next_after`` is what to ask for next, None at
    the end; ``earlier_after`` leads to the stretch before, None at the beginning.
    """

    lines: tuple[Line, ...]
    after: int = 0
    next_after: int | None = None
    earlier_after: int | None = None

    @property
    def first(self) -> int:
        """The number of the first line."""
        return self.lines[0].number if self.lines else 1

    @property
    def last(self) -> int:
        """The number of the last line."""
        return self.lines[-1].number if self.lines else 1

    @property
    def text(self) -> str:
        """The stretch as it stands in the text."""
        return "\n".join(line.text for line in self.lines)


def lines_at(text: bytes, after: int, *, more: bool = False) -> Lines:
    """The stretch of ``text`` (UTF-8) that begins ``after`` bytes into it; past the end, the first.

    ``more`` says that the text itself goes on beyond what was handed over.
    """
    start = _between_characters(text, after if 0 <= after < len(text) else 0)
    end = _end_of(text, start, more=more)
    number = text.count(b"\n", 0, start) + 1
    continues = start > 0 and text[start - 1 : start] != b"\n"
    goes_on = (end < len(text) or more) and text[end - 1 : end] != b"\n"
    pieces = text[start:end].decode("utf-8", "replace").removesuffix("\n").split("\n")
    last = len(pieces) - 1
    return Lines(
        tuple(
            Line(
                number + at, piece.removesuffix("\r"), continues and not at, goes_on and at == last
            )
            for at, piece in enumerate(pieces)
        )
        if end > start
        else (),
        start,
        end if end < len(text) or more else None,
        _earlier(text, start),
    )


def line_of(text: str, position: int) -> tuple[int, int]:
    """Where the line that holds a character begins, in characters, and the number of that line."""
    return text.rfind("\n", 0, position) + 1, text.count("\n", 0, position) + 1


def _end_of(text: bytes, start: int, *, more: bool) -> int:
    limit = min(start + MOST_BYTES, len(text))
    end = start
    for _ in range(MOST_LINES):
        found = text.find(b"\n", end, limit)
        if found < 0:
            # A line that was begun waits for the next stretch, unless it is all that there is.
            is_last = limit == len(text) and not more
            return _between_characters(text, limit) if is_last or end == start else end
        end = found + 1
    return end


def _earlier(text: bytes, start: int) -> int | None:
    if not start:
        return None
    least = max(0, start - MOST_BYTES)
    position = start
    for _ in range(MOST_LINES):
        found = text.rfind(b"\n", least, position - 1)
        if found < 0:
            is_first = not least or position == start
            return _between_characters(text, least) if is_first else position
        position = found + 1
    return position


def _between_characters(text: bytes, position: int) -> int:
    """The position, or up to three bytes before it, so that no character is cut."""
    for _ in range(3):
        if position < len(text) and text[position] & 0xC0 == 0x80 and position:
            position -= 1
    return position
