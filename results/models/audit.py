"""What was done, by whom, to what, from where: rows that outlive their objects and never change.

The database itself refuses to change or delete an event and to break a chain; the triggers that do
so are in `audit_triggers.py`. A row knows neither who may read it nor why it was written.
"""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models

from results.domain.audit import NOTHING_BEFORE, Entry, Head, Link
from results.models.teams import Team

# The chain of what belongs to no team, such as the sign-in of somebody without one.
INSTANCE = uuid.UUID(int=0)

LONGEST_SUBJECT = 255
LONGEST_ACTOR = 150


class Action(models.TextChoices):
    """What can be done, as `object.verb` and in the words that people read."""

    TEAM_CREATED = "team.created", "Team made"
    TEAM_RENAMED = "team.renamed", "Team renamed"
    TEAM_DELETED = "team.deleted", "Team deleted"
    MEMBER_ADDED = "member.added", "Member added"
    MEMBER_CHANGED = "member.changed", "Role changed"
    MEMBER_REMOVED = "member.removed", "Member removed"
    INVITED = "invitation.made", "Invited"
    INVITATION_REVOKED = "invitation.revoked", "Invitation revoked"
    INVITATION_ACCEPTED = "invitation.accepted", "Invitation accepted"
    SETUP_OPENED = "account.setup_opened", "Set-up link made"
    SIGNED_IN = "account.signed_in", "Signed in"
    SIGN_IN_FAILED = "account.sign_in_failed", "Sign-in failed"
    SIGN_IN_LIMITED = "account.sign_in_limited", "Too many sign-ins failed"
    SIGNED_OUT = "account.signed_out", "Signed out"
    ACCOUNT_ADDED = "account.added", "Account added"
    ACCOUNT_CHANGED = "account.changed", "Account changed"
    ACCOUNT_DELETED = "account.deleted", "Account deleted"
    KEY_STORED = "key.stored", "Key added"
    KEY_REPLACED = "key.replaced", "Key replaced"
    KEY_FORGOTTEN = "key.forgotten", "Key forgotten"
    KEY_TESTED = "key.tested", "Key tested"
    KEY_REFUSED = "key.refused", "Key refused by Trigger.dev"
    RESULT_STORED = "result.stored", "Result stored"
    RESULT_DELETED = "result.deleted", "Result deleted"
    OUTPUT_FETCHED = "output.fetched", "Missing output fetched"
    OUTPUT_DOWNLOADED = "output.downloaded", "Output downloaded"
    SHARE_CREATED = "share.created", "Share link made"
    SHARE_REVOKED = "share.revoked", "Share link revoked"
    SHARE_DELETED = "share.deleted", "Share link deleted"
    SHARE_OPENED = "share.opened", "Share link opened"
    SHARE_ROTATED = "share.rotated", "Share link given a new address"
    SHARE_PASSCODE_SET = "share.passcode_set", "Passcode of a share link changed"
    SHARE_PASSCODE_REFUSED = "share.passcode_refused", "Wrong passcode for a share link"
    SHARE_DOWNLOADED = "share.downloaded", "Shared output downloaded"
    TOKEN_MADE = "token.made", "Personal token made"
    TOKEN_REVOKED = "token.revoked", "Personal token revoked"
    WATCH_STARTED = "watch.started", "Watch started"
    WATCH_STOPPED = "watch.stopped", "Watch stopped"
    WEBHOOK_SET = "webhook.set", "Webhook set"
    WEBHOOK_REMOVED = "webhook.removed", "Webhook removed"
    WEBHOOK_TESTED = "webhook.tested", "Webhook tested"
    WEBHOOK_RETRIED = "webhook.retried", "Webhook sent again"
    NOTE_ADDED = "note.added", "Note added"
    NOTE_CHANGED = "note.changed", "Note changed"
    NOTE_DELETED = "note.deleted", "Note deleted"
    RUN_PINNED = "run.pinned", "Run pinned"
    RUN_UNPINNED = "run.unpinned", "Run unpinned"
    KEY_REWRAPPED = "vault.rewrapped", "Team key wrapped anew"
    DATA_KEY_REPLACED = "vault.data_key_replaced", "Team key replaced"
    DATA_KEY_DROPPED = "vault.data_key_dropped", "Former team key dropped"
    RETENTION_CHANGED = "retention.changed", "Retention changed"
    VIEWERS_LIMITED = "viewers.limited", "Outputs kept from viewers"
    VIEWERS_ALLOWED = "viewers.allowed", "Outputs shown to viewers"
    SOURCE_SET = "source.set", "Address of the source code set"
    RESULTS_PURGED = "results.purged", "Results purged"
    LOOKUP_ALLOWED = "result.lookup_allowed", "Lookup allowed again"
    TEAM_EXPORTED = "team.exported", "Team exported"
    ACTIVITY_EXPORTED = "activity.exported", "Activity exported"
    BACKUP_MADE = "backup.made", "Backup made"
    BACKUP_RESTORED = "backup.restored", "Backup restored"


def action_choices() -> list[tuple[str, str]]:
    """All actions. Migrations name this function, so that another action needs none."""
    return Action.choices


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Events, always of one chain."""

    def of(self, team: Team) -> Self:
        """Return what happened in the team, newest first."""
        return self.filter(team_id=team.pk).order_by("-sequence")

    def about(self, *, action: str = "", actor: str = "", subject: str = "") -> Self:
        """Return those of one action, of one person, and whose object holds this text."""
        found = self
        if action:
            found = found.filter(action=action)
        if actor:
            found = found.filter(actor=actor)
        if subject:
            found = found.filter(subject__icontains=subject)
        return found

    def before(self, sequence: int) -> Self:
        """Return what came before this event of the chain."""
        return self.filter(sequence__lt=sequence)


class AuditEvent(models.Model):
    """One thing that was done. References are text without foreign keys and outlive their objects.

    ``team_id`` names the chain, ``sequence`` counts in it from 1, ``hash`` covers everything but the
    row's own number, ``previous`` included.
    """

    team_id = models.UUIDField()
    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=LONGEST_ACTOR, blank=True)
    actor_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=32, choices=action_choices)
    subject = models.CharField(max_length=LONGEST_SUBJECT)
    address = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team_id", "sequence"], name="one_event_a_place"),
            models.CheckConstraint(
                condition=models.Q(sequence__gte=1), name="events_count_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"

    @property
    def link(self) -> Link:
        """The event as a link of its chain."""
        entry = Entry(
            team_id=self.team_id,
            sequence=self.sequence,
            at=self.at,
            actor=self.actor,
            actor_id=self.actor_id,
            action=self.action,
            subject=self.subject,
            address=self.address,
            request_id=self.request_id,
        )
        return Link(entry, self.previous, self.hash)


class AuditHead(models.Model):
    """Where a chain ends. Whoever writes the next event holds this row, so that no chain forks."""

    team_id = models.UUIDField(primary_key=True)
    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=NOTHING_BEFORE)

    def __str__(self) -> str:
        return f"{self.team_id} {self.sequence}"

    @property
    def head(self) -> Head:
        """The number and the hash of the last event."""
        return Head(self.sequence, self.hash)
