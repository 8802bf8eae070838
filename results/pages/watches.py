"""What the pages of watches may show: whose, until when and how they ended; it asks nobody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from results.domain.status import State, pending_words
from results.models import Role, Sighting, Team, Watch
from results.models.watches import WatchOutcome

if TYPE_CHECKING:
    from results.services.watching import Bell

_SENTENCES = {
    WatchOutcome.TIME_OVER: "The run had not ended when the time of the watch was over.",
    WatchOutcome.STOPPED: "You stopped watching before the run ended.",
}


@dataclass(frozen=True, slots=True)
class WatchControl:
    """What the page of a run that has not ended offers a member: to watch it, or to stop."""

    start_url: str
    stop_url: str
    list_url: str
    hours: int
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class WatchRow:
    """One watch in the list; ``seen_now`` is what the latest look at a live one saw."""

    watch: Watch
    url: str
    seen_now: Sighting | None = None

    @property
    def label(self) -> str:
        """One or two words for the badge."""
        if self.watch.outcome:
            return WatchOutcome(self.watch.outcome).label
        sighting = self.seen_now
        if sighting is None or not sighting.state:
            return "Looking"
        if sighting.state == State.PENDING:
            return pending_words(sighting.status)[0]
        return State(sighting.state).label

    @property
    def tone(self) -> str:
        """How the badge looks."""
        known = self.watch.outcome or (self.seen_now.state if self.seen_now else "")
        return State(known).tone if known in set(State) else "busy" if not known else "calm"

    @property
    def sentence(self) -> str:
        """Why the watch ended without the run's own end; the label says enough of the rest."""
        outcome = self.watch.outcome
        if not outcome or (outcome in set(State) and State(outcome).is_final):
            return ""
        return _SENTENCES.get(WatchOutcome(outcome)) or State(outcome).sentence

    @property
    def task(self) -> str:
        """The run's task, as far as it is known."""
        return self.watch.task or (self.seen_now.task if self.seen_now else "")

    @property
    def is_unseen(self) -> bool:
        """Whether the outcome is new to whoever asked."""
        return self.watch.ended_at is not None and self.watch.seen_at is None

    @property
    def news(self) -> dict[str, str]:
        """What a browser may tell of it: no output, no error."""
        return {
            "id": str(self.watch.pk),
            "run_id": self.watch.run_id,
            "task": self.task,
            "outcome": self.label,
            "url": self.url,
        }


@dataclass(frozen=True, slots=True)
class WatchesPage:
    """A person's watches in a team."""

    team: Team
    role: Role
    live: Sequence[WatchRow]
    ended: Sequence[WatchRow]
    unseen: int

    @property
    def may_set_webhook(self) -> bool:
        """Whether to point to the team's webhook."""
        return self.role.covers(Role.OWNER)


def watch_control(
    team: Team, run_id: str, *, role: Role, may_ask: bool, watch: Watch | None
) -> WatchControl | None:
    """What to offer; None to viewers, and for a run that nobody can be asked about."""
    if not role.covers(Role.MEMBER) or not (may_ask or watch):
        return None
    return WatchControl(
        reverse("watches-start", args=[team.slug, run_id]),
        reverse("watches-stop", args=[team.slug, run_id]),
        reverse("watches-show", args=[team.slug]),
        settings.WATCH_HOURS,
        watch.until if watch else None,
    )


def watch_rows(
    watches: Iterable[Watch], *, team: Team, sightings: Iterable[Sighting] = ()
) -> list[WatchRow]:
    """Rows of a list, with what was seen last of the runs that have not ended."""
    seen = {sighting.run_id: sighting for sighting in sightings}
    return [
        WatchRow(
            watch, reverse("runs-show", args=[team.slug, watch.run_id]), seen.get(watch.run_id)
        )
        for watch in watches
    ]


def bell_document(bell: Bell, rows: Sequence[WatchRow]) -> dict[str, object]:
    """What the bell's script reads: two numbers, and the outcomes that were not seen."""
    return {"live": bell.live, "unseen": bell.unseen, "ended": [row.news for row in rows]}
