"""How often a person may look up what nobody knows yet, and that a broken cache stops nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client, override_settings

from results.models import Sighting, Team
from results.services import paces
from tests import make
from tests.views.strangers import body


@pytest.fixture(autouse=True)
def _three_a_minute(settings: Any) -> Iterator[None]:
    settings.LOOKUPS_PER_MINUTE = 3
    cache.clear()
    yield
    cache.clear()


def statuses(client: Client, *ends: str) -> list[int]:
    return [client.get(f"/t/acme/runs/{end}").status_code for end in ends]


def test_t22_one_lookup_too_many_is_told_and_asks_nobody(as_bob: Client, team: Team) -> None:
    assert statuses(as_bob, "run_new1/", "run_new2.json", "?ids=run_new3,run_new4") == [200] * 3

    for address in ("run_new5/", "run_new5.json", "?ids=run_new5,run_new6"):
        refused = as_bob.get(f"/t/acme/runs/{address}")
        assert refused.status_code == 429
        assert refused["Retry-After"] == "60"
        assert "more than 3 new runs" in refused.content.decode()
    assert Sighting.objects.count() == 4


def test_t22_what_is_known_already_is_never_refused(as_bob: Client, team: Team) -> None:
    make.make_result(team=team)
    statuses(as_bob, "run_new1/", "run_new2/", "run_new3/")

    known = ("run_stored1/", "run_new1/", "run_new2.json", "?ids=run_new1,run_stored1")
    assert statuses(as_bob, *known * 3) == [200] * 12
    assert statuses(as_bob, "run_new4/") == [429]


def test_t22_each_person_has_a_count_of_their_own(
    as_bob: Client, as_alice: Client, team: Team
) -> None:
    statuses(as_bob, *(f"run_new{number}/" for number in range(4)))

    assert statuses(as_alice, "run_other1/") == [200]


def test_t22_another_teams_run_looks_like_one_that_never_was(
    as_charlie: Client, charlie: User, team: Team
) -> None:
    make.make_team(name="Bravo", owner=charlie)
    make.make_result(team=team, run_id="run_theirs1", output=b'"CANARYOUT"')

    there, nowhere = (
        as_charlie.get(f"/t/bravo/runs/{run}/") for run in ("run_theirs1", "run_nobody1")
    )

    assert there.status_code == nowhere.status_code == 200
    moment = re.compile(rb"[0-9T:.+-]+(?=\")|[0-9:]+(?= UTC)")
    told = moment.sub(b"", body(there).replace(b"run_theirs1", b"run_nobody1"))
    assert told == moment.sub(b"", body(nowhere))
    assert b"CANARY" not in there.content


def test_without_a_limit_nobody_is_counted(alice: User, settings: Any) -> None:
    settings.LOOKUPS_PER_MINUTE = 0

    for _ in range(100):
        paces.count_lookup(by=alice)


def test_r17_a_cache_that_does_not_answer_stops_nobody(
    alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    away = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://:CANARYPASSWORD@127.0.0.1:1",
    }

    with override_settings(CACHES={"default": away}):
        for _ in range(5):
            paces.count_lookup(by=alice)

    assert "not counted" in caplog.text
    assert "CANARY" not in caplog.text
