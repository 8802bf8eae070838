"""Deleting a note: by its author, and any by an owner."""

from __future__ import annotations

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
def as_erin(erin: User) -> Client:
    client = Client()
    client.force_login(erin)
    return client


def a_note(team: Team, by: User) -> Note:
    return notes.add(team=team, run_id="run_x", text="CANARYNOTE", by=by, now=make.NOW)


def address(note: Note) -> str:
    return f"/t/acme/notes/{note.pk}/delete/"


def test_it_works(as_erin: Client, erin: User, team: Team) -> None:
    response = as_erin.post(address(a_note(team, erin)))

    assert response["Location"] == "/t/acme/runs/run_x/"
    assert not Note.objects.exists()
    event = AuditEvent.objects.get(action="note.deleted")
    assert (event.actor, event.subject) == ("erin", "run_x")


def test_it_hides_from_strangers(as_charlie: Client, alice: User, team: Team) -> None:
    assert_hidden(as_charlie, address(a_note(team, alice)), method="post")
    assert Note.objects.exists()


def test_it_asks_for_sign_in(client: Client, alice: User, team: Team) -> None:
    assert_asks_for_sign_in(client, address(a_note(team, alice)), method="post", back="/")


def test_an_owner_deletes_any(as_alice: Client, erin: User, team: Team) -> None:
    as_alice.post(address(a_note(team, erin)))

    assert not Note.objects.exists()


def test_a_member_deletes_only_their_own(
    as_erin: Client, as_bob: Client, alice: User, team: Team
) -> None:
    note = a_note(team, alice)

    assert as_erin.post(address(note)).status_code == 404
    assert as_bob.post(address(note)).status_code == 403
    assert Note.objects.exists()


@pytest.mark.parametrize("times", [2, 3])
def test_again_is_not_there(as_erin: Client, erin: User, team: Team, times: int) -> None:
    note = a_note(team, erin)

    statuses = [as_erin.post(address(note)).status_code for _ in range(times)]

    assert statuses == [302, *[404] * (times - 1)]
