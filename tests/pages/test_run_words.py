"""What is said of a run that has not ended: one sentence for each situation, and never the same for two."""

from __future__ import annotations

from collections import Counter

import pytest

from results.domain.status import RunStatus, State
from results.models import Role, Sighting
from results.pages.run_words import asked_words, trouble_words, words
from results.services.candidates import NOT_ASKED

PENDING = [status for status in RunStatus if not status.is_final]
# Both API versions have a name for the same situation.
SAME = {RunStatus.FROZEN: RunStatus.WAITING}
UNANSWERED = [state for state in State if not state.is_final and state is not State.PENDING]
# Nothing can be done about these but wait.
ONLY_WAIT = {RunStatus.DEQUEUED, RunStatus.REATTEMPTING}


def said(
    state: State | None,
    status: str = "",
    *,
    has_keys: bool = True,
    role: Role = Role.OWNER,
) -> tuple[str, str, str]:
    sighting = Sighting(run_id="run_a", state=state or "", status=status)
    return words(sighting, state or State.PENDING, has_keys=has_keys, role=role)


def situations() -> dict[str, tuple[str, str, str]]:
    """Everything that can be said of a run, but once for what has two names."""
    found = {
        "no key": said(None, has_keys=False),
        "not answered yet": said(None),
        "a status that nobody knows": said(State.PENDING, "DREAMING"),
        "no status": said(State.PENDING, ""),
    }
    found |= {status: said(State.PENDING, status) for status in PENDING if status not in SAME}
    found |= {state: said(state) for state in UNANSWERED}
    found |= {
        state: (state.label, state.sentence, "always final") for state in State if state.is_final
    }
    return found


@pytest.mark.parametrize("part", [0, 1])
def test_no_two_situations_share_a_label_or_a_sentence(part: int) -> None:
    counted = Counter(each[part] for each in situations().values())

    assert [words for words, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("situation", situations())
def test_every_situation_has_a_label_and_a_whole_sentence(situation: str) -> None:
    label, sentence, _ = situations()[situation]

    assert 0 < len(label) <= 24
    assert sentence[0].isupper()
    assert sentence.endswith(".")


def test_two_names_of_one_situation_say_the_same() -> None:
    for one, other in SAME.items():
        assert said(State.PENDING, one)[1:] == said(State.PENDING, other)[1:]


@pytest.mark.parametrize("status", [status for status in PENDING if status not in ONLY_WAIT])
def test_where_something_can_be_known_or_done_it_is_said(status: RunStatus) -> None:
    assert said(State.PENDING, status)[2].endswith(".")


@pytest.mark.parametrize("state", UNANSWERED)
def test_an_answer_that_is_no_run_comes_with_advice(state: State) -> None:
    assert said(state)[2].endswith(".")


def test_no_two_answers_share_their_advice() -> None:
    advice = [said(state)[2] for state in UNANSWERED]

    assert len(set(advice)) == len(advice)


def test_whose_fault_it_is_can_be_read() -> None:
    assert "Nothing is wrong with the run id" in said(State.KEY_REFUSED)[2]
    assert "Nothing is wrong with the run" in said(State.RATE_LIMITED)[2]
    assert "not yours" in said(State.UNREACHABLE)[2]
    assert "misspelt" in said(State.UNKNOWN)[2]


@pytest.mark.parametrize(
    ("role", "advice"),
    [(Role.OWNER, "Add the key"), (Role.MEMBER, "Add the key"), (Role.VIEWER, "Ask an owner")],
)
def test_a_team_without_keys_is_told_what_this_person_can_do(role: Role, advice: str) -> None:
    label, sentence, found = said(None, has_keys=False, role=role)

    assert label == "No key yet"
    assert "nobody could be asked" in sentence
    assert found.startswith(advice)


def test_without_keys_nothing_older_is_said() -> None:
    assert said(State.PENDING, "EXECUTING", has_keys=False) == said(None, has_keys=False)


def test_an_unknown_status_is_shown_as_it_was_sent() -> None:
    label, sentence, advice = said(State.PENDING, "DREAMING")

    assert label == "DREAMING"
    assert "“DREAMING”" in sentence
    assert "not final" in sentence
    assert advice == ""


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        (["knows this run"], "1 key asked"),
        (["knows this run", "does not know this run"], "2 keys asked"),
        (["knows this run", f"{NOT_ASKED}its secret cannot be opened"], "1 of 2 keys asked"),
        ([f"{NOT_ASKED}its secret cannot be opened"], "Why no key was asked"),
    ],
)
def test_a_key_that_was_left_out_does_not_count_as_asked(reasons: list[str], words: str) -> None:
    assert asked_words(reasons) == words


def test_a_reason_that_ends_its_own_sentence_is_not_ended_twice() -> None:
    sighting = Sighting(run_id="run_a", trouble="failed with status 500: Please try again.")

    assert trouble_words(sighting) == (
        "The latest check got no answer: the API failed with status 500: Please try again."
    )
