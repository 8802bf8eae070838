"""What whoever holds a share link gets of a result: cut to a scope and masked; it must not know links.

What is not in the answer cannot be reached by any address, search or download, because all of them
read the answer and nothing else.
"""

from __future__ import annotations

import base64
import enum
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Self

import msgspec

from results.domain.cutting import cut, plain
from results.domain.details import members_as_sent
from results.domain.document import Document
from results.domain.findings import Finding, Masked
from results.domain.masking import masked
from results.domain.opened import opened
from results.domain.outputs import decode, printing
from results.domain.packet import Packet
from results.domain.pointing import pointers
from results.domain.repetitions import without_repetitions
from results.domain.sensitive import Kind, spans

LONGEST_POINTER = 2_000
MOST_SHOWN = 50
"""So many findings can be left unmasked in one link."""

_ID = re.compile(r"[A-Za-z0-9_-]{16}")
# Beyond this many bytes nobody is told where a secret stands; it is masked all the same.
_FAR = 4 * 1024 * 1024


class Scope(enum.StrEnum):
    """How much of a result a link opens."""

    WHOLE = "whole"
    PART = "part"
    ERROR = "error"

    @property
    def label(self) -> str:
        """What people call it."""
        return {
            "whole": "the whole result",
            "part": "one part of the output",
            "error": "the error",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Choices:
    """What somebody chose to share. ``shown`` are the ids of secrets that are not to be masked.

    ``pointer`` names the part. What the run was given, its metadata and its tags never come with a part.
    """

    scope: Scope = Scope.WHOLE
    pointer: str = ""
    payload: bool = False
    metadata: bool = False
    tags: bool = False
    shown: frozenset[str] = frozenset()

    @classmethod
    def read(cls, text: bytes) -> Self:
        """Read what ``written`` wrote; raises ValueError for anything else."""
        try:
            told = msgspec.json.decode(text, type=_Written)
        except msgspec.MsgspecError as error:
            raise ValueError("these are no choices") from error
        if len(told.pointer) > LONGEST_POINTER or len(told.shown) > MOST_SHOWN:
            raise ValueError("these choices are too long")
        shown = frozenset(id_ for id_ in told.shown if _ID.fullmatch(id_))
        return cls(
            Scope(told.scope), told.pointer, told.payload, told.metadata, told.tags, shown
        ).kept_narrow()

    @classmethod
    def from_address(cls, text: str) -> Self:
        """Read what ``for_address`` wrote; raises ValueError for anything else."""
        return cls.read(base64.urlsafe_b64decode(text.encode("ascii") + b"=="))

    @property
    def written(self) -> bytes:
        """The choices as JSON, to be sealed."""
        told = _Written(
            self.scope.value,
            self.pointer,
            self.payload,
            self.metadata,
            self.tags,
            sorted(self.shown),
        )
        return msgspec.json.encode(told)

    @property
    def for_address(self) -> str:
        """The choices as one step of an address."""
        return base64.urlsafe_b64encode(self.written).decode().rstrip("=")

    def kept_narrow(self) -> Self:
        """The same without what cannot go together."""
        if self.scope is Scope.PART:
            return replace(self, payload=False, metadata=False, tags=False)
        return replace(self, pointer="")


class _Written(msgspec.Struct):
    scope: str
    pointer: str
    payload: bool
    metadata: bool
    tags: bool
    shown: list[str]


@dataclass(frozen=True, slots=True)
class Disclosed:
    """A result as its link shows it.

    ``repeated`` counts the places at which a masked secret stood once more, without anything that
    gave it away there. ``is_missing`` says that the part is not there (any more).
    """

    output: Packet | None = None
    error: bytes | None = None
    details: bytes | None = None
    findings: tuple[Finding, ...] = ()
    repeated: int = 0
    is_missing: bool = False

    @property
    def masked_count(self) -> int:
        """How many of the findings are masked."""
        return sum(not finding.is_shown for finding in self.findings)


def disclose(
    *,
    output: Packet | None,
    error: bytes | None,
    details: bytes | None,
    choices: Choices,
    with_places: bool = False,
    checkpoint: Callable[[], None] = lambda: None,
) -> Disclosed:
    """Cut a result to what was chosen and mask what is left. Never raises.

    ``with_places`` tells of the first findings where they stand, which costs a reading of the text.
    ``checkpoint`` is called every few milliseconds of work.
    """
    choices = choices.kept_narrow()
    missing, name = False, ""
    sent = output.data if output is not None else None
    rest: tuple[bytes | None, ...] = ()
    if choices.scope is Scope.ERROR:
        rest, output, missing = (sent,), None, error is None
    elif choices.scope is Scope.PART:
        part = cut(output, choices.pointer) if output is not None else None
        output, name = (part.packet, part.name) if part is not None else (None, "")
        rest = (sent, error)
        error, details, missing = None, None, output is None
    desk = _Desk(choices, name, with_places, checkpoint)
    if not missing:
        desk.learn(rest)
    output = desk.packet(output) if output is not None else None
    error = desk.text(error, "error") if error is not None else None
    details = desk.details(details)
    if output is not None and output.data is not None:
        output = replace(output, data=desk.without_repetitions(output.data))
    return Disclosed(
        output=output,
        error=desk.without_repetitions(error) if error is not None else None,
        details=desk.without_repetitions(details) if details is not None else None,
        findings=tuple(desk.findings),
        repeated=desk.repeated,
        is_missing=missing,
    )


class _Desk:
    """Masks the parts of one result and keeps what was found in them.

    ``name`` is the telling name that the one part stood under which is disclosed.
    """

    def __init__(
        self, choices: Choices, name: str, with_places: bool, checkpoint: Callable[[], None]
    ) -> None:
        self.findings: list[Finding] = []
        self.repeated = 0
        self._values: set[bytes] = set()
        self._kept: set[bytes] = set()
        self._choices = choices
        self._name = name
        self._with_places = with_places
        self._checkpoint = checkpoint

    def learn(self, rest: Iterable[bytes | None]) -> None:
        """Take the secrets of what is not disclosed whole for secrets where a part repeats them."""
        for data in rest:
            found = masked(data or b"", part="output", checkpoint=self._checkpoint)
            self._values |= found.values

    def text(self, data: bytes, part: str) -> bytes:
        """Any text."""
        return self._taken(self._masked(data, part), data).data

    def packet(self, packet: Packet) -> Packet:
        """The output, its types kept where they tell no secret."""
        if packet.data is None:
            return packet
        document = decode(packet)
        if document.kind == "superjson":
            typed = self._typed(packet, document)
            if typed is not None:
                return typed
            packet = plain(packet)
        return replace(packet, data=self.text(packet.data or b"", "output"))

    def _typed(self, packet: Packet, document: Document) -> Packet | None:
        raw = packet.data or b""
        if not self._masked(raw, "output").findings:
            return packet
        places, notes = opened(document), _notes(raw)
        if places is None or notes is None or _tells(notes):
            return None
        value = self._masked(places.root.text, "output")
        if value.in_names:
            return None
        self._taken(value, places.root.text)
        meta = b',"meta":' + notes if notes else b""
        return replace(packet, data=b'{"json":' + value.data + meta + b"}")

    def details(self, answer: bytes | None) -> bytes | None:
        """What was asked for of the details, and nothing else of them."""
        wanted = [name for name in ("payload", "metadata", "tags") if getattr(self._choices, name)]
        members = members_as_sent(answer) if answer and wanted else None
        if members is None:
            return None
        kept = [
            f'"{name}":'.encode() + self.text(members[name], name)
            for name in wanted
            if name in members
        ]
        return b"{" + b",".join(kept) + b"}" if kept else None

    def without_repetitions(self, data: bytes) -> bytes:
        """The masked data without the same secrets elsewhere; what was chosen to be shown stays."""
        data, count = without_repetitions(data, self._values - self._kept)
        self.repeated += count
        return data

    def _masked(self, data: bytes, part: str) -> Masked:
        shown, checkpoint = self._choices.shown, self._checkpoint
        return masked(data, part=part, shown=shown, name=self._name, checkpoint=checkpoint)

    def _taken(self, result: Masked, text: bytes) -> Masked:
        found = result.findings
        self._values |= result.values
        self._kept |= result.kept
        if self._with_places and found:
            near = [finding for finding in found[:MOST_SHOWN] if finding.at < _FAR]
            places = pointers(printing.canonical(text), [finding.at for finding in near])
            named = [replace(one, place=places.get(one.at, "")) for one in near]
            found = (*named, *found[len(near) :])
        self.findings += found
        return result


def _tells(notes: bytes) -> bool:
    """Whether type notes, which repeat the names of members, hold a secret themselves."""
    return any(span.kind is not Kind.NAMED for span in spans(printing.canonical(notes)))


def _notes(raw: bytes) -> bytes | None:
    """The type notes of a packet as they were sent, empty when there are none; None when unreadable."""
    try:
        wrapper = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None
    return bytes(wrapper["meta"]) if "meta" in wrapper else b""
