"""Pins runs for a team and takes them off again; it shows nothing."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from results.models import Pin, Team
from results.models.audit import Action
from results.services import audit

# So many runs can be kept at hand; what is at hand must be seen at one look.
MOST = 50


class NotPinnedError(Exception):
    """Nothing was pinned; the message says why."""


@transaction.atomic
def pin(*, team: Team, run_id: str, by: User, now: datetime) -> None:
    """Pin a run; pinning it twice changes nothing. Raises NotPinnedError beyond MOST."""
    # The lock makes two who pin at the same moment count one after the other.
    Team.objects.select_for_update().get(pk=team.pk)
    pinned = set(Pin.objects.filter(team=team).values_list("run_id", flat=True))
    if run_id in pinned:
        return
    if len(pinned) >= MOST:
        raise NotPinnedError(
            f"The team has pinned {MOST} runs already, which is the most. Unpin one first."
        )
    Pin.objects.create(team=team, run_id=run_id, pinned_by=by, pinned_at=now)
    audit.note(team=team, by=by, action=Action.RUN_PINNED, subject=run_id, now=now)


@transaction.atomic
def unpin(*, team: Team, run_id: str, by: User, now: datetime) -> None:
    """Take a run off the team's pins; doing it twice changes nothing."""
    deleted, _ = Pin.objects.filter(team=team, run_id=run_id).delete()
    if deleted:
        audit.note(team=team, by=by, action=Action.RUN_UNPINNED, subject=run_id, now=now)
