"""Writes down who did what to what and from where; it must not know why it was allowed.

`note` belongs at the end of the transaction that it tells of: it holds the head of the team's chain
until that transaction ends, and whoever takes other rows after it may wait for somebody who waits
for the head. A write whose event cannot be written is undone with it.
"""

from __future__ import annotations

import json
import logging
import uuid
from datetime import datetime
from functools import partial

from django.contrib.auth.models import User
from django.db import transaction

from results.domain.audit import Entry, clean, entry_hash
from results.models import AuditEvent, AuditHead, Team
from results.models.audit import INSTANCE, LONGEST_ACTOR, LONGEST_SUBJECT, Action
from results.services import origin

# One line of JSON for each event, on standard output unless the settings say otherwise.
_log = logging.getLogger("runlens.audit")


def note(
    *, team: Team | None, by: User | None, action: Action, subject: str, now: datetime
) -> None:
    """Add one event to the team's chain, or to the instance's when it belongs to no team.

    ``subject`` names the object and never holds a secret; what looks like a key is left out all the
    same. Where from is taken from the request at hand. The log is told when the transaction has
    been committed.
    """
    from_where = origin.current()
    team_id = team.pk if team is not None else INSTANCE
    with transaction.atomic(savepoint=False):
        head = _held_head(team_id)
        entry = Entry(
            team_id=team_id,
            sequence=head.sequence + 1,
            at=now,
            actor=clean(by.get_username(), longest=LONGEST_ACTOR) if by is not None else "",
            actor_id=by.pk if by is not None else None,
            action=action.value,
            subject=clean(subject, longest=LONGEST_SUBJECT),
            address=from_where.address,
            request_id=from_where.request_id,
        )
        previous, head.sequence = head.hash, entry.sequence
        head.hash = entry_hash(entry, previous=previous)
        AuditEvent.objects.create(
            team_id=entry.team_id,
            sequence=entry.sequence,
            at=entry.at,
            actor=entry.actor,
            actor_id=entry.actor_id,
            action=entry.action,
            subject=entry.subject,
            address=entry.address,
            request_id=entry.request_id,
            previous=previous,
            hash=head.hash,
        )
        head.save(update_fields=["sequence", "hash"])
        transaction.on_commit(partial(_log.info, "%s", _line(entry, head.hash)), robust=True)


def _held_head(team_id: uuid.UUID) -> AuditHead:
    """The end of the chain, held until the transaction ends: no other writer can follow it too."""
    held = AuditHead.objects.select_for_update().filter(team_id=team_id)
    head = held.first()
    if head is None:
        # Two first writers: one of them makes the row, the other waits for it here.
        AuditHead.objects.bulk_create([AuditHead(team_id=team_id)], ignore_conflicts=True)
        head = held.get()
    return head


def _line(entry: Entry, digest: str) -> str:
    """One event on one line: JSON in ASCII, in which no character can end a line."""
    return json.dumps(
        {
            "event": "audit",
            "at": entry.at.isoformat(timespec="microseconds"),
            "team": None if entry.team_id == INSTANCE else str(entry.team_id),
            "sequence": entry.sequence,
            "actor": entry.actor,
            "actor_id": entry.actor_id,
            "action": entry.action,
            "subject": entry.subject,
            "address": entry.address,
            "request_id": entry.request_id,
            "hash": digest,
        }
    )
