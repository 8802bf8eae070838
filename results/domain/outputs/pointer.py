"""``application/store``: a key of the object store in place of a large output; it must not fetch anything."""

from __future__ import annotations

from results.domain.document import Document
from results.domain.outputs.text import TextBody, doubts

_SENTENCE = (
    "The output is large: Trigger.dev keeps it in its object store, and it has not been fetched."
)


def decode(data: bytes) -> Document:
    """The pointer as text, with a sentence that it is only that."""
    return Document(
        kind="pointer", raw=data, body=TextBody(data), notes=doubts(data), sentence=_SENTENCE
    )
