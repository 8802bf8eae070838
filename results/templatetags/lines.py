"""Draws numbered lines as HTML, JSON in its colours; it decides neither which lines nor how many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import escape

from django import template

from results.domain.lines import Line
from results.domain.outputs.visible import Part, has_hidden, parts
from results.pages.lines import LinesPart
from results.templatetags.marks import drawn_part, shown_text, vouched

register = template.Library()

# Browsers skip what is out of sight list by list, so that each is short.
_A_LIST = 200
_MOST_MARKS = 2_000
_TOKEN = re.compile(
    r'(?P<text>"(?:[^"\\]++|\\.)*+"?)(?P<colon>:)?'
    r"|(?P<number>-?[0-9][^\s,\]}]*+)|(?P<word>true|false|null)"
)


@register.simple_tag
def numbered_lines(part: LinesPart) -> str:
    """The lines as ordered lists that carry their numbers; every foreign text in them is escaped."""
    found = part.lines.lines
    drawn = _json(found) if part.is_json else _plain(found)
    pieces: list[str] = []
    for at, (line, html) in enumerate(zip(found, drawn, strict=True)):
        if at % _A_LIST == 0:
            pieces.append(f'{"</ol>" if at else ""}<ol class=lines start="{line.number}">')
        before = "<span class=muted>… </span>" if line.continues else ""
        behind = "<span class=muted> …</span>" if line.goes_on else ""
        name = "" if line.continues else f" id=L{line.number}"
        pieces.append(f"<li{name}>{before}{html}{behind}</li>")
    pieces.append("</ol>" if found else "")
    return vouched(pieces)


def _json(found: tuple[Line, ...]) -> Iterator[str]:
    marks = max(1, _MOST_MARKS // max(1, len(found)))
    for line in found:
        # A line that begins in the middle may begin inside a text, so that its signs mislead.
        yield shown_text(line.text, marks) if line.continues else "".join(_signs(line.text, marks))


def _signs(text: str, marks: int) -> Iterator[str]:
    position = 0
    for token in _TOKEN.finditer(text):
        yield escape(text[position : token.start()])
        position = token.end()
        if token["colon"]:
            yield f"<span class=key>{shown_text(token['text'], marks)}</span>:"
        elif token["text"]:
            yield f"<span class=string>{shown_text(token['text'], marks)}</span>"
        else:
            kind = "number" if token["number"] else "word"
            yield f"<span class={kind}>{escape(token[0])}</span>"
    yield escape(text[position:])


def _plain(found: tuple[Line, ...]) -> Iterator[str]:
    """Terminal colours go on from line to line, as in a terminal."""
    text = "\n".join(line.text for line in found)
    if text.isprintable() or not has_hidden(text):
        yield from (escape(line.text) for line in found)
        return
    current: list[str] = []
    for marks, part in enumerate(parts(text)):
        draw = drawn_part if marks < _MOST_MARKS else _bare
        for at, piece in enumerate(part.text.split("\n")):
            if at:
                yield "".join(current)
                current = []
            if piece:
                current.append(draw(replace(part, text=piece)))
    yield "".join(current)


def _bare(part: Part) -> str:
    return escape(part.text)
