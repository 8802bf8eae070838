"""Lookups: who asked for which run and when, and what became of it as far as lists choose by it.

Every line is kept twice: once for each person, once for the whole team. What is chosen by is
written out on the lines themselves, so that one index serves each question whatever the size.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from itertools import combinations
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.conf import settings
from django.db import connections, models

from results.domain.outcome import Outcome
from results.models.teams import Membership, Team

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_Row = TypeVar("_Row", bound=models.Model)

# What a list may be narrowed by, alone or together.
FACTS = ("outcome", "task", "environment")


def _newest_first_of_all_kinds(table: str, *owner: str) -> list[models.Index]:
    """One index for every choice of facts, so that no list sorts or walks past what it leaves out."""
    return [
        models.Index(
            fields=[*owner, *facts, "looked_at", "id"],
            name="_".join((table, "by", *(fact[:3] for fact in facts), "time")),
        )
        for number in range(len(FACTS) + 1)
        for facts in combinations(FACTS, number)
    ]


class _LookedUpQuerySet(models.QuerySet[_Row]):
    """What lines of a person and lines of a team have in common."""

    def of_kind(self, *, outcome: str, task: str, environment: str | None) -> Self:
        """Narrow by outcome and task unless empty, by environment unless None."""
        wanted = {"outcome": outcome or None, "task": task or None, "environment": environment}
        return self.filter(**{name: value for name, value in wanted.items() if value is not None})

    def newest_first(self) -> Self:
        """Order by the latest look."""
        return self.order_by("-looked_at", "-pk")

    def before(self, looked_at: datetime, pk: int) -> Self:
        """Return what comes after one line in a list that has the newest first."""
        # The first condition says no more than the second, but in a way that an index can seek to.
        return self.filter(looked_at__lte=looked_at).filter(
            models.Q(looked_at__lt=looked_at) | models.Q(pk__lt=pk)
        )

    def write(self, *, one_of: Sequence[str], **line: Any) -> None:
        """Write a line over the one that has the same ``one_of``, or a new one, in one statement.

        The same in bulk is composed within a transaction, and nobody else writes to SQLite meanwhile.
        """
        connection, meta = connections[self.db], self.model._meta  # noqa: SLF001  Django documents it
        fields = [field for field in meta.concrete_fields if field.name in line]
        columns = {field.name: str(field.column) for field in fields}
        news = [f"{to} = excluded.{to}" for name, to in columns.items() if name not in one_of]
        sql = (
            f"INSERT INTO {meta.db_table} ({', '.join(columns.values())}) "  # noqa: S608  our own names
            f"VALUES ({', '.join(['%s'] * len(columns))}) "
            f"ON CONFLICT ({', '.join(columns[name] for name in one_of)}) "
            f"DO UPDATE SET {', '.join(news)}"
        )
        values = [field.get_db_prep_save(line[field.name], connection) for field in fields]
        with connection.cursor() as cursor:
            cursor.execute(sql, values)

    def learn(
        self, team_id: uuid.UUID, run_id: str, *, outcome: str, task: str, environment: str
    ) -> int:
        """Write what became of a run on each of its lines."""
        lines = self.filter(team_id=team_id, run_id=run_id)
        return lines.update(outcome=outcome, task=task, environment=environment)


class LookupQuerySet(_LookedUpQuerySet["Lookup"]):
    """Lines of persons."""

    def by(self, user: User) -> Self:
        """Return what this person looked up in teams that they still belong to, newest first."""
        # As a join a planner may begin with it, and then sort everything that the person ever did.
        belongs = Membership.objects.filter(team=models.OuterRef("team"), user=user)
        mine = self.filter(models.Exists(belongs), user=user)
        return mine.select_related("team").newest_first()

    def of(self, team: Team, user: User) -> Self:
        """Return what this person looked up in one team."""
        return self.filter(team=team, user=user)


class TeamLookupQuerySet(_LookedUpQuerySet["TeamLookup"]):
    """Lines of teams."""

    def of(self, team: Team) -> Self:
        """Return what anybody looked up in one team, with who looked last."""
        return self.filter(team=team).select_related("looked_by")

    def knows(self, team: Team, run_id: str) -> bool:
        """Whether anybody of the team ever looked at the run."""
        return self.filter(team=team, run_id=run_id).exists()


class _LookedUp(models.Model):
    """A run, when it was looked at last, and what is known of it to choose by."""

    run_id = models.CharField(max_length=68)
    looked_at = models.DateTimeField()
    outcome = models.CharField(
        max_length=16,
        choices=[(one.value, one.label) for one in Outcome],
        default=Outcome.WAITING.value,
    )
    task = models.CharField(max_length=255, blank=True)
    environment = models.CharField(max_length=8, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.run_id


class Lookup(_LookedUp):
    """One person's latest look at one run."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="lookups")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="lookups")

    objects = LookupQuerySet.as_manager()

    class Meta:
        constraints = [
            # The team and the run come first because `learn` asks for all of a run's lines.
            models.UniqueConstraint(
                fields=["team", "run_id", "user"], name="one_lookup_per_person_and_run"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=[one.value for one in Outcome]),
                name="lookup_outcome_is_known",
            ),
        ]
        indexes = [
            # Serves `by`, over all of a person's teams; the others one team's history.
            models.Index(fields=["user", "looked_at", "id"], name="lookups_newest_first"),
            *_newest_first_of_all_kinds("person", "team", "user"),
        ]


class TeamLookup(_LookedUp):
    """A team's latest look at one run, and whose it was."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="team_lookups")
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    objects = TeamLookupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "run_id"], name="one_line_per_run_in_a_team"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=[one.value for one in Outcome]),
                name="team_lookup_outcome_is_known",
            ),
        ]
        indexes = _newest_first_of_all_kinds("team", "team")
