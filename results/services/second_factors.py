"""Seals the secrets of people's second factors with the instance's ring; it checks no code.

They belong to no team, so a key derived from a master key seals them: a stolen database opens none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db import transaction

from results import vault
from results.services import accounts, sealing

_PURPOSE = "second factors"
# Where the secrets of each kind are; a passkey has none.
_TEXTS = ("secret", "seed")


class ClosedError(Exception):
    """The ring does not open or seal a secret; nothing was checked."""


def seal(text: str) -> str:
    """Return a secret sealed; raises ClosedError."""
    try:
        return sealing.ring().seal_text(text.encode(), purpose=_PURPOSE)
    except vault.VaultError as error:
        raise ClosedError(str(error)) from None


def open_sealed(text: str) -> str:
    """Return the secret; raises ClosedError."""
    try:
        return sealing.ring().open_text(text, purpose=_PURPOSE).decode()
    except vault.VaultError as error:
        raise ClosedError(str(error)) from None


@transaction.atomic
def remove_all(*, person: User, by: User, now: datetime) -> int:
    """Take all second factors from somebody who has lost them; their password stays."""
    removed, _ = Authenticator.objects.filter(user=person).delete()
    if removed:
        what = "removed all second factors"
        accounts.note_changed(account=person, what=what, by=by, now=now)
    return int(removed)


def counted() -> Counter[str]:
    """Return how many second factors each master key seals, by its id."""
    return Counter(
        row.data[name].partition(".")[0] for row in _rows() for name in _TEXTS if name in row.data
    )


def reseal() -> int:
    """Seal with the ring's first key whatever another one sealed; what does not open stays."""
    first, done = sealing.ring().first_id, 0
    for row in _rows():
        stale = [
            name
            for name in _TEXTS
            if name in row.data and row.data[name].partition(".")[0] != first
        ]
        if stale:
            done += _resealed(row.pk, stale)
    return done


@transaction.atomic
def _resealed(pk: int, names: list[str]) -> bool:
    row = Authenticator.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        return False
    try:
        for name in names:
            row.data[name] = seal(open_sealed(row.data[name]))
    except ClosedError:
        return False
    row.save(update_fields=["data"])
    return True


def _rows() -> Iterator[Any]:
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    yield from Authenticator.objects.filter(type__in=kinds).order_by("pk").iterator()
