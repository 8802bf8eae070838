"""When and how the page of a run that is not final asks for what is new; it asks nobody itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.crypto import salted_hmac

from results.models import Sighting, Team
from results.services import looks
from results.services.sightings import LEASE

LONGEST_S = 30
_LONGEST_ASKED_S = 5


@dataclass(frozen=True, slots=True)
class Refresh:
    """Where the page asks and after how many seconds; ``is_asking`` while the API is being asked.

    ``checked_s`` is how many seconds ago the API last answered, None when it never did. ``version`` names what the page shows now, so that the next answer brings only what has changed:
    the state before the dot, everything else that is known behind it.
    """

    url: str
    after_s: int
    version: str
    checked_s: int | None = None
    is_asking: bool = False

    @property
    def asked_url(self) -> str:
        """The address with what is shown already."""
        return f"{self.url}?seen={self.version}"


def refresh_of(sighting: Sighting, *, team: Team, version: str, now: datetime) -> Refresh:
    """Say when and where the page of this run asks again."""
    url = reverse("runs-panel", args=[team.slug, sighting.run_id])
    checked = sighting.checked_at
    checked_s = max(0, round((now - checked).total_seconds())) if checked else None
    in_line = looks.time_in_line(sighting=sighting, now=now)
    after_s = seconds_until_look(sighting, in_line=in_line, now=now)
    return Refresh(url, after_s, version, checked_s, _is_asking(sighting, now))


def seconds_until_look(
    sighting: Sighting, *, in_line: timedelta = timedelta(), now: datetime
) -> int:
    """The next look comes a second after the next question is due, so that it finds the answer.

    While the API is being asked it comes when that has taken twice as long. While nobody
    comes to ask, others are before this run, and looks in quick succession would hold them all up;
    ``in_line`` is how long that is expected to take; of a run that nobody looked at until now no
    more is known.
    """
    due_in_s = (sighting.due_at - now).total_seconds()
    leased_until = sighting.leased_until(now)
    if leased_until is not None:
        asked_for = now - (leased_until - LEASE)
        after_s = min(asked_for.total_seconds(), _LONGEST_ASKED_S)
    elif due_in_s > 0:
        after_s = min(due_in_s + 1, _spread(LONGEST_S, sighting))
    else:
        is_looked_at = sighting.wanted_until > now
        waits = max(now - sighting.due_at, in_line) if is_looked_at else in_line
        after_s = _spread(min(waits, looks.LONGEST_IN_LINE).total_seconds(), sighting)
    return max(1, min(round(after_s), LONGEST_S))


def _spread(seconds: float, sighting: Sighting) -> float:
    """A little less, by the run, so that pages that came together do not come together for ever."""
    return seconds * (0.6 + 0.4 * (sighting.pk.int % 101) / 100)


def _is_asking(sighting: Sighting, now: datetime) -> bool:
    """Whether the API is being asked now, or will be in a moment."""
    return sighting.leased_until(now) is not None or sighting.due_at <= now


@dataclass(frozen=True, slots=True)
class Changed:
    """Which parts of a page are not what it shows already."""

    state: bool
    known: bool


def changed_since(version: str, seen: str) -> Changed:
    """Compare the name of what is to be shown with the name of what a page says that it shows."""
    state, _, known = version.partition(".")
    seen_state, _, seen_known = seen.partition(".")
    return Changed(state != seen_state, known != seen_known)


def version_of(state: object, known: object) -> str:
    """Name what is shown of the state and of everything else, in a few characters that tell nothing."""
    return f"{_digest(state)}.{_digest(known)}"


def _digest(shown: object) -> str:
    # Keyed, because addresses are logged and short content could be guessed from a plain digest.
    text = repr(shown).encode("utf-8", "replace")
    return salted_hmac(__name__, text, algorithm="sha256").hexdigest()[:16]
