"""The first operator of an instance: a link that is printed once, or the environment's own words.

There is no default account and no default password; whoever can read the server's output may begin.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from results.models import SetupLink
from results.models.audit import Action
from results.services import accounts, audit, members
from results.services.tokens import digest_of

OPEN_FOR = timedelta(minutes=15)


def is_needed() -> bool:
    """Whether nobody runs this instance yet."""
    return not User.objects.filter(is_superuser=True, is_active=True).exists()


@transaction.atomic
def open_link(*, now: datetime, beside_others: bool = False) -> str | None:
    """Return the token of a new link; None when there is an operator.

    It ends the links before it, unless servers that start side by side each print one: whoever reads
    any of them may begin, and the first who does ends them all.
    """
    if not is_needed():
        return None
    token = secrets.token_urlsafe(32)
    links = SetupLink.objects.all()
    (links.filter(expires_at__lte=now) if beside_others else links).delete()
    SetupLink.objects.create(digest=digest_of(token), created_at=now, expires_at=now + OPEN_FOR)
    audit.note(team=None, by=None, action=Action.SETUP_OPENED, subject="15 minutes", now=now)
    return token


def is_open(*, token: str, now: datetime) -> bool:
    """Whether this token makes the first operator at this moment."""
    return SetupLink.objects.filter(digest=digest_of(token), expires_at__gt=now).exists() and (
        is_needed()
    )


@transaction.atomic
def begin(*, token: str, username: str, password: str, team: str, now: datetime) -> User | None:
    """Make the first operator and, when it is named, a team of theirs; None for a token of no use.

    Raises NoTeamError, and then nobody was made either.
    """
    used, _ = SetupLink.objects.filter(digest=digest_of(token), expires_at__gt=now).delete()
    if not used or not is_needed():
        return None
    return _operator(username, password, team, now)


@transaction.atomic
def begin_by_environment(*, username: str, password: str, now: datetime) -> User | None:
    """Make the first operator from the settings; None when there is one, or the name is taken."""
    if not is_needed() or User.objects.filter(username=username).exists():
        return None
    return _operator(username, password, "", now)


def _operator(username: str, password: str, team: str, now: datetime) -> User:
    operator = accounts.create(username=username, password=password, now=now)
    operator.is_staff = operator.is_superuser = True
    operator.save(update_fields=["is_staff", "is_superuser"])
    accounts.note_changed(account=operator, what="made operator", by=operator, now=now)
    if team:
        members.create_team(name=team, owner=operator, by=operator, now=now)
    return operator
