"""`createteam`: a team with a data key and its first owner, or one line on why not."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from results.models import AuditEvent, Team
from results.services import sealing


def test_it_works(alice: User) -> None:
    out = io.StringIO()

    call_command("createteam", "  Acme Shop ", owner="alice", stdout=out)

    team = Team.objects.get()
    assert out.getvalue() == "Acme Shop: /t/acme-shop/\n"
    assert sealing.data_key(team)
    assert [(m.user, m.role) for m in team.memberships.all()] == [(alice, "owner")]
    assert AuditEvent.objects.count() == 2


def test_the_same_name_gets_another_address(alice: User) -> None:
    for _ in range(3):
        call_command("createteam", "Acme", owner="alice", stdout=io.StringIO())

    slugs = set(Team.objects.values_list("slug", flat=True))
    assert slugs == {"acme", "acme-2", "acme-3"}


@pytest.mark.parametrize(
    ("name", "owner", "says"),
    [
        ("Acme", "nobody", "There is no user named nobody."),
        ("", "alice", "1 to 80 characters"),
        ("   ", "alice", "1 to 80 characters"),
        ("x" * 81, "alice", "1 to 80 characters"),
    ],
)
def test_what_cannot_be_made_is_said(alice: User, name: str, owner: str, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("createteam", name, owner=owner)

    assert not Team.objects.exists()


def test_a_broken_ring_makes_no_team(alice: User, settings: Any) -> None:
    settings.VAULT_KEYS = "CANARY"

    with pytest.raises(CommandError, match="No team was made") as said:
        call_command("createteam", "Acme", owner="alice")

    assert "CANARY" not in str(said.value)
    assert not Team.objects.exists()
