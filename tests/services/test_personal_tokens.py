"""Personal tokens: made for one membership, found by their digest, ended by whatever ends the trust."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User

from results.models import AuditEvent, Membership, PersonalToken, Role, Team
from results.services import entries, members, personal_tokens, retention, roles
from tests import make

MONTH = timedelta(days=30)


def made(team: Team, by: User, **more: Any) -> personal_tokens.Made:
    membership = Membership.objects.get(team=team, user=by)
    given: dict[str, Any] = {"label": "report", "lasts": MONTH, "now": make.NOW, **more}
    return personal_tokens.make(membership=membership, by=by, **given)


def holder(token: str, slug: str = "acme", now: datetime = make.NOW) -> User | None:
    return personal_tokens.holder(token=token, slug=slug, now=now)


def actions() -> list[str]:
    found = AuditEvent.objects.filter(action__startswith="token.").order_by("pk")
    return [f"{event.actor}: {event.action}: {event.subject}" for event in found]


def test_a_token_tells_whose_it_is_in_its_team_alone(team: Team, bob: User) -> None:
    other = make.make_team(name="Bravo", owner=bob)
    token = made(team, bob).token

    assert holder(token) == bob
    assert holder(token, slug=other.slug) is None
    assert holder(token, slug="never-was") is None


def test_only_the_digest_of_a_token_is_kept(team: Team, bob: User) -> None:
    one = made(team, bob)

    kept = f"{list(PersonalToken.objects.values())} {list(AuditEvent.objects.values())}"
    assert one.token.startswith("runlens_")
    assert len(one.token) == len("runlens_") + 43
    assert one.token.removeprefix("runlens_") not in kept
    assert one.row.ending == one.token[-4:]


def spoilt(kind: str, one: personal_tokens.Made, team: Team, bob: User, alice: User) -> str:
    """A token that opens nothing, and why."""
    membership = Membership.objects.get(team=team, user=bob)
    match kind:
        case "revoked":
            personal_tokens.revoke(row=one.row, by=alice, now=make.NOW)
        case "expired":
            PersonalToken.objects.update(
                created_at=make.NOW - MONTH, expires_at=make.NOW - timedelta(seconds=1)
            )
        case "of a former member":
            roles.end_membership(membership=membership, by=alice, now=make.NOW)
        case "of somebody disabled":
            User.objects.filter(pk=bob.pk).update(is_active=False)
        case "of somebody with a new password":
            bob.set_password("another correct horse")
            bob.save()
        case "of a team that is gone":
            retention.delete_team(team=team, by=None, now=make.NOW)
        case _:
            odd = {"unknown": "runlens_" + "A" * 43, "empty": "", "odd": "runlens_\x00é\ud800"}
            return odd[kind]
    return one.token


@pytest.mark.parametrize(
    "kind",
    [
        *("revoked", "expired", "of a former member", "of somebody disabled", "unknown", "empty"),
        *("of somebody with a new password", "of a team that is gone", "odd"),
    ],
)
def test_what_is_no_live_token_tells_nothing(team: Team, alice: User, bob: User, kind: str) -> None:
    one = made(team, bob)

    with pytest.raises(personal_tokens.UnknownTokenError):
        holder(spoilt(kind, one, team, bob, alice))


def test_a_password_that_is_only_hashed_anew_ends_nothing(
    team: Team, bob: User, settings: Any
) -> None:
    hashers = "django.contrib.auth.hashers"
    settings.PASSWORD_HASHERS = [f"{hashers}.{n}PasswordHasher" for n in ("MD5", "PBKDF2")]
    words = "correct horse battery staple"
    token = made(team, bob).token
    bob.password = before = PBKDF2PasswordHasher().encode(words, "salt", iterations=1)
    bob.save()

    assert bob.check_password(words)

    assert User.objects.get(pk=bob.pk).password != before
    assert holder(token) == bob


def test_no_token_is_made_with_a_session_from_before_a_new_password(team: Team, bob: User) -> None:
    at_the_door = User.objects.get(pk=bob.pk)
    bob.set_password("another correct horse")
    bob.save()

    with pytest.raises(personal_tokens.NotMadeError, match="Sign in again"):
        made(team, at_the_door)
    assert not PersonalToken.objects.exists()


def test_no_token_is_made_of_a_membership_that_ends_meanwhile(
    team: Team, alice: User, bob: User
) -> None:
    at_the_door = Membership.objects.get(team=team, user=bob)
    roles.end_membership(
        membership=Membership.objects.get(pk=at_the_door.pk), by=alice, now=make.NOW
    )

    with pytest.raises(personal_tokens.NotMadeError, match="not a member"):
        personal_tokens.make(
            membership=at_the_door, label="report", lasts=MONTH, by=bob, now=make.NOW
        )


def test_whoever_comes_back_begins_without_tokens(team: Team, alice: User, bob: User) -> None:
    token = made(team, bob).token
    membership = Membership.objects.get(team=team, user=bob)
    roles.end_membership(membership=membership, by=alice, now=make.NOW)
    members.add_member(team=team, user=bob, role=Role.OWNER, by=alice, now=make.NOW)

    with pytest.raises(personal_tokens.UnknownTokenError):
        holder(token)


def test_guessing_ends_after_a_while_and_real_tokens_go_on(team: Team, bob: User) -> None:
    token = made(team, bob).token
    for _ in range(personal_tokens.MISSES.most):
        with pytest.raises(personal_tokens.UnknownTokenError):
            holder("runlens_" + "B" * 43)

    with pytest.raises(entries.TooManyTriesError):
        holder("runlens_" + "B" * 43)
    assert holder(token) == bob


def test_a_person_has_so_many_tokens_of_a_team_and_those_that_ended_make_room(
    team: Team, alice: User, bob: User
) -> None:
    for number in range(personal_tokens.MOST):
        made(team, bob, label=f"number {number}")

    with pytest.raises(personal_tokens.NotMadeError, match="Revoke one first"):
        made(team, bob)
    assert made(team, alice).token
    PersonalToken.objects.filter(label="number 3").update(
        created_at=make.NOW - MONTH, expires_at=make.NOW
    )

    made(team, bob)

    assert not PersonalToken.objects.filter(label="number 3").exists()


def test_the_use_of_a_token_is_noted_now_and_then(team: Team, bob: User) -> None:
    token = made(team, bob).token

    def used_at(minute: int) -> datetime | None:
        holder(token, now=make.NOW + timedelta(minutes=minute))
        return PersonalToken.objects.get().last_used_at

    assert used_at(0) == make.NOW
    assert used_at(4) == make.NOW
    assert used_at(5) == make.NOW + timedelta(minutes=5)


def test_the_team_can_read_later_who_had_a_token_and_when_it_ended(
    team: Team, alice: User, bob: User
) -> None:
    first, second = made(team, bob), made(team, bob, label="import")

    personal_tokens.revoke(row=first.row, by=alice, now=make.NOW)
    personal_tokens.revoke(row=first.row, by=alice, now=make.NOW)
    bob.set_password("another correct horse")
    bob.save()

    assert second.row.label == "import"
    assert actions() == [
        "bob: token.made: report: until 2026-12-23 12:00 UTC",
        "bob: token.made: import: until 2026-12-23 12:00 UTC",
        "alice: token.revoked: report of bob",
        ": token.revoked: import of bob: new password",
    ]
