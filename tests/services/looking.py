"""Looks at runs as a member does, over the real courier; it must not know what is found."""

from __future__ import annotations

import time
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from results import courier, rounds
from results.models import ProjectKey, Sighting, StoredResult, Team
from results.models.keys import KeyAnswer
from results.sandbox.scenarios import PREVIEW_BRANCH, SANDBOX_KEYS
from results.sandbox.server import Sandbox
from results.services import lookup, sightings
from tests import make


def add_key(
    team: Team,
    live: Sandbox,
    name: str = "dev",
    *,
    secret: str = "",
    project: str = "Shop",
    api_url: str = "",
    answer: KeyAnswer = KeyAnswer.ACCEPTED,
) -> ProjectKey:
    """A stored key of one of the sandbox's environments."""
    return make.make_key(
        team=team,
        secret=secret or SANDBOX_KEYS[name],
        environment=name,
        project=project,
        api_url=api_url or live.url,
        branch=PREVIEW_BRANCH if name == "preview" else "",
        answer=answer,
    )


def look(team: Team, run_id: str, by: User, *, hint: str = "") -> StoredResult | Sighting:
    """Look a run up now."""
    return lookup.look_up(
        team=team, run_id=run_id, by=by, environment_hint=hint, now=timezone.now()
    )


def result_of(team: Team, run_id: str, by: User) -> StoredResult:
    """Look a run up that is expected to be finished."""
    seen = look(team, run_id, by)
    assert isinstance(seen, StoredResult), (seen.state, seen.keys_asked, seen.trouble)
    return seen


def sighting_of(team: Team, run_id: str, by: User) -> Sighting:
    """Look a run up that is expected to be unfinished."""
    seen = look(team, run_id, by)
    assert isinstance(seen, Sighting)
    return seen


def make_due(sighting: Sighting) -> None:
    """Let the time pass until the run is to be asked about again."""
    past = timezone.now() - timedelta(seconds=1)
    Sighting.objects.filter(pk=sighting.pk).update(due_at=past, pause_until=None)


def ask_again(sighting: Sighting) -> Sighting | None:
    """Have the run asked about once more, wait, and return its row as it is then."""
    make_due(sighting)
    sighting = Sighting.objects.select_related("team").get(pk=sighting.pk)
    asked = sightings.ask(sighting=sighting, now=timezone.now())
    assert asked is not None, "somebody else is asking"
    asked.result(timeout=60)
    return Sighting.objects.filter(pk=sighting.pk).first()


def go_rounds(times: int = 1) -> None:
    """Go round as the processes do, and wait for every answer to be recorded."""
    for _ in range(times):
        rounds.go_round()
        deadline = time.monotonic() + 60
        while Sighting.objects.filter(claim__isnull=False).exists():
            assert time.monotonic() < deadline, "a question was never answered"
            time.sleep(0.01)
        # What follows a record is done when its thread takes other work.
        courier.courier().on_recorders(lambda: None)
