"""Invitations into a team and the way in for the first operator; no row holds a readable token."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models

from results.models.teams import Role, Team


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations, of one team or by the digest of a token."""

    def of(self, team: Team) -> Self:
        """Return the team's invitations, newest first."""
        return self.filter(team=team).order_by("-created_at", "-pk")

    def open(self, now: datetime) -> Self:
        """Return those that somebody can still accept."""
        return self.filter(
            accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now
        ).exclude(team__wrapped_key=b"")


class Invitation(models.Model):
    """One offer to join one team in one role. ``digest`` is the SHA-256 of its token.

    ``mailed_at`` says that the token went to ``email`` and was shown to nobody: whoever has it reads
    the mail of that address.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=8, choices=Role.choices)
    email = models.EmailField(blank=True)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]),
                name="invited_role_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True) | models.Q(revoked_at__isnull=True),
                name="an_invitation_ends_once",
            ),
        ]
        indexes = [models.Index(fields=["team", "-created_at"], name="invitations_newest_first")]

    def __str__(self) -> str:
        return f"{self.role} of {self.team_id}"


class SetupLink(models.Model):
    """The one way to make the first operator without a shell; there is one row at the most."""

    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"until {self.expires_at:%H:%M}"
