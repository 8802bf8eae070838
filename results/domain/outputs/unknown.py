"""Outputs of a type that this program does not know, or of none: text as sent; it must not guess a type."""

from __future__ import annotations

from results.domain.document import Document
from results.domain.outputs import text

_LONGEST_TYPE = 100


def decode(data: bytes, type_: str | None) -> Document:
    """The text as sent, with a note on its type; JSON in it is offered as ``inner``, never assumed."""
    if not type_:
        return text.raw(
            data, ("No type was sent with this output; it is shown as the text that was sent.",)
        )
    shown = type_ if len(type_) <= _LONGEST_TYPE else f"{type_[:_LONGEST_TYPE]}…"
    note = f"The type “{shown}” is not known here; the output is shown as the text that was sent."
    return text.raw(data, (note,))
