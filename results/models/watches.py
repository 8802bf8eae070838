"""Watches: who asked for a run to be watched, until when, and how it ended; it asks nobody."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models

from results.domain.status import State
from results.models.sightings import Sighting
from results.models.teams import Team

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class WatchOutcome(models.TextChoices):
    """How a watch ended: with the run's own end, or without it."""

    SUCCEEDED = State.SUCCEEDED.value, State.SUCCEEDED.label
    FAILED = State.FAILED.value, State.FAILED.label
    CANCELED = State.CANCELED.value, State.CANCELED.label
    CRASHED = State.CRASHED.value, State.CRASHED.label
    SYSTEM_FAILURE = State.SYSTEM_FAILURE.value, State.SYSTEM_FAILURE.label
    EXPIRED = State.EXPIRED.value, State.EXPIRED.label
    TIMED_OUT = State.TIMED_OUT.value, State.TIMED_OUT.label
    UNKNOWN = State.UNKNOWN.value, State.UNKNOWN.label
    KEY_REFUSED = State.KEY_REFUSED.value, State.KEY_REFUSED.label
    UNREADABLE = State.UNREADABLE.value, State.UNREADABLE.label
    TIME_OVER = "time_over", "Time over"
    STOPPED = "stopped", "Stopped"


class WatchQuerySet(models.QuerySet["Watch"]):
    """Watches of a person, of a run, or live ones."""

    def by(self, user: User, team: Team) -> Self:
        """Return this person's watches in the team, newest first."""
        return self.filter(by=user, team=team).order_by("-since", "-pk")

    def of_run(self, team: Team, run_id: str) -> Self:
        """Return everybody's watches of one run."""
        return self.filter(team=team, run_id=run_id)

    def live(self) -> Self:
        """Return those that have not ended."""
        return self.filter(ended_at__isnull=True)

    def unseen(self) -> Self:
        """Return those that ended and whose outcome nobody has looked at."""
        return self.filter(ended_at__isnull=False, seen_at__isnull=True)

    def bell_counts(self, user: User, team: Team) -> tuple[int, int]:
        """Return how many of this person's watches live, and how many ended unseen."""
        ended = models.Q(ended_at__isnull=False)
        # Whoever stops a watch has seen it, so that one small index holds all that counts.
        unseen = self.by(user, team).filter(seen_at__isnull=True).order_by()
        counts = unseen.aggregate(
            live=models.Count("pk", filter=~ended), ended=models.Count("pk", filter=ended)
        )
        return counts["live"], counts["ended"]

    def overdue(self, now: datetime) -> Self:
        """Return the live ones whose time is over."""
        return self.live().filter(until__lte=now)

    def given_up(self, now: datetime) -> Self:
        """Return the live ones whose run is no longer asked about, with what was seen last.

        Each has ``seen_state``, the last state of its sighting.
        """
        last = Sighting.objects.filter(
            state__in=[State.UNKNOWN, State.KEY_REFUSED, State.UNREADABLE],
            give_up_at__lte=now,
            team=models.OuterRef("team"),
            run_id=models.OuterRef("run_id"),
        )
        return (
            self.live()
            .annotate(seen_state=models.Subquery(last.values("state")[:1]))
            .filter(seen_state__isnull=False)
        )

    def forsaken(self) -> Self:
        """Return the live ones that no sighting serves, because somebody deleted it."""
        served = Sighting.objects.filter(
            team=models.OuterRef("team"),
            run_id=models.OuterRef("run_id"),
            watched_until__isnull=False,
        )
        return self.live().filter(~models.Exists(served))


class Watch(models.Model):
    """One person's wish that a run be asked about, although nobody looks, until it ends.

    ``outcome`` is empty while the watch is live. ``task`` is what was known of the run when it
    ended; ``seen_at`` says when whoever asked saw the outcome.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="watches")
    run_id = models.CharField(max_length=68)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="watches")
    since = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=WatchOutcome.choices, blank=True)
    task = models.CharField(max_length=255, blank=True)
    seen_at = models.DateTimeField(null=True)

    objects = WatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "watches"
        constraints = [
            models.UniqueConstraint(
                fields=["by", "team", "run_id"],
                condition=models.Q(ended_at__isnull=True),
                name="one_live_watch_per_person_and_run",
            ),
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("since")), name="a_watch_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, outcome="")
                | models.Q(ended_at__isnull=False, outcome__in=WatchOutcome.values),
                name="a_watch_has_an_outcome_when_it_ended",
            ),
            models.CheckConstraint(
                condition=models.Q(seen_at__isnull=True) | models.Q(ended_at__isnull=False),
                name="only_an_outcome_is_seen",
            ),
        ]
        indexes = [
            models.Index(fields=["by", "team", "-since"], name="watches_of_a_person"),
            # Serves the rounds, and every result that is stored.
            models.Index(
                fields=["team", "run_id"],
                condition=models.Q(ended_at__isnull=True),
                name="watches_live",
            ),
            # Serves the bell on every page.
            models.Index(
                fields=["by", "team"],
                condition=models.Q(seen_at__isnull=True),
                name="watches_for_the_bell",
            ),
        ]

    def __str__(self) -> str:
        return self.run_id
