"""What a scenario is, and how a plain one is put together; it must not know any particular run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from results.sandbox.world import LivingRun, Run, Status, moment, with_attempts

if TYPE_CHECKING:
    from collections.abc import Mapping

SUPERJSON = "application/super+json"
JSON = "application/json"
TEXT = "text/plain"
STORE = "application/store"
VERSION = "20261118.3"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A run to look at.

    ``name`` is how code refers to it, ``environment`` the name of the environment whose key opens
    it, ``title`` what one will see, in one plain sentence.
    """

    name: str
    run_id: str
    environment: str
    title: str
    row: Run | LivingRun


def ended(
    name: str,
    run_id: str,
    environment: str,
    title: str,
    created: str,
    *,
    status: Status = "COMPLETED_SUCCESSFULLY",
    waited_ms: int = 1240,
    took_ms: int = 3750,
    old: bool = False,
    **row: Any,
) -> Scenario:
    """A run that was created at ``created``, started after ``waited_ms``, and then took ``took_ms``.

    ``old`` gives it attempt rows, so that /result answers it; ``row`` are members of Run.
    """
    began = moment(created)
    members: dict[str, Any] = {
        "version": VERSION,
        "created_ms": began,
        "started_ms": began + waited_ms,
        "finished_ms": began + waited_ms + took_ms,
        "duration_ms": took_ms,
        "cost_cents": 0 if environment == "dev" else round(took_ms * 0.0000169, 6),
        "base_cost_cents": 0 if environment == "dev" else 0.0025,
        "attempt_count": 1,
        **row,
    }
    run = Run(id=run_id, environment=environment, status=status, **members)
    return Scenario(name, run_id, environment, title, with_attempts(run) if old else run)


def waiting(
    name: str,
    run_id: str,
    environment: str,
    title: str,
    created: str,
    status: Status,
    *,
    started_after_ms: int | None = None,
    **row: Any,
) -> Scenario:
    """A run that stays unfinished for ever; it started only if ``started_after_ms`` is given."""
    began = moment(created)
    run = Run(
        id=run_id,
        environment=environment,
        status=status,
        created_ms=began,
        started_ms=None if started_after_ms is None else began + started_after_ms,
        **row,
    )
    return Scenario(name, run_id, environment, title, run)


def living(name: str, title: str, run: LivingRun) -> Scenario:
    """A run that follows the time since it was first asked for."""
    return Scenario(name, run.id, run.environment, title, run)


def like(model: Scenario, name: str, run_id: str, title: str, **row: Any) -> Scenario:
    """The same run as the current engine would have left it: no attempt rows."""
    if not isinstance(model.row, Run):
        raise TypeError("only a run that stays as it is can be a model")
    changed: Mapping[str, Any] = {"attempts": (), **row}
    run = replace(model.row, id=run_id, **changed)
    return Scenario(name, run_id, run.environment, title, run)
