"""Facts about a run at one moment: finished, unfinished or absent; it must not know how they came."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime

from results.domain.packet import Packet
from results.domain.status import State


class Source(enum.StrEnum):
    """Which endpoint the facts came from."""

    RESULT = "result"
    RETRIEVE = "retrieve"


@dataclass(frozen=True, slots=True)
class RunTimes:
    """Moments of a run in UTC and its compute time in ms; None where the API said nothing."""

    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    compute_ms: int | None = None


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a finished run returned: never changes once it is known.

    ``output`` is the packet as sent (its data None when nothing was returned); None when the run
    did not succeed. ``error`` is the error object's JSON text exactly as sent, None on success.
    ``output_trouble`` says why an output that exists upstream could not be fetched.
    ``details`` is the whole answer of the retrieve endpoint, when there was one.
    """

    run_id: str
    state: State
    source: Source
    task: str | None = None
    output: Packet | None = None
    output_trouble: str | None = None
    error: bytes | None = None
    times: RunTimes = field(default_factory=RunTimes)
    details: bytes | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A run that the retrieve endpoint says has not finished; ``status`` as the API spelt it.

    ``details`` is the rest of the answer but the payload, which may be large and is asked for often.
    """

    status: str
    task: str | None = None
    times: RunTimes = field(default_factory=RunTimes)
    details: bytes | None = None


class Absent(enum.Enum):
    """The endpoint knows nothing to say: the 404 that means one of many things."""

    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class StoredOutput:
    """An output kept in an object store: where to fetch it, and which address signs the fetch."""

    pointer: str | None = None
    presigned_url: str | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished run as one endpoint told it; its output may still have to be fetched."""

    result: RunResult
    stored: StoredOutput | None = None
