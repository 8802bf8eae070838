"""States of a run: the API's own statuses and the answers Runlens gives; it must not know who asks."""

from __future__ import annotations

import enum


class State(enum.StrEnum):
    """What Runlens says about a run. The first seven are final: they can never change again."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    CRASHED = "crashed"
    SYSTEM_FAILURE = "system_failure"
    EXPIRED = "expired"
    TIMED_OUT = "timed_out"
    PENDING = "pending"
    UNKNOWN = "unknown"
    KEY_REFUSED = "key_refused"
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"

    @property
    def is_final(self) -> bool:
        """Whether the run has ended, so that its result is kept for ever."""
        return self in _FINAL

    @property
    def label(self) -> str:
        """One or two words for a badge."""
        return _LABELS[self]

    @property
    def tone(self) -> str:
        """`good`, `bad`, `calm`, `busy` or `warn`: how a badge looks, never its only meaning."""
        return _TONES[self]

    @property
    def sentence(self) -> str:
        """What happened, for a person who knows nothing else."""
        return _SENTENCES[self]


_FINAL = frozenset(
    {
        State.SUCCEEDED,
        State.FAILED,
        State.CANCELED,
        State.CRASHED,
        State.SYSTEM_FAILURE,
        State.EXPIRED,
        State.TIMED_OUT,
    }
)

_LABELS = {
    State.SUCCEEDED: "Succeeded",
    State.FAILED: "Failed",
    State.CANCELED: "Cancelled",
    State.CRASHED: "Crashed",
    State.SYSTEM_FAILURE: "System failure",
    State.EXPIRED: "Expired",
    State.TIMED_OUT: "Timed out",
    State.PENDING: "Not finished",
    State.UNKNOWN: "Unknown run",
    State.KEY_REFUSED: "Key refused",
    State.RATE_LIMITED: "Rate limited",
    State.UNREACHABLE: "API unreachable",
    State.UNREADABLE: "Unreadable answer",
}

_TONES = {
    State.SUCCEEDED: "good",
    State.FAILED: "bad",
    State.CANCELED: "calm",
    State.CRASHED: "bad",
    State.SYSTEM_FAILURE: "bad",
    State.EXPIRED: "calm",
    State.TIMED_OUT: "bad",
    State.PENDING: "busy",
    State.UNKNOWN: "warn",
    State.KEY_REFUSED: "warn",
    State.RATE_LIMITED: "warn",
    State.UNREACHABLE: "warn",
    State.UNREADABLE: "warn",
}

_SENTENCES = {
    State.SUCCEEDED: "The run finished and returned its result.",
    State.FAILED: "The task threw an error and no attempt was left.",
    State.CANCELED: "Somebody, or some code, cancelled the run before it finished.",
    State.CRASHED: "The process of the run died.",
    State.SYSTEM_FAILURE: "The platform failed, not the task's own code.",
    State.EXPIRED: "The run waited longer than its time to live and was never started.",
    State.TIMED_OUT: "The run used more time than its maximum duration and was stopped.",
    State.PENDING: "The run has not finished.",
    State.UNKNOWN: "None of the team's keys knows this run.",
    State.KEY_REFUSED: "Trigger.dev refused the team's keys.",
    State.RATE_LIMITED: "The calls that the key may make are used up for the moment.",
    State.UNREACHABLE: "The Trigger.dev API could not be reached.",
    State.UNREADABLE: "The API answered, but not with a run that can be read.",
}


class RunStatus(enum.StrEnum):
    """A status of the retrieve endpoint, in both of its API versions."""

    PENDING_VERSION = "PENDING_VERSION"
    WAITING_FOR_DEPLOY = "WAITING_FOR_DEPLOY"
    DELAYED = "DELAYED"
    QUEUED = "QUEUED"
    DEQUEUED = "DEQUEUED"
    EXECUTING = "EXECUTING"
    REATTEMPTING = "REATTEMPTING"
    WAITING = "WAITING"
    FROZEN = "FROZEN"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    INTERRUPTED = "INTERRUPTED"
    CANCELED = "CANCELED"
    CRASHED = "CRASHED"
    SYSTEM_FAILURE = "SYSTEM_FAILURE"
    EXPIRED = "EXPIRED"
    TIMED_OUT = "TIMED_OUT"

    @property
    def state(self) -> State:
        """What Runlens calls it."""
        return _STATES.get(self, State.PENDING)

    @property
    def is_final(self) -> bool:
        """Whether it can never change again; the API's own booleans are wrong for two of them."""
        return self.state.is_final

    @property
    def label(self) -> str:
        """The status in words."""
        return self.value.replace("_", " ").capitalize()

    @property
    def sentence(self) -> str:
        """What the run is doing, or how it ended."""
        return _STATUS_SENTENCES.get(self, self.state.sentence)


_STATES = {
    RunStatus.COMPLETED: State.SUCCEEDED,
    RunStatus.FAILED: State.FAILED,
    RunStatus.INTERRUPTED: State.FAILED,
    RunStatus.CANCELED: State.CANCELED,
    RunStatus.CRASHED: State.CRASHED,
    RunStatus.SYSTEM_FAILURE: State.SYSTEM_FAILURE,
    RunStatus.EXPIRED: State.EXPIRED,
    RunStatus.TIMED_OUT: State.TIMED_OUT,
}

_STATUS_SENTENCES = {
    RunStatus.PENDING_VERSION: "The run waits for a deployed version that has its task.",
    RunStatus.WAITING_FOR_DEPLOY: "The run waits for a deployment that has its task.",
    RunStatus.DELAYED: "The run is delayed on purpose and has not been queued yet.",
    RunStatus.QUEUED: "The run waits in its queue for a free place.",
    RunStatus.DEQUEUED: "The run left its queue and its machine is starting.",
    RunStatus.EXECUTING: "The task is running.",
    RunStatus.REATTEMPTING: "An attempt failed; the run waits for its next one.",
    RunStatus.WAITING: "The task is paused: it waits for a time, a token or another run.",
    RunStatus.FROZEN: "The task is paused: it waits for a time, a token or another run.",
    RunStatus.INTERRUPTED: "The run was interrupted before it could finish.",
}


def read_status(text: str) -> RunStatus | None:
    """Return the status that the API named, or None for a name that nobody knows yet."""
    try:
        return RunStatus(text)
    except ValueError:
        return None


def pending_words(status: str) -> tuple[str, str]:
    """Return a label and a sentence for a status that is not final, as sent when it is unknown."""
    known = read_status(status)
    if known is not None:
        return known.label, known.sentence
    shown = status or "no status"
    return (
        shown,
        f"The API calls its state “{shown}”, which Runlens does not know; it is not final.",
    )


_ADVICE = {
    RunStatus.PENDING_VERSION: "Deploy a version that contains the task; the run then starts by itself.",
    RunStatus.WAITING_FOR_DEPLOY: "Deploy the task; the run then starts by itself.",
    RunStatus.DELAYED: "Nothing has to be done; it starts when its delay is over.",
    RunStatus.QUEUED: "If it waits long, the queue's or the environment's concurrency limit may be used up.",
    RunStatus.EXECUTING: "Nothing has to be done; the result comes by itself.",
    RunStatus.WAITING: "Complete what it waits for, if that is a token of yours.",
    RunStatus.FROZEN: "Complete what it waits for, if that is a token of yours.",
}


def pending_advice(status: str) -> str:
    """Return what somebody can do about a status that is not final; nothing for most."""
    known = read_status(status)
    return _ADVICE.get(known, "") if known else ""
