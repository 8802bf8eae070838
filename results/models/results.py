"""Results of finished runs: written once, never updated; what they say stays sealed beside them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models.functions import Coalesce

from results.domain.result import Source
from results.domain.status import State
from results.models.keys import ProjectKey
from results.models.teams import Team

FINAL_STATES = [state for state in State if state.is_final]

# Where a run stands in its task's history: when it finished, or, if the API did not say, when it was kept.
HAPPENED_AT = Coalesce("finished_at", "stored_at")


class StoredResultQuerySet(models.QuerySet["StoredResult"]):
    """Stored results, always of one team; the sealed bodies are never among the columns."""

    def of(self, team: Team) -> Self:
        """Return the team's results, newest first."""
        return self.filter(team=team).order_by("-stored_at", "-pk")

    def last_success_beside(self, result: StoredResult) -> StoredResult | None:
        """Return the latest other success of the same task and environment."""
        same = self.filter(
            team_id=result.team_id,
            task=result.task,
            environment=result.environment,
            state=State.SUCCEEDED,
        )
        return same.exclude(pk=result.pk).order_by("-stored_at", "-pk").first()

    def of_run(self, team: Team, run_id: str) -> StoredResult | None:
        """Return the result of one run, or None."""
        return self.filter(team=team, run_id=run_id).first()

    def of_runs(self, team: Team, run_ids: Sequence[str]) -> dict[str, StoredResult]:
        """Return the results of these runs by run id, those that are stored."""
        return {row.run_id: row for row in self.filter(team=team, run_id__in=run_ids)}

    def among(self, teams: Collection[uuid.UUID], run_ids: Collection[str]) -> Self:
        """Return the results of any of these runs in any of these teams."""
        return self.filter(team__in=teams, run_id__in=run_ids)

    def history(self, team: Team, *, task: str, environment: str) -> Self:
        """Return the runs of one task in one environment, latest first, as `happened_at` says."""
        runs = self.filter(team=team, task=task, environment=environment)
        return runs.annotate(happened_at=HAPPENED_AT).order_by("-happened_at", "-pk")

    def before(self, happened_at: datetime, pk: uuid.UUID) -> Self:
        """Return what of a history comes before one of its runs."""
        # The first condition says no more than the second, but in a way that an index can seek to.
        return self.filter(happened_at__lte=happened_at).filter(
            models.Q(happened_at__lt=happened_at) | models.Q(pk__lt=pk)
        )

    def since(self, happened_at: datetime, pk: uuid.UUID) -> Self:
        """Return what of a history comes after one of its runs, the nearest first."""
        return (
            self.filter(happened_at__gte=happened_at)
            .filter(models.Q(happened_at__gt=happened_at) | models.Q(pk__gt=pk))
            .order_by("happened_at", "pk")
        )


class StoredResult(models.Model):
    """What is known of a finished run without opening anything: state, task, place, times, size.

    Project and environment are written out, because a result outlives the key that found it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="results")
    run_id = models.CharField(max_length=68)
    state = models.CharField(max_length=16, choices=[(s.value, s.label) for s in FINAL_STATES])
    source = models.CharField(max_length=8, choices=[(s.value, s.value) for s in Source])
    task = models.CharField(max_length=255, blank=True)
    project = models.CharField(max_length=80, blank=True)
    environment = models.CharField(max_length=8, blank=True)
    branch = models.CharField(max_length=255, blank=True)
    key = models.ForeignKey(ProjectKey, models.SET_NULL, null=True, related_name="+")
    output_type = models.CharField(max_length=255, null=True)  # noqa: DJ001  null is "none sent"
    output_bytes = models.BigIntegerField(null=True)
    output_flattened = models.BooleanField(default=False)
    output_trouble = models.CharField(max_length=255, blank=True)
    compute_ms = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    keys_asked = models.JSONField(default=list)
    stored_at = models.DateTimeField()

    objects = StoredResultQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "run_id"], name="one_result_per_run"),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in FINAL_STATES]),
                name="only_final_states_are_stored",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-stored_at"], name="results_newest_first"),
            # Both serve `history`: of every outcome, and of one.
            models.Index(
                "team",
                "task",
                "environment",
                HAPPENED_AT.desc(),
                models.F("id").desc(),
                name="results_history",
            ),
            models.Index(
                "team",
                "task",
                "environment",
                "state",
                HAPPENED_AT.desc(),
                models.F("id").desc(),
                name="results_history_by_state",
            ),
        ]

    def __str__(self) -> str:
        return self.run_id


class ResultBody(models.Model):
    """The sealed bytes of one result: output, error and details, each None when there was none.

    They live apart so that lists, polls and pages of other runs never read them.
    """

    result = models.OneToOneField(
        StoredResult, models.CASCADE, related_name="body", primary_key=True
    )
    sealed_output = models.BinaryField(null=True)
    sealed_error = models.BinaryField(null=True)
    sealed_details = models.BinaryField(null=True)

    class Meta:
        verbose_name_plural = "result bodies"

    def __str__(self) -> str:
        return f"sealed body of {self.result_id}"
