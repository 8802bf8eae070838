"""The database itself keeps the audit as it is: it refuses changes, deletions, gaps and forks."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from results.models import AuditEvent, AuditHead, Team, audit_triggers
from results.models.audit import INSTANCE
from tests import make

EVENTS, HEADS = audit_triggers.EVENTS, audit_triggers.HEADS
POSTGRES, SQLITE = connection.vendor == "postgresql", connection.vendor == "sqlite"


def run(sql: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def copy_of_last(**changed: Any) -> AuditEvent:
    row = AuditEvent.objects.latest("pk")
    row.pk = None
    for name, value in changed.items():
        setattr(row, name, value)
    return row


CHANGES: dict[str, Callable[[], object]] = {
    "a changed row": lambda: AuditEvent.objects.update(subject="forged"),
    "a saved row": lambda: AuditEvent.objects.latest("pk").save(),
    "a raw change": lambda: run("UPDATE results_auditevent SET actor = 'forged'"),
    "another team": lambda: run("UPDATE results_auditevent SET team_id = %s", INSTANCE.hex),
    "a deleted row": lambda: AuditEvent.objects.latest("pk").delete(),
    "deleted rows": lambda: AuditEvent.objects.all().delete(),
    "a raw deletion": lambda: run("DELETE FROM results_auditevent"),
    "a fork": lambda: copy_of_last().save(),
    "a gap": lambda: copy_of_last(sequence=99).save(),
    "a chain from nowhere": lambda: copy_of_last(team_id=uuid.uuid4()).save(),
    "a row after another": lambda: copy_of_last(sequence=4, previous="1" * 64).save(),
    "a second beginning": lambda: copy_of_last(sequence=1, previous="0" * 64).save(),
    "a head that goes back": lambda: AuditHead.objects.update(sequence=1),
    "a head that stays": lambda: AuditHead.objects.update(hash="1" * 64),
    "a head that leaps": lambda: AuditHead.objects.update(sequence=99),
    "a head that goes": lambda: AuditHead.objects.all().delete(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_t24_the_database_refuses(team: Team, change: str) -> None:
    before = (list(AuditEvent.objects.values()), list(AuditHead.objects.values()))
    assert len(before[0]) == 3

    # Of a fork, either the trigger or the constraint is the first to know.
    refusal = "audit|one_event_a_place"
    with pytest.raises(IntegrityError, match=refusal), transaction.atomic():
        CHANGES[change]()

    assert (list(AuditEvent.objects.values()), list(AuditHead.objects.values())) == before


@pytest.mark.skipif(not POSTGRES, reason="SQLite has no such statement")
@pytest.mark.parametrize("table", [EVENTS, HEADS])
def test_t24_postgres_refuses_to_empty_a_table(team: Team, table: str) -> None:
    with pytest.raises(IntegrityError, match="audit"):
        run(f"TRUNCATE {table} CASCADE")

    assert AuditEvent.objects.count() == 3


@pytest.mark.skipif(not SQLITE, reason="PostgreSQL has no such statement")
def test_t24_sqlite_refuses_to_replace_a_row(team: Team) -> None:
    for replacing in (
        "INSERT OR REPLACE INTO results_auditevent SELECT * FROM results_auditevent",
        "INSERT OR REPLACE INTO results_audithead SELECT * FROM results_audithead",
    ):
        with pytest.raises(IntegrityError, match="audit"):
            run(replacing)

    assert AuditEvent.objects.count() == 3


def test_t24_an_empty_change_is_none_and_the_next_event_is_taken(team: Team) -> None:
    AuditEvent.objects.filter(pk=0).update(subject="x")

    make.make_events(team=team, events=2)

    assert AuditEvent.objects.count() == 5


def test_t24_a_trigger_that_is_gone_is_missed(team: Team) -> None:
    assert audit_triggers.missing(connection) == []

    audit_triggers.remove(connection)
    missing = audit_triggers.missing(connection)
    AuditEvent.objects.update(subject="forged")
    audit_triggers.install(connection)

    assert len(missing) == 6
    assert audit_triggers.missing(connection) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEvent.objects.update(subject="forged again")


@pytest.mark.skipif(not POSTGRES, reason="SQLite cannot switch one off")
def test_t24_a_trigger_that_is_switched_off_is_missed(team: Team) -> None:
    run(f"ALTER TABLE {EVENTS} DISABLE TRIGGER {EVENTS}_change")

    assert audit_triggers.missing(connection) == [f"{EVENTS}_change"]


@pytest.mark.django_db(transaction=True)
def test_t24_the_suites_own_cleaning_leaves_the_triggers_in_place() -> None:
    from django.core.management import call_command

    make.make_team()
    assert AuditEvent.objects.exists()

    call_command("flush", interactive=False, verbosity=0, allow_cascade=False)

    assert not AuditEvent.objects.exists()
    assert audit_triggers.missing(connection) == []
