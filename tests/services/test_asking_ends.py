"""When the asking about a run begins again and when it ends; a locked vault, a store that is away."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from results.models import ProjectKey, Sighting, StoredResult, Team
from results.models.keys import KeyAnswer
from results.sandbox.scenarios import scenario
from results.sandbox.server import Sandbox
from results.services import looks, sightings
from tests import make
from tests.services.looking import add_key, ask_again, look, make_due, result_of, sighting_of

TEN_MINUTES = timedelta(minutes=10)


def test_an_unknown_run_is_given_up_and_asked_about_again_after_a_new_look(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live)
    sighting = sighting_of(team, "run_nobody", alice)
    assert sightings.is_asked_about(sighting, now=timezone.now())

    Sighting.objects.update(give_up_at=timezone.now(), due_at=timezone.now())
    sighting = Sighting.objects.get()
    assert not sightings.is_asked_about(sighting, now=timezone.now())
    assert sightings.ask(sighting=sighting, now=timezone.now()) is None

    before = live.count("run_nobody")
    sighting = sighting_of(team, "run_nobody", alice)
    assert live.count("run_nobody") == before + 2
    assert sightings.is_asked_about(sighting, now=timezone.now() + timedelta(minutes=9))


def test_a_run_that_was_never_answered_about_is_given_up_too(team: Team, now: datetime) -> None:
    sighting = make.make_sighting(team=team)

    assert sightings.is_asked_about(sighting, now=now)
    assert not sightings.is_asked_about(sighting, now=now + TEN_MINUTES)


@pytest.mark.usefixtures("one_moment")
def test_a_look_before_the_next_question_is_due_asks_nobody(
    live: Sandbox, team: Team, alice: User
) -> None:
    add_key(team, live)
    look(team, "run_nobody", alice)
    before = len(live.calls)

    for _ in range(5):
        look(team, "run_nobody", alice)

    assert len(live.calls) == before


def test_a_look_wants_the_next_question_and_no_more(team: Team, now: datetime) -> None:
    sighting = make.make_sighting(team=team)
    due_at = now + timedelta(seconds=8)
    sighting.due_at, sighting.wanted_until = due_at, now
    sighting.save()

    looks.look(sighting=sighting, now=now)

    assert Sighting.objects.due(due_at).exists()
    assert Sighting.objects.due(due_at + timedelta(seconds=4)).exists()
    assert not Sighting.objects.due(due_at + timedelta(seconds=6)).exists()


def test_a_look_at_a_question_that_is_overdue_wants_it_now(team: Team, now: datetime) -> None:
    sighting = make.make_sighting(team=team)
    an_hour_later = now + timedelta(hours=1)
    Sighting.objects.update(give_up_at=an_hour_later + TEN_MINUTES)
    assert not Sighting.objects.due(an_hour_later).exists()

    looks.look(sighting=sighting, now=an_hour_later)

    assert Sighting.objects.due(an_hour_later).exists()


def test_looks_are_written_once_for_each_question(
    team: Team, now: datetime, django_assert_num_queries: Any
) -> None:
    sighting = make.make_sighting(team=team)
    sighting.due_at, sighting.wanted_until = now + timedelta(seconds=8), now
    sighting.save()

    with django_assert_num_queries(1):
        looks.look(sighting=sighting, now=now)
    sighting.refresh_from_db()

    for seconds in range(8):
        with django_assert_num_queries(0):
            looks.look(sighting=sighting, now=now + timedelta(seconds=seconds))


def test_the_key_that_knew_a_run_is_asked_first_and_alone(
    live: Sandbox, team: Team, alice: User
) -> None:
    for name in ("dev", "stg", "prod"):
        add_key(team, live, name, project=f"A {name}")
    run = scenario("waiting")
    sighting = sighting_of(team, run.run_id, alice)
    live.calls.clear()

    ask_again(sighting)

    assert {call.key for call in live.calls} == {run.environment}


def test_a_new_key_is_asked_about_runs_that_were_unknown(
    live: Sandbox, team: Team, alice: User
) -> None:
    from results.domain.identity import ApiKey
    from results.sandbox.scenarios import SANDBOX_KEYS
    from results.services import keys

    run_id = scenario("every-type").run_id
    assert sighting_of(team, run_id, alice).state == "unknown"
    Sighting.objects.update(due_at=timezone.now() + timedelta(seconds=30))

    keys.store(
        team=team,
        project="Shop",
        api_url=live.url,
        branch="",
        key=ApiKey(SANDBOX_KEYS["dev"]),
        by=alice,
        now=timezone.now(),
    )

    assert result_of(team, run_id, alice).state == "succeeded"


def test_a_result_that_came_between_two_looks_is_shown_and_not_asked_for(
    live: Sandbox, team: Team, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_key(team, live)
    stored = make.make_result(team=team, run_id="run_between")
    looks = iter([None, stored])
    # What another process does between two statements of ours cannot be timed from here.
    monkeypatch.setattr(
        type(StoredResult.objects), "of_run", lambda self, team, run_id: next(looks)
    )

    assert look(team, "run_between", alice) == stored
    assert not Sighting.objects.exists()
    assert len(live.calls) == 0


def test_a_locked_vault_sends_nothing_and_overwrites_nothing(
    live: Sandbox, team: Team, alice: User, settings: Any
) -> None:
    key = add_key(team, live)
    before = ProjectKey.objects.values().get(pk=key.pk)
    settings.VAULT_KEYS = "k1:" + "B" * 43 + "="

    sighting = sighting_of(team, scenario("every-type").run_id, alice)

    assert (sighting.state, sighting.trouble) == ("", "locked")
    assert sighting.lease_until is None
    assert len(live.calls) == 0
    assert ProjectKey.objects.values().get(pk=key.pk) == before


@pytest.mark.parametrize("ring", ["", "k1", "k2:" + "B" * 43 + "=", "k1:not base64"])
def test_a_ring_of_any_wrong_kind_locks_the_vault(
    live: Sandbox, team: Team, alice: User, settings: Any, ring: str
) -> None:
    add_key(team, live)
    settings.VAULT_KEYS = ring

    assert sighting_of(team, "run_x", alice).trouble == "locked"
    assert len(live.calls) == 0


def test_a_vault_that_opens_again_finds_everything_as_it_was(
    live: Sandbox, team: Team, alice: User, settings: Any
) -> None:
    add_key(team, live)
    right, settings.VAULT_KEYS = settings.VAULT_KEYS, "k1:" + "B" * 43 + "="
    sighting = sighting_of(team, scenario("every-type").run_id, alice)

    settings.VAULT_KEYS = right
    make_due(sighting)

    assert result_of(team, scenario("every-type").run_id, alice).state == "succeeded"


def test_one_key_that_does_not_open_does_not_lock_the_others(
    live: Sandbox, team: Team, alice: User
) -> None:
    broken = add_key(team, live, "stg", project="Broken")
    sealed = bytes(broken.sealed_secret)
    ProjectKey.objects.filter(pk=broken.pk).update(sealed_secret=make.damaged(sealed))
    add_key(team, live)

    assert result_of(team, scenario("every-type").run_id, alice).project == "Shop"
    sighting = sighting_of(team, "run_nobody", alice)

    assert sighting.state == "unreadable"
    assert "paste the key again" in sighting.keys_asked[1]["said"]
    assert {call.key for call in live.calls} == {"dev"}
    broken.refresh_from_db()
    assert broken.last_answer == KeyAnswer.ACCEPTED
