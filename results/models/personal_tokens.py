"""Personal tokens: what a script sends where a person has a session; a row holds no readable token."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.db import models

from results.models.teams import Membership, Team

LONGEST_LABEL = 80


class PersonalTokenQuerySet(models.QuerySet["PersonalToken"]):
    """Tokens, of one team or by their digest."""

    def of(self, team: Team) -> Self:
        """Return the team's tokens, newest first, with whoever holds them."""
        ours = self.filter(membership__team=team).select_related("membership__user")
        return ours.order_by("-created_at", "-pk")

    def live(self, now: datetime) -> Self:
        """Return those that open something at this moment."""
        return self.filter(expires_at__gt=now)


class PersonalToken(models.Model):
    """One person's token for one team; it ends with the membership, and may what the role may read.

    ``digest`` is the SHA-256 of the token, the only way to find it; ``ending`` its last characters,
    by which people tell their tokens apart.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="tokens")
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    ending = models.CharField(max_length=4, editable=False)
    label = models.CharField(max_length=LONGEST_LABEL)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    objects = PersonalTokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")),
                name="a_token_expires_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} · …{self.ending}"
