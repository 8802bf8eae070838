"""Makes, finds and ends personal tokens, with which scripts read what their holders may read.

A token is found by its digest and by nothing else, and is shown to whoever made it, once.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet

from results.domain.personal_token import PREFIX
from results.models import Membership, PersonalToken
from results.models.audit import Action
from results.services import audit, origin
from results.services.attempts import Limit
from results.services.entries import TooManyTriesError
from results.services.store_trouble import passed_over
from results.services.tokens import digest_of

MOST = 20
# So often at the most it is noted that a token is in use.
NOTED_ONCE_IN = timedelta(minutes=5)
MISSES = Limit("personal tokens that are none", most=30, seconds=60)


class NotMadeError(Exception):
    """No token was made; the message says why."""


class UnknownTokenError(Exception):
    """No live token is spelt like that."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new token, which is nowhere else in this form."""

    row: PersonalToken
    token: str


@transaction.atomic
def make(*, membership: Membership, label: str, lasts: timedelta, by: User, now: datetime) -> Made:
    """Make a token of this membership; those of it that have ended go. Raises NotMadeError."""
    # Two tokens at the same moment must not both be the last one that fits.
    if not _locked(Membership.objects.filter(pk=membership.pk)):
        raise NotMadeError("You are not a member of this team any more.")
    # A new password ends what was made before it, and whoever came with the old one makes no more.
    if not User.objects.filter(pk=by.pk, password=by.password).exists():
        raise NotMadeError("Your password is another one now. Sign in again.")
    ours = PersonalToken.objects.filter(membership=membership)
    ours.filter(expires_at__lte=now).delete()
    if ours.count() >= MOST:
        raise NotMadeError(f"You have {MOST} tokens in this team. Revoke one first.")
    token = PREFIX + secrets.token_urlsafe(32)
    row = PersonalToken.objects.create(
        membership=membership,
        digest=digest_of(token),
        ending=token[-4:],
        label=label,
        created_at=now,
        expires_at=now + lasts,
    )
    subject = f"{label}: until {row.expires_at:%Y-%m-%d %H:%M} UTC"
    audit.note(team=membership.team, by=by, action=Action.TOKEN_MADE, subject=subject, now=now)
    return Made(row, token)


def holder(*, token: str, slug: str, now: datetime) -> User | None:
    """Return whose token this is; None when it is one for another team than that with this slug.

    Raises UnknownTokenError for what is no live token of an active person, and TooManyTriesError
    after too many of those from one network.
    """
    rows = PersonalToken.objects.live(now).filter(
        digest=digest_of(token), membership__user__is_active=True
    )
    row = rows.select_related("membership__user", "membership__team").first()
    if row is None:
        if not MISSES.allows(origin.current().network):
            raise TooManyTriesError(MISSES.seconds)
        raise UnknownTokenError
    _note_use(row, now)
    return row.membership.user if row.membership.team.slug == slug else None


@transaction.atomic
def revoke(*, row: PersonalToken, by: User, now: datetime) -> None:
    """End a token at once; ending it twice changes nothing."""
    if PersonalToken.objects.filter(pk=row.pk).delete()[0]:
        _note_end(row, f"{row.label} of {row.membership.user.get_username()}", by, now)


@transaction.atomic
def end_all(*, user: User, now: datetime, why: str = "new password") -> int:
    """End every token of a person, because the password is another one or none; returns how many."""
    # One that is being made now is waited for.
    _locked(Membership.objects.filter(user=user).order_by("pk"))
    rows = PersonalToken.objects.filter(membership__user=user).order_by("membership__team", "pk")
    ended = list(rows.select_related("membership__team"))
    PersonalToken.objects.filter(pk__in=[row.pk for row in ended]).delete()
    for row in ended:
        _note_end(row, f"{row.label} of {user.get_username()}: {why}", None, now)
    return len(ended)


def _locked(rows: QuerySet[Membership]) -> list[Membership]:
    return list(rows.select_for_update(no_key=True))


def _note_end(row: PersonalToken, subject: str, by: User | None, now: datetime) -> None:
    team = row.membership.team
    audit.note(team=team, by=by, action=Action.TOKEN_REVOKED, subject=subject, now=now)


def _note_use(row: PersonalToken, now: datetime) -> None:
    if row.last_used_at is not None and row.last_used_at > now - NOTED_ONCE_IN:
        return
    due = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - NOTED_ONCE_IN)
    with passed_over("the use of a token"):
        PersonalToken.objects.filter(due, pk=row.pk).update(last_used_at=now)
