"""The answer of GET /api/v3/runs/{id}, derived from a run row; it must not know HTTP requests."""

from __future__ import annotations

from collections.abc import Callable

from results.sandbox import js_json
from results.sandbox.answer import Answer, as_json
from results.sandbox.stored_error import flattened
from results.sandbox.superjson_flattening import ABSENT, UnrestorableError, flatten
from results.sandbox.world import Run, Status, iso

OLD_NAMES: dict[Status, str] = {
    "PENDING": "QUEUED",
    "DEQUEUED": "EXECUTING",
    "RETRYING_AFTER_FAILURE": "REATTEMPTING",
    "PAUSED": "FROZEN",
    "WAITING_TO_RESUME": "FROZEN",
    "COMPLETED_SUCCESSFULLY": "COMPLETED",
    "COMPLETED_WITH_ERRORS": "FAILED",
}
NEW_NAMES: dict[Status, str] = {
    **OLD_NAMES,
    "WAITING_FOR_DEPLOY": "PENDING_VERSION",
    "DEQUEUED": "DEQUEUED",
    "RETRYING_AFTER_FAILURE": "EXECUTING",
    "PAUSED": "WAITING",
    "WAITING_TO_RESUME": "WAITING",
    "INTERRUPTED": "FAILED",
}
QUEUED = frozenset({"QUEUED", "DELAYED", "PENDING_VERSION", "WAITING_FOR_DEPLOY"})
EXECUTING = frozenset({"EXECUTING", "DEQUEUED", "REATTEMPTING", "FROZEN"})
# EXPIRED and TIMED_OUT are missing in the server's list, so that every flag is false for them.
COMPLETED = frozenset(
    {"COMPLETED", "CANCELED", "FAILED", "CRASHED", "INTERRUPTED", "SYSTEM_FAILURE"}
)
LONGEST_MS = 2147483647

STORE_TYPE = "application/store"


def retrieve_answer(
    run: Run | None,
    *,
    new_names: bool,
    presign: Callable[[str], str],
    relative: Callable[[str], Run | None] = lambda _: None,
) -> Answer:
    """The run's facts, the 404 of an unknown run, or the 500 of a run whose texts cannot be decoded.

    ``new_names`` chooses the status names of API version 2025-07-16; ``presign`` turns a pointer
    into a URL; ``relative`` finds the row of a related run by its id.
    """
    if run is None:
        return as_json(404, {"error": "Not found"}, {"x-should-retry": "true"})
    try:
        body = _body(run, new_names, presign, relative)
    except (js_json.NotJsonError, UnrestorableError):
        return as_json(500, {"error": "Internal Server Error"})
    return as_json(200, body)


def _body(
    run: Run,
    new_names: bool,
    presign: Callable[[str], str],
    relative: Callable[[str], Run | None],
) -> dict[str, object]:
    body = _facts(run, new_names)
    if run.schedule is not None:
        body["schedule"] = run.schedule
    if run.payload_type == STORE_TYPE and run.payload is not None:
        body["payloadPresignedUrl"] = presign(run.payload)
    else:
        _put_decoded(body, "payload", run.payload, run.payload_type)
    if body["status"] == "COMPLETED":
        if run.output_type == STORE_TYPE and run.output:
            body["outputPresignedUrl"] = presign(run.output)
        else:
            _put_decoded(body, "output", run.output, run.output_type)
    error = flattened(run.error)
    if error is not None:
        body["error"] = error
    body["attemptCount"] = run.attempt_count
    body["attempts"] = []
    body["relatedRuns"] = _related(run, new_names, relative)
    return body


def _facts(run: Run, new_names: bool) -> dict[str, object]:
    """The members that a run has in common with its related runs; those it lacks are left out."""
    status = (NEW_NAMES if new_names else OLD_NAMES).get(run.status, run.status)
    updated = run.updated_ms if run.updated_ms is not None else _last_moment(run)
    facts: dict[str, object] = {
        "id": run.id,
        "taskIdentifier": run.task,
        "idempotencyKey": run.idempotency_key,
        "version": run.version,
        "status": status,
        "createdAt": iso(run.created_ms),
        "startedAt": _iso(run.started_ms),
        "updatedAt": iso(updated),
        "finishedAt": _iso(run.finished_ms),
        "delayedUntil": _iso(run.delayed_until_ms),
        "expiredAt": _iso(run.expired_ms),
        "ttl": run.ttl,
        "costInCents": run.cost_cents,
        "baseCostInCents": run.base_cost_cents,
        "durationMs": min(run.duration_ms, LONGEST_MS),
        "isTest": run.is_test,
        "depth": run.depth,
        "tags": sorted(run.tags),
        "isQueued": status in QUEUED,
        "isExecuting": status in EXECUTING,
        "isCompleted": status in COMPLETED,
        "isFailed": status in COMPLETED and status != "COMPLETED",
        "isSuccess": status == "COMPLETED",
        "isCancelled": status == "CANCELED",
        "isWaiting": status == "WAITING",
        "triggerFunction": run.trigger_function,
        "batchId": run.batch_id,
        "region": run.region,
    }
    present = {key: value for key, value in facts.items() if value is not None}
    _put_decoded(present, "metadata", run.metadata, run.metadata_type)
    return present


def _put_decoded(body: dict[str, object], key: str, text: str | None, kind: str) -> None:
    """Set a packet's value; nothing is set for empty text, just as for no packet at all."""
    if not text:
        return
    if kind == "application/json":
        body[key] = js_json.parse(text)
    elif kind == "application/super+json":
        value = flatten(text)
        if value is not ABSENT:
            body[key] = value
    else:
        body[key] = text


def _related(run: Run, new_names: bool, relative: Callable[[str], Run | None]) -> dict[str, object]:
    related: dict[str, object] = {}
    for name, run_id in (("root", run.root_id), ("parent", run.parent_id)):
        found = relative(run_id) if run_id else None
        if found is not None:
            related[name] = _facts(found, new_names)
    children = [child for run_id in run.child_ids if (child := relative(run_id)) is not None]
    related["children"] = [_facts(child, new_names) for child in children]
    return related


def _last_moment(run: Run) -> int:
    moments = (run.created_ms, run.started_ms, run.finished_ms)
    return max(at for at in moments if at is not None)


def _iso(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else iso(milliseconds)
