"""Share links: revocable, expiring capabilities for one result; a row holds no readable token."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models

from results.domain.disclosure import Scope
from results.models.results import StoredResult
from results.models.teams import Team

LONGEST_LABEL = 80
SCOPES = [(one.value, one.label) for one in Scope]


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    """Share links, of one team or by the digest of a token."""

    def of(self, team: Team) -> Self:
        """Return the team's links, newest first."""
        return (
            self.filter(team=team)
            .select_related("result", "created_by")
            .order_by("-created_at", "-pk")
        )

    def live(self, now: datetime) -> Self:
        """Return those that open at this moment."""
        lasting = models.Q(expires_at__gt=now) | models.Q(never_expires=True)
        return self.filter(lasting, revoked_at__isnull=True)

    def ended(self, now: datetime) -> Self:
        """Return those that open nothing any more."""
        return self.filter(models.Q(revoked_at__isnull=False) | models.Q(expires_at__lte=now))


class ShareLink(models.Model):
    """One link to one result. ``digest`` is the SHA-256 of its token, the only way to find it.

    ``sealed_token`` lets members copy the link again; only the team's data key opens it. What it
    opens is in ``sealed_choices``, because a pointer holds names that the output holds; a link
    without any opens the whole result. ``scope`` repeats the part of them that lists may show.
    ``passcode`` is a hash, empty where none is asked for.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="shares")
    result = models.ForeignKey(StoredResult, models.CASCADE, related_name="shares")
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    sealed_token = models.BinaryField(editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    # Both together say when it ends, so that nothing that was left out means never.
    expires_at = models.DateTimeField(null=True)
    never_expires = models.BooleanField(default=False, db_default=False, editable=False)
    label = models.CharField(max_length=LONGEST_LABEL, blank=True, default="", db_default="")
    scope = models.CharField(
        max_length=8, choices=SCOPES, default=Scope.WHOLE.value, db_default=Scope.WHOLE.value
    )
    sealed_choices = models.BinaryField(null=True, editable=False)
    found_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    shown_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    passcode = models.CharField(
        max_length=128, blank=True, default="", db_default="", editable=False
    )
    rotated_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    opened_count = models.PositiveIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True)
    # When the audit was last told: whoever has a link could fill it otherwise.
    opening_noted_at = models.DateTimeField(null=True, editable=False)
    download_noted_at = models.DateTimeField(null=True, editable=False)
    refusal_noted_at = models.DateTimeField(null=True, editable=False)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    models.Q(never_expires=False, expires_at__isnull=False)
                    & models.Q(expires_at__gt=models.F("created_at"))
                )
                | models.Q(never_expires=True, expires_at__isnull=True),
                name="a_link_expires_unless_it_says_never",
            ),
            models.CheckConstraint(
                condition=models.Q(scope__in=[one.value for one in Scope]),
                name="a_link_has_a_known_scope",
            ),
            models.CheckConstraint(
                condition=models.Q(scope=Scope.WHOLE.value)
                | models.Q(sealed_choices__isnull=False),
                name="a_narrow_link_says_what_it_opens",
            ),
        ]
        indexes = [models.Index(fields=["team", "-created_at"], name="shares_newest_first")]

    def __str__(self) -> str:
        return f"link to {self.result_id}"

    def is_live(self, now: datetime) -> bool:
        """Whether it opens at this moment."""
        lasts = self.never_expires or (self.expires_at is not None and self.expires_at > now)
        return self.revoked_at is None and lasts
