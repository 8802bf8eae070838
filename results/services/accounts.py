"""Making people's accounts and changing them, written down; it checks no rights and sends no mail."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from results.models import Membership
from results.models.audit import Action
from results.services import audit, members, sign_ins


def create(*, username: str, password: str | None, email: str = "", now: datetime) -> User:
    """Make an account, whose password its form has judged; None for one that signs in elsewhere."""
    account = User.objects.create_user(username, email=email, password=password)
    note_added(account=account, by=account, now=now)
    return account


def of_mail(email: str) -> User | None:
    """Return whose address this is; nobody when two accounts claim it.

    Nobody sets their own: it was set by an operator, by single sign-on, or proved by an invitation.
    """
    found = list(User.objects.filter(email__iexact=email)[:2]) if email else []
    return found[0] if len(found) == 1 else None


def note_added(*, account: User, by: User, now: datetime) -> None:
    """Note a new account; it belongs to no team yet."""
    subject = account.get_username()
    audit.note(team=None, by=by, action=Action.ACCOUNT_ADDED, subject=subject, now=now)


def note_changed(*, account: User, what: str, by: User, now: datetime) -> None:
    """Note a change for the owners of the person's teams; ``what`` names fields, never values."""
    subject = f"{account.get_username()}: {what}"
    sign_ins.note_of_person(
        person=account, by=by, action=Action.ACCOUNT_CHANGED, subject=subject, now=now
    )


@transaction.atomic
def delete_account(*, account: User, by: User, now: datetime) -> None:
    """End the person's memberships and delete the account; what they did stays in the audit."""
    subject = account.get_username()
    # One order everywhere, so that no two writers wait for each other's chains.
    memberships = Membership.objects.filter(user=account).select_related("team", "user")
    for membership in memberships.order_by("team_id"):
        members.remove_member(membership=membership, by=by, now=now)
    account.delete()
    audit.note(team=None, by=by, action=Action.ACCOUNT_DELETED, subject=subject, now=now)
