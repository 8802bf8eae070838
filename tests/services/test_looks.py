"""Looks that pages repeat: no page waits for one to be written, and none is written twice."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from results.domain.result import Pending
from results.models import Sighting, Team
from results.services import answers, looks, recording
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

    wanted = {row.due_at - now: row.wanted_until - row.due_at for row in Sighting.objects.all()}
    assert wanted == {
        timedelta(): looks.LONGEST_IN_LINE + looks.GRACE,
        timedelta(seconds=20): looks.GRACE,
    }


def test_what_has_been_said_is_not_said_again(
    team: Team, now: datetime, gathering: looks._Writer, django_assert_num_queries: Any
) -> None:
    sighting = make.make_sighting(team=team, now=now)

    looks.keep_looking(sightings=[sighting], now=now)

    with django_assert_num_queries(0):
        gathering.write_gathered(now=now)


def test_a_run_in_line_stays_wanted_until_its_page_looks_again(
    team: Team, now: datetime, gathering: looks._Writer
) -> None:
    sighting = make.make_sighting(team=team, now=now)
    Sighting.objects.update(wanted_until=now)
    sighting.refresh_from_db()

    looks.keep_looking(sightings=[sighting], now=now)
    gathering.write_gathered(now=now)

    assert Sighting.objects.due(now + looks.LONGEST_IN_LINE).exists()


def test_the_time_in_line_grows_with_the_line_of_the_team_alone(
    team: Team, dora: User, now: datetime, django_assert_num_queries: Any
) -> None:
    other = make.make_team(name="Other", owner=dora)
    for number in range(100):
        make.make_sighting(team=team, run_id=f"run_{number}", now=now)
    [alone] = [make.make_sighting(team=other, now=now)]
    sighting = Sighting.objects.of_run(team, "run_7")
    assert sighting is not None

    with django_assert_num_queries(1):
        waits = [looks.time_in_line(sighting=sighting, now=now) for _ in range(3)]
    assert looks.time_in_line(sighting=alone, now=now) < timedelta(seconds=1)

    assert set(waits) == {timedelta(seconds=4)}


def test_what_is_not_in_line_does_not_ask_how_long_it_is(
    team: Team, now: datetime, django_assert_num_queries: Any
) -> None:
    sighting = make.make_sighting(team=team, now=now)

    with django_assert_num_queries(0):
        sighting.due_at = now + timedelta(seconds=1)
        assert looks.time_in_line(sighting=sighting, now=now) == timedelta()
        sighting.due_at, sighting.lease_until = now, now + timedelta(seconds=1)
        assert looks.time_in_line(sighting=sighting, now=now) == timedelta()


@pytest.mark.parametrize("is_read_before", [True, False])
def test_an_answer_is_what_was_wanted_while_the_run_was_in_line(
    team: Team, now: datetime, *, is_read_before: bool
) -> None:
    sighting = make.make_sighting(team=team, now=now)
    sighting.claim, sighting.wanted_until = uuid.uuid4(), now
    sighting.save()
    looks.look(sighting=sighting, now=now)

    recording.record(
        sighting_pk=sighting.pk,
        claim=sighting.claim,
        asked=answers.Asked(Pending("EXECUTING"), None, ()),
        now=now,
        claimed=sighting if is_read_before else None,
    )

    sighting.refresh_from_db()
    assert (sighting.status, sighting.wanted_until) == ("EXECUTING", now + looks.GRACE)
