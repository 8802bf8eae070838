"""Counting tries: so many in a window, shared by all, and nothing of what was tried is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from results.models import TryCount
from results.services import tries

pytestmark = pytest.mark.django_db

LIMIT = tries.Limit("door", 3, timedelta(minutes=5))


def takes(times: int, now: datetime, value: str = "alice") -> list[bool]:
    return [tries.take(limit=LIMIT, value=value, now=now).allowed for _ in range(times)]


def test_so_many_are_let_through_until_the_window_ends(now: datetime) -> None:
    assert takes(5, now) == [True, True, True, False, False]
    assert takes(1, now + timedelta(seconds=299)) == [False]

    assert takes(4, now + timedelta(minutes=5)) == [True, True, True, False]


def test_the_first_that_is_refused_is_told_apart(now: datetime) -> None:
    takes(3, now)

    refused = [tries.take(limit=LIMIT, value="alice", now=now) for _ in range(3)]
    assert [one.is_first_refused for one in refused] == [True, False, False]


def test_each_value_and_each_kind_has_a_count_of_its_own(now: datetime) -> None:
    takes(3, now)
    other = tries.Limit("window", 3, timedelta(minutes=5))

    assert takes(1, now, "bob") == [True]
    assert tries.take(limit=other, value="alice", now=now).allowed


def test_what_was_no_failure_is_given_back(now: datetime) -> None:
    takes(3, now)
    tries.give_back(limit=LIMIT, value="alice")
    assert takes(2, now) == [True, False]

    tries.forget(limit=LIMIT, value="alice")
    assert takes(4, now) == [True, True, True, False]

    tries.give_back(limit=LIMIT, value="nobody")
    assert takes(3, now, "nobody") == [True] * 3


def test_what_was_tried_is_not_kept(now: datetime) -> None:
    takes(1, now, "a password in the wrong box")

    assert b"password" not in bytes(TryCount.objects.get().digest)


def test_what_has_ended_is_forgotten(now: datetime) -> None:
    takes(1, now)

    tries.forget_ended(now=now + timedelta(minutes=4))
    assert TryCount.objects.count() == 1
    tries.forget_ended(now=now + timedelta(minutes=5))
    assert TryCount.objects.count() == 0
