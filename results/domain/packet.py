"""A packet: output or payload exactly as the API sent it; it must not know how to read itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Packet:
    """Bytes and the content type that the API gave them.

    ``data`` is the text of the packet in UTF-8 (lone surrogates kept as ``surrogatepass`` writes
    them); None when the task returned nothing, which is not the same as empty text.
    ``type`` is the free text of ``outputType`` or of a stored object's Content-Type; None when
    nothing was sent. ``flattened`` says that the bytes are a JSON value that the API had already
    decoded (the retrieve endpoint does so), so that JavaScript types are lost upstream.
    """

    data: bytes | None
    type: str | None
    flattened: bool = False
