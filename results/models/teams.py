"""Teams and who belongs to them; it must not know what a team looks at."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models

from results.domain import source_links

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class Role(models.TextChoices):
    """What a member may do; each may do all that those after it may."""

    OWNER = "owner", "Owner"
    MEMBER = "member", "Member"
    VIEWER = "viewer", "Viewer"

    @property
    def rank(self) -> int:
        """A number that is higher for a role that may do more."""
        return {"owner": 3, "member": 2, "viewer": 1}[self.value]

    def covers(self, needed: Role) -> bool:
        """Whether this role may do what ``needed`` may."""
        return self.rank >= needed.rank


class TeamQuerySet(models.QuerySet["Team"]):
    """Teams, always as seen by somebody."""

    def of(self, user: User | AnonymousUser) -> Self:
        """Return the teams that this user belongs to, by name."""
        return self.filter(memberships__user_id=user.pk).order_by("name", "pk")

    def owned_by(self, user: User | AnonymousUser) -> Self:
        """Return the teams that this user owns, by name."""
        mine = {"memberships__user_id": user.pk, "memberships__role": Role.OWNER}
        return self.filter(**mine).order_by("name", "pk")

    def with_key(self) -> Self:
        """Return those whose data key was not destroyed."""
        return self.exclude(wrapped_key=b"")


class Team(models.Model):
    """A group of people who share keys, lookups and results.

    ``wrapped_key`` is the team's newest data key, of generation ``key_generation``, wrapped by the
    master key ``ring_key_id``; those before it are `FormerKey` rows. It is empty once the key was
    destroyed, which is how the deletion of a team begins. ``keep_days`` is None for ever. Unless
    ``viewers_see_outputs``, no value of a run is shown to a viewer.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80, unique=True)
    ring_key_id = models.CharField(max_length=32, editable=False)
    wrapped_key = models.BinaryField(editable=False)
    key_generation = models.PositiveIntegerField(default=1, editable=False)
    key_made_at = models.DateTimeField(editable=False)
    keep_days = models.PositiveIntegerField(null=True, editable=False)
    viewers_see_outputs = models.BooleanField(default=True, db_default=True, editable=False)
    # Where the code of a frame is read; see domain/source_links.py.
    source_address = models.CharField(
        max_length=source_links.LONGEST, blank=True, default="", db_default="", editable=False
    )
    created_at = models.DateTimeField(editable=False)

    objects = TeamQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(keep_days__isnull=True) | models.Q(keep_days__gte=1),
                name="results_are_kept_for_a_day_at_least",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_shredded(self) -> bool:
        """Whether the data key was destroyed: what was sealed opens for nobody any more."""
        return not self.wrapped_key


# Every request passes here, and composing this query takes ten times as long as running it.
_AT_THE_DOOR = """
    SELECT t.*, m.id AS membership_id, m.role AS membership_role
    FROM results_team t JOIN results_membership m ON m.team_id = t.id
    WHERE m.user_id = %s AND t.slug = %s
"""


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships, towards a team from the person who asks."""

    def at_door(self, user_id: int, slug: str) -> Membership | None:
        """Return this person's membership of the team with that slug, team and role included."""
        for team in Team.objects.raw(_AT_THE_DOOR, [user_id, slug]):
            more = vars(team)
            known = {"id": more["membership_id"], "user_id": user_id}
            known["role"] = more["membership_role"]
            membership = Membership.from_db(self.db, known, known.values())
            membership.team = team
            return membership
        return None


class Membership(models.Model):
    """One person's role in one team."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="one_membership_per_person"),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
