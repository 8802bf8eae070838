"""What the database itself refuses, whoever writes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from results.models import (
    KeyRotation,
    Lookup,
    Membership,
    Note,
    Pin,
    ProjectKey,
    ResultBody,
    ShareLink,
    Sighting,
    StoredResult,
    Team,
    TeamLookup,
)
from results.services import notes, pins
from tests import make


def refused(change: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


@pytest.mark.parametrize("state", ["pending", "unknown", "unreachable", "key_refused", "", "x"])
def test_only_a_final_state_is_stored(team: Team, state: str) -> None:
    make.make_result(team=team)

    refused(lambda: StoredResult.objects.update(state=state))


def test_a_run_has_one_result_and_one_sighting_in_a_team(team: Team, now: datetime) -> None:
    result = make.make_result(team=team)
    make.make_sighting(team=team)

    refused(
        lambda: StoredResult.objects.create(
            team=team, run_id=result.run_id, state="failed", source="result", stored_at=now
        )
    )
    refused(lambda: make.make_sighting(team=team))


def test_two_teams_may_keep_the_same_run(team: Team) -> None:
    other = make.make_team(name="Other")

    for owner in (team, other):
        make.make_result(team=owner)

    assert StoredResult.objects.count() == 2


def test_roles_and_environments_are_known_ones(team: Team) -> None:
    make.make_key(team=team)

    refused(lambda: Membership.objects.update(role="god"))
    refused(lambda: ProjectKey.objects.update(environment="moon"))


def test_a_person_has_one_role_in_a_team_and_one_lookup_of_a_run(
    team: Team, alice: User, now: datetime
) -> None:
    Lookup.objects.create(team=team, user=alice, run_id="run_x", looked_at=now)

    refused(lambda: Membership.objects.create(team=team, user=alice, role="viewer"))
    refused(lambda: Lookup.objects.create(team=team, user=alice, run_id="run_x", looked_at=now))


def test_a_team_that_is_deleted_takes_everything_it_had(
    team: Team, alice: User, now: datetime
) -> None:
    from results.services import sharing

    make.make_key(team=team)
    make.make_sighting(team=team)
    sharing.share(result=make.make_result(team=team), by=alice, now=now)

    team.delete()

    for model in (ProjectKey, Sighting, StoredResult, ResultBody, ShareLink, Membership):
        assert not model.objects.exists()


def test_a_key_that_is_forgotten_leaves_results_and_sightings(team: Team) -> None:
    key = make.make_key(team=team)
    result, sighting = make.make_result(team=team), make.make_sighting(team=team)
    StoredResult.objects.update(key=key)
    Sighting.objects.update(key=key)

    key.delete()

    result.refresh_from_db()
    sighting.refresh_from_db()
    assert result.key is None
    assert sighting.key is None


def test_sqlite_is_opened_for_many_threads(db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a setting of SQLite")
    pragmas = {}
    with connection.cursor() as cursor:
        for name in (
            "journal_mode",
            "foreign_keys",
            "synchronous",
            "busy_timeout",
            "secure_delete",
        ):
            cursor.execute(f"PRAGMA {name}")
            pragmas[name] = cursor.fetchone()[0]

    assert pragmas == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": pragmas["synchronous"],
        "busy_timeout": 5000,
        "secure_delete": 1,
    }
    assert pragmas["synchronous"] >= 1


def test_lists_never_read_the_sealed_bodies(team: Team, django_assert_num_queries: Any) -> None:
    for number in range(20):
        make.make_result(team=team, run_id=f"run_{number}")

    with django_assert_num_queries(1) as captured:
        assert len(StoredResult.objects.of(team)) == 20
    assert "sealed" not in captured.captured_queries[0]["sql"]


def test_a_team_keeps_its_results_for_a_day_at_least(team: Team) -> None:
    refused(lambda: Team.objects.update(keep_days=0))


def test_a_team_has_a_key_once_and_only_one_rotation_is_under_way(
    team: Team, now: datetime
) -> None:
    for _ in range(2):
        make.make_key(team=team)
    KeyRotation.objects.create(began_at=now, ended_at=now)
    KeyRotation.objects.create(began_at=now, ended_at=now)
    KeyRotation.objects.create(began_at=now)

    refused(lambda: ProjectKey.objects.update(fingerprint=b"f" * 32))
    refused(lambda: KeyRotation.objects.create(began_at=now))


def test_a_team_has_one_line_and_one_pin_of_a_run_and_outcomes_are_known_ones(
    team: Team, alice: User, now: datetime
) -> None:
    make.make_lookup(team=team, run_id="run_x", by=alice)
    Pin.objects.create(team=team, run_id="run_x", pinned_by=alice, pinned_at=now)

    refused(lambda: TeamLookup.objects.create(team=team, run_id="run_x", looked_at=now))
    refused(lambda: Pin.objects.create(team=team, run_id="run_x", pinned_at=now))
    refused(lambda: TeamLookup.objects.update(outcome="fine"))
    refused(lambda: Lookup.objects.update(outcome="fine"))


def test_a_note_is_not_changed_before_it_was_written(
    team: Team, alice: User, now: datetime
) -> None:
    notes.add(team=team, run_id="run_x", text="x", by=alice, now=now)

    refused(lambda: Note.objects.update(changed_at=now - timedelta(seconds=1)))


def test_whoever_leaves_takes_their_lookups_and_leaves_notes_pins_and_the_teams_lines(
    team: Team, bob: User, now: datetime
) -> None:
    make.make_lookup(team=team, run_id="run_x", by=bob)
    pins.pin(team=team, run_id="run_x", by=bob, now=now)
    notes.add(team=team, run_id="run_x", text="x", by=bob, now=now)

    bob.delete()

    assert not Lookup.objects.exists()
    assert TeamLookup.objects.get().looked_by is None
    assert Pin.objects.get().pinned_by is None
    assert Note.objects.get().written_by is None
    team.delete()
    for model in (TeamLookup, Pin, Note):
        assert not model.objects.exists()
