"""Notes sign-ins, failed sign-ins and sign-outs, wherever on the site; it lets nobody in or out.

Django tells of them by signals, and this is the one place that listens. An event stands in the
chain of each team of the person, whose owners are concerned, or in the instance's chain.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.utils import timezone

from results.models import Team
from results.models.audit import Action
from results.services import audit, tries

# Whoever types a password into the wrong box must not find it here.
UNKNOWN = "an account that does not exist"
_UNKNOWN_NOTED = tries.Limit("unknown noted", 60, timedelta(hours=1))


def listen() -> None:
    """Connect to Django's signals, once however often it is called."""
    user_logged_in.connect(_signed_in, dispatch_uid="results.audit")
    user_login_failed.connect(_sign_in_failed, dispatch_uid="results.audit")
    user_logged_out.connect(_signed_out, dispatch_uid="results.audit")


@transaction.atomic
def note_of_person(
    *, person: User, by: User | None, action: Action, subject: str = "", now: datetime
) -> None:
    """Note what concerns a person in each of their teams, or in the instance's chain without any."""
    # One order everywhere, so that no two writers wait for each other's chains.
    teams: list[Team | None] = [*Team.objects.of(person).order_by("pk")]
    for team in teams or [None]:
        audit.note(
            team=team, by=by, action=action, subject=subject or person.get_username(), now=now
        )


def person_of(name: str) -> User | None:
    """Return whose account this name is, however it is spelt; nobody when it is no name."""
    if not name or "\x00" in name:
        return None
    found = User.objects.filter(username=name).first()
    return found or User.objects.filter(username__iexact=name).first()


def may_note_unknown(*, now: datetime) -> bool:
    """Whether one more try for a name that nobody has is written down.

    Anybody can make them up without end; of an account no more fail than its limit lets through.
    """
    return tries.take(limit=_UNKNOWN_NOTED, value="", now=now).allowed


def _signed_in(sender: object, user: User, **_: Any) -> None:
    note_of_person(person=user, by=user, action=Action.SIGNED_IN, now=timezone.now())


def _signed_out(sender: object, user: User | None, **_: Any) -> None:
    # Somebody who was not signed in may ask to be signed out.
    if user is not None:
        note_of_person(person=user, by=user, action=Action.SIGNED_OUT, now=timezone.now())


def _sign_in_failed(sender: object, credentials: dict[str, Any], **_: Any) -> None:
    person, now = person_of(str(credentials.get(User.USERNAME_FIELD, ""))), timezone.now()
    if person is not None:
        note_of_person(person=person, by=None, action=Action.SIGN_IN_FAILED, now=now)
    elif may_note_unknown(now=now):
        audit.note(team=None, by=None, action=Action.SIGN_IN_FAILED, subject=UNKNOWN, now=now)
