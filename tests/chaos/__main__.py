"""Breaks one thing after the other while people use the product, and says what held.

`python -m tests.chaos [--seconds N] [--seed N] [--people N] [--embedded] [--only TEXT] [--into FOLDER]`;
`make chaos` starts it. Everything is on loopback, is bounded, and ends by itself.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from tests.browser.conftest import ROOT
from tests.chaos import faults, invariants, report
from tests.chaos.people import Ledger, Person
from tests.chaos.stage import Stage, raised

_WHO = (("alice", "acme"), ("erin", "acme"), ("bob", "acme"), ("charlie", "beta"))
_CLOCKS = (
    "Jumps of this machine's own clock: no process may set it, and a preloaded library that fakes it "
    "is not everywhere. The API's clock jumps instead, and views are tested at any hour elsewhere."
)


def main() -> int:
    """Run, write the page, tell; 1 when something does not hold."""
    asked = _asked()
    rng, ledger = random.Random(asked.seed), Ledger()
    made_on = datetime.now(UTC).date()
    with raised(embedded=asked.embedded) as stage:
        possible = [f for f in faults.possible(stage, rng) if asked.only in f.name]
        broken = _storm(stage, possible, rng, ledger, asked)
        print("  everything is right again; looking …", flush=True)
        findings = list(invariants.while_it_runs(stage, ledger))
        statuses = [one.end() for one in (*stage.grown.webs, *stage.grown.watchers)]
        findings.append(
            invariants.Finding(
                "Every process ends when it is asked to",
                f"{len(statuses)} processes",
                "" if not any(statuses) else f"statuses {statuses}",
            )
        )
        findings += invariants.after_the_end(stage, ledger)
        run = report.Run(
            seed=asked.seed,
            seconds=asked.seconds,
            made_on=made_on,
            database=stage.database,
            cache="Redis" if stage.redis else "local memory",
            people=asked.people,
            requests=sum(ledger.statuses.values()),
            broken=broken,
            what={fault.name: fault.what for fault in possible},
            left_out=_left_out(stage),
            findings=findings,
        )
    asked.into.mkdir(parents=True, exist_ok=True)
    page = report.markdown(run)
    (asked.into / "reliability.md").write_text(page, encoding="utf-8")
    print(f"\n{page}")
    return 0 if run.holds else 1


def _storm(
    stage: Stage,
    possible: list[faults.Fault],
    rng: random.Random,
    ledger: Ledger,
    asked: argparse.Namespace,
) -> Counter[str]:
    """Let people come and break things, each once before any a second time."""
    enough = threading.Event()
    people = [
        Person(stage.grown.url, *_WHO[n % len(_WHO)], ledger, f"{asked.seed}-{n}", enough)
        for n in range(asked.people)
    ]
    broken: Counter[str] = Counter()
    ends = time.monotonic() + asked.seconds
    coming: list[faults.Fault] = []
    with ExitStack() as stack:
        for person in people:
            person.start()
            stack.callback(person.join)
        stack.callback(enough.set)
        while time.monotonic() < ends:
            coming = coming or rng.sample(possible, len(possible))
            fault = coming.pop()
            print(f"  {max(0, ends - time.monotonic()):4.0f} s  {fault.name}", flush=True)
            broken[fault.name] += 1
            fault.begin()
            try:
                time.sleep(rng.uniform(0.5, 1.0) * fault.longest_s)
            finally:
                fault.end()
            time.sleep(rng.uniform(0.2, 1.5))
    return broken


def _left_out(stage: Stage) -> list[str]:
    left_out = [_CLOCKS]
    if stage.postgres is None:
        left_out.append("PostgreSQL: no initdb and pg_ctl here, or SQLite was asked for.")
    if stage.redis is None:
        left_out.append("Redis: no redis-server here, or local memory was asked for.")
    if stage.disk is None or not stage.disk.is_small:
        left_out.append("A full disk: only root may make a small one.")
    return left_out


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="how long things go wrong")
    parser.add_argument("--seed", type=int, default=1, help="what goes wrong in which order")
    parser.add_argument("--people", type=int, default=12, help="how many use it meanwhile")
    parser.add_argument("--embedded", action="store_true", help="SQLite and local memory")
    parser.add_argument("--only", default="", help="only faults with this in their name")
    parser.add_argument("--into", type=Path, default=ROOT / "docs", help="where the page goes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
