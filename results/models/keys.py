"""Project keys: whose they are, what they open, and their sealed secret; a row cannot open it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models

from results.domain.identity import Environment
from results.models.teams import Team

ONE_OF_EACH = "a_team_has_a_key_once"


class KeyAnswer(models.TextChoices):
    """What the API last said to a key."""

    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Refused"
    NOT_ASKED = "not_asked", "Could not be asked"


class ProjectKeyQuerySet(models.QuerySet["ProjectKey"]):
    """Keys, always of one team."""

    def of(self, team: Team) -> Self:
        """Return the team's keys, by project and environment."""
        return self.filter(team=team).order_by("project", "environment", "branch", "pk")

    def with_room(self, pk: uuid.UUID, *, until_ms: int) -> Self:
        """Return the key when its budget is whole again by that moment, in ms since 1970."""
        return self.filter(pk=pk, full_at_ms__lte=until_ms)

    def pause(self, pk: uuid.UUID, *, until: datetime) -> int:
        """Let nobody ask with the key before that moment; a longer pause stays."""
        shorter = models.Q(paused_until__isnull=True) | models.Q(paused_until__lt=until)
        return self.filter(shorter, pk=pk).update(paused_until=until)


class ProjectKey(models.Model):
    """A team's key for one environment of one Trigger.dev project.

    ``prefix`` and ``last_four`` are all that may ever be shown of the secret. ``paused_until`` is when
    the API lets the key ask again after a 429, ``full_at_ms`` when the key's own budget of calls
    would be whole again, in ms since 1970. ``fingerprint`` tells the team that it has the same key
    already; it means nothing without the team's data key. The sealed secret is bound to ``api_url``:
    a key whose address was changed has to be pasted again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="keys")
    project = models.CharField(max_length=80)
    environment = models.CharField(
        max_length=8, choices=[(item.value, item.label) for item in Environment]
    )
    branch = models.CharField(max_length=255, blank=True)
    api_url = models.CharField("API address", max_length=255)
    prefix = models.CharField(max_length=24, editable=False)
    last_four = models.CharField(max_length=4, editable=False)
    sealed_secret = models.BinaryField(editable=False)
    fingerprint = models.BinaryField(max_length=32, null=True, editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False
    )
    added_at = models.DateTimeField(editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    last_answer = models.CharField(max_length=10, choices=KeyAnswer.choices, editable=False)
    last_answer_at = models.DateTimeField(null=True, editable=False)
    last_answer_text = models.CharField(max_length=200, blank=True, editable=False)
    last_knew_at = models.DateTimeField("last knew a run", null=True, editable=False)
    paused_until = models.DateTimeField(null=True, editable=False)
    full_at_ms = models.BigIntegerField(default=0, editable=False)

    objects = ProjectKeyQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["team", "project"], name="keys_of_a_team")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(environment__in=[item.value for item in Environment]),
                name="environment_is_known",
            ),
            models.UniqueConstraint(fields=["team", "fingerprint"], name=ONE_OF_EACH),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Project and environment, as people tell keys apart."""
        place = Environment(self.environment).label
        branch = f" ({self.branch})" if self.branch else ""
        return f"{self.project} · {place}{branch}"

    @property
    def hint(self) -> str:
        """The secret with all but its prefix and last four characters hidden."""
        return f"{self.prefix}••••{self.last_four}"

    @property
    def is_refused(self) -> bool:
        """Whether the API refused the key when it was last asked."""
        return self.last_answer == KeyAnswer.REFUSED
