"""What keys are asked with and what they answered, as plain values; it asks nobody and knows no row."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from results.domain.identity import ApiKey
from results.domain.problems import RunProblem
from results.domain.result import Absent, Pending, RunResult
from results.domain.status import State

KeyAnswered = RunResult | Pending | Absent | RunProblem


@dataclass(frozen=True, slots=True)
class Candidate:
    """A project key that may know the run, opened for this one question.

    ``calls`` were taken from its budget in advance. ``saw_pending`` says that the run was pending
    when this key was last answered. A ``probe`` finds out with one call whether its address
    answers again.
    """

    key_id: uuid.UUID
    label: str
    api_url: str
    branch: str
    key: ApiKey
    calls: int = 0
    saw_pending: bool = False
    is_probe: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """An API address did not answer a question that began at a moment; ``why`` is a clause."""

    api_url: str
    run_id: str
    why: str
    asked_at: datetime


# Tells of a failure and returns whether the address may be tried again.
TellFailure = Callable[[Failure], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class KeySaid:
    """What one key was answered: the state it stands for, and a clause for people.

    ``until`` is the moment before which the key is not asked again.
    """

    key_id: uuid.UUID
    label: str
    state: State
    reason: str
    until: datetime | None = None

    @property
    def as_json(self) -> dict[str, str]:
        """The form in which rows keep it; ``until`` only where there is one, as ISO 8601 in UTC."""
        kept = {
            "key_id": str(self.key_id),
            "key": self.label,
            "state": self.state.value,
            "said": self.reason,
        }
        return kept if self.until is None else kept | {"until": self.until.isoformat()}


@dataclass(frozen=True, slots=True)
class Calls:
    """How many calls were made with a key, beside how many were taken from its budget before."""

    key_id: uuid.UUID
    taken: int
    made: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What all keys together were answered about one run.

    ``asked_at`` is when the asking began: what was said to a key that changed after that says
    nothing about the key as it is now. ``not_asked`` is what is known of keys that were left out.
    ``answering`` are the API addresses that answered, whatever they said.
    """

    found: RunResult | Pending | None
    key_id: uuid.UUID | None
    answered: tuple[KeySaid, ...]
    asked_at: datetime | None = None
    not_asked: tuple[KeySaid, ...] = ()
    calls: tuple[Calls, ...] = ()
    answering: frozenset[str] = frozenset()

    @property
    def said(self) -> tuple[KeySaid, ...]:
        """What each of the team's keys stands for."""
        return self.answered + self.not_asked

    @property
    def pause_until(self) -> datetime | None:
        """When the first of the keys that rest may be asked again; None when the run was found."""
        moments = [said.until for said in self.said if said.until is not None]
        return None if self.found else min(moments, default=None)

    @property
    def nobody_before(self) -> datetime | None:
        """The moment before which no key may be asked again; None when one may be."""
        may_be_asked = any(
            said.until is None and said.state is not State.KEY_REFUSED for said in self.answered
        )
        return None if may_be_asked else self.pause_until

    @property
    def was_asked(self) -> bool:
        """Whether anybody was asked, so far as anybody could be."""
        return bool(self.answered) or self.pause_until is None

    @property
    def state(self) -> State:
        """The truth about the run: what was found, else why nobody could tell.

        "Unknown" needs every key's word; one key that could not be asked leaves it open.
        """
        match self.found:
            case RunResult(state=state):
                return state
            case Pending():
                return State.PENDING
        states = {said.state for said in self.said}
        for trouble in (State.RATE_LIMITED, State.UNREACHABLE, State.UNREADABLE):
            if trouble in states:
                return trouble
        if states == {State.KEY_REFUSED}:
            return State.KEY_REFUSED
        return State.UNKNOWN
