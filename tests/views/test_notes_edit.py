"""Changing a note: by its author and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from results.models import AuditEvent, Note, Role, Team
from results.services import members, notes
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden


@pytest.fixture
def erin(team: Team) -> User:
    user = make.make_user(name="erin")
    members.add_member(team=team, user=user, role=Role.MEMBER, by=None, now=make.NOW)
    return user


@pytest.fixture
def note(team: Team, erin: User) -> Note:
    make.make_result(team=team)
    return notes.add(team=team, run_id="run_stored1", text="first", by=erin, now=make.NOW)


@pytest.fixture
def as_erin(erin: User) -> Client:
    client = Client()
    client.force_login(erin)
    return client


def address(note: Note) -> str:
    return f"/t/acme/notes/{note.pk}/edit/"


def text_of(note: Note) -> str | None:
    note.refresh_from_db()
    return notes.opened(rows=[note], team=note.team)[0].text


def test_it_works(as_erin: Client, note: Note) -> None:
    assert b">\nfirst</textarea>" in as_erin.get(address(note)).content.replace(b"\r\n", b"\n")

    response = as_erin.post(address(note), {"text": "second"}, follow=True)

    assert response.redirect_chain == [(f"/t/acme/runs/run_stored1/#note-{note.pk}", 302)]
    assert text_of(note) == "second"
    assert b"changed on" in response.content
    event = AuditEvent.objects.get(action="note.changed")
    assert (event.actor, event.subject) == ("erin", "run_stored1")


def test_it_hides_from_strangers(as_charlie: Client, note: Note) -> None:
    assert_hidden(as_charlie, address(note))
    assert_hidden(as_charlie, address(note), method="post")


def test_it_asks_for_sign_in(client: Client, note: Note) -> None:
    assert_asks_for_sign_in(client, address(note))


def test_not_even_an_owner_changes_what_another_wrote(as_alice: Client, note: Note) -> None:
    assert as_alice.get(address(note)).status_code == 404
    assert as_alice.post(address(note), {"text": "forged"}).status_code == 404
    assert text_of(note) == "first"
    page = as_alice.get("/t/acme/runs/run_stored1/").content
    assert address(note).encode() not in page
    assert b"Delete this note" in page


def test_a_former_member_who_may_only_view_may_not(
    as_erin: Client, erin: User, team: Team, note: Note
) -> None:
    members.add_member(team=team, user=erin, role=Role.VIEWER, by=None, now=make.NOW)

    assert as_erin.post(address(note), {"text": "x"}).status_code == 403
    assert b"Change</a>" not in as_erin.get("/t/acme/runs/run_stored1/").content


def test_bad_input_is_explained_and_kept(as_erin: Client, note: Note) -> None:
    response = as_erin.post(address(note), {"text": "y" * 4_001})

    assert response.status_code == 400
    assert "y" * 4_001 in response.content.decode()
    assert text_of(note) == "first"


def test_a_note_of_another_team_is_not_there(as_alice: Client, alice: User, team: Team) -> None:
    other = make.make_team(name="Other", owner=alice)
    foreign = notes.add(team=other, run_id="run_x", text="x", by=alice, now=make.NOW)

    assert as_alice.post(address(foreign), {"text": "y"}).status_code == 404


def test_a_note_deleted_while_it_was_written_is_not_lost(
    as_erin: Client, note: Note, monkeypatch: Any
) -> None:
    opened = notes.opened

    def then_deleted(**asked: Any) -> Any:
        found = opened(**asked)
        Note.objects.all().delete()
        return found

    monkeypatch.setattr(notes, "opened", then_deleted)

    response = as_erin.post(address(note), {"text": "still here"})

    assert response.status_code == 400
    assert "deleted in the meantime" in response.content.decode()
    assert "still here" in response.content.decode()
