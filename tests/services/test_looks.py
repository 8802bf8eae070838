"""Looks that pages repeat: no page waits for one to be written, and none is written twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from results.models import Sighting, Team
from results.services import looks
from tests import make


@pytest.fixture
def gathering(monkeypatch: pytest.MonkeyPatch) -> looks._Writer:
    """What a process that serves pages has, written by the test when it wants to."""
    writer = looks._Writer()
    monkeypatch.setattr(looks, "_writer", writer)
    return writer


def test_what_many_pages_say_is_written_at_once(
    team: Team, now: datetime, gathering: looks._Writer, django_assert_num_queries: Any
) -> None:
    for number in range(6):
        make.make_sighting(team=team, run_id=f"run_{number}", now=now)
    Sighting.objects.update(wanted_until=now)
    Sighting.objects.filter(run_id__gte="run_3").update(due_at=now + timedelta(seconds=20))
    seen = list(Sighting.objects.all())

    with django_assert_num_queries(0):
        for sighting in [*seen, *seen]:
            looks.keep_looking(sightings=[sighting], now=now)
    with django_assert_num_queries(2):
        gathering.write_gathered(now=now)

    assert {(row.wanted_until - max(row.due_at, now)) for row in Sighting.objects.all()} == {
        looks.GRACE
    }


def test_what_has_been_said_is_not_said_again(
    team: Team, now: datetime, gathering: looks._Writer, django_assert_num_queries: Any
) -> None:
    sighting = make.make_sighting(team=team, now=now)

    looks.keep_looking(sightings=[sighting], now=now)

    with django_assert_num_queries(0):
        gathering.write_gathered(now=now)
