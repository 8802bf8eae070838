"""Sessions that end: 12 hours after somebody was last here, 14 days after signing in at the latest.

The session itself says when, so that no page pays for asking. It knows no page and no person.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import cached_db, db

IDLE_S, WHOLE_S = 12 * 3600, 14 * 24 * 3600
# So often at the most a session is written only to say that somebody is here.
NOTED_EVERY_S = 10 * 60
SIGNED_IN_AT, SEEN_AT = "signed_in_at", "seen_at"

# Local memory differs in each worker: a session ended in one would live on in the cache of another.
if TYPE_CHECKING or not settings.CACHE_IS_SHARED:
    _Stored = db.SessionStore
else:
    from dashboard.caches import WhileThere

    class _Stored(cached_db.SessionStore):
        """One that the cache keeps as well, as long as there is a cache."""

        def __init__(self, session_key: str | None = None) -> None:
            super().__init__(session_key)
            self._cache = WhileThere(self._cache)


class SessionStore(_Stored):
    """A session that is empty once its time is over; its row is the truth, the cache only quicker."""

    def load(self) -> dict[str, Any]:
        """Return what the session holds, nothing when it has ended."""
        held: dict[str, Any] = super().load()
        if _is_over(held, time.time()):
            self.delete(self.session_key)
            self._session_key = None
            return {}
        return held


def note_seen(session: Any, *, signs_in: bool = False) -> None:
    """Note that somebody is here, when that was not noted of late."""
    now = int(time.time())
    if signs_in:
        # What it was before may have been meant to end within minutes.
        session.set_expiry(None)
    if signs_in or SIGNED_IN_AT not in session:
        session[SIGNED_IN_AT] = session[SEEN_AT] = now
    elif session.get(SEEN_AT, 0) <= now - NOTED_EVERY_S:
        session[SEEN_AT] = now


def _is_over(held: Mapping[str, Any], now: float) -> bool:
    if SESSION_KEY not in held or SIGNED_IN_AT not in held:
        return False
    return bool(held.get(SEEN_AT, 0) <= now - IDLE_S or held[SIGNED_IN_AT] <= now - WHOLE_S)
