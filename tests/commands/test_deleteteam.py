"""`deleteteam`: only with the word that makes it real, and the data key goes first."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from results.models import AuditEvent, StoredResult, Team
from tests import make


def test_it_works(team: Team, alice: User) -> None:
    make.make_result(team=team)
    out = io.StringIO()

    call_command("deleteteam", "acme", yes=True, stdout=out)

    assert out.getvalue() == "Acme is deleted: 1 results and 0 keys.\n"
    assert not Team.objects.exists()
    assert AuditEvent.objects.get(action="team.deleted").subject == "acme"


def test_without_the_word_nothing_is_deleted(team: Team) -> None:
    make.make_result(team=team)

    with pytest.raises(CommandError, match=r"1 results and 0 keys\. Nothing was deleted"):
        call_command("deleteteam", "acme")

    assert StoredResult.objects.exists()
    assert not Team.objects.get().is_shredded


def test_an_unknown_team_is_said(db: None) -> None:
    with pytest.raises(CommandError, match="no team acme"):
        call_command("deleteteam", "acme", yes=True)
