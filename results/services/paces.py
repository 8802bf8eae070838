"""Counts how often somebody looks up what nobody knows yet, in the cache that all workers share.

A cache that does not answer stops nobody: what is limited here is not access.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib.auth.models import User

from results.services.attempts import counted

WINDOW_S = 60

_log = logging.getLogger(__name__)


class TooManyLookupsError(Exception):
    """Nothing was looked up: this person has asked too often within a minute."""


def count_lookup(*, by: User) -> None:
    """Count one question about runs that are not known yet; raises TooManyLookupsError."""
    most = settings.LOOKUPS_PER_MINUTE
    if most and _looked_up(by) > most:
        raise TooManyLookupsError


def _looked_up(by: User) -> int:
    """How many there were within the minute, this one included; 0 when nobody can say."""
    try:
        return counted(f"lookups:{by.pk}", seconds=WINDOW_S)
    except Exception:  # noqa: BLE001  every cache fails in its own way
        _log.warning("the cache does not answer; lookups are not counted")
        return 0
