"""Walking the chains: the first broken link is found, whatever was done to the table."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection

from results.domain.audit import entry_hash, trouble_with
from results.models import AuditEvent, AuditHead, Team, audit_triggers
from results.services import audit_chains, retention
from tests import make


@pytest.fixture
def chain(team: Team) -> Team:
    """A chain of ten events, and a database that no longer refuses anything."""
    make.make_events(team=team, events=7)
    audit_triggers.remove(connection)
    return team


def row(sequence: int) -> AuditEvent:
    return AuditEvent.objects.get(sequence=sequence)


def at(sequence: int, **changed: object) -> None:
    AuditEvent.objects.filter(sequence=sequence).update(**changed)


def rehash(sequence: int, subject: str) -> None:
    """Change an event and its hash too, as somebody would who knows how it is made."""
    link = row(sequence).link
    entry = replace(link.entry, subject=subject)
    at(sequence, subject=subject, hash=entry_hash(entry, previous=link.previous))


def whole_chain_forged() -> None:
    rehash(4, "forged")
    for sequence in range(5, 11):
        previous = row(sequence - 1).hash
        entry = row(sequence).link.entry
        at(sequence, previous=previous, hash=entry_hash(entry, previous=previous))


DAMAGE: dict[str, tuple[Callable[[], object], int, str]] = {
    "an altered object": (lambda: at(4, subject="forged"), 3, "altered"),
    "an altered actor": (lambda: at(4, actor_id=99), 3, "altered"),
    "an altered address": (lambda: at(1, address="192.0.2.1"), 0, "altered"),
    "an altered moment": (lambda: at(10, at=make.NOW.replace(year=2025)), 9, "altered"),
    "an altered hash": (lambda: at(4, hash="1" * 64), 3, "altered"),
    "an event hashed anew": (lambda: rehash(4, "forged"), 4, "wrong previous"),
    "the last one hashed anew": (lambda: rehash(10, "forged"), 10, "wrong head"),
    "the rest hashed anew": (whole_chain_forged, 10, "wrong head"),
    "a hole": (lambda: AuditEvent.objects.filter(sequence__in=(4, 5)).delete(), 3, "gap: event 4"),
    "no beginning": (lambda: AuditEvent.objects.filter(sequence=1).delete(), 0, "gap: event 1"),
    "no end": (lambda: AuditEvent.objects.filter(sequence__gt=7).delete(), 7, "cut off"),
    "nothing left": (lambda: AuditEvent.objects.all().delete(), 0, "cut off"),
    "no head": (lambda: AuditHead.objects.all().delete(), 10, "no head"),
    "a head behind": (lambda: AuditHead.objects.update(sequence=9, hash=row(9).hash), 10, "wrong head"),
    "a head set back": (lambda: AuditHead.objects.update(sequence=0, hash="0" * 64), 10, "wrong head"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_t24_the_first_broken_link_is_found(chain: Team, damage: str) -> None:
    wreck, whole, why = DAMAGE[damage]
    to_blame = {one.sequence: one.pk for one in AuditEvent.objects.all()}
    wreck()

    (found,) = audit_chains.verify()

    assert found.events == whole
    assert found.trouble.startswith(why)
    if why in ("altered", "wrong previous"):
        assert found.row == to_blame[whole + 1]


def test_t24_one_broken_chain_says_nothing_of_another(chain: Team) -> None:
    other = make.make_team(name="Other")
    AuditEvent.objects.filter(team_id=chain.pk, sequence=2).update(subject="forged")

    told = {one.name: bool(one.trouble) for one in audit_chains.verify()}

    assert told == {"acme": True, "other": False}
    assert [one.trouble for one in audit_chains.verify(team_id=other.pk)] == [""]


def test_t24_the_chain_of_a_deleted_team_stays(team: Team) -> None:

    pk = team.pk
    retention.delete_team(team=team, by=None, now=make.NOW)

    (found,) = audit_chains.verify()

    assert (found.name, found.events, found.trouble) == (f"{pk} (deleted)", 4, "")


def test_t24_an_event_that_is_added_meanwhile_is_no_trouble(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = trouble_with
    more = iter([True])

    def while_walking(link: object, *, after: object) -> str:
        if next(more, False):
            make.make_events(team=team, events=2)
        return walk(link, after=after)  # type: ignore[arg-type]

    monkeypatch.setattr(audit_chains, "trouble_with", while_walking)

    (found,) = audit_chains.verify()

    assert found.trouble == ""


def test_no_chain_is_no_trouble(db: None) -> None:
    assert list(audit_chains.verify()) == []
    assert list(audit_chains.verify(team_id=uuid.uuid4())) == []
