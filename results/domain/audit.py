"""What an audit event says and how it is chained: clean words, one hash, one check; it knows no row.

Every event holds the hash of the one before it in its chain. Whoever changes one must change all
that come after it, and then the chain no longer ends in the hash that its head, or a log, holds.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
import uuid
from dataclasses import astuple, dataclass
from datetime import UTC, datetime

from results.domain.identity import read_pasted

# What the first event of a chain follows.
NOTHING_BEFORE = "0" * 64

HELD_A_SECRET = "(not written down: a key stood in it)"  # noqa: S105  says that there was one

_VERSION = "runlens audit 1"
# Control and format characters, surrogates, line and paragraph separators: none of them is a word,
# and some of them end a line, move a cursor or turn the reading direction.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Entry:
    """The facts of one event, as they are hashed. ``sequence`` counts from 1 in each chain."""

    team_id: uuid.UUID
    sequence: int
    at: datetime
    actor: str
    actor_id: int | None
    action: str
    subject: str
    address: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Link:
    """An event as it is kept: its facts, and the two hashes that chain it."""

    entry: Entry
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: the number and the hash of its last event."""

    sequence: int = 0
    hash: str = NOTHING_BEFORE


def entry_hash(entry: Entry, *, previous: str) -> str:
    """Return the SHA-256, in hex, of the facts and of the hash before them.

    The encoding is a JSON list in ASCII without spaces: every field has its place, so no two
    different events have the same text.
    """
    facts = [
        _VERSION,
        previous,
        entry.team_id.hex,
        entry.sequence,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        *astuple(entry)[3:],
    ]
    text = json.dumps(facts, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def trouble_with(link: Link, *, after: Head) -> str:
    """Return why this event is not the whole and unchanged one that follows ``after``, or nothing."""
    expected = after.sequence + 1
    if link.entry.sequence != expected:
        return f"gap: event {expected} is missing"
    if link.hash != entry_hash(link.entry, previous=link.previous):
        return "altered: what it says does not match its hash"
    if link.previous != after.hash:
        return "wrong previous: it does not follow from the event before it"
    return ""


def clean(text: str, *, longest: int) -> str:
    """Return foreign text fit to be kept: one line, nothing hidden, no key, not too long."""
    if read_pasted(text).holds_secret:
        return HELD_A_SECRET
    shown = "".join(_shown(character) for character in text[: longest + 1])
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _UNSEEN:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"
