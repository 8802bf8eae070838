"""Which endpoints tell of a run, and how their answers fit together; one key, one client, no row."""

from __future__ import annotations

from dataclasses import replace

from results.domain.failures import tells_more_than_a_code
from results.domain.packet import Packet
from results.domain.problems import KeyRejected, LinkRefused, RunProblem, Unreachable, Unreadable
from results.domain.result import Absent, Finished, Pending, RunResult, StoredOutput
from results.domain.status import State
from results.trigger.client import TriggerClient


async def ask(
    client: TriggerClient, run_id: str, *, saw_pending: bool = False, is_probe: bool = False
) -> RunResult | Pending | Absent:
    """Ask `/result`, and the retrieve endpoint whenever that has no answer; raises a RunProblem.

    A key with few rights is refused by the first and may be accepted by the second, so a refusal
    counts only when both agree; the same holds for a failure of the first. A run that was pending
    a moment ago is asked for where pending runs are told of: one call instead of two. A probe sends
    nothing more to an address that has just failed.
    """
    if saw_pending:
        seen = await _still_pending(client, run_id)
        if seen is not None:
            return seen
    first: Finished | Absent
    problem: KeyRejected | Unreachable | None = None
    try:
        first = await client.result(run_id)
    except (KeyRejected, Unreachable) as error:
        is_down = isinstance(error, Unreachable) and (error.status is None or is_probe)
        if is_down:
            raise
        first, problem = Absent.ABSENT, error
    if isinstance(first, Finished):
        result = await _with_output(client, run_id, first)
        return await _with_times(client, run_id, result)
    try:
        second = await client.retrieve(run_id)
    except Unreachable as error:
        # The API is up, for it has just answered: it is this run that it cannot read.
        if error.status == 500 and problem is None:
            raise Unreadable(
                f"answers, but cannot read what this run stored: it {error.why}"
            ) from None
        raise
    if isinstance(second, Finished):
        return await _with_output(client, run_id, second)
    if second is Absent.ABSENT and isinstance(problem, Unreachable):
        raise problem
    return second


async def _still_pending(client: TriggerClient, run_id: str) -> Pending | None:
    """Return the run when it has not ended; None when both endpoints have to tell what it is."""
    try:
        seen = await client.retrieve(run_id)
    except Unreachable as error:
        if error.status != 500:
            raise
        return None
    return seen if isinstance(seen, Pending) else None


async def _with_times(client: TriggerClient, run_id: str, result: RunResult) -> RunResult:
    """Add what only the retrieve endpoint tells; it may fail for ever on a run that /result reads."""
    try:
        run = await client.retrieve(run_id)
    except RunProblem:
        return result
    if not isinstance(run, Finished):
        return result
    times = run.result.times
    if result.times.compute_ms is not None:
        times = replace(times, compute_ms=result.times.compute_ms)
    # One endpoint says only that a run failed; the other one knows how.
    state = result.state
    if state is State.FAILED and run.result.state is not State.SUCCEEDED:
        state = run.result.state
    # And of a cancelled run only the other one tells why.
    error = result.error
    if state is State.CANCELED and tells_more_than_a_code(run.result.error):
        error = run.result.error
    return replace(
        result,
        state=state,
        error=error,
        times=times,
        task=result.task or run.result.task,
        details=run.result.details,
    )


async def _with_output(client: TriggerClient, run_id: str, finished: Finished) -> RunResult:
    """Fetch a stored output; without it the run is still finished, and says what is missing."""
    if finished.stored is None:
        return finished.result
    try:
        packet = await _stored_output(client, run_id, finished.stored)
    except RunProblem as problem:
        return replace(finished.result, output_trouble=problem.reason)
    return replace(finished.result, output=packet)


async def _stored_output(client: TriggerClient, run_id: str, stored: StoredOutput) -> Packet:
    """Fetch it; an address whose time is over is asked for again, once."""
    try:
        return await client.stored_output(stored)
    except LinkRefused:
        if stored.presigned_url is None:
            return await client.stored_output(stored)
        again = await client.retrieve(run_id)
        if not isinstance(again, Finished) or again.stored is None:
            raise
        return await client.stored_output(again.stored)
