"""What a server's database would hold: environments, run rows, attempt rows; it must not know HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

Status = Literal[
    "PENDING",
    "PENDING_VERSION",
    "WAITING_FOR_DEPLOY",
    "DELAYED",
    "DEQUEUED",
    "EXECUTING",
    "WAITING_TO_RESUME",
    "RETRYING_AFTER_FAILURE",
    "PAUSED",
    "COMPLETED_SUCCESSFULLY",
    "COMPLETED_WITH_ERRORS",
    "CANCELED",
    "INTERRUPTED",
    "CRASHED",
    "SYSTEM_FAILURE",
    "EXPIRED",
    "TIMED_OUT",
]
AttemptStatus = Literal["PENDING", "EXECUTING", "PAUSED", "COMPLETED", "FAILED", "CANCELED"]

FAILURES: frozenset[Status] = frozenset(
    {"COMPLETED_WITH_ERRORS", "SYSTEM_FAILURE", "CRASHED", "INTERRUPTED"}
)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A token bucket: ``size`` requests at once, ``refill`` of them back every ``interval_s`` seconds."""

    size: int = 750
    refill: int = 250
    interval_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One environment of one project, with the secret keys that open it.

    ``name`` is unique in a world and is what a run row refers to; ``slug`` is dev, stg, prod or
    preview. ``scoped_keys`` are additional keys and what each may do. A preview environment is
    opened by its key together with the name of a branch.
    """

    name: str
    slug: str
    key: str
    project: str = "proj_sandboxsandboxsandbo"
    branch: str | None = None
    bucket: Bucket | None = None
    scoped_keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """What the ``sub`` of a public token names."""
        return f"env_{self.name.replace('/', '_')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt row; only the old engine wrote them."""

    status: AttemptStatus
    output: str | None = None
    output_type: str = "application/json"
    error: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run row. Moments are milliseconds since 1970; ``error`` is the stored union as JSON values."""

    id: str
    status: Status
    environment: str = "dev"
    task: str = "report"
    version: str | None = None
    created_ms: int = 0
    started_ms: int | None = None
    updated_ms: int | None = None
    finished_ms: int | None = None
    delayed_until_ms: int | None = None
    expired_ms: int | None = None
    ttl: str | None = None
    duration_ms: int = 0
    cost_cents: float = 0
    base_cost_cents: float = 0
    is_test: bool = False
    depth: int = 0
    tags: tuple[str, ...] = ()
    idempotency_key: str | None = None
    batch_id: str | None = None
    trigger_function: str = "trigger"
    schedule: Mapping[str, object] | None = None
    region: str | None = "main"
    metadata: str | None = None
    metadata_type: str = "application/json"
    payload: str | None = "{}"
    payload_type: str = "application/json"
    output: str | None = None
    output_type: str = "application/json"
    error: object = None
    attempt_count: int = 0
    attempts: tuple[Attempt, ...] = ()
    root_id: str | None = None
    parent_id: str | None = None
    child_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LivingRun:
    """A run whose row follows the time.

    ``row(first_sight, now)``, both in seconds since 1970, is the row at the moment ``now``, or None
    as long as the run does not exist.
    """

    id: str
    environment: str
    row: Callable[[float, float], Run | None]


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object of the object store with its Content-Type; ``made`` gives its bytes when they are asked for."""

    made: Callable[[], bytes]
    content_type: str

    @property
    def content(self) -> bytes:
        """The bytes."""
        return self.made()


class World:
    """Environments, runs and stored objects, which a test may add to while the server runs."""

    def __init__(
        self,
        environments: Iterable[Environment] = (),
        runs: Iterable[Run | LivingRun] = (),
        *,
        imagine: Callable[[str], Run | LivingRun | None] | None = None,
    ) -> None:
        """``imagine`` makes a row for an id that no row was added for, from the id alone."""
        self.environments: list[Environment] = list(environments)
        self.runs: dict[str, Run | LivingRun] = {run.id: run for run in runs}
        self.objects: dict[str, StoredObject] = {}
        self._imagine = imagine

    def add_environment(self, environment: Environment) -> None:
        """Add an environment, or replace the one of that name."""
        others = [known for known in self.environments if known.name != environment.name]
        self.environments = [*others, environment]

    def add_run(self, run: Run | LivingRun) -> None:
        """Add a run, or replace the one of that id."""
        self.runs[run.id] = run

    def add_object(
        self,
        pointer: str,
        content: bytes | Callable[[], bytes],
        content_type: str,
        environment: str = "dev",
    ) -> None:
        """Put what an ``application/store`` output points to into the environment's object store.

        What is large may be handed over as a function that makes it.
        """
        place = store_path(self.environment(environment), pointer)
        made = (lambda: content) if isinstance(content, bytes) else content
        self.objects[place] = StoredObject(made, content_type)

    def environment(self, name: str) -> Environment:
        """The environment of that name; KeyError when there is none."""
        for environment in self.environments:
            if environment.name == name:
                return environment
        raise KeyError(name)

    def with_key(self, key: str) -> list[Environment]:
        """Every environment that this root or additional key belongs to (more than one: branches)."""
        return [
            known for known in self.environments if key == known.key or key in known.scoped_keys
        ]

    def with_id(self, environment_id: str) -> Environment | None:
        """The environment that a public token names."""
        return next((known for known in self.environments if known.id == environment_id), None)

    def run(
        self, environment: Environment, run_id: str, first_sight: float, now: float
    ) -> Run | None:
        """The row of a run as it is at ``now``, if the environment has it."""
        found = self.runs.get(run_id)
        if found is None and self._imagine is not None:
            found = self._imagine(run_id)
        if found is None or found.environment != environment.name:
            return None
        return found.row(first_sight, now) if isinstance(found, LivingRun) else found


def with_attempts(run: Run) -> Run:
    """The row as the old engine would have left it: output or error repeated on an attempt row."""
    if run.status == "COMPLETED_SUCCESSFULLY":
        last = Attempt(status="COMPLETED", output=run.output, output_type=run.output_type)
    elif run.status in FAILURES or run.status == "TIMED_OUT":
        last = Attempt(status="FAILED", error=run.error)
    elif run.status == "CANCELED":
        last = Attempt(status="CANCELED")
    else:
        return run
    return replace(run, attempts=(last,), attempt_count=max(run.attempt_count, 1))


def store_path(environment: Environment, pointer: str) -> str:
    """Where an environment keeps what a pointer names; a protocol prefix chooses the same store."""
    _, _, path = pointer.rpartition("://")
    return f"packets/{environment.project}/{environment.slug}/{path}"


def moment(text: str) -> int:
    """Milliseconds since 1970 of an ISO 8601 text with a zone."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def iso(milliseconds: int) -> str:
    """ISO 8601 in UTC with milliseconds and Z, as JavaScript prints a Date."""
    whole = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"
