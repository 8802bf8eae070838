"""`audit verify`: says of every chain whether it is unbroken, and ends with status 1 when one is not."""

from __future__ import annotations

import io
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from results.models import AuditEvent, Team, audit_triggers
from results.services import audit_chains
from tests import make


def verify(**options: str) -> str:
    out = io.StringIO()
    call_command("audit", "verify", stdout=out, **options)
    return out.getvalue()


def test_it_works(team: Team) -> None:
    make.make_team(name="Other")
    head = AuditEvent.objects.filter(team_id=team.pk).latest("pk").hash

    lines = verify().splitlines()

    assert lines[0] == f"acme: 3 events, unbroken; head {head}"
    assert lines[1].startswith("other: 1 event, unbroken; head ")
    assert len(lines) == 2


def test_t24_a_row_that_was_altered_behind_the_trigger_is_named(team: Team) -> None:
    audit_triggers.remove(connection)
    row = AuditEvent.objects.get(sequence=2)
    AuditEvent.objects.filter(pk=row.pk).update(subject="forged")
    audit_triggers.install(connection)
    out = io.StringIO()

    with pytest.raises(CommandError, match="not whole: broken: acme") as failed:
        call_command("audit", "verify", stdout=out)

    assert failed.value.returncode == 1
    assert out.getvalue() == (
        f"acme: BROKEN after event 1 (row {row.pk}): altered: "
        "what it says does not match its hash.\n"
    )


def test_t24_a_database_that_refuses_nothing_is_told(team: Team) -> None:
    audit_triggers.remove(connection)

    with pytest.raises(CommandError, match="results_auditevent_"):
        verify()
    audit_triggers.install(connection)

    assert audit_chains.missing_triggers() == []


def test_one_team_alone_is_verified(team: Team) -> None:
    other = make.make_team(name="Other")
    audit_triggers.remove(connection)
    AuditEvent.objects.filter(team_id=other.pk).update(subject="forged")
    audit_triggers.install(connection)

    assert verify(team="acme").startswith("acme: 3 events, unbroken")
    assert verify(team=str(team.pk)).startswith("acme: 3 events, unbroken")
    with pytest.raises(CommandError):
        verify(team="other")


@pytest.mark.parametrize("name", ["never-was", "not a slug"])
def test_a_team_that_is_not_there_is_said(team: Team, name: str) -> None:
    with pytest.raises(CommandError, match=f"There is no team {name}"):
        verify(team=name)


def test_a_team_without_a_chain_is_said(team: Team) -> None:
    with pytest.raises(CommandError, match="no chain"):
        verify(team=str(uuid.uuid4()))


def test_an_empty_instance_has_nothing_to_verify(db: None) -> None:
    assert verify() == "Nothing has been written down yet.\n"
