"""Foreign text as HTML with its hidden characters shown; every piece of it passes `escape`."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import islice

from django.utils.safestring import SafeString, mark_safe

from results.domain.outputs.visible import Part, has_hidden, parts, space_sign

# Names and chips longer than this are cut; the text and the download have them whole.
_LONGEST_NAME = 300
# A hidden character costs a page twenty times its own length, so that only the first ones are marked.
_MOST_MARKS = 40
_LONGEST_PLAIN_NAME = 60


def vouched(pieces: Iterable[str]) -> SafeString:
    """Join pieces of HTML that code has drawn: the only way round the escaping of templates."""
    return mark_safe("".join(pieces))  # noqa: S308  every foreign text in it came through `escape`


def name_text(text: str) -> str:
    """A name or a chip, cut when it is very long; one of nothing but space is shown by its signs."""
    if text.isspace():
        signs = "".join(drawn_part(space_sign(each)) for each in text[:_MOST_MARKS])
        return signs if len(text) <= _MOST_MARKS else f"{signs}…"
    return shown_text(text if len(text) <= _LONGEST_NAME else f"{text[:_LONGEST_NAME]}…")


def plain_name(text: str) -> str:
    """A name as text alone: the signs of what hides stand in it without a mark."""
    cut = text[:_LONGEST_PLAIN_NAME]
    signs = map(space_sign, cut) if cut.isspace() else parts(cut)
    return escape("".join(sign.text for sign in signs)) + ("" if cut == text else "…")


def shown_text(text: str, most: int = _MOST_MARKS) -> str:
    """A text with its first hidden characters marked."""
    # Most texts are printable, and that is known a hundred times sooner than what may be hidden.
    if text.isprintable() or not has_hidden(text):
        return escape(text)
    return marked_text(text, most)


def marked_text(text: str, most: int) -> str:
    """The text with the first hidden characters in marks and the signs of all others bare."""
    found = parts(text)
    marked = "".join(map(drawn_part, islice(found, most)))
    return marked + escape("".join(part.text for part in found))


def drawn_part(part: Part) -> str:
    """One run of characters: plain, in the colours of a terminal, or as a mark."""
    text = escape(part.text)
    if part.kind != "text":
        return f'<span class=hidden-mark title="{part.code}">{text}</span>'
    return f'<span class="{" ".join(part.styles)}">{text}</span>' if part.styles else text
