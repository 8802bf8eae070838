"""Watches runs for members although nobody looks, until they end; it asks nobody itself.

A watch keeps the run's sighting due. The result ends it in its own transaction (see `ending`);
here it ends by its time, by its maker, or because nobody is asked about the run any more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from results.models import Role, Sighting, StoredResult, Team, Watch
from results.models.audit import Action
from results.models.watches import WatchOutcome
from results.services import audit, ending, sightings
from results.services.store_trouble import passed_over


class NotWatchedError(Exception):
    """No watch was started; the message says why."""


@dataclass(frozen=True, slots=True)
class Bell:
    """What the bell tells a person about their watches in one team, and which links stand beside it."""

    live: int
    unseen: int
    may_watch: bool


def bell(*, team: Team, by: User, role: Role) -> Bell:
    """Return the bell of somebody with this role in the team."""
    live, unseen = Watch.objects.bell_counts(by, team)
    return Bell(live, unseen, may_watch=role.covers(Role.MEMBER))


def own_watch(*, sighting: Sighting, team: Team, by: User, now: datetime) -> Watch | None:
    """Return this person's live watch of a run; costs no query when nobody watches it."""
    if sighting.watched_until is None or sighting.watched_until <= now:
        return None
    return Watch.objects.of_run(team, sighting.run_id).filter(by=by).live().first()


@transaction.atomic
def start(*, team: Team, run_id: str, by: User, now: datetime) -> Watch:
    """Watch a run for this person, for WATCH_HOURS at the most; raises NotWatchedError.

    Starting twice is starting once. A run that has ended, or that nobody has looked up, cannot be
    watched.
    """
    # One at a time in a team, so that its number of watches holds; results may still be stored.
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    if not Sighting.objects.select_for_update().filter(team=team, run_id=run_id).exists():
        raise NotWatchedError(f"{run_id} has ended already; its result is below.")
    live = Watch.objects.filter(team=team).live()
    already = live.filter(by=by, run_id=run_id).first()
    if already is not None:
        return already
    watched = set(live.values_list("run_id", flat=True).distinct())
    if run_id not in watched and len(watched) >= settings.WATCHES_PER_TEAM:
        raise NotWatchedError(
            f"{team.name} already watches {len(watched)} runs, as many as this instance allows. "
            "Stop one of the watches, or wait until one ends."
        )
    until = now + timedelta(hours=settings.WATCH_HOURS)
    watch = Watch.objects.create(team=team, run_id=run_id, by=by, since=now, until=until)
    _keep_asking(team, run_id, now=now)
    audit.note(team=team, by=by, action=Action.WATCH_STARTED, subject=run_id, now=now)
    return watch


@transaction.atomic
def stop(*, team: Team, run_id: str, by: User, now: datetime) -> bool:
    """End this person's watch of a run; False when there is none. Others' watches go on."""
    Sighting.objects.select_for_update().filter(team=team, run_id=run_id).first()
    mine = Watch.objects.of_run(team, run_id).filter(by=by).live()
    if not mine.update(ended_at=now, seen_at=now, outcome=WatchOutcome.STOPPED, task=_task_seen()):
        return False
    _set_watched_until(team, run_id)
    audit.note(team=team, by=by, action=Action.WATCH_STOPPED, subject=run_id, now=now)
    return True


def see(bell: Bell, *, team: Team, run_id: str, by: User, now: datetime) -> Bell:
    """Return the bell after this person opened the result of a run, whose outcome is then seen."""
    marked = 0
    with passed_over("that an outcome was seen"):
        marked = mark_seen(team=team, by=by, run_id=run_id, now=now)
    return replace(bell, unseen=bell.unseen - marked)


def mark_seen(*, team: Team, by: User, run_id: str | None = None, now: datetime) -> int:
    """Say that this person saw the outcomes, of one run or of all; returns how many were new."""
    mine = Watch.objects.filter(team=team, by=by).unseen()
    if run_id is not None:
        mine = mine.filter(run_id=run_id)
    return mine.update(seen_at=now)


def end_without_result(*, now: datetime) -> int:
    """End the watches whose time is over or whose run is given up; returns how many ended.

    A watch that lost its sighting gets a new one, or the result that is stored meanwhile.
    """
    # Read before written: every process comes by every two seconds, and SQLite has one writer.
    ends = {watch.pk: WatchOutcome.TIME_OVER.value for watch in Watch.objects.overdue(now)}
    ends |= {watch.pk: getattr(watch, "seen_state", "") for watch in Watch.objects.given_up(now)}
    ended = sum(
        Watch.objects.filter(pk=pk).live().update(ended_at=now, outcome=outcome, task=_task_seen())
        for pk, outcome in ends.items()
    )
    for watch in Watch.objects.forsaken().select_related("team"):
        _serve_again(watch, now=now)
    return ended


def _task_seen() -> Coalesce:
    """The task of a watch's run as it was last seen, kept because the sighting will be gone."""
    seen = Sighting.objects.filter(team=OuterRef("team"), run_id=OuterRef("run_id"))
    return Coalesce(Subquery(seen.values("task")[:1]), Value(""))


@transaction.atomic
def _serve_again(watch: Watch, *, now: datetime) -> None:
    stored = StoredResult.objects.of_run(watch.team, watch.run_id)
    if stored is not None:
        ending.run_ended(result=stored, now=now)
    else:
        _keep_asking(watch.team, watch.run_id, now=now)


def _keep_asking(team: Team, run_id: str, *, now: datetime) -> None:
    sightings.open_sighting(team=team, run_id=run_id, now=now)
    _set_watched_until(team, run_id)


def _set_watched_until(team: Team, run_id: str) -> None:
    last = Watch.objects.of_run(team, run_id).live().aggregate(last=Max("until"))["last"]
    Sighting.objects.filter(team=team, run_id=run_id).update(watched_until=last)
