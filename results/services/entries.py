"""Passcodes of share links: tried a few times only, and remembered without an account; it draws nothing.

An entry is of one link, one token and one passcode: when any of them changes it is worth nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from django.contrib.auth.hashers import check_password

from results.models import ShareLink
from results.services import origin, sharing
from results.services.attempts import Limit

HOURS = 12

MISSES = Limit("share links that are none", most=30, seconds=60)
_OF_LINK = Limit("passcodes of a share link", most=30, seconds=3_600)
_OF_ADDRESS = Limit("passcodes from an address", most=20, seconds=900)


class TooManyTriesError(Exception):
    """Nothing was looked at; ``seconds`` says when it is worth trying again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def enter(*, row: ShareLink, passcode: str, now: datetime) -> bool:
    """Whether this is the link's passcode; raises TooManyTriesError before looking at one too many."""
    who = origin.current().network
    for limit, subject in ((_OF_ADDRESS, who), (_OF_LINK, str(row.pk))):
        if not limit.allows(subject):
            raise TooManyTriesError(limit.seconds)
    if check_password(passcode[: sharing.LONGEST_PASSCODE], row.passcode):
        return True
    sharing.note_refusal(row=row, now=now)
    return False


def miss() -> None:
    """Count a token that opens nothing; raises TooManyTriesError for one too many."""
    if not MISSES.allows(origin.current().network):
        raise TooManyTriesError(MISSES.seconds)


def proof(row: ShareLink) -> str:
    """Return what proves that this passcode of this link was entered; to be signed before it leaves."""
    told = f"{row.pk}\0{row.passcode}\0".encode() + bytes(row.digest)
    return hashlib.sha256(told).hexdigest()


def is_proof(row: ShareLink, told: str) -> bool:
    """Whether this is the proof for the link as it is now."""
    return hmac.compare_digest(proof(row).encode(), told.encode())
