"""The answer of GET /api/v1/runs/{id}/result, derived from a run row; it must not know HTTP requests."""

from __future__ import annotations

from results.sandbox.answer import Answer, as_json
from results.sandbox.stored_error import fitting
from results.sandbox.world import FAILURES, Attempt, AttemptStatus, Run

MISSING = "Run either doesn't exist or is not finished"


def result_answer(run: Run | None) -> Answer:
    """200 with a result when the row holds one that this endpoint can see, else its 404.

    It sees only attempt rows, so a run of the current engine answers 404 for ever unless it was
    cancelled.
    """
    body = None if run is None else _body(run)
    return as_json(404, {"error": MISSING}) if body is None else as_json(200, body)


def _body(run: Run) -> dict[str, object] | None:
    if run.status == "CANCELED":
        return _failure(run, {"type": "INTERNAL_ERROR", "code": "TASK_RUN_CANCELLED"})
    if run.status == "COMPLETED_SUCCESSFULLY":
        done = _newest(run, "COMPLETED")
        return None if done is None else _success(run, done)
    if run.status in FAILURES:
        failed = _newest(run, "FAILED")
        if failed is None:
            return None
        unreadable = {"type": "INTERNAL_ERROR", "code": "CONFIGURED_INCORRECTLY"}
        return _failure(run, fitting(failed.error) or unreadable)
    return None


def _newest(run: Run, status: AttemptStatus) -> Attempt | None:
    return next((row for row in reversed(run.attempts) if row.status == status), None)


def _success(run: Run, attempt: Attempt) -> dict[str, object]:
    body: dict[str, object] = {"ok": True, "id": run.id, "taskIdentifier": run.task}
    if attempt.output is not None:
        body["output"] = attempt.output
    return {**body, "outputType": attempt.output_type}


def _failure(run: Run, error: object) -> dict[str, object]:
    return {"ok": False, "id": run.id, "taskIdentifier": run.task, "error": error}
