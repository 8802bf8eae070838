"""Draws what a plain value probably is beside it: a moment, a link, a colour; it never fetches anything."""

from __future__ import annotations

from datetime import datetime
from html import escape

from results.domain.document import Node
from results.domain.previews import Preview, preview_of

# What a tree shows by other means: lines as lines, JSON in a text as something to open.
_QUIET = {"multiline", "json"}


def drawn_preview(node: Node) -> str:
    """HTML beside a leaf, or nothing; every foreign text in it is escaped."""
    preview = preview_of(node)
    if preview is None or preview.kind in _QUIET:
        return ""
    if preview.url is not None:
        return _link(preview)
    if preview.colour is not None:
        return _swatch(preview)
    if preview.moment is not None:
        return _moment(preview, preview.moment, is_read=preview.kind == "date")
    return ""


def _link(preview: Preview) -> str:
    url = escape(preview.url or "")
    words = "open the image" if preview.kind == "image-url" else "open"
    return f' <a class=chip href="{url}" target="_blank" rel="noreferrer noopener">{words}</a>'


def _swatch(preview: Preview) -> str:
    colour = escape(preview.colour or "")
    return (
        f' <svg class=swatch width="12" height="12" role="img" aria-label="{colour}">'
        f'<rect width="12" height="12" fill="{colour}"></rect></svg>'
    )


def _moment(preview: Preview, moment: datetime, *, is_read: bool) -> str:
    """A date that reads as one needs no second spelling; a count of seconds does.

    The words are told on hover and on focus; a script adds the reader's own zone and how long ago.
    """
    utc = f"{moment:%a %Y-%m-%d %H:%M:%S} UTC"
    guess = " (a guess)" if preview.is_guess and "guess" not in preview.label else ""
    shown = "when" if is_read else escape(f"{utc}?")
    iso = escape(moment.isoformat().replace("+00:00", "Z"))
    tip = escape(f"{preview.label}{guess} · {utc}")
    return f' <time class="moment tip" tabindex=0 datetime="{iso}" data-tip="{tip}">{shown}</time>'
