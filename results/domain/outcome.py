"""Outcomes: what became of a run, coarser than its state, for counting and choosing; no state is decided here."""

from __future__ import annotations

import enum

from results.domain.status import State


class Outcome(enum.StrEnum):
    """Five kinds of runs that people tell apart in lists."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    OTHER = "other"
    WAITING = "waiting"
    UNCLEAR = "unclear"

    @property
    def label(self) -> str:
        """One to three words."""
        return _LABELS[self]

    @property
    def tone(self) -> str:
        """How a sign of it looks, as for states."""
        return _TONES[self]

    @classmethod
    def of(cls, state: State) -> Outcome:
        """Return the outcome that the state belongs to."""
        if state is State.SUCCEEDED:
            return cls.SUCCEEDED
        if state.is_final:
            return cls.FAILED if state.tone == "bad" else cls.OTHER
        return cls.WAITING if state is State.PENDING else cls.UNCLEAR


_LABELS = {
    Outcome.SUCCEEDED: "Succeeded",
    Outcome.FAILED: "Failed",
    Outcome.OTHER: "Cancelled or expired",
    Outcome.WAITING: "Not finished",
    Outcome.UNCLEAR: "Not known",
}
_TONES = {
    Outcome.SUCCEEDED: "good",
    Outcome.FAILED: "bad",
    Outcome.OTHER: "calm",
    Outcome.WAITING: "busy",
    Outcome.UNCLEAR: "warn",
}
