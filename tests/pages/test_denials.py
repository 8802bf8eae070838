"""What `/result` denies: every recorded 404, and the sentence that its reader gets in its place."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from results.domain.details import RunDetails
from results.domain.problems import RunProblem
from results.domain.result import Absent, Finished, Pending, RunResult
from results.domain.status import State
from results.models import Role, Sighting, StoredResult, Team
from results.pages.runs import RunPage, finished_page, unfinished_page
from results.services import answers, lookup, recording
from results.trigger import wire
from tests import make
from tests.trigger.recorded import Recorded, recordings

BY_NAME = {recorded.name: recorded for recorded in recordings()}
VERSION = ": retrieve, api version 2025-07-16"
UNKNOWN = ("Unknown run", "None of the team's keys knows this run.")

# Situation: the badge, and what the sentence says.
SENTENCES = {
    "ok-but-attempt-executing": ("Succeeded", "finished and returned its result"),
    "v2-ok-json": ("Succeeded", "finished and returned its result"),
    "v2-ok-text": ("Succeeded", "finished and returned its result"),
    "v2-ok-super-json": ("Succeeded", "finished and returned its result"),
    "v2-ok-no-output": ("Succeeded", "finished and returned its result"),
    "fail-no-attempt": ("Failed", "threw an error"),
    "v2-fail-built-in": ("Failed", "threw an error"),
    "v2-crashed": ("Crashed", "process of the run died"),
    "expired": ("Expired", "never started"),
    "v2-expired": ("Expired", "never started"),
    "timed-out": ("Timed out", "more time than its maximum"),
    "v2-timed-out": ("Timed out", "more time than its maximum"),
    "pending-queued": ("Queued", "waits in its queue"),
    "delayed": ("Delayed", "delayed on purpose"),
    "pending-version": ("Pending version", "waits for a deployed version"),
    "waiting-for-deploy": ("Pending version", "waits for a deployed version"),
    "dequeued": ("Dequeued", "left its queue"),
    "executing": ("Executing", "task is running"),
    "v2-executing": ("Executing", "task is running"),
    "retrying": ("Executing", "task is running"),
    "waiting-to-resume": ("Waiting", "task is paused"),
    "paused": ("Waiting", "task is paused"),
    "api version 2099-01-01": ("Executing", "task is running"),
    "key of another environment (prod key, dev run)": UNKNOWN,
    "key of another environment (dev key, prod run)": UNKNOWN,
    "key of another organization": UNKNOWN,
    "run id that does not exist": UNKNOWN,
    "malformed run id": UNKNOWN,
    "run id run_ alone": UNKNOWN,
    "internal id without run_": UNKNOWN,
    "run id in upper case": UNKNOWN,
    "run id with %20 at the end": UNKNOWN,
    "run id with %2F in it": UNKNOWN,
    "run id of 5000 characters": UNKNOWN,
    "run id with SQL quote": UNKNOWN,
    "run id with emoji": UNKNOWN,
}
# Addresses that are none of the API's, and say so in HTML; no run was asked about.
NO_ENDPOINT = {"empty run id", "no such path: /api/v3/runs/{id}/result"}


def answer_of(recorded: Recorded) -> RunResult | Pending | Absent:
    given = (recorded.status, recorded.headers, recorded.body)
    read = wire.read_run(recorded.run_id, *given, now=make.NOW)
    return read.result if isinstance(read, Finished) else read


def page_of(team: Team, answer: RunResult | Pending | Absent, state: State) -> RunPage:
    """Record the answer as the product does, and build the page that shows it."""
    now = timezone.now()
    sighting, claim = make.make_sighting(team=team, run_id="run_denied", now=now), uuid.uuid4()
    Sighting.objects.update(claim=claim, lease_until=now + timedelta(seconds=20))
    said = answers.KeySaid(uuid.uuid4(), "Shop · production", state, "said so")
    found = None if isinstance(answer, Absent) else answer
    asked = answers.Asked(found=found, key_id=None, answered=(said,))
    recording.record(sighting_pk=sighting.pk, claim=claim, asked=asked, now=now)
    stored = StoredResult.objects.first()
    if stored is not None:
        opened = lookup.open_result(result=stored, team=team)
        return finished_page(opened, team=team, role=Role.VIEWER, view="", now=now)
    return unfinished_page(
        Sighting.objects.get(),
        details=RunDetails(),
        team=team,
        role=Role.VIEWER,
        has_keys=True,
        now=now,
    )


def state_of(answer: RunResult | Pending | Absent) -> State:
    match answer:
        case RunResult(state=state):
            return state
        case Pending():
            return State.PENDING
    return State.UNKNOWN


def test_every_recorded_denial_has_its_sentence() -> None:
    denied = {
        name.removesuffix(": result")
        for name, recorded in BY_NAME.items()
        if recorded.endpoint == "result" and recorded.status == 404 and name.endswith(": result")
    }

    assert denied == SENTENCES.keys() | (denied & NO_ENDPOINT)


@pytest.mark.parametrize("situation", SENTENCES)
def test_a_denied_run_is_said_to_be_what_it_is(team: Team, situation: str) -> None:
    recorded = BY_NAME.get(situation + VERSION) or BY_NAME[f"{situation}: retrieve"]
    answer = answer_of(recorded) if recorded.status == 200 else Absent.ABSENT

    page = page_of(team, answer, state_of(answer))

    label, words = SENTENCES[situation]
    assert page.label == label
    assert words in page.sentence


@pytest.mark.parametrize("situation", SENTENCES)
def test_nothing_is_said_to_be_unfinished_unless_the_api_said_so(
    team: Team, situation: str
) -> None:
    recorded = BY_NAME.get(situation + VERSION) or BY_NAME[f"{situation}: retrieve"]
    answer = answer_of(recorded) if recorded.status == 200 else Absent.ABSENT

    page = page_of(team, answer, state_of(answer))

    if not isinstance(answer, Pending):
        text = f"{page.label} {page.sentence} {page.advice}".lower()
        assert "not finished" not in text
        assert page.state is not State.PENDING


@pytest.mark.parametrize("recorded", [BY_NAME[name] for name in sorted(NO_ENDPOINT & set(BY_NAME))])
def test_an_address_that_is_none_of_the_api_is_no_word_about_a_run(recorded: Recorded) -> None:
    given = (recorded.status, recorded.headers, recorded.body)

    with pytest.raises(RunProblem) as problem:
        wire.read_result(recorded.run_id, *given, now=make.NOW)

    assert "address is probably wrong" in problem.value.reason
