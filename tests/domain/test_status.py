"""States and statuses: which are final, and that each has its words."""

from __future__ import annotations

import pytest

from results.domain.status import RunStatus, State, pending_words, read_status

FINAL = {
    "COMPLETED": State.SUCCEEDED,
    "FAILED": State.FAILED,
    "INTERRUPTED": State.FAILED,
    "CANCELED": State.CANCELED,
    "CRASHED": State.CRASHED,
    "SYSTEM_FAILURE": State.SYSTEM_FAILURE,
    "EXPIRED": State.EXPIRED,
    "TIMED_OUT": State.TIMED_OUT,
}
NOT_FINAL = [
    "PENDING_VERSION",
    "WAITING_FOR_DEPLOY",
    "DELAYED",
    "QUEUED",
    "DEQUEUED",
    "EXECUTING",
    "REATTEMPTING",
    "WAITING",
    "FROZEN",
]


@pytest.mark.parametrize(("name", "state"), FINAL.items())
def test_a_run_that_has_ended_is_final(name: str, state: State) -> None:
    status = RunStatus(name)

    assert status.state is state
    assert status.is_final
    assert state.is_final


@pytest.mark.parametrize("name", NOT_FINAL)
def test_a_run_that_has_not_ended_is_pending(name: str) -> None:
    status = RunStatus(name)

    assert status.state is State.PENDING
    assert not status.is_final


def test_no_status_of_the_api_is_overlooked() -> None:
    assert set(RunStatus) == {*FINAL, *NOT_FINAL}


@pytest.mark.parametrize("state", State)
def test_every_state_has_its_words_and_a_tone(state: State) -> None:
    assert state.label
    assert state.sentence.endswith(".")
    assert state.tone in {"good", "bad", "calm", "busy", "warn"}


@pytest.mark.parametrize("status", RunStatus)
def test_every_status_has_its_words(status: RunStatus) -> None:
    assert status.label
    assert status.sentence.endswith(".")


def test_troubles_with_the_api_are_not_final() -> None:
    assert {state for state in State if state.is_final} == set(FINAL.values())


def test_a_status_that_nobody_knows_is_shown_as_it_was_sent() -> None:
    assert read_status("TELEPORTING") is None
    label, sentence = pending_words("TELEPORTING")
    assert label == "TELEPORTING"
    assert "not final" in sentence


def test_the_absence_of_a_status_is_said() -> None:
    assert "no status" in pending_words("")[1]
