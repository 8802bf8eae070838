"""Counted tries: so many for each who tries, one count for all processes, and none when nobody can count."""

from __future__ import annotations

import threading

import pytest
from django.core.cache import cache

from results.services.attempts import Limit

LIMIT = Limit("tries of a test", most=3, seconds=60)


def test_each_has_tries_of_their_own() -> None:
    assert [LIMIT.allows("a") for _ in range(5)] == [True, True, True, False, False]
    assert LIMIT.allows("b")
    assert Limit("other tries", most=3, seconds=60).allows("a")


def test_who_tried_does_not_stand_in_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    keys: list[str] = []
    incr = cache.incr

    def noting(key: str) -> int:
        keys.append(key)
        return incr(key)

    monkeypatch.setattr(cache, "incr", noting)

    LIMIT.allows("203.0.113.7")

    assert len(keys) == 1
    assert "203" not in keys[0]


def test_tries_at_the_same_moment_are_all_counted() -> None:
    allowed: list[bool] = []
    threads = [threading.Thread(target=lambda: allowed.append(LIMIT.allows("a"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(allowed) == 3


def test_a_count_that_ends_between_two_looks_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    incr, lost = cache.incr, iter([True])

    def losing(key: str) -> int:
        if next(lost, False):
            cache.delete(key)
        return incr(key)

    monkeypatch.setattr(cache, "incr", losing)

    assert LIMIT.allows("a")


@pytest.mark.parametrize("broken", ["add", "incr"])
def test_a_cache_that_does_not_answer_allows_nothing(
    broken: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object, **__: object) -> int:
        raise ConnectionError("the address of the cache")

    monkeypatch.setattr(cache, broken, fails)

    assert not LIMIT.allows("a")
    assert "tries of a test" in caplog.text
    assert "the address" not in caplog.text
