"""Offers of a place in a team: made, revoked, accepted; a token is found by its digest alone.

It sends no mail by itself: whoever asks for an invitation says how the mail is sent, if it is.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from results.models import Invitation, Membership, Role, Team
from results.models.audit import Action
from results.services import accounts, audit, members
from results.services.tokens import digest_of

OPEN_FOR = timedelta(days=7)
MOST = 50

# Sends the token to the address; False when the mail could not be handed over.
Mailer = Callable[[Invitation, str], bool]


class NotInvitedError(Exception):
    """Nobody was invited; the message says why."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new invitation, and its token while somebody has to pass it on by hand."""

    row: Invitation
    token: str | None


def invite(
    *, team: Team, role: Role, email: str, mailer: Mailer | None, by: User, now: datetime
) -> Made:
    """Offer a role in the team to whoever brings the token; raises NotInvitedError.

    With a ``mailer`` and an address the token goes there and nowhere else, so that whoever brings it
    reads that mail. Otherwise, or when the mail cannot be sent, it is returned to be shown once.
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        # Two invitations at the same moment must not both be the last one that fits.
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        if Invitation.objects.of(team).open(now).count() >= MOST:
            raise NotInvitedError(f"{MOST} invitations are open. Revoke one first.")
        row = Invitation.objects.create(
            team=team,
            role=role,
            email=email,
            digest=digest_of(token),
            created_by=by,
            created_at=now,
            expires_at=now + OPEN_FOR,
        )
        audit.note(team=team, by=by, action=Action.INVITED, subject=_subject(row), now=now)
    if mailer is not None and email and mailer(row, token):
        Invitation.objects.filter(pk=row.pk).update(mailed_at=now)
        row.mailed_at = now
        return Made(row, None)
    return Made(row, token)


@transaction.atomic
def revoke(*, row: Invitation, by: User, now: datetime) -> None:
    """End an invitation at once; one that has ended stays as it is."""
    ended = Invitation.objects.filter(
        pk=row.pk, accepted_at__isnull=True, revoked_at__isnull=True
    ).update(revoked_at=now)
    if ended:
        audit.note(
            team=row.team, by=by, action=Action.INVITATION_REVOKED, subject=_subject(row), now=now
        )


def find(*, token: str, now: datetime) -> Invitation | None:
    """Return the open invitation of this token; None for any other token, whatever became of it."""
    rows = Invitation.objects.open(now).filter(digest=digest_of(token))
    return rows.select_related("team").first()


@transaction.atomic
def accept(*, token: str, user: User, now: datetime) -> Membership | None:
    """Make somebody a member; None when the token opens nothing any more.

    Whoever belongs to the team already keeps their role, and the invitation stays open: it was meant
    for somebody else.
    """
    found = find(token=token, now=now)
    return _take(found, user, now) if found is not None else None


@transaction.atomic
def join(*, token: str, username: str, password: str, now: datetime) -> User | None:
    """Make an account and its membership; None when the token opens nothing any more.

    Only an address that the token was mailed to becomes the account's own.
    """
    found = find(token=token, now=now)
    if found is None:
        return None
    email = found.email if found.mailed_at is not None else ""
    account = accounts.create(
        username=username,
        password=password,
        email=email if email and not accounts.of_mail(email) else "",
        now=now,
    )
    if _take(found, account, now) is None:
        # Somebody else was quicker: the account must not be left behind.
        transaction.set_rollback(True)
        return None
    return account


def for_mail(*, email: str, now: datetime) -> list[Invitation]:
    """Return the open invitations of an address that somebody has proved to be theirs."""
    rows = Invitation.objects.open(now).filter(email__iexact=email)
    return list(rows.select_related("team").order_by("team_id", "-created_at")) if email else []


@transaction.atomic
def accept_for_mail(*, email: str, user: User, now: datetime) -> None:
    """Accept what was offered to an address that somebody has proved to be theirs."""
    for row in for_mail(email=email, now=now):
        _take(row, user, now)


def _take(row: Invitation, user: User, now: datetime) -> Membership | None:
    held = Membership.objects.filter(team=row.team, user=user).first()
    if held is not None:
        return held
    # One of two who bring the same token at the same moment is too late: the row itself is asked,
    # because what is joined or looked up beside it is not looked at again after waiting for it.
    taken = Invitation.objects.filter(
        pk=row.pk, accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now
    ).update(accepted_at=now, accepted_by=user)
    if not taken:
        return None
    joined = members.add_member(team=row.team, user=user, role=Role(row.role), by=user, now=now)
    subject = f"{user.get_username()} {row.role}"
    audit.note(team=row.team, by=user, action=Action.INVITATION_ACCEPTED, subject=subject, now=now)
    return joined


def _subject(row: Invitation) -> str:
    return f"{row.role} {row.email}".strip()
