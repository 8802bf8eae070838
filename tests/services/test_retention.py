"""What is not to be kept goes, whole, with its bytes; what is to be kept stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from results.models import (
    AuditEvent,
    FormerKey,
    Lookup,
    Note,
    Pin,
    ProjectKey,
    ResultBody,
    ShareLink,
    Sighting,
    StoredResult,
    Team,
    TeamLookup,
    Tombstone,
)
from results.services import (
    audit,
    housekeeping,
    lookup,
    notes,
    pins,
    retention,
    rotation,
    sealing,
    several,
    sharing,
)
from results.services.sealing import SEALED_COLUMNS
from results.vault import VaultError
from tests import make

DAY = timedelta(days=1)
TASK = "CANARY-task-of-a-result-that-goes"


def old_and_new(team: Team, now: datetime, *, days: int = 30) -> None:
    Team.objects.filter(pk=team.pk).update(keep_days=days)
    make.make_result(team=team, run_id="run_old", now=now - days * DAY - timedelta(seconds=1))
    make.make_result(team=team, run_id="run_new", now=now - days * DAY)


def test_t26_only_what_was_kept_long_enough_goes(team: Team, now: datetime) -> None:
    old_and_new(team, now)
    other = make.make_team(name="Other")
    make.make_result(team=other, run_id="run_old", now=now - 1000 * DAY)

    assert list(retention.purge_steps(now=now)) == [1]

    assert list(StoredResult.objects.filter(team=team).values_list("run_id", flat=True)) == [
        "run_new"
    ]
    assert StoredResult.objects.filter(team=other).exists()
    stone = Tombstone.objects.get()
    assert (stone.run_id, stone.departure, stone.by, stone.gone_at) == (
        "run_old",
        "expired",
        "",
        now,
    )
    event = AuditEvent.objects.get(action="results.purged")
    assert (event.subject, event.actor) == ("1 results after 30 days", "")


def test_a_purge_goes_in_steps_and_can_die_between_them(
    team: Team, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "STEP_ROWS", 2)
    for number in range(5):
        make.make_result(team=team, run_id=f"run_{number}", now=now - 2 * DAY)
    Team.objects.update(keep_days=1)

    assert next(retention.purge_steps(now=now)) == 2
    assert StoredResult.objects.count() == 3
    assert list(retention.purge_steps(now=now)) == [2, 1]
    assert Tombstone.objects.count() == 5


def test_an_owner_who_changes_their_mind_is_heard_between_two_steps(
    team: Team, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "STEP_ROWS", 1)
    for number in range(3):
        make.make_result(team=team, run_id=f"run_{number}", now=now - 2 * DAY)
    Team.objects.update(keep_days=1)
    steps = retention.purge_steps(now=now)
    next(steps)

    Team.objects.update(keep_days=None)

    assert list(steps) == []
    assert StoredResult.objects.count() == 2


def test_t26_a_deleted_result_takes_its_body_and_its_links(
    team: Team, alice: User, now: datetime
) -> None:
    result = make.make_result(team=team)
    link = sharing.share(result=result, by=alice, now=now)
    kept = make.make_result(team=team, run_id="run_kept")

    retention.delete_result(result=result, by=alice, now=now)
    retention.delete_result(result=result, by=alice, now=now)

    assert [body.pk for body in ResultBody.objects.all()] == [kept.pk]
    assert not ShareLink.objects.exists()
    assert sharing.find(token=str(link.token), now=now) is None
    assert Tombstone.objects.get().by == "alice"
    assert AuditEvent.objects.filter(action="result.deleted").count() == 1


def test_t26_what_hangs_on_a_run_goes_with_its_result_and_no_line_names_its_task(
    team: Team, alice: User, now: datetime
) -> None:
    for run_id in ("run_old", "run_new"):
        make.make_result(team=team, run_id=run_id, now=now - DAY * 2 * (run_id == "run_old"))
        lookup.look_up(team=team, run_id=run_id, by=alice, now=now)
        pins.pin(team=team, run_id=run_id, by=alice, now=now)
        notes.add(team=team, run_id=run_id, text="a note", by=alice, now=now)
    Team.objects.update(keep_days=1)

    assert sum(retention.purge_steps(now=now)) == 1

    for model in (Note, Pin, Lookup, TeamLookup):
        assert [row.run_id for row in model.objects.all()] == ["run_new"], model
    several.look_up_all(team=team, run_ids=["run_old"], by=alice, environment_hint="", now=now)
    assert not TeamLookup.objects.filter(run_id="run_old").exists()


def test_a_run_that_is_gone_is_not_looked_up_by_itself_and_not_asked_about(
    team: Team, alice: User, now: datetime
) -> None:
    retention.delete_result(result=make.make_result(team=team), by=alice, now=now)

    [seen] = several.look_up_all(
        team=team, run_ids=["run_stored1"], by=alice, environment_hint="", now=now
    )

    assert (seen.seen, seen.is_gone) == (None, True)
    assert not Sighting.objects.exists()


def test_a_result_that_is_stored_anew_ends_its_tombstone(
    team: Team, alice: User, now: datetime
) -> None:
    retention.delete_result(result=make.make_result(team=team), by=alice, now=now)

    retention.allow_lookup(tombstone=Tombstone.objects.get(), by=alice, now=now)
    assert not Tombstone.objects.exists()
    retention.delete_result(result=make.make_result(team=team), by=alice, now=now)
    again = make.make_result(team=team)

    assert not Tombstone.objects.exists()
    assert lookup.seen(team=team, run_id=again.run_id) == again


def test_every_sealed_row_that_belongs_to_a_run_goes_with_its_result() -> None:
    known = {StoredResult, Sighting, *retention.GOES_WITH_A_RUN}
    for column in SEALED_COLUMNS:
        names = {field.name for field in column.model._meta.get_fields()}
        assert "run_id" not in names or column.model in known, (
            f"{column.model.__name__}: add it to retention.GOES_WITH_A_RUN"
        )


def files() -> bytes:
    """All bytes of SQLite's files."""
    name = str(connection.settings_dict["NAME"])
    parts = [Path(f"{name}{suffix}") for suffix in ("", "-wal", "-shm")]
    return b"".join(part.read_bytes() for part in parts if part.exists())


@pytest.mark.django_db(transaction=True)
def test_t26_no_byte_of_a_purged_result_is_left_in_the_files(team: Team, now: datetime) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps deleted rows until it vacuums")
    make.make_result(team=team, output=b'"' + b"0123456789abcdef" * 2000 + b'"', now=now - 3 * DAY)
    StoredResult.objects.update(task=TASK)
    sealed = bytes(ResultBody.objects.get().sealed_output or b"")
    assert TASK.encode() in files()
    assert sealed[20:60] in files()
    Team.objects.update(keep_days=1)

    assert sum(retention.purge_steps(now=now)) == 1
    retention.forget_journal()

    left = files()
    assert b"results_storedresult" in left, "the search reaches the file"
    assert TASK.encode() not in left
    for at in range(0, len(sealed) - 24, 16):
        assert sealed[at : at + 24] not in left


@pytest.mark.django_db(transaction=True)
def test_t26_the_data_key_of_a_deleted_team_is_destroyed_before_its_rows_are(
    team: Team, alice: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "STEP_ROWS", 2)
    make.make_key(team=team)
    for number in range(3):
        result = make.make_result(team=team, run_id=f"run_{number}")
        sharing.share(result=result, by=alice, now=now)
    rotation.rotate_data_keys(by=None, now=lambda: now + DAY, told=lambda *_: None)
    Lookup.objects.create(team=team, user=alice, run_id="run_1", looked_at=now)
    make.make_sighting(team=team)
    wrapped = bytes(Team.objects.get().wrapped_key)
    other = make.make_team(name="Other", owner=alice)
    kept = make.make_result(team=other, run_id="run_1")

    def dying(*args: Any) -> Any:
        raise KeyboardInterrupt

    write_down = audit.note
    with monkeypatch.context() as patch:

        def last_words(**event: Any) -> None:
            write_down(**event)
            patch.setattr("django.db.models.QuerySet.order_by", dying)

        patch.setattr(Team, "delete", dying)
        patch.setattr(audit, "note", last_words)
        with pytest.raises(KeyboardInterrupt):
            retention.delete_team(team=team, by=None, now=now)

    left = Team.objects.get(pk=team.pk)
    assert StoredResult.objects.filter(team=team).count() == 3, "no row is gone yet"
    assert (left.is_shredded, left.memberships.exists()) == (True, False)
    assert not FormerKey.objects.exists()
    with pytest.raises(VaultError, match="destroyed"):
        sealing.data_key(left)
    if connection.vendor == "sqlite":
        retention.forget_journal()
        assert wrapped[13:] not in files()

    retention.delete_team(team=left, by=None, now=now)

    assert list(Team.objects.all()) == [other]
    assert list(StoredResult.objects.all()) == [kept]
    for model in (ProjectKey, ShareLink, Sighting, Lookup):
        assert not model.objects.exists()
    assert AuditEvent.objects.filter(action="team.deleted").count() == 1
    assert not lookup.open_result(result=kept, team=other).locked


def test_housekeeping_is_done_once_an_hour_by_one_process(
    team: Team, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "_ASK_S", 0.0)
    old_and_new(team, now)
    first, second = housekeeping.Housekeeper(), housekeeping.Housekeeper()
    for _ in range(4):
        first.step(now=now)
        second.step(now=now)
    assert StoredResult.objects.count() == 1
    make.make_result(team=team, run_id="run_older", now=now - 60 * DAY)

    for _ in range(4):
        second.step(now=now + timedelta(minutes=59))
    assert StoredResult.objects.count() == 2
    for _ in range(4):
        second.step(now=now + timedelta(hours=1))

    # An hour later what was new has been kept long enough too.
    assert not StoredResult.objects.exists()


def test_between_two_askings_a_process_costs_no_query(
    team: Team, now: datetime, django_assert_num_queries: Any
) -> None:
    keeper = housekeeping.Housekeeper()
    for _ in range(4):
        keeper.step(now=now)

    with django_assert_num_queries(0):
        keeper.step(now=now + DAY)
