"""How often a password or a code may be tried wrong: per account and per address; it checks neither.

Every try is counted before it is made. Who has been right gets it back.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from results.models.audit import Action
from results.services import audit, origin, sign_ins, tries
from results.services.tries import Limit

PER_ACCOUNT = Limit("account", 5, timedelta(minutes=5))
PER_ADDRESS = Limit("address", 10, timedelta(minutes=1))
BEGUN = Limit("begun", 30, timedelta(minutes=1))
PER_FACTOR = Limit("factor", 5, timedelta(minutes=5))


class TooManyError(Exception):
    """It may not be tried now; nothing was checked."""


def begin(*, name: str, now: datetime) -> None:
    """Count a try for this name from the address at hand; raises TooManyError."""
    with transaction.atomic():
        by_account = tries.take(limit=PER_ACCOUNT, value=_folded(name), now=now)
        by_address = tries.take(limit=PER_ADDRESS, value=_network(), now=now)
        if by_account.is_first_refused:
            _note(name, now)
        elif by_address.is_first_refused:
            _note("", now)
    # Outside: what was counted and noted must stay.
    if not (by_account.allowed and by_address.allowed):
        raise TooManyError


def may_begin(*, now: datetime) -> bool:
    """Whether the address at hand may begin one more sign-in that keeps something until it ends."""
    return tries.take(limit=BEGUN, value=_network(), now=now).allowed


def was_right(*, name: str) -> None:
    """Uncount the try; those before it stay counted, so that knowing one password helps nobody."""
    tries.give_back(limit=PER_ACCOUNT, value=_folded(name))
    tries.give_back(limit=PER_ADDRESS, value=_network())


def begin_factor(*, person: User, now: datetime) -> None:
    """Count a try of a code; raises TooManyError."""
    with transaction.atomic():
        taken = tries.take(limit=PER_FACTOR, value=str(person.pk), now=now)
        if taken.is_first_refused:
            _note(person.get_username(), now)
    if not taken.allowed:
        raise TooManyError


def factor_was_right(*, person: User) -> None:
    """Uncount all tries of codes: only who has the factor comes here."""
    tries.forget(limit=PER_FACTOR, value=str(person.pk))


def _note(name: str, now: datetime) -> None:
    """Tell the audit once in a window, whatever follows."""
    person = sign_ins.person_of(name)
    if person is not None:
        sign_ins.note_of_person(person=person, by=None, action=Action.SIGN_IN_LIMITED, now=now)
    elif sign_ins.may_note_unknown(now=now):
        subject = sign_ins.UNKNOWN if name else "from one address"
        audit.note(team=None, by=None, action=Action.SIGN_IN_LIMITED, subject=subject, now=now)


def _folded(name: str) -> str:
    return name.casefold()


def _network() -> str:
    """The address, or the network that one customer of an IPv6 provider has whole."""
    told = origin.current().address
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return told
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return told
