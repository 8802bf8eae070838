"""Writing an event: where from, one line in the log after the commit, and one chain for many writers."""

from __future__ import annotations

import json
import logging
import threading
import uuid
from collections.abc import Callable
from datetime import timedelta, timezone
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections, transaction

from results.models import AuditEvent, AuditHead, Team
from results.models.audit import INSTANCE, Action
from results.services import audit, audit_chains
from results.services.origin import Origin, coming_from, current
from tests import make

HOSTILE = "a\r\nb\x1b[31m\u2028\u202e\x00\x7f\ud800"


def note(team: Team | None, *, by: User | None = None, subject: str = "run_x") -> None:
    audit.note(team=team, by=by, action=Action.KEY_TESTED, subject=subject, now=make.NOW)


def last() -> AuditEvent:
    return AuditEvent.objects.latest("pk")


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    caplog.set_level(logging.INFO, logger="runlens.audit")

    def told() -> list[str]:
        return [r.getMessage() for r in caplog.records if r.name == "runlens.audit"]

    return told


def test_t24_an_event_says_who_what_which_and_from_where(team: Team, alice: User) -> None:
    with coming_from(Origin("a" * 32, "192.0.2.7")):
        note(team, by=alice)

    event = last()
    assert (event.actor, event.actor_id, event.action) == ("alice", alice.pk, "key.tested")
    assert (event.subject, event.at) == ("run_x", make.NOW)
    assert (event.address, event.request_id) == ("192.0.2.7", "a" * 32)


def test_t24_what_no_request_asked_for_has_no_origin(team: Team) -> None:
    seen: list[Origin] = []
    with coming_from(Origin("a" * 32, "192.0.2.7")):
        note(team)
        # A recorder of the courier is a thread like this one.
        thread = threading.Thread(target=lambda: seen.append(current()))
        thread.start()
        thread.join()
    note(team)

    assert seen == [Origin()]
    assert (last().address, last().request_id) == ("", "")


def test_t24_each_team_and_the_instance_have_a_chain_of_their_own(team: Team) -> None:
    other = make.make_team(name="Other")
    for _ in range(2):
        note(other)
        note(None)

    told = {chain.name: (chain.events, chain.trouble) for chain in audit_chains.verify()}
    assert told == {"this instance": (2, ""), "acme": (3, ""), "other": (3, "")}
    assert set(AuditEvent.objects.filter(team_id=INSTANCE).values_list("sequence", flat=True)) == {
        1,
        2,
    }


def test_t24_foreign_text_stays_on_one_line(
    team: Team,
    alice: User,
    lines: Callable[[], list[str]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    alice.username = f"al{HOSTILE}ice"
    with django_capture_on_commit_callbacks(execute=True):
        note(team, by=alice, subject=HOSTILE + "x" * 400)

    event = last()
    assert event.subject.isprintable()
    assert event.actor.isprintable()
    assert len(event.subject) == 255
    (line,) = lines()
    assert line.isprintable()
    assert line.isascii()
    told = json.loads(line)
    assert (told["actor"], told["subject"]) == (event.actor, event.subject)
    assert [chain.trouble for chain in audit_chains.verify()] == [""]


def test_t24_a_key_in_an_object_is_not_written_down(team: Team) -> None:
    note(team, subject=f"Shop {make.KEY}")

    assert make.KEY not in str(AuditEvent.objects.values())
    assert "key stood in it" in last().subject


@pytest.mark.django_db(transaction=True)
def test_t24_the_log_is_told_after_the_commit_and_not_of_what_was_undone(
    team: Team, lines: Callable[[], list[str]]
) -> None:
    before = len(lines())
    with transaction.atomic():
        note(team, subject="run_undone")
        transaction.set_rollback(True)
    with transaction.atomic():
        note(team, subject="run_kept")
        assert len(lines()) == before

    told = [json.loads(line) for line in lines()[before:]]
    assert [(one["subject"], one["sequence"]) for one in told] == [("run_kept", 4)]
    assert told[0]["hash"] == last().hash
    assert set(told[0]) == {
        *("event", "at", "team", "sequence", "actor", "actor_id", "action", "subject"),
        *("address", "request_id", "hash"),
    }
    assert [chain.trouble for chain in audit_chains.verify()] == [""]


@pytest.mark.django_db(transaction=True)
def test_t24_a_write_whose_event_cannot_be_written_is_undone(team: Team) -> None:
    from results.services import members

    AuditHead.objects.update(hash="1" * 64, sequence=4)

    with pytest.raises(Exception, match="audit"):
        members.rename_team(team=team, name="Other", by=None, now=make.NOW)

    team.refresh_from_db()
    assert team.name == "Acme"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_new", [True, False])
def test_t24_many_writers_of_one_team_make_one_chain(*, is_new: bool) -> None:
    team = Team(pk=uuid.uuid4()) if is_new else make.make_team()
    writers, each = 6, 5
    gate = threading.Barrier(writers)
    failures: list[Exception] = []

    def write(name: int) -> None:
        try:
            gate.wait(timeout=60)
            for number in range(each):
                with transaction.atomic():
                    note(team, subject=f"{name}.{number}")
        except Exception as error:  # noqa: BLE001  told below
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(name,)) for name in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert failures == []
    events = AuditEvent.objects.filter(team_id=team.pk)
    expected = writers * each + (0 if is_new else 1)
    assert sorted(events.values_list("sequence", flat=True)) == list(range(1, expected + 1))
    (chain,) = audit_chains.verify(team_id=team.pk)
    assert (chain.events, chain.trouble) == (expected, "")


def test_t24_a_moment_of_another_zone_is_kept_as_it_was(team: Team) -> None:
    there = make.NOW.astimezone(timezone(timedelta(hours=-7))) + timedelta(microseconds=123456)

    audit.note(team=team, by=None, action=Action.KEY_TESTED, subject="x", now=there)

    assert last().at == there
    assert [chain.trouble for chain in audit_chains.verify()] == [""]


def test_an_event_costs_three_queries(team: Team, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        note(team)


def test_every_action_has_words_of_its_own() -> None:
    assert len(set(Action.labels)) == len(Action)
    assert all(len(action.value) <= 32 for action in Action)
