"""How the two ends of the socket spell an inquiry and its answer; it must not know who is at them.

A message is two lengths, a head in JSON, and the packet's bytes as they are. Nothing is pickled, so that
bytes from one end are never code at the other.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from dataclasses import asdict
from typing import Any

import msgspec

from results.domain.inquiry import Answer, Inquiry
from results.domain.packet import Packet

TOO_LARGE = "too large"
"""The answer of a search that found too little memory."""

_LENGTHS = struct.Struct("!IQ")
_FOREVER = float("inf")

Message = tuple[Any, bytes]


def send(end: socket.socket, head: object, data: bytes = b"", *, until: float = _FOREVER) -> None:
    """Send one message before ``until`` (monotonic seconds); raises TimeoutError, or OSError when nobody reads."""
    # The standard library's JSON, because what people type may hold half a surrogate pair.
    spelt = json.dumps(head).encode()
    for part in (_LENGTHS.pack(len(spelt), len(data)) + spelt, data):
        _limit(end, until)
        end.sendall(part)


def receive(end: socket.socket, *, until: float = _FOREVER) -> Message | None:
    """Receive one message before ``until``; None at the end of the stream. Raises TimeoutError or OSError."""
    lengths = _exactly(end, _LENGTHS.size, until)
    if lengths is None:
        return None
    head_size, data_size = _LENGTHS.unpack(lengths)
    head, data = _exactly(end, head_size, until), _exactly(end, data_size, until)
    return None if head is None or data is None else (json.loads(head), data)


def asked(packet: Packet, inquiry: Inquiry) -> Message:
    """An inquiry as a message."""
    told = {
        "type": packet.type,
        "flattened": packet.flattened,
        "has_data": packet.data is not None,
        "inquiry": asdict(inquiry),
    }
    return told, packet.data or b""


def read_asked(message: Message) -> tuple[Packet, Inquiry]:
    """The inquiry that a message holds."""
    head, data = message
    inquiry = msgspec.convert(head["inquiry"], Inquiry)
    packet = Packet(data if head["has_data"] else None, head["type"], head["flattened"])
    return packet, inquiry


def read_answer(head: Any) -> Answer | None:
    """The answer that the head of a message holds."""
    return msgspec.convert(head, Answer | None)


def _exactly(end: socket.socket, size: int, until: float) -> bytes | None:
    """So many bytes; None when the stream ends before."""
    parts: list[bytes] = []
    while size > 0:
        _limit(end, until)
        # At the searching end all of it comes in one piece, not copied once more.
        part = end.recv(size, socket.MSG_WAITALL)
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _limit(end: socket.socket, until: float) -> None:
    if until == _FOREVER:
        end.settimeout(None)
        return
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    end.settimeout(left)
