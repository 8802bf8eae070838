"""What is told of a secret that was found, and what is left of a text without its secrets; it finds none itself."""

from __future__ import annotations

import base64
import hashlib
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field

from results.domain.sensitive import Kind, Span

_LONGEST_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """One secret that was found. ``id`` is of its place, its kind and what it says, all at once.

    ``at`` is where its string begins in the text, ``name`` what it stands under where that gave it
    away, ``beginning`` the first characters of a long one, ``place`` its pointer where it was asked for.
    """

    id: str
    kind: Kind
    part: str
    at: int
    name: str
    beginning: str
    length: int
    is_shown: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class Masked:
    """What is left of a text, with what was found in it; ``in_names`` says that names were masked.

    ``values`` are the secrets that were masked, ``kept`` those that were chosen to be shown.
    """

    data: bytes
    findings: tuple[Finding, ...] = ()
    in_names: bool = False
    values: frozenset[bytes] = frozenset()
    kept: frozenset[bytes] = frozenset()


@dataclass(slots=True)
class Hunt:
    """What is looked for in one part of a result, and every value that was met on the way.

    ``name`` is a telling one that all of it stands under. ``marks`` are of the JSON that the whole
    text is, once they are known.
    """

    part: str
    shown: frozenset[str]
    checkpoint: Callable[[], None]
    name: str
    marks: array[int] | None = None
    values: set[bytes] = field(default_factory=set)
    kept: set[bytes] = field(default_factory=set)

    def found(self, where: str, at: int, span: Span, value: bytes, name: str = "") -> Finding:
        """Note one secret, which stands in the string at ``at``, and return what is told of it."""
        told = f"{where}\0{at}\0{span.start}\0{span.end}\0{span.kind}\0".encode() + value
        id_ = base64.urlsafe_b64encode(hashlib.sha256(told).digest()[:12]).decode()
        text = value.decode("utf-8", "replace")
        (self.kept if id_ in self.shown else self.values).add(value)
        return Finding(
            id_,
            span.kind,
            self.part,
            at,
            name,
            text[:_LONGEST_SHOWN] if len(text) >= 4 * _LONGEST_SHOWN else "",
            len(text),
            id_ in self.shown,
        )
