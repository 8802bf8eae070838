"""Sightings: what was last seen of a run that has not ended, when to ask again, and who may ask."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Self

from django.db import connections, models

from results.domain.status import State
from results.models.keys import ProjectKey
from results.models.leases import Leased, LeasedQuerySet
from results.models.teams import Team

# The run is alive, or nothing was said of it: a watch goes on, however long that takes.
WATCHED_ON = ("", State.PENDING, State.UNREACHABLE, State.RATE_LIMITED)

# Every poll asks these two, and composing them takes several times as long as running them.
_OF_RUN = "SELECT * FROM results_sighting WHERE team_id = %s AND run_id = %s"
_KEY = "SELECT * FROM results_projectkey WHERE id = %s"
_ID = models.UUIDField()


class SightingQuerySet(LeasedQuerySet["Sighting"]):
    """Sightings; a claim is the right to ask about the run."""

    taken_with = ("team",)

    def of_run(self, team: Team, run_id: str) -> Sighting | None:
        """Return the sighting of one run, or None."""
        sighting = next(iter(self.raw(_OF_RUN, [self._as_stored(team.pk), run_id])), None)
        if sighting is not None and sighting.key_id is not None:
            keys = ProjectKey.objects.raw(_KEY, [self._as_stored(sighting.key_id)])
            sighting.key = next(iter(keys), None)
        return sighting

    def _as_stored(self, pk: uuid.UUID) -> object:
        return _ID.get_db_prep_value(pk, connections[self.db])

    def of_runs(self, team: Team, run_ids: Sequence[str]) -> dict[str, Sighting]:
        """Return the sightings of these runs by run id, those that there are."""
        rows = self.filter(team=team, run_id__in=run_ids).select_related("key")
        return {row.run_id: row for row in rows}

    def among(self, teams: Collection[uuid.UUID], run_ids: Collection[str]) -> Self:
        """Return the sightings of any of these runs in any of these teams, without what is sealed."""
        rows = self.filter(team__in=teams, run_id__in=run_ids)
        return rows.select_related("key").defer("sealed_details", "key__sealed_secret")

    def locked(self, team: Team, run_ids: Collection[str]) -> Self:
        """Return the sightings of these runs; no answer is recorded until the transaction ends."""
        rows = self.among([team.pk], run_ids)
        return rows.select_for_update(of=("self",)).order_by("pk")

    def due(self, now: datetime) -> Self:
        """Return those that somebody waits for, that are due, not given up, and asked by nobody.

        Whoever watches a run waits for it without looking, and through better and worse times.
        """
        looked_at = models.Q(wanted_until__gt=now, give_up_at__gt=now)
        return (
            self.unclaimed(now)
            .filter(
                looked_at | self._watched(now),
                due_at__lte=now,
            )
            .order_by("due_at")
        )

    def resting(self, team: Team, now: datetime) -> Self:
        """Return the team's runs that somebody waits for and that are not asked about for a while."""
        wanted = models.Q(wanted_until__gt=now) | models.Q(watched_until__gt=now)
        return self.filter(wanted, team=team, pause_until__gt=now)

    @staticmethod
    def _watched(now: datetime) -> models.Q:
        goes_on = models.Q(give_up_at__gt=now) | models.Q(state__in=WATCHED_ON)
        return models.Q(watched_until__gt=now) & goes_on

    def ask_again(self, team: Team, *, now: datetime) -> int:
        """Make the team's runs due at once, those excepted that were asked about with success."""
        again = self.filter(team=team, due_at__gt=now).exclude(state=State.PENDING, trouble="")
        return again.update(due_at=now, pause_until=None, unchanged_checks=0)

    def wake(self, api_url: str, *, now: datetime) -> int:
        """Make the runs due at once that wait, as every key does, for an address that is back."""
        waiting = self.filter(due_at__gt=now, pause_until__gt=now, team__keys__api_url=api_url)
        return self.filter(pk__in=waiting.values("pk")).update(due_at=now, pause_until=None)

    def claim(self, pk: uuid.UUID, *, claim: uuid.UUID, now: datetime, until: datetime) -> bool:
        """Take the right to ask about one run until a moment; True for exactly one claimant."""
        taken = self.due(now).order_by().filter(pk=pk)
        return taken.update(claim=claim, lease_until=until) == 1

    def look(self, pk: uuid.UUID, *, wanted_until: datetime) -> int:
        """Say that somebody is looking, so that the run is asked about until that moment."""
        return self.filter(pk=pk, wanted_until__lt=wanted_until).update(wanted_until=wanted_until)

    def look_until_asked(self, pks: Sequence[uuid.UUID], *, grace: timedelta) -> int:
        """Say that somebody is looking at all of these, each until a moment after it is due."""
        return self.filter(pk__in=pks).update(wanted_until=models.F("due_at") + grace)

    def look_until(self, pks: Sequence[uuid.UUID], *, wanted_until: datetime) -> int:
        """Say that somebody is looking at all of these until one moment."""
        return self.filter(pk__in=pks).update(wanted_until=wanted_until)


class Sighting(Leased):
    """One run of one team that is not known to have ended.

    ``status`` is the API's own word while the run is pending. ``trouble`` says why the latest
    question got no answer although an earlier one did; ``keys_asked`` is what each key said;
    ``sealed_details`` what the API told beside the status, such as the run's own metadata.
    ``give_up_at`` ends the asking about a run of which nothing new is heard; ``watched_until`` is
    how long it is asked about although nobody looks.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="sightings")
    run_id = models.CharField(max_length=68)
    state = models.CharField(max_length=16, choices=[(s.value, s.label) for s in State], blank=True)
    status = models.CharField(max_length=64, blank=True)
    task = models.CharField(max_length=255, blank=True)
    key = models.ForeignKey(ProjectKey, models.SET_NULL, null=True, related_name="+")
    environment_hint = models.CharField(max_length=8, blank=True)
    keys_asked = models.JSONField(default=list)
    sealed_details = models.BinaryField(null=True)
    trouble = models.CharField(max_length=255, blank=True)
    pause_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    first_seen_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    unchanged_checks = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    give_up_at = models.DateTimeField()
    wanted_until = models.DateTimeField()
    watched_until = models.DateTimeField(null=True)

    objects = SightingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "run_id"], name="one_sighting_per_run"),
        ]
        # Serves `due`, which every process asks about twice a second.
        indexes = [models.Index(fields=["due_at", "wanted_until"], name="sightings_due")]

    def __str__(self) -> str:
        return self.run_id
