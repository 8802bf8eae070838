"""Turns the API's answers into facts about runs; pure, tolerant, and ignorant of how they came.

Only what is needed to decide is decoded. Outputs, errors and details stay bytes, exactly as sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from results.domain.json_members import Members, NotAnObjectError, members_of
from results.domain.packet import Packet
from results.domain.problems import KeyRejected, RateLimited, RunProblem, Unreachable, Unreadable
from results.domain.result import (
    Absent,
    Finished,
    Pending,
    RunResult,
    RunTimes,
    Source,
    StoredOutput,
)
from results.domain.status import State, read_status
from results.trigger.pauses import pause

STORE_TYPE = "application/store"
_CANCELLED = "TASK_RUN_CANCELLED"


def read_result(
    run_id: str, status: int, headers: Mapping[str, str], body: bytes, *, now: datetime
) -> Finished | Absent:
    """Read an answer of `GET /api/v1/runs/{id}/result`.

    Its 404 means a dozen things and never "not finished": the retrieve endpoint must be asked.
    """
    if status == 404 and _is_json_error(body):
        return Absent.ABSENT
    members = _members_of_run(run_id, status, headers, body, now)
    ok = _plain(members, "ok")
    if not isinstance(ok, bool):
        raise Unreadable("answered with an object that is not a run result")
    task = _text(members, "taskIdentifier")
    times = RunTimes(compute_ms=_usage_ms(members))
    if not ok:
        error = members.get("error")
        raw = error if error is not None else b"null"
        state = State.CANCELED if _code_of(raw) == _CANCELLED else State.FAILED
        result = RunResult(run_id, state, Source.RESULT, task=task, error=raw, times=times)
        return Finished(result)
    output_type = _text(members, "outputType")
    packet = Packet(_text_bytes(members.get("output")), output_type)
    stored = None
    if output_type == STORE_TYPE and packet.data is not None:
        stored = StoredOutput(pointer=packet.data.decode("utf-8", "replace"))
    result = RunResult(
        run_id, State.SUCCEEDED, Source.RESULT, task=task, output=packet, times=times
    )
    return Finished(result, stored)


def read_run(
    run_id: str, status: int, headers: Mapping[str, str], body: bytes, *, now: datetime
) -> Finished | Pending | Absent:
    """Read an answer of `GET /api/v3/runs/{id}`.

    ``status`` decides, never the booleans beside it: they are all false for EXPIRED and TIMED_OUT.
    A status that nobody knows is final only when the run has a time at which it finished.
    """
    if status == 404 and _is_json_error(body):
        return Absent.ABSENT
    members = _members_of_run(run_id, status, headers, body, now)
    sent = _text(members, "status")
    if sent is None:
        raise Unreadable("answered with an object that is not a run")
    times = RunTimes(
        created_at=_moment(members, "createdAt"),
        started_at=_moment(members, "startedAt"),
        finished_at=_moment(members, "finishedAt"),
        compute_ms=_whole(members, "durationMs"),
    )
    task = _text(members, "taskIdentifier")
    known = read_status(sent)
    if known is not None:
        state = known.state
    elif times.finished_at is None:
        state = State.PENDING
    else:
        state = State.FAILED if "error" in members else State.SUCCEEDED
    if not state.is_final:
        return Pending(sent, task=task, times=times, details=_details(members, "payload"))
    return _finished_run(run_id, state, task, times, members)


def read_presigned(status: int, headers: Mapping[str, str], body: bytes, *, now: datetime) -> str:
    """Read an answer of `GET /api/v1/packets/{pointer}`: the address to fetch the output from."""
    url = _text(_members(status, headers, body, now), "presignedUrl")
    if not url:
        raise Unreadable("gave no address for the stored output")
    return url


def _finished_run(
    run_id: str, state: State, task: str | None, times: RunTimes, members: Members
) -> Finished:
    output = stored = error = None
    if state is State.SUCCEEDED:
        raw = members.get("output")
        url = _text(members, "outputPresignedUrl")
        if raw is None and url:
            stored = StoredOutput(presigned_url=url)
        else:
            output = Packet(raw, None, flattened=True)
    elif "error" in members:
        error = members["error"]
    result = RunResult(
        run_id,
        state,
        Source.RETRIEVE,
        task=task,
        output=output,
        error=error,
        times=times,
        details=_details(members),
    )
    return Finished(result, stored)


def _details(members: Members, *left_out: str) -> bytes:
    """The rest of the answer. A presigned address is a credential with an end and is never kept."""
    told_elsewhere = {"output", "error", "outputPresignedUrl", "payloadPresignedUrl", *left_out}
    return _object({name: raw for name, raw in members.items() if name not in told_elsewhere})


def _members_of_run(
    run_id: str, status: int, headers: Mapping[str, str], body: bytes, now: datetime
) -> Members:
    members = _members(status, headers, body, now)
    if _text(members, "id") not in (None, run_id):
        raise Unreadable("answered about another run than the one asked for")
    return members


def _members(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Members:
    if status != 200:
        raise problem_of(status, headers, body, now=now)
    try:
        return members_of(body)
    except NotAnObjectError:
        raise Unreadable("answered with text that is not a JSON object") from None


def problem_of(
    status: int, headers: Mapping[str, str], body: bytes, *, now: datetime
) -> RunProblem:
    """Return the problem that an answer other than 200 stands for.

    The server's own word on whether to try again outweighs what its status says. A pause is never
    tried through: it stops the key.
    """
    problem = _problem_of(status, headers, body, now)
    word = headers.get("x-should-retry", "").strip().lower()
    if word in ("true", "false") and not isinstance(problem, RateLimited):
        problem.retryable = word == "true"
    return problem


def _problem_of(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> RunProblem:
    if status in (401, 403):
        return KeyRejected(_error_text(body))
    if status == 429:
        return RateLimited(now + pause(headers, body, now=now))
    if status >= 500 or status == 408:
        said = _error_text(body)
        why = f"failed with status {status}" + (f": {said}" if said else "")
        return Unreachable(why, status=status)
    if status in (301, 302, 303, 307, 308):
        return Unreadable("answered with a redirect, which is never followed")
    if status == 404:
        return Unreadable("does not have this endpoint: the API address is probably wrong")
    return Unreadable(f"answered with status {status}", retryable=status == 409)


def _is_json_error(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body).get("error"), str)
    except (ValueError, AttributeError, RecursionError):
        return False


def _error_text(body: bytes) -> str:
    try:
        text = json.loads(body[:4096]).get("error", "")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return _one_line(text)[:120] if isinstance(text, str) else ""


def _one_line(text: str) -> str:
    """Text as a row, a log and a sentence can hold it: no control character, no lone surrogate."""
    clean = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(clean.split())


def _plain(members: Members, name: str) -> object:
    raw = members.get(name)
    if raw is None or len(raw) > 10_000:
        return None
    try:
        return json.loads(raw.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _text(members: Members, name: str) -> str | None:
    value = _plain(members, name)
    # A lone surrogate can be kept by no database and shown by no page.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else None


def _text_bytes(raw: bytes | None) -> bytes | None:
    if raw is None or raw == b"null":
        return None
    if not raw.startswith(b'"'):
        return raw
    try:
        text: str = json.loads(raw.decode("utf-8", "replace"))
    except ValueError:
        raise Unreadable("answered with an output that is not JSON text") from None
    return text.encode("utf-8", "surrogatepass")


def _object(members: Members) -> bytes:
    """The object that has these members, each exactly as it was sent."""
    pairs = (msgspec.json.encode(name) + b":" + value for name, value in members.items())
    return b"{" + b",".join(pairs) + b"}"


def _whole(members: Members, name: str) -> int | None:
    return _milliseconds(_plain(members, name))


def _usage_ms(members: Members) -> int | None:
    usage = _plain(members, "usage")
    return _milliseconds(usage.get("durationMs")) if isinstance(usage, dict) else None


def _milliseconds(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return round(value) if 0 <= value < 2**53 else None


def _code_of(error: bytes) -> str | None:
    try:
        value = json.loads(error[:100_000].decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    code = value.get("code") if isinstance(value, dict) else None
    return code if isinstance(code, str) else None


def _moment(members: Members, name: str) -> datetime | None:
    text = _text(members, name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
