"""Walks the chains of the audit and says where one is broken; it reads and mends nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from results.domain.audit import Head, trouble_with
from results.models import AuditEvent, AuditHead, Team, audit_triggers
from results.models.audit import INSTANCE

_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain as it was found: its whole events, and its first trouble if it has one.

    ``row`` is the row's own number where a row is to blame.
    """

    name: str
    events: int
    head: Head
    trouble: str = ""
    row: int | None = None


def verify(*, team_id: uuid.UUID | None = None) -> Iterator[Chain]:
    """Walk every chain, or the one of a team, each from its first event to its head."""
    heads, events = AuditHead.objects.all(), AuditEvent.objects.order_by()
    if team_id is not None:
        heads, events = heads.filter(team_id=team_id), events.filter(team_id=team_id)
    known = set(heads.values_list("team_id", flat=True))
    known |= set(events.values_list("team_id", flat=True).distinct())
    names = dict(Team.objects.filter(pk__in=known).values_list("pk", "slug"))
    for one in sorted(known, key=lambda pk: (pk != INSTANCE, names.get(pk, ""), pk)):
        name = "this instance" if one == INSTANCE else names.get(one, f"{one} (deleted)")
        yield _walk(one, name)


def missing_triggers() -> list[str]:
    """Return what the database lacks to refuse changes."""
    return audit_triggers.missing(connection)


def _walk(team_id: uuid.UUID, name: str) -> Chain:
    # Events may be added while we walk. The head that is read first must be passed on the way, and
    # the one that is read last must be where the way ends, or further on.
    promised = _head(team_id)
    reached = Head()
    is_passed = promised is not None and promised == reached
    rows = AuditEvent.objects.filter(team_id=team_id).order_by("sequence")
    for row in rows.iterator(chunk_size=_AT_ONCE):
        trouble = trouble_with(row.link, after=reached)
        if trouble:
            return Chain(name, reached.sequence, reached, trouble, row.pk)
        reached = Head(row.sequence, row.hash)
        is_passed = is_passed or reached == promised
    return Chain(
        name,
        reached.sequence,
        reached,
        _trouble_at_the_end(team_id, promised, reached, is_passed=is_passed),
    )


def _trouble_at_the_end(
    team_id: uuid.UUID, promised: Head | None, reached: Head, *, is_passed: bool
) -> str:
    now = _head(team_id)
    if promised is None or now is None:
        return "no head: the row that says where the chain ends is missing"
    if promised.sequence > reached.sequence:
        missing = promised.sequence - reached.sequence
        return f"cut off: the head says {promised.sequence}, so {missing} at the end are missing"
    if not is_passed:
        return f"wrong head: it holds another hash for event {promised.sequence}"
    if now.sequence < reached.sequence:
        return f"wrong head: it says {now.sequence}, but more events follow"
    return ""


def _head(team_id: uuid.UUID) -> Head | None:
    row = AuditHead.objects.filter(team_id=team_id).first()
    return row.head if row else None
