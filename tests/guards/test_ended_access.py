"""Access that ends: whoever was removed or disabled gets nothing more, and their open pages stop asking."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from results.domain.status import State
from results.models import Membership, Role, Team
from results.services import members
from tests import make

# Everything that an open page asks for again by itself.
POLLS = {
    "a run": "/t/acme/runs/run_pending1/panel/",
    "several runs": "/t/acme/runs/rows/?ids=run_pending1,run_other1",
    "the bell": "/t/acme/watches/bell/",
}
HX = {"HX-Request": "true"}


@pytest.fixture
def _waiting(team: Team, bob: User) -> None:
    members.add_member(team=team, user=bob, role=Role.MEMBER, by=None, now=make.NOW)
    make.make_key(team=team)
    for run_id in ("run_pending1", "run_other1"):
        make.make_sighting(
            team=team, run_id=run_id, state=State.PENDING, status="EXECUTING", now=timezone.now()
        )


@pytest.mark.usefixtures("_waiting")
@pytest.mark.parametrize("poll", POLLS)
def test_t3_a_member_who_is_removed_between_two_polls_is_told_to_stop(
    as_bob: Client, bob: User, poll: str
) -> None:
    assert as_bob.get(POLLS[poll], headers=HX).status_code == 200

    Membership.objects.filter(user=bob).delete()
    response = as_bob.get(POLLS[poll], headers=HX)

    assert response.status_code == 404
    assert "not available to you any more" in response.text
    for again in ("hx-get", "hx-trigger", "http-equiv", "run_pending1", "Acme"):
        assert again not in response.text
    assert as_bob.get("/t/acme/runs/run_pending1/").status_code == 404


@pytest.mark.usefixtures("_waiting")
@pytest.mark.parametrize("poll", POLLS)
def test_t3_an_account_that_is_disabled_is_signed_out_at_the_next_poll(
    as_bob: Client, bob: User, poll: str
) -> None:
    other = Client()
    other.force_login(bob)
    User.objects.filter(pk=bob.pk).update(is_active=False)

    for client in (as_bob, other):
        response = client.get(POLLS[poll], headers=HX)
        assert response.status_code == 401
        assert "hx-get" not in response.text
        assert client.get("/").status_code == 302


@pytest.mark.usefixtures("_waiting")
def test_t3_a_role_that_was_lowered_counts_at_once(as_bob: Client, bob: User, team: Team) -> None:
    seen = "/t/acme/watches/seen/"
    assert as_bob.post(seen).status_code == 302

    members.add_member(team=team, user=bob, role=Role.VIEWER, by=None, now=make.NOW)

    assert as_bob.post(seen).status_code == 403
    assert as_bob.get(POLLS["the bell"], headers=HX).status_code == 403


def test_t3_an_owner_of_one_team_who_leaves_it_keeps_the_others(
    as_alice: Client, alice: User, team: Team
) -> None:
    make.make_team(name="Bravo", owner=alice)
    held: Any = Membership.objects.filter(team=team, user=alice)
    held.delete()

    assert as_alice.get("/t/acme/keys/").status_code == 404
    assert as_alice.get("/t/bravo/keys/").status_code == 200
    assert "Acme" not in as_alice.get("/team-admin/results/team/").text
