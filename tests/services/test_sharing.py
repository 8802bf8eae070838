"""Share links: found by digest alone, alive until revoked or expired, counted when opened."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from results.domain.disclosure import Choices, Scope
from results.models import AuditEvent, ShareLink, StoredResult, Team
from results.models.audit import Action
from results.services import entries, sharing
from tests import make


@pytest.fixture
def result(team: Team) -> StoredResult:
    return make.make_result(team=team)


@pytest.fixture
def link(result: StoredResult, alice: User, now: datetime) -> sharing.ListedLink:
    return sharing.share(result=result, by=alice, now=now)


def token_of(link: sharing.ListedLink) -> str:
    assert link.token is not None
    return link.token


def opened(link: sharing.ListedLink, at: datetime) -> StoredResult | None:
    """The result behind a link, as somebody who comes to read finds it."""
    row = sharing.find(token=token_of(link), now=at)
    if row is None:
        return None
    sharing.note_opening(row=row, now=at)
    return row.result


def test_a_link_opens_its_result_and_counts_the_opening(
    link: sharing.ListedLink, result: StoredResult, now: datetime
) -> None:
    for _ in range(3):
        assert opened(link, now) == result

    link.row.refresh_from_db()
    assert (link.row.opened_count, link.row.last_opened_at) == (3, now)


def test_a_token_has_256_bits_and_no_two_are_alike(
    result: StoredResult, alice: User, now: datetime
) -> None:
    tokens = {token_of(sharing.share(result=result, by=alice, now=now)) for _ in range(20)}

    assert len(tokens) == 20
    assert all(len(token) == 43 for token in tokens)


def test_only_the_digest_of_a_token_finds_a_link(link: sharing.ListedLink) -> None:
    row = ShareLink.objects.get()

    assert bytes(row.digest) == hashlib.sha256(token_of(link).encode()).digest()
    assert all(
        token_of(link) not in str(value) for value in ShareLink.objects.values().get().values()
    )
    assert token_of(link).encode() not in bytes(row.sealed_token)


def test_a_link_ends_when_it_expires(
    link: sharing.ListedLink, now: datetime, settings: Any
) -> None:
    end = now + timedelta(days=settings.SHARE_DAYS)

    assert opened(link, end - timedelta(seconds=1)) is not None
    assert opened(link, end) is None


def test_unknown_expired_and_revoked_links_look_the_same(
    result: StoredResult, alice: User, now: datetime, django_assert_num_queries: Any
) -> None:
    long_ago = now - timedelta(days=400)
    expired = token_of(sharing.share(result=result, by=alice, now=long_ago))
    revoked = sharing.share(result=result, by=alice, now=now)
    sharing.revoke(row=revoked.row, by=alice, now=now)

    for token in (expired, token_of(revoked), "A" * 43, "", "x", "\x00", "ä" * 500):
        with django_assert_num_queries(1):
            assert sharing.find(token=token, now=now) is None
    assert set(ShareLink.objects.values_list("opened_count", flat=True)) == {0}


def test_revoking_ends_a_link_at_once_and_says_who_did_it_once(
    link: sharing.ListedLink, alice: User, bob: User, now: datetime
) -> None:
    sharing.revoke(row=link.row, by=alice, now=now)
    sharing.revoke(row=link.row, by=bob, now=now + timedelta(hours=1))

    link.row.refresh_from_db()
    assert (link.row.revoked_by, link.row.revoked_at) == (alice, now)
    assert opened(link, now) is None
    assert AuditEvent.objects.get(action="share.revoked").actor == "alice"


def test_revoking_one_link_leaves_the_others(
    link: sharing.ListedLink, result: StoredResult, alice: User, now: datetime
) -> None:
    other = sharing.share(result=result, by=alice, now=now)

    sharing.revoke(row=link.row, by=alice, now=now)

    assert opened(other, now) == result


def test_a_member_can_copy_a_link_again(
    link: sharing.ListedLink, team: Team, now: datetime
) -> None:
    rows = list(ShareLink.objects.of(team))

    assert [listed.token for listed in sharing.listed(links=rows, team=team, with_tokens=True)] == [
        link.token
    ]
    assert [
        listed.token for listed in sharing.listed(links=rows, team=team, with_tokens=False)
    ] == [None]


def test_a_locked_vault_makes_no_link_but_existing_ones_go_on(
    link: sharing.ListedLink,
    result: StoredResult,
    team: Team,
    alice: User,
    now: datetime,
    settings: Any,
) -> None:
    settings.VAULT_KEYS = "k1:" + "B" * 43 + "="

    with pytest.raises(sharing.NotSharedError, match="no link was made"):
        sharing.share(result=result, by=alice, now=now)

    rows = list(ShareLink.objects.of(team))
    assert [listed.token for listed in sharing.listed(links=rows, team=team, with_tokens=True)] == [
        None
    ]
    assert opened(link, now) == result


def test_a_token_moved_to_another_link_does_not_open(
    link: sharing.ListedLink, result: StoredResult, team: Team, alice: User, now: datetime
) -> None:
    other = sharing.share(result=result, by=alice, now=now)
    ShareLink.objects.filter(pk=other.row.pk).update(sealed_token=bytes(link.row.sealed_token))

    listed = sharing.listed(
        links=[ShareLink.objects.get(pk=other.row.pk)], team=team, with_tokens=True
    )

    assert listed[0].token is None


def test_listing_many_links_opens_the_vault_without_a_query(
    result: StoredResult, team: Team, alice: User, now: datetime, django_assert_num_queries: Any
) -> None:
    for _ in range(30):
        sharing.share(result=result, by=alice, now=now)
    rows = list(ShareLink.objects.of(team))

    with django_assert_num_queries(0):
        listed = sharing.listed(links=rows, team=team, with_tokens=True)

    assert all(link.token for link in listed)


def test_a_link_dies_with_its_result(
    link: sharing.ListedLink, result: StoredResult, now: datetime
) -> None:
    result.delete()

    assert opened(link, now) is None


def test_a_link_that_would_never_live_cannot_be_stored(
    link: sharing.ListedLink, now: datetime
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ShareLink.objects.update(expires_at=now)


def uses(action: str) -> int:
    return AuditEvent.objects.filter(action=action).count()


@pytest.mark.parametrize("action", ["share.opened", "share.downloaded"])
def test_t24_a_link_is_noted_when_it_is_used_and_then_once_an_hour(
    link: sharing.ListedLink, now: datetime, action: str
) -> None:
    def use(minutes: int) -> None:
        at = now + timedelta(minutes=minutes)
        if action == "share.opened":
            sharing.note_opening(row=ShareLink.objects.get(), now=at)
        else:
            sharing.note_download(row=ShareLink.objects.get(), now=at)

    told = []
    for minutes in (0, 1, 59, 60, 61, 200):
        use(minutes)
        told.append(uses(action))

    assert told == [1, 1, 1, 2, 2, 3]
    event = AuditEvent.objects.filter(action=action).latest("pk")
    assert (event.actor, event.subject) == ("", "run_stored1")
    assert token_of(link) not in str(list(AuditEvent.objects.values()))


def test_t24_two_visitors_at_once_are_noted_once(link: sharing.ListedLink, now: datetime) -> None:
    row = ShareLink.objects.get(pk=link.row.pk)

    for _ in range(2):
        # Both have read the row before either has written.
        sharing._note_use(row, Action.SHARE_OPENED, None, "opening_noted_at", now)

    assert uses("share.opened") == 1


@pytest.mark.parametrize(
    "told",
    [
        {"expires_at": None},
        {"never_expires": True},
        {"scope": "all"},
        {"scope": "part", "sealed_choices": None},
    ],
)
def test_no_row_lives_for_ever_or_opens_all_by_what_it_leaves_out(
    link: sharing.ListedLink, told: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ShareLink.objects.update(**told)


def test_a_link_without_an_end_is_one_that_says_so(
    result: StoredResult, alice: User, now: datetime
) -> None:
    made = sharing.share(result=result, terms=sharing.Terms(never_expires=True), by=alice, now=now)

    assert (made.row.expires_at, made.row.never_expires) == (None, True)
    for days in (0, 400, 40_000):
        assert opened(made, now + timedelta(days=days)) == result
    assert made.row.is_live(now)


def test_a_link_made_before_there_were_choices_opens_the_whole_masked(
    team: Team, alice: User, now: datetime
) -> None:
    result = make.make_result(team=team, output=b'{"password":"hunter2","a":1}')
    made = sharing.share(result=result, by=alice, now=now)
    ShareLink.objects.update(sealed_choices=None)
    row = sharing.find(token=token_of(made), now=now)
    assert row is not None

    shown, seen, choices = sharing.open_result(row=row)

    assert choices == sharing.WHOLE
    assert seen.masked_count == 1
    assert shown.output is not None
    assert shown.output.data == b'{"password":"[masked]","a":1}'


def test_a_part_that_is_not_there_is_not_shared(
    result: StoredResult, alice: User, now: datetime
) -> None:
    with pytest.raises(sharing.NotSharedError, match="not in this result"):
        sharing.share(result=result, choices=Choices(Scope.PART, "/nope"), by=alice, now=now)
    assert not ShareLink.objects.exists()


def test_choices_are_bound_to_their_link(result: StoredResult, alice: User, now: datetime) -> None:
    narrow = sharing.share(result=result, choices=Choices(Scope.PART, "/sum"), by=alice, now=now)
    whole = sharing.share(result=result, by=alice, now=now)
    sealed = ShareLink.objects.get(pk=whole.row.pk).sealed_choices
    ShareLink.objects.filter(pk=narrow.row.pk).update(sealed_choices=sealed)
    row = sharing.find(token=token_of(narrow), now=now)
    assert row is not None

    shown, _, _ = sharing.open_result(row=row)

    assert shown.locked
    assert shown.output is None


def test_rotating_ends_the_old_token_and_keeps_the_rest(
    link: sharing.ListedLink, result: StoredResult, alice: User, now: datetime
) -> None:
    token = sharing.rotate(row=link.row, by=alice, now=now)

    assert sharing.find(token=token_of(link), now=now) is None
    found = sharing.find(token=token, now=now)
    assert found is not None
    assert (found.pk, found.result, found.created_at) == (link.row.pk, result, link.row.created_at)
    assert AuditEvent.objects.get(action="share.rotated").actor == "alice"


def test_an_ended_link_is_neither_rotated_nor_given_a_passcode(
    link: sharing.ListedLink, alice: User, now: datetime
) -> None:
    sharing.revoke(row=link.row, by=alice, now=now)

    with pytest.raises(sharing.NotSharedError, match="has ended"):
        sharing.rotate(row=link.row, by=alice, now=now)
    sharing.set_passcode(row=link.row, passcode="open sesame", by=alice, now=now)

    assert ShareLink.objects.get().passcode == ""
    assert uses("share.rotated") == uses("share.passcode_set") == 0


def test_a_passcode_that_was_changed_is_another_proof(
    link: sharing.ListedLink, alice: User, now: datetime
) -> None:
    sharing.set_passcode(row=link.row, passcode="open sesame", by=alice, now=now)
    row = ShareLink.objects.get()
    told = entries.proof(row)
    assert entries.is_proof(row, told)

    sharing.set_passcode(row=link.row, passcode="open sesame", by=alice, now=now)
    again = ShareLink.objects.get()

    assert not entries.is_proof(again, told)
    assert not entries.is_proof(again, "")
    assert not entries.is_proof(again, "ü")
