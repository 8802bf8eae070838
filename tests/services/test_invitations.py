"""Inviting, revoking, accepting: one place for one token, whoever is quicker, and a trace of each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from results.models import AuditEvent, Invitation, Membership, Role, Team
from results.services import invitations, retention
from tests import make

WORDS = "correct horse battery staple"


def invited(team: Team, by: User, **more: Any) -> invitations.Made:
    given = {"role": Role.MEMBER, "email": "", "mailer": None, "now": make.NOW, **more}
    return invitations.invite(team=team, by=by, **given)


def actions() -> list[str]:
    found = AuditEvent.objects.filter(action__startswith="invitation.").order_by("pk")
    return [f"{event.actor} {event.action} {event.subject}" for event in found]


def test_a_token_makes_a_member_once(
    team: Team, alice: User, charlie: User, dora: User, now: datetime
) -> None:
    made = invited(team, alice)
    assert made.token is not None

    joined = invitations.accept(token=made.token, user=charlie, now=now)

    assert joined is not None
    assert joined.role == "member"
    assert invitations.accept(token=made.token, user=dora, now=now) is None
    assert not Membership.objects.filter(user=dora).exists()
    assert actions() == [
        "alice invitation.made member",
        "charlie invitation.accepted charlie member",
    ]
    row = Invitation.objects.get()
    assert (row.accepted_by, row.accepted_at) == (charlie, now)


def test_only_the_digest_of_a_token_is_kept(team: Team, alice: User) -> None:
    made = invited(team, alice, email="dan@x.example")

    assert made.token is not None
    assert len(made.token) == 43
    kept = f"{list(Invitation.objects.values())} {list(AuditEvent.objects.values())}"
    assert made.token not in kept


def spoilt(kind: str, made: invitations.Made, alice: User, charlie: User) -> str:
    """A token that opens nothing, and why."""
    token = made.token or ""
    if kind == "revoked":
        invitations.revoke(row=made.row, by=alice, now=make.NOW)
    elif kind == "used":
        invitations.accept(token=token, user=charlie, now=make.NOW)
    elif kind == "expired":
        Invitation.objects.update(expires_at=make.NOW)
    elif kind == "of a team that is going":
        Team.objects.update(wrapped_key=b"")
    else:
        return {"unknown": "A" * 43, "empty": "", "odd": "\x00é\ud800", "cut": token[:-1]}[kind]
    return token


@pytest.mark.parametrize(
    "kind",
    ["revoked", "used", "expired", "of a team that is going", "unknown", "empty", "odd", "cut"],
)
def test_a_token_that_opens_nothing_makes_neither_member_nor_account(
    team: Team, alice: User, charlie: User, dora: User, now: datetime, kind: str
) -> None:
    token = spoilt(kind, invited(team, alice), alice, charlie)
    before = (Membership.objects.count(), User.objects.count())

    assert invitations.find(token=token, now=now) is None
    assert invitations.accept(token=token, user=dora, now=now) is None
    assert invitations.join(token=token, username="dan", password=WORDS, now=now) is None
    assert (Membership.objects.count(), User.objects.count()) == before


def test_it_is_open_for_seven_days(team: Team, alice: User, now: datetime) -> None:
    token = invited(team, alice).token or ""

    assert invitations.find(token=token, now=now + timedelta(days=7, seconds=-1))
    assert invitations.find(token=token, now=now + timedelta(days=7)) is None


def test_whoever_belongs_already_neither_rises_nor_uses_it_up(
    team: Team, alice: User, bob: User, charlie: User, now: datetime
) -> None:
    token = invited(team, alice, role=Role.OWNER).token or ""

    kept = invitations.accept(token=token, user=bob, now=now)

    assert kept is not None
    assert kept.role == "viewer"
    joined = invitations.accept(token=token, user=charlie, now=now)
    assert joined is not None
    assert joined.role == "owner"


def test_an_account_is_made_with_its_place(team: Team, alice: User, now: datetime) -> None:
    made = invited(team, alice, email="dan@x.example")

    account = invitations.join(token=made.token or "", username="dan", password=WORDS, now=now)

    assert account is not None
    assert account.check_password(WORDS)
    assert not account.is_superuser
    assert Membership.objects.get(user=account).role == "member"
    # The link was shown to alice, so that it proves no mailbox.
    assert account.email == ""


def test_a_mailed_token_is_shown_to_nobody_and_proves_the_mailbox(
    team: Team, alice: User, now: datetime
) -> None:
    sent: list[str] = []

    def mailer(row: Invitation, token: str) -> bool:
        sent.append(token)
        return True

    made = invited(team, alice, email="dan@x.example", mailer=mailer)

    assert made.token is None
    account = invitations.join(token=sent[0], username="dan", password=WORDS, now=now)
    assert account is not None
    assert account.email == "dan@x.example"


def test_a_mailed_address_that_an_account_has_stays_with_it(
    team: Team, alice: User, bob: User, now: datetime
) -> None:
    User.objects.filter(pk=bob.pk).update(email="Bob@x.example")
    sent: list[str] = []

    def mailer(row: Invitation, token: str) -> bool:
        sent.append(token)
        return True

    invited(team, alice, email="bob@x.example", mailer=mailer)

    account = invitations.join(token=sent[0], username="dan", password=WORDS, now=now)

    assert account is not None
    assert account.email == ""


def test_a_mail_that_is_not_taken_leaves_a_link_to_pass_on(team: Team, alice: User) -> None:
    made = invited(team, alice, email="dan@x.example", mailer=lambda *_: False)

    assert made.token
    assert Invitation.objects.get().mailed_at is None


def test_only_so_many_are_open(team: Team, alice: User) -> None:
    first = invited(team, alice)
    for _ in range(invitations.MOST - 1):
        invited(team, alice)

    with pytest.raises(invitations.NotInvitedError, match="50 invitations are open"):
        invited(team, alice)

    invitations.revoke(row=first.row, by=alice, now=make.NOW)
    assert invited(team, alice).token


def test_revoking_twice_is_one_event(team: Team, alice: User) -> None:
    made = invited(team, alice)

    for _ in range(2):
        invitations.revoke(row=made.row, by=alice, now=make.NOW)

    assert actions().count("alice invitation.revoked member") == 1


def test_a_proved_address_gets_what_was_offered_to_it_and_nothing_else(
    team: Team, alice: User, charlie: User, now: datetime
) -> None:
    other = make.make_team(name="Other", owner=alice)
    invited(team, alice, email="Charlie@x.example")
    invited(other, alice, email="somebody@x.example")
    invited(other, alice, email="")

    invitations.accept_for_mail(email="charlie@x.example", user=charlie, now=now)
    invitations.accept_for_mail(email="", user=charlie, now=now)

    assert [str(one.team) for one in Membership.objects.filter(user=charlie)] == ["Acme"]


def test_a_team_that_is_deleted_takes_its_invitations_along(team: Team, alice: User) -> None:
    invited(team, alice)

    retention.delete_team(team=team, by=alice, now=make.NOW)

    assert not Invitation.objects.exists()
