"""The lines of a value as a page shows them: a stretch, the ways to the others; it prints nothing."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from results.domain.document import Document
from results.domain.lines import Lines

# What is farther on is shown without colours, so that a page that grows stays light.
_COLOURED_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class LinesPart:
    """Some lines of a value; ``is_json`` lets them be coloured."""

    lines: Lines
    is_json: bool
    size: int
    more_url: str = ""
    earlier_url: str = ""

    @property
    def text(self) -> str:
        """The lines as text."""
        return self.lines.text

    @property
    def is_whole(self) -> bool:
        """Whether there are no others."""
        return not self.more_url and not self.earlier_url

    @property
    def words(self) -> str:
        """Which lines these are."""
        first, last = self.lines.first, self.lines.last
        return f"Lines {first:,}–{last:,}" if last > first else f"Line {first:,}"


def lines_part(
    document: Document, *, url: str, of: str, after: int = 0, as_sent: bool = False
) -> LinesPart:
    """The lines from ``after`` bytes on; ``url`` is where branches of values are."""
    lines = document.lines(after, as_sent=as_sent)
    # A value that is one text is shown as that text, which has no JSON to colour.
    is_json = document.kind in ("json", "superjson") and (as_sent or not document.is_text)

    def address(place: int | None) -> str:
        if place is None:
            return ""
        view = "wire" if as_sent else "text"
        return f"{url}?{urlencode({'of': of, 'view': view, 'after': str(place)})}"

    return LinesPart(
        lines,
        is_json and lines.after < _COLOURED_BYTES,
        len(document.raw),
        address(lines.next_after),
        address(lines.earlier_after),
    )
