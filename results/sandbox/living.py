"""Runs that move on while they are watched, and runs made up from their id; it must not know HTTP."""

from __future__ import annotations

import re
from dataclasses import replace

from results.sandbox.world import LivingRun, Run, with_attempts

MADE_UP = re.compile(
    r"run_(?P<old>old)?(?P<fate>live|fail|appear|wait)(?P<seconds>[0-9]{1,4})s"
    r"(?P<environment>dev|stg|prod)?[0-9A-Za-z]*\Z"
)
FAULTY = re.compile(r"run_[0-9A-Za-z]*fault[0-9A-Za-z]+\Z")
QUEUED_PART = 0.25
DEQUEUED_PART = 0.3

DELIVERED = (
    '{"json":{"delivered":3,"failed":0,"recipients":["ada@example.com","grace@example.com",'
    '"edsger@example.com"],"sentAt":"2026-11-23T09:00:04.120Z"},'
    '"meta":{"values":{"sentAt":["Date"]}}}'
)
REFUSED = {
    "type": "BUILT_IN_ERROR",
    "name": "SmtpError",
    "message": "550 5.1.1 mailbox unavailable: edsger@example.com",
    "stackTrace": "SmtpError: 550 5.1.1 mailbox unavailable: edsger@example.com\n"
    "    at Connection.refused (file:///app/node_modules/smtp-client/dist/connection.js:212:13)\n"
    "    at Connection.onReply (file:///app/node_modules/smtp-client/dist/connection.js:148:22)\n"
    "    at async sendNewsletter (file:///app/src/trigger/newsletter.ts:41:7)\n"
    "    at async run (file:///app/src/trigger/newsletter.ts:18:20)",
}


def succeeding(
    run_id: str, seconds: float, environment: str = "dev", *, old: bool = False
) -> LivingRun:
    """A run that is queued, then executes, and completes ``seconds`` after it was first asked for.

    ``old`` gives it attempt rows, so that /result answers it too.
    """
    done = _done(run_id, environment)
    return _lively(done, seconds, delay=0, old=old)


def failing(
    run_id: str, seconds: float, environment: str = "dev", *, old: bool = False
) -> LivingRun:
    """The same with a failure at the end."""
    return _lively(_failed(run_id, environment), seconds, delay=0, old=old)


def appearing(
    run_id: str, unseen: float, seconds: float, environment: str = "dev", *, old: bool = False
) -> LivingRun:
    """A run that both endpoints deny for ``unseen`` seconds and that completes ``seconds`` later."""
    return _lively(_done(run_id, environment), seconds, delay=unseen, old=old)


def endless(run_id: str, environment: str = "dev") -> LivingRun:
    """A run that starts to execute after a second and never ends."""

    def row(first_sight: float, now: float) -> Run:
        executing = _executing(_done(run_id, environment), first_sight, first_sight + 1)
        return executing if now >= first_sight + 1 else _queued(executing)

    return LivingRun(run_id, environment, row)


def made_up(run_id: str) -> Run | LivingRun | None:
    """The run that an id describes: ``run_live8s…``, ``run_fail8sprod…``, ``run_oldlive8s…``,
    ``run_appear5s…``, ``run_wait2s…``, and any id with a fault in it."""
    found = MADE_UP.match(run_id)
    if found is None:
        return with_attempts(_long_done(run_id)) if FAULTY.match(run_id) else None
    seconds = int(found["seconds"])
    environment = found["environment"] or "dev"
    old = found["old"] is not None
    match found["fate"]:
        case "live":
            return succeeding(run_id, seconds, environment, old=old)
        case "fail":
            return failing(run_id, seconds, environment, old=old)
        case "appear":
            return appearing(run_id, seconds, 0, environment, old=old)
        case _:
            waited = _long_done(run_id, environment)
            return with_attempts(waited) if old else waited


def _lively(last: Run, seconds: float, *, delay: float, old: bool) -> LivingRun:
    def row(first_sight: float, now: float) -> Run | None:
        born = first_sight + delay
        started = born + seconds * QUEUED_PART
        if now < born:
            return None
        if now >= born + seconds:
            ended = replace(
                last,
                created_ms=_ms(born - 0.8),
                started_ms=_ms(started),
                finished_ms=_ms(born + seconds),
                duration_ms=_ms(seconds * (1 - DEQUEUED_PART)),
            )
            return with_attempts(ended) if old else ended
        executing = _executing(last, born, started)
        if now < started:
            return _queued(executing)
        if now < born + seconds * DEQUEUED_PART:
            return replace(executing, status="DEQUEUED", attempt_count=0)
        return executing

    return LivingRun(last.id, last.environment, row)


def _executing(last: Run, born: float, started: float) -> Run:
    return replace(
        last,
        status="EXECUTING",
        created_ms=_ms(born - 0.8),
        started_ms=_ms(started),
        finished_ms=None,
        cost_cents=0,
        base_cost_cents=0,
        output=None,
        error=None,
        duration_ms=0,
    )


def _queued(executing: Run) -> Run:
    return replace(executing, status="PENDING", version=None, started_ms=None, attempt_count=0)


def _done(run_id: str, environment: str) -> Run:
    return Run(
        id=run_id,
        environment=environment,
        status="COMPLETED_SUCCESSFULLY",
        task="send-newsletter",
        version="20261120.4",
        attempt_count=1,
        cost_cents=0.0117,
        base_cost_cents=0.0025,
        tags=("campaign:winter", "team:growth"),
        payload='{"campaign":"winter","batchSize":3}',
        output=DELIVERED,
        output_type="application/super+json",
    )


def _failed(run_id: str, environment: str) -> Run:
    return replace(
        _done(run_id, environment),
        status="COMPLETED_WITH_ERRORS",
        output=None,
        error=REFUSED,
        attempt_count=3,
    )


def _long_done(run_id: str, environment: str = "dev") -> Run:
    start = 1795424400000
    return replace(
        _done(run_id, environment),
        created_ms=start,
        started_ms=start + 1200,
        finished_ms=start + 9500,
        duration_ms=7900,
    )


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
