"""Asks Trigger.dev about a run, key by key, within one deadline; it reads and writes no row."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings

from results.domain import retries
from results.domain.identity import ApiKey
from results.domain.problems import (
    AddressRefused,
    RateLimited,
    RunProblem,
    Unreachable,
)
from results.domain.result import Pending, RunResult
from results.domain.status import State
from results.services import endpoints, measuring
from results.services.answers import (
    Asked,
    Calls,
    Candidate,
    Failure,
    KeyAnswered,
    KeySaid,
    TellFailure,
)
from results.trigger.addresses import AddressRules
from results.trigger.client import TriggerClient
from results.trigger.http import Http

DEADLINE_S = 15.0
_AT_ONCE = 4
# A time-out shorter than this says more of our deadline than of the API.
_FAIR_S = 3.0
# Spelt like a run id, and nobody's: a key that is accepted answers 404 for it.
_NOBODYS_RUN = "run_0000000000000000000000000"

# Tests put a clock of their own in its place.
sleep = asyncio.sleep


@lru_cache(maxsize=8)
def _http(rules: AddressRules, max_bytes: int) -> Http:
    return Http(rules, max_bytes=max_bytes, tell=measuring.call_ended)


def http() -> Http:
    """Return the process's HTTP client for the operator's address lists."""
    rules = AddressRules(
        api_host=settings.TRIGGER_API_URL.partition("://")[2],
        allowed_hosts=tuple(settings.TRIGGER_ALLOWED_HOSTS),
        store_hosts=tuple(settings.TRIGGER_STORE_HOSTS),
    )
    return _http(rules, settings.OUTPUT_MAX_BYTES)


async def _trust(_: Failure) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class _Question:
    """One question about one run to several keys; ``ends`` is on the monotonic clock, in s."""

    run_id: str
    ends: float
    now: Callable[[], datetime]
    tell: TellFailure
    clients: dict[Candidate, TriggerClient]

    def left_s(self) -> float:
        """Return what is left of the deadline; raises Unreachable when that is nothing."""
        seconds = self.ends - time.monotonic()
        if seconds <= 0:
            why = f"could not be asked within {DEADLINE_S:.0f} seconds"
            raise Unreachable(why, was_asked=False, retryable=False)
        return seconds


async def ask(
    run_id: str,
    candidates: Sequence[Candidate],
    *,
    first_alone: bool,
    not_asked: tuple[KeySaid, ...] = (),
    tell: TellFailure = _trust,
    now: Callable[[], datetime],
) -> Asked:
    """Ask the candidates in order, a few at a time, the first alone when it knew the run before.

    The first key that knows the run ends the asking; keys that have not answered by then are not
    waited for. A question that got no answer is tried again as the official client would, as long
    as ``tell`` allows it. Never raises a RunProblem: each key's trouble is part of what it said.
    Takes 15 s at the most, whatever the other side does.
    """
    asked_at = now()
    question = _Question(run_id, time.monotonic() + DEADLINE_S, now, tell, {})
    answered: dict[Candidate, KeyAnswered] = {}
    rest = list(candidates)
    size = 1 if first_alone else _AT_ONCE
    while rest and not _knowing(answered):
        group, rest = rest[:size], rest[size:]
        await _ask_group(group, answered, lambda one: _ask_one(question, one))
        if first_alone and size == 1 and isinstance(answered.get(group[0]), RateLimited):
            # It is the one to ask, a little later; the others would only spend their calls.
            break
        size = _AT_ONCE
    found, key_id = next(((answer, one.key_id) for one, answer in _knowing(answered)), (None, None))
    made = {one: client.calls for one, client in question.clients.items()}
    return Asked(
        found,
        key_id,
        tuple(_said(candidate, answer) for candidate, answer in answered.items()),
        asked_at,
        not_asked,
        tuple(Calls(one.key_id, one.calls, made.get(one, 0)) for one in candidates),
        frozenset(
            one.api_url for one, answer in answered.items() if made.get(one) and _is_up(answer)
        ),
    )


def _is_up(answer: KeyAnswered) -> bool:
    return not isinstance(answer, Unreachable | AddressRefused)


async def _ask_group(
    group: Sequence[Candidate],
    answered: dict[Candidate, KeyAnswered],
    ask_one: Callable[[Candidate], Coroutine[None, None, KeyAnswered]],
) -> None:
    """Ask all of them at once until one knows the run; the answers are kept in their order."""
    tasks = {one: asyncio.create_task(ask_one(one)) for one in group}
    waiting = set(tasks.values())
    try:
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if any(isinstance(task.result(), RunResult | Pending) for task in done):
                break
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    answered.update(
        (one, task.result()) for one, task in tasks.items() if task.done() and not task.cancelled()
    )


def _knowing(
    answered: Mapping[Candidate, KeyAnswered],
) -> list[tuple[Candidate, RunResult | Pending]]:
    return [
        (candidate, answer)
        for candidate, answer in answered.items()
        if isinstance(answer, RunResult | Pending)
    ]


async def try_key(
    api_url: str, key: ApiKey, branch: str, *, deadline_s: float, now: Callable[[], datetime]
) -> RunProblem | None:
    """Ask about a run that is nobody's: None when the key is accepted, else the problem.

    The retrieve endpoint is asked because it accepts every key that can be of use and says most
    about one that it refuses.
    """
    client = TriggerClient(
        http(), api_url, key, branch=branch, now=now, deadline_s=lambda: deadline_s
    )
    try:
        await client.retrieve(_NOBODYS_RUN)
    except RunProblem as problem:
        return problem
    return None


async def _ask_one(question: _Question, candidate: Candidate) -> KeyAnswered:
    """Ask one key, and again while it may help; each failure of its address is told at once."""
    client = TriggerClient(
        http(),
        candidate.api_url,
        candidate.key,
        branch=candidate.branch,
        now=question.now,
        deadline_s=question.left_s,
    )
    question.clients[candidate] = client
    failures = 0
    while True:
        began, left_s = question.now(), question.ends - time.monotonic()
        try:
            return await endpoints.ask(
                client,
                question.run_id,
                saw_pending=candidate.saw_pending,
                is_probe=candidate.is_probe,
            )
        except RunProblem as trouble:
            problem = trouble
        failures += 1
        may_go_on = True
        if isinstance(problem, Unreachable) and problem.was_asked and _is_fair(problem, left_s):
            failure = Failure(candidate.api_url, question.run_id, problem.why, began)
            may_go_on = await question.tell(failure)
        left_s = question.ends - time.monotonic()
        wait_s = retries.wait_s(failures, left_s=left_s, jitter=random.random)
        if not (problem.retryable and may_go_on) or wait_s is None:
            return problem
        await sleep(wait_s)


def _is_fair(problem: Unreachable, left_s: float) -> bool:
    return problem.status is not None or left_s >= _FAIR_S


def _said(candidate: Candidate, answer: KeyAnswered) -> KeySaid:
    until = answer.until if isinstance(answer, RateLimited) else None
    match answer:
        case RunResult(state=state):
            reason = "knows this run"
        case Pending():
            state, reason = State.PENDING, "knows this run"
        case RunProblem():
            state, reason = answer.state, answer.reason
        case _:
            state, reason = State.UNKNOWN, "does not know this run"
    return KeySaid(candidate.key_id, candidate.label, state, reason, until)
