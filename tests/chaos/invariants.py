"""What must hold after everything has gone wrong and is right again; it breaks nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from results.sandbox.scenarios import SANDBOX_KEYS
from tests.browser.conftest import PASSWORD, ROOT
from tests.chaos.people import Ledger
from tests.chaos.stage import Stage
from tests.grown.processes import answers
from tests.grown.visitor import Visitor

# Longer than a claim and than an API that kept failing is left alone.
_SETTLED_S = 120.0


@dataclass(frozen=True)
class Finding:
    """One invariant: what was looked at, and what was found wrong, nothing if it holds."""

    name: str
    looked_at: str
    wrong: str

    @property
    def holds(self) -> bool:
        """Whether it does."""
        return not self.wrong


def while_it_runs(stage: Stage, ledger: Ledger) -> Iterator[Finding]:
    """What can only be seen while processes run: that everything came back by itself."""
    yield _works_again(stage)
    ends = time.monotonic() + _SETTLED_S
    while (held := _held(stage)) and time.monotonic() < ends:
        time.sleep(0.5)
    yield Finding(
        "Leases are free", "claims on runs and deliveries", f"{held} held" if held else ""
    )


def after_the_end(stage: Stage, ledger: Ledger) -> Iterator[Finding]:
    """What rows and logs say once every process has ended."""
    yield _nothing_lost(stage, ledger)
    yield _nothing_twice(stage)
    yield Finding(
        "No team reads of another",
        f"{sum(ledger.kinds.values()):,} answers, {ledger.kinds['pry']:,} of them to whoever pried",
        _first(ledger.leaks),
    )
    yield Finding(
        "Every answer is a state",
        ", ".join(f"{count:,} × {status}" for status, count in sorted(ledger.statuses.items())),
        _first(ledger.wrong),
    )
    yield _no_secret_in_logs(stage, ledger)
    yield _audit(stage)


def _works_again(stage: Stage) -> Finding:
    """Somebody pastes a new run and gets its result."""
    wrong, run_id = "", "run_live1safterthestorm"
    began = time.monotonic()
    try:
        with Visitor(stage.grown.url, "alice") as alice:
            while alice.sign_in(PASSWORD).status_code != 302:
                assert time.monotonic() - began < _SETTLED_S, "nobody can sign in"
                time.sleep(1)
            alice.paste(run_id)
            told = alice.until_final(run_id, at_most_s=_SETTLED_S)
            assert told["state"] == "succeeded", told["state"]
        ports = [web.port for web in stage.grown.webs]
        assert all(answers(port, "/health/ready") for port in ports), "a server is not ready"
    except (AssertionError, httpx.HTTPError) as error:
        wrong = f"{type(error).__name__}: {error}"[:200]
    return Finding(
        "Everything works again by itself", "a new run, and every server's health", wrong
    )


def _held(stage: Stage) -> int:
    now = "CURRENT_TIMESTAMP"
    held = 0
    for table in ("results_sighting", "results_webhookdelivery"):
        ((count,),) = stage.rows(f"SELECT COUNT(*) FROM {table} WHERE lease_until > {now}")  # noqa: S608
        held += count
    return held


def _nothing_lost(stage: Stage, ledger: Ledger) -> Finding:
    rows = stage.rows(
        "SELECT t.slug, r.run_id, r.state FROM results_storedresult r"
        " JOIN results_team t ON t.id = r.team_id JOIN results_resultbody b ON b.result_id = r.id"
    )
    stored = {(team, run_id): state for team, run_id, state in rows}
    lost = [
        f"{run_id}: seen {state or 'finished'}, stored {stored.get((team, run_id), 'nothing')}"
        for (team, run_id), state in ledger.finals.items()
        if not stored.get((team, run_id)) or (state and stored[team, run_id] != state)
    ]
    return Finding(
        "No final result is lost",
        f"{len(ledger.finals):,} runs that a page showed as finished",
        f"{len(lost)} lost: {lost[0]}" if lost else "",
    )


def _nothing_twice(stage: Stage) -> Finding:
    wrong = []
    for table in ("results_storedresult", "results_sighting", "results_teamlookup"):
        twice = f"SELECT run_id FROM {table} GROUP BY team_id, run_id HAVING COUNT(*) > 1"  # noqa: S608
        if stage.rows(twice):
            wrong.append(f"{table} has a run twice")
    noted = (
        "SELECT subject FROM results_auditevent WHERE action = 'result.stored'"
        " GROUP BY team_id, subject HAVING COUNT(*) > 1"
    )
    if stage.rows(noted):
        wrong.append("a result was written down twice")
    beside = (
        "SELECT s.run_id FROM results_sighting s JOIN results_storedresult r"
        " ON r.team_id = s.team_id AND r.run_id = s.run_id"
    )
    if found := stage.rows(beside):
        wrong.append(f"{found[0][0]} is stored and looked for")
    ((stored,),) = stage.rows("SELECT COUNT(*) FROM results_storedresult")
    ((bodies,),) = stage.rows("SELECT COUNT(*) FROM results_resultbody")
    ((events,),) = stage.rows(
        "SELECT COUNT(*) FROM results_auditevent WHERE action = 'result.stored'"
    )
    if not stored == bodies == events:
        wrong.append(f"{stored} results, {bodies} bodies, {events} events")
    return Finding("Nothing is there twice or by halves", f"{stored:,} results", "; ".join(wrong))


def _no_secret_in_logs(stage: Stage, ledger: Ledger) -> Finding:
    secrets = dict.fromkeys(SANDBOX_KEYS.values(), "a key of the API")
    secrets |= dict.fromkeys(ledger.tokens, "a share token")
    secrets |= dict.fromkeys(ledger.cookies, "a cookie")
    secrets |= {PASSWORD: "a password", "X-Amz-Signature": "a presigned address"}
    secrets["canarynote"] = "a note"
    for name, file in stage.grown.stage.environment.items():
        if name.endswith("_FILE"):
            secrets[Path(file).read_text().strip().rpartition(":")[2]] = name
    lines, found = 0, set()
    for log in stage.grown.logs:
        text = log.read_text(errors="replace")
        lines += text.count("\n")
        found |= {kind for secret, kind in secrets.items() if secret in text}
    return Finding("No secret is in a log", f"{lines:,} lines", ", ".join(sorted(found)))


def _audit(stage: Stage) -> Finding:
    done = subprocess.run(
        [sys.executable, "manage.py", "audit", "verify"],
        cwd=ROOT,
        env=stage.grown.stage.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    ((events,),) = stage.rows("SELECT COUNT(*) FROM results_auditevent")
    wrong = "" if done.returncode == 0 else done.stderr.strip()[-200:]
    return Finding("The chain of the audit is unbroken", f"{events:,} events", wrong)


def _first(counted: dict[str, int]) -> str:
    if not counted:
        return ""
    (name, count), *rest = sorted(counted.items(), key=lambda pair: -pair[1])
    return f"{count} × {name}" + (f", and {len(rest)} more" if rest else "")
