"""What can go wrong between us and the API, as data without prose; it must not know any page.

RunProblem
├── KeyRejected      the API refused the key (401 or 403)
├── RateLimited      the API asks us to wait (429)
├── Unreachable      no answer came: connection, TLS, name, time, or the server's own failure (5xx)
├── Unreadable       an answer came that is not one of the API's
│   └── LinkRefused  the object store no longer takes a presigned address
└── AddressRefused   the address is not one that this instance may ask
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from results.domain.status import State


class RunProblem(Exception):  # noqa: N818  the family's name in the field is "problem"
    """Something between us and the API; ``state`` is what a run is said to be because of it.

    ``retryable`` says whether the same question may be answered a moment later.
    """

    state = State.UNREADABLE
    retryable = False

    @property
    def reason(self) -> str:
        """One plain clause that completes "this key …" or "the API …"."""
        return "could not be asked"


@dataclass(eq=False)
class KeyRejected(RunProblem):
    """The API refused the key; ``said`` is its own short text."""

    said: str = ""
    state = State.KEY_REFUSED

    @property
    def reason(self) -> str:
        """What the API said of the key."""
        return f"refused: {self.said}" if self.said else "refused"


# Followed by the time of day, whoever says it: the API just now, or we of a pause that lasts.
ASKED_TO_WAIT = "asked us to wait until "


@dataclass(eq=False)
class RateLimited(RunProblem):
    """The API asks for a pause until the given moment (UTC)."""

    until: datetime
    state = State.RATE_LIMITED

    @property
    def reason(self) -> str:
        """How long the pause lasts, by the clock."""
        return f"{ASKED_TO_WAIT}{self.until:%H:%M:%S} UTC"


@dataclass(eq=False)
class Unreachable(RunProblem):
    """No usable answer came; ``why`` is a clause such as "refused the connection".

    ``status`` is that of a server that answered only to say that it failed (5xx). ``was_asked`` is
    False when the time was up before anything was sent.
    """

    why: str
    status: int | None = None
    was_asked: bool = True
    retryable: bool = True
    state = State.UNREACHABLE

    @property
    def reason(self) -> str:
        """Why no answer came."""
        return self.why


@dataclass(eq=False)
class Unreadable(RunProblem):
    """An answer came that is not one of the API's; ``why`` names what was odd about it."""

    why: str
    retryable: bool = False
    state = State.UNREADABLE

    @property
    def reason(self) -> str:
        """What was odd about the answer."""
        return self.why


class LinkRefused(Unreadable):
    """The object store no longer takes a presigned address: most likely its time is over."""


@dataclass(eq=False)
class AddressRefused(RunProblem):
    """This instance may not ask that address; nothing was sent."""

    why: str
    state = State.UNREACHABLE

    @property
    def reason(self) -> str:
        """Which rule the address breaks."""
        return self.why
