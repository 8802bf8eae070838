"""What a sighting remembers from one question to the next, and when the asking ends."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest

from results.domain.result import Pending, RunResult, Source
from results.domain.status import State
from results.models import ProjectKey, Sighting, StoredResult, Team
from results.models.keys import KeyAnswer
from results.services import answers, recording, sightings
from tests import make
from tests.services.looking import make_due

TEN_MINUTES = timedelta(minutes=10)
TEN_S = timedelta(seconds=10)


def said(
    state: State,
    key_id: uuid.UUID | None = None,
    why: str = "why",
    until: datetime | None = None,
) -> answers.KeySaid:
    return answers.KeySaid(key_id or uuid.uuid4(), "Shop · dev", state, why, until)


def record(sighting: Sighting, asked: answers.Asked, now: datetime) -> Sighting:
    """Claim the run, and write an answer as the recorder does."""
    claim = uuid.uuid4()
    make_due(sighting)
    Sighting.objects.filter(pk=sighting.pk).update(claim=claim, lease_until=now + TEN_MINUTES)
    recording.record(sighting_pk=sighting.pk, claim=claim, asked=asked, now=now)
    return Sighting.objects.get(pk=sighting.pk)


def trouble(state: State) -> answers.Asked:
    return answers.Asked(None, None, (said(state),))


PENDING = answers.Asked(Pending("EXECUTING", task="report"), None, (said(State.PENDING),))


@pytest.mark.parametrize("state", [State.UNREACHABLE, State.UNREADABLE, State.RATE_LIMITED])
def test_trouble_keeps_what_was_last_true_of_a_pending_run(
    team: Team, now: datetime, state: State
) -> None:
    sighting = record(make.make_sighting(team=team), PENDING, now)

    sighting = record(sighting, trouble(state), now + timedelta(seconds=9))

    assert (sighting.state, sighting.status, sighting.task) == ("pending", "EXECUTING", "report")
    assert sighting.trouble == "why"
    assert sighting.checked_at == now + timedelta(seconds=9)
    assert sighting.changed_at == now


def test_trouble_is_forgotten_with_the_next_good_answer(team: Team, now: datetime) -> None:
    sighting = record(make.make_sighting(team=team), PENDING, now)
    record(sighting, trouble(State.UNREACHABLE), now)

    assert record(sighting, PENDING, now).trouble == ""


def test_a_pending_run_whose_key_is_refused_waits_for_somebody_to_act(
    team: Team, now: datetime
) -> None:
    sighting = record(make.make_sighting(team=team), PENDING, now)

    sighting = record(sighting, trouble(State.KEY_REFUSED), now)

    assert sighting.state == "key_refused"
    assert not sightings.is_asked_about(sighting, now=now)


def test_a_pending_run_that_vanishes_is_asked_about_for_its_full_time(
    team: Team, now: datetime
) -> None:
    hour_later = now + timedelta(hours=1)
    sighting = record(make.make_sighting(team=team), PENDING, hour_later)

    sighting = record(sighting, trouble(State.UNKNOWN), hour_later)

    assert sighting.state == "unknown"
    assert sightings.is_asked_about(sighting, now=hour_later + timedelta(minutes=9))
    assert not sightings.is_asked_about(sighting, now=hour_later + timedelta(minutes=10))


def test_a_pending_run_is_given_up_half_an_hour_after_its_last_change(
    team: Team, now: datetime
) -> None:
    sighting = record(make.make_sighting(team=team), PENDING, now)
    sighting = record(sighting, PENDING, now + timedelta(minutes=20))
    assert sighting.give_up_at == now + timedelta(minutes=30)

    moved = answers.Asked(Pending("WAITING"), None, ())
    sighting = record(sighting, moved, now + timedelta(minutes=29))

    assert sighting.give_up_at == now + timedelta(minutes=59)
    assert sightings.is_asked_about(sighting, now=now + timedelta(minutes=58))
    assert not sightings.is_asked_about(sighting, now=now + timedelta(minutes=59))


def test_answers_that_bring_nothing_new_make_the_asking_calmer(team: Team, now: datetime) -> None:
    sighting = make.make_sighting(team=team)
    delays = []
    for _ in range(4):
        sighting = record(sighting, PENDING, now)
        delays.append((sighting.due_at - now).total_seconds())

    assert delays == sorted(delays)
    assert 2 <= delays[0] < 2.3
    assert 8 <= delays[3] < 9
    moved = answers.Asked(Pending("WAITING"), None, ())
    assert (record(sighting, moved, now).due_at - now).total_seconds() < 2.3


def test_a_pause_that_the_api_asks_for_is_kept(team: Team, now: datetime) -> None:
    until = now + timedelta(seconds=90)
    asked = answers.Asked(None, None, (said(State.RATE_LIMITED, until=until),))

    sighting = record(make.make_sighting(team=team), asked, now)

    assert (sighting.state, sighting.due_at, sighting.pause_until) == ("rate_limited", until, until)


def test_a_pause_of_one_key_of_two_is_due_with_its_end_and_not_before_the_other_is(
    team: Team, now: datetime
) -> None:
    soon, late = now + timedelta(seconds=1), now + timedelta(seconds=90)
    for until, due in ((soon, soon), (late, None)):
        limited = said(State.RATE_LIMITED, until=until)
        asked = answers.Asked(None, None, (limited, said(State.UNKNOWN)))

        sighting = record(make.make_sighting(team=team, run_id=f"run_{until:%S}"), asked, now)

        assert (sighting.state, sighting.pause_until) == ("rate_limited", None)
        assert sighting.due_at == due or (due is None and sighting.due_at < now + TEN_S)


def test_a_run_about_which_nobody_could_be_asked_keeps_the_moment_of_its_last_answer(
    team: Team, now: datetime
) -> None:
    sighting = record(make.make_sighting(team=team), PENDING, now)
    later, until = now + timedelta(seconds=20), now + timedelta(seconds=50)
    resting = said(State.UNREACHABLE, until=until)

    asked = answers.Asked(None, None, (), later, (resting, said(State.KEY_REFUSED)))
    sighting = record(sighting, asked, later)

    assert (sighting.state, sighting.trouble) == ("pending", "why")
    assert (sighting.checked_at, sighting.due_at, sighting.pause_until) == (now, until, until)
    assert sighting.unchanged_checks == 0


def test_a_final_answer_counts_although_its_lease_was_lost(team: Team, now: datetime) -> None:
    sighting = make.make_sighting(team=team)
    Sighting.objects.update(claim=uuid.uuid4(), lease_until=now + TEN_MINUTES)
    found = RunResult(sighting.run_id, State.SUCCEEDED, Source.RESULT)

    asked = answers.Asked(found, None, ())
    recording.record(sighting_pk=sighting.pk, claim=uuid.uuid4(), asked=asked, now=now)

    assert StoredResult.objects.get().state == "succeeded"
    assert not Sighting.objects.exists()


def test_any_other_answer_without_the_lease_changes_nothing(team: Team, now: datetime) -> None:
    sighting = make.make_sighting(team=team, state=State.UNKNOWN)
    Sighting.objects.update(claim=uuid.uuid4(), lease_until=now + TEN_MINUTES)
    before = Sighting.objects.values().get()

    recording.record(sighting_pk=sighting.pk, claim=uuid.uuid4(), asked=PENDING, now=now)

    assert Sighting.objects.values().get() == before


def test_an_answer_about_a_run_that_was_settled_meanwhile_is_dropped(
    team: Team, now: datetime
) -> None:
    sighting = make.make_sighting(team=team)
    pk = sighting.pk
    sighting.delete()

    recording.record(sighting_pk=pk, claim=uuid.uuid4(), asked=PENDING, now=now)

    assert not Sighting.objects.exists()


def test_texts_that_no_database_holds_are_kept_as_far_as_they_go(team: Team, now: datetime) -> None:
    odd = "a\x00b" + "x" * 400
    asked = answers.Asked(Pending(odd, task=odd), None, ())

    sighting = record(make.make_sighting(team=team), asked, now)

    assert sighting.status.startswith("a\ufffdbxx")
    assert (len(sighting.status), len(sighting.task)) == (64, 255)


def test_a_refusal_that_was_on_its_way_does_not_mark_a_key_that_was_replaced(
    team: Team, now: datetime
) -> None:
    key = make.make_key(team=team)
    ProjectKey.objects.update(last_answer_at=now)
    asked_before = now - timedelta(seconds=2)
    refusal = (said(State.KEY_REFUSED, key.pk),)

    record(
        make.make_sighting(team=team),
        answers.Asked(None, None, refusal, asked_before),
        now,
    )

    key.refresh_from_db()
    assert key.last_answer == KeyAnswer.ACCEPTED


def test_what_is_known_of_a_key_that_was_left_out_is_told_and_not_written(
    team: Team, now: datetime
) -> None:
    key = make.make_key(team=team)
    left_out = (said(State.KEY_REFUSED, key.pk),)

    sighting = record(
        make.make_sighting(team=team), answers.Asked(None, None, (), not_asked=left_out), now
    )

    assert sighting.keys_asked[0]["state"] == "key_refused"
    key.refresh_from_db()
    assert key.last_answer == KeyAnswer.ACCEPTED
