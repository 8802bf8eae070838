"""The database of the recorded server, worked out from its answers; it must not know how they are made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from results.sandbox.keys import public_token
from results.sandbox.world import Attempt, Bucket, Environment, Run, Status, World, moment

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = 1795434091.0
PROJECT = "proj_realrealrealrealreal"

DEV = Environment(name="dev", slug="dev", key="tr_dev_aaaaaaaaaaaaaaaaaaaaaaaa", project=PROJECT)
STG = Environment(name="stg", slug="stg", key="tr_stg_bbbbbbbbbbbbbbbbbbbbbbbb", project=PROJECT)
PROD = Environment(
    name="prod", slug="prod", key="tr_prod_cccccccccccccccccccccccc", project=PROJECT
)
LIMITED = Environment(
    name="limited",
    slug="prod",
    key="tr_prod_dddddddddddddddddddddddd",
    project="proj_limitedlimitedlimit",
    bucket=Bucket(size=3, refill=1, interval_s=30),
)
UNKNOWN = Environment(name="unknown", slug="dev", key="tr_dev_eeeeeeeeeeeeeeeeeeeeeeee")

# The answers name a status twice, without and with the newer API version.
STATUS_OF_NAMES: dict[tuple[str, str], Status] = {
    ("COMPLETED", "COMPLETED"): "COMPLETED_SUCCESSFULLY",
    ("FAILED", "FAILED"): "COMPLETED_WITH_ERRORS",
    ("INTERRUPTED", "FAILED"): "INTERRUPTED",
    ("CANCELED", "CANCELED"): "CANCELED",
    ("CRASHED", "CRASHED"): "CRASHED",
    ("SYSTEM_FAILURE", "SYSTEM_FAILURE"): "SYSTEM_FAILURE",
    ("EXPIRED", "EXPIRED"): "EXPIRED",
    ("TIMED_OUT", "TIMED_OUT"): "TIMED_OUT",
    ("QUEUED", "QUEUED"): "PENDING",
    ("DELAYED", "DELAYED"): "DELAYED",
    ("PENDING_VERSION", "PENDING_VERSION"): "PENDING_VERSION",
    ("WAITING_FOR_DEPLOY", "PENDING_VERSION"): "WAITING_FOR_DEPLOY",
    ("EXECUTING", "DEQUEUED"): "DEQUEUED",
    ("EXECUTING", "EXECUTING"): "EXECUTING",
    ("FROZEN", "WAITING"): "WAITING_TO_RESUME",
    ("REATTEMPTING", "EXECUTING"): "RETRYING_AFTER_FAILURE",
}
STATUS_OF_RUN: dict[str, Status] = {
    "paused": "PAUSED",
    "ok-json-invalid-text": "COMPLETED_SUCCESSFULLY",
}

THROWN_TEXT = {"type": "STRING_ERROR", "raw": "plain thrown string"}
TYPE_ERROR = {
    "type": "BUILT_IN_ERROR",
    "name": "TypeError",
    "message": "Cannot read properties of undefined (reading 'id')",
    "stackTrace": "TypeError: Cannot read properties of undefined (reading 'id')\n"
    "    at run (file:///app/trigger/report.ts:12:20)\n"
    "    at async _tracer.startActiveSpan (file:///app/node_modules/core/executor.js:88:7)",
}
STORED_ERRORS: dict[str, object] = {
    "v2-fail-built-in": TYPE_ERROR,
    "fail-no-attempt": TYPE_ERROR,
    "canceled-with-reason": THROWN_TEXT,
    "expired": THROWN_TEXT,
    "v2-canceled": THROWN_TEXT,
    "v2-expired": THROWN_TEXT,
    "v2-crashed": {"type": "INTERNAL_ERROR", "code": "TASK_PROCESS_OOM_KILLED"},
    "timed-out": {"type": "INTERNAL_ERROR", "code": "MAX_DURATION_EXCEEDED"},
    "v2-timed-out": {"type": "INTERNAL_ERROR", "code": "MAX_DURATION_EXCEEDED"},
    "fail-internal-unknown-code": {"type": "INTERNAL_ERROR", "code": "NOT_A_KNOWN_CODE"},
    "fail-unparsable-error": {"nonsense": True},
    "fail-null-error": None,
    "canceled-with-attempt": None,
}
EARLIER_ATTEMPTS = {
    "ok-after-retry": (Attempt(status="FAILED", error=TYPE_ERROR),),
    "fail-two-attempts": (Attempt(status="FAILED", error=TYPE_ERROR),),
}
STORED_OUTPUTS = {
    "ok-but-attempt-executing": ('{"x":1}', "application/json"),
    "v2-ok-json": ('{"sum":3}', "application/json"),
    "v2-ok-text": ("hello", "text/plain"),
}


@dataclass(frozen=True, slots=True)
class Recording:
    """A request to the real server and what it answered."""

    name: str
    method: str
    path: str
    auth: str | None
    request_headers: Mapping[str, str]
    status: int
    headers: Mapping[str, str]
    body: str


def _read() -> list[Recording]:
    file = Path(__file__).parent.parent / "data" / "recordings.jsonl"
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [
        Recording(
            name=line["name"],
            method=line["request"]["method"],
            path=line["request"]["path"],
            auth=line["request"]["auth"],
            request_headers=line["request"].get("headers", {}),
            status=line["status"],
            headers={name.lower(): value for name, value in line["headers"].items()},
            body=line["body"] or "",
        )
        for line in lines
    ]


RECORDINGS = _read()
BY_NAME = {recording.name: recording for recording in RECORDINGS}
DONE_RUN = "run_c3nrqvmulj2qvy1m73do4oi3n"


def authorization(recording: Recording) -> str | None:
    """The header value that was sent, with this world's secrets in place of the names of secrets."""
    if recording.auth is None:
        return None
    secrets = {
        "{dev key}": DEV.key,
        "{staging key}": STG.key,
        "{prod key}": PROD.key,
        "{prod key of a second organization whose limit is 3 requests, 1 back every 30 s}": LIMITED.key,
        "{public JWT scope read:runs}": _token(DEV, "read:runs"),
        "{public JWT scope read:runs:{this run}}": _token(DEV, f"read:runs:{DONE_RUN}"),
        "{public JWT scope read:runs:{another run}}": _token(DEV, "read:runs:run_another"),
        "{public JWT scope read:tags:user:42}": _token(DEV, "read:tags:user:42"),
        "{public JWT scope read:all}": _token(DEV, "read:all"),
        "{public JWT no scopes}": _token(DEV),
        "{public JWT expired}": public_token(DEV, ["read:runs"], expires=NOW - 60),
        "{public JWT signed with another key}": public_token(
            DEV, ["read:runs"], expires=NOW + 900, key=PROD.key
        ),
        "{public JWT of the prod environment, dev run}": _token(PROD, "read:runs"),
        "{public JWT of an unknown environment}": _token(UNKNOWN, "read:runs"),
        "{public JWT scope write:runs only}": _token(DEV, "write:runs"),
        "{public JWT scope read:runs, run does not exist}": _token(DEV, "read:runs"),
    }
    text = recording.auth
    for name, secret in secrets.items():
        text = text.replace(name, secret)
    assert "{" not in text, text
    return text


def recorded_world() -> World:
    """The rows that the recorded server held, each worked out from the answers about it."""
    names = [name.removesuffix(": retrieve") for name in BY_NAME if _has_three_answers(name)]
    runs = [_row(name) for name in names]
    prod_run = _run_id(BY_NAME["key of another environment (dev key, prod run): result"])
    runs.append(Run(id=prod_run, status="COMPLETED_SUCCESSFULLY", environment="prod"))
    limited = json.loads(BY_NAME["rate limit, request 1: result"].body)
    done = Attempt(status="COMPLETED", output=limited["output"], output_type=limited["outputType"])
    runs.append(
        Run(
            id=limited["id"],
            status="COMPLETED_SUCCESSFULLY",
            environment="limited",
            attempts=(done,),
        )
    )
    return World([DEV, STG, PROD, LIMITED], runs)


def _token(environment: Environment, *scopes: str) -> str:
    return public_token(environment, scopes, expires=NOW + 900)


def _run_id(recording: Recording) -> str:
    return recording.path.split("/")[4]


def _has_three_answers(name: str) -> bool:
    return name.endswith(": retrieve") and f"{name}, api version 2025-07-16" in BY_NAME


def _row(name: str) -> Run:
    result = BY_NAME[f"{name}: result"]
    told = json.loads(result.body)
    old_facts = json.loads(BY_NAME[f"{name}: retrieve"].body)
    new_facts = json.loads(BY_NAME[f"{name}: retrieve, api version 2025-07-16"].body)
    status = STATUS_OF_RUN.get(name) or STATUS_OF_NAMES[old_facts["status"], new_facts["status"]]
    output, output_type = _stored_output(name, told)
    error = STORED_ERRORS[name] if name in STORED_ERRORS else told.get("error")
    payload_is_stored = "payloadPresignedUrl" in old_facts
    return Run(
        id=_run_id(result),
        environment="stg" if result.auth == "Bearer {staging key}" else "dev",
        status=status,
        output=output,
        output_type=output_type,
        error=error,
        attempts=_attempts(name, status, output, output_type, error),
        payload="run_payload_example/payload.json" if payload_is_stored else '{"hello":"world"}',
        payload_type="application/store" if payload_is_stored else "application/json",
        **_members(old_facts),
    )


def _members(facts: Mapping[str, Any]) -> dict[str, Any]:
    moments = {
        f"{member}_ms": moment(facts[key])
        for key, member in {
            "createdAt": "created",
            "startedAt": "started",
            "updatedAt": "updated",
            "finishedAt": "finished",
            "delayedUntil": "delayed_until",
            "expiredAt": "expired",
        }.items()
        if key in facts
    }
    plain = {
        member: facts[key]
        for key, member in {
            "taskIdentifier": "task",
            "version": "version",
            "idempotencyKey": "idempotency_key",
            "ttl": "ttl",
            "durationMs": "duration_ms",
            "costInCents": "cost_cents",
            "baseCostInCents": "base_cost_cents",
            "isTest": "is_test",
            "attemptCount": "attempt_count",
        }.items()
        if key in facts
    }
    metadata = json.dumps(facts["metadata"]) if "metadata" in facts else None
    return {**moments, **plain, "tags": tuple(facts.get("tags", ())), "metadata": metadata}


def _stored_output(name: str, told: Mapping[str, Any]) -> tuple[str | None, str]:
    if name == "v2-ok-super-json":
        told = json.loads(BY_NAME["ok-super-json: result"].body)
    if name in STORED_OUTPUTS:
        return STORED_OUTPUTS[name]
    return told.get("output"), told.get("outputType", "application/json")


def _attempts(
    name: str, status: Status, output: str | None, output_type: str, error: object
) -> tuple[Attempt, ...]:
    if name.startswith("v2-") or name in {"fail-no-attempt", "canceled-with-reason"}:
        return ()
    if name == "ok-but-attempt-executing":
        return (Attempt(status="EXECUTING"),)
    earlier = EARLIER_ATTEMPTS.get(name, ())
    if status == "COMPLETED_SUCCESSFULLY":
        return (*earlier, Attempt(status="COMPLETED", output=output, output_type=output_type))
    if status == "CANCELED":
        return (Attempt(status="CANCELED"),)
    return (*earlier, Attempt(status="FAILED", error=error))
