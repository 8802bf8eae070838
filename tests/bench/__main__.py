"""Runs the measures one after the other and writes what they found; it holds no measure itself.

`python -m tests.bench [--full] [--gate] [--only GROUP …] [--into FOLDER]`; `make bench` starts it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import report
from tests.bench.goals import GOALS, Finding, Outcome
from tests.bench.measures import browsing, pages, peers, reading, storing, waiting, weights
from tests.bench.servers import ROOT, NotRun
from tests.bench.stage import Stage

Measure = Callable[[Stage], Iterator[Finding]]

MEASURES: dict[str, tuple[Measure, tuple[str, ...]]] = {
    "permalink": (pages.permalink_rate, ("1",)),
    "revalidation": (pages.revalidation, ("2",)),
    "server": (pages.stack_tax, ("3",)),
    "one-run": (waiting.one_run, ("4", "5")),
    "isolation": (waiting.isolation, ("6 p95", "6 p99")),
    "client": (waiting.client_cost, ("7 growth", "7 cost")),
    "first-look": (waiting.first_look, ("15",)),
    "printing": (reading.printing, ("8 time", "8 memory", "9 time", "9 memory")),
    "searching": (reading.searching, ("13 time", "13 pages")),
    "large-pages": (reading.large_pages, ("large memory", "large pages")),
    "huge-memory": (reading.huge_memory, ("17",)),
    "browser": (browsing.flat, ("large first", "10 time", "10 memory")),
    "cold-load": (browsing.cold_load, ("11 requests",)),
    "sealed": (storing.sealed, ("12 read", "12 size")),
    "writers": (storing.writers, ("12 writers",)),
    "scale": (storing.scale, ("12 lookup", "12 deep", "14 time", "14 queries")),
    "celery-results": (peers.celery_results, ("1 celery", "11 bytes")),
    "rq-dashboard": (peers.rq, ("1 rq",)),
    "worker": (weights.worker, ("16 memory", "16 start")),
}
"""Every measure by name, with the goals that it finds something for."""


def found_by(name: str, stage: Stage) -> tuple[list[Finding], str]:
    """Run one measure; returns what it found, and why it could not go on if it could not."""
    measure, _ = MEASURES[name]
    found: list[Finding] = []
    try:
        found.extend(measure(stage))
    except NotRun as reason:
        return found, " ".join(str(reason).split())
    except Exception as error:  # noqa: BLE001  one broken measure must not hide the others
        return found, " ".join(f"the measure failed: {type(error).__name__}: {error}".split())[:300]
    return found, ""


def measured(stage: Stage, only: list[str]) -> list[Outcome]:
    """The outcome of every goal, in the order of the table."""
    findings: dict[str, Finding] = {}
    reasons: dict[str, str] = {}
    wanted = {goal.name for goal in GOALS if stage.full or goal.form == "quick"}
    for name, (_, goals) in MEASURES.items():
        if (only and name not in only) or not wanted.intersection(goals):
            continue
        began = time.perf_counter()
        print(f"  {name} …", end="", flush=True)
        found, reason = found_by(name, stage)
        print(f" {time.perf_counter() - began:.0f} s{': ' + reason if reason else ''}", flush=True)
        findings |= {finding.goal: finding for finding in found}
        reasons |= dict.fromkeys(goals, reason)
    outcomes = []
    for goal in GOALS:
        later = "only in the full form" if goal.name not in wanted else "was not asked for"
        reason = reasons.get(goal.name) or later
        outcomes.append(Outcome(goal, findings.get(goal.name), reason))
    return outcomes


def main() -> int:
    """Measure, write, tell; 1 only with --gate and a goal that is not met."""
    asked = _asked()
    began, made_at, load = time.perf_counter(), datetime.now(UTC), os.getloadavg()[0]
    (ROOT / "var" / "bench").mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=ROOT / "var" / "bench"))
    form = "full" if asked.full else "quick"
    print(
        f"Measuring, {form} form; this takes about {25 if asked.full else 6} minutes.", flush=True
    )
    stage = Stage(folder, asked.full, rounds=5 if asked.full else 3)
    try:
        outcomes = measured(stage, asked.only)
    finally:
        stage.close()
        shutil.rmtree(folder, ignore_errors=True)
    run = report.Run(
        form="full" if asked.full else "quick",
        made_at=made_at,
        took_s=time.perf_counter() - began,
        load_client="wrk" if shutil.which("wrk") else "asyncio",
        database="SQLite",
        load_average=load,
        outcomes=outcomes,
    )
    asked.into.mkdir(parents=True, exist_ok=True)
    (asked.into / "benchmarks.md").write_text(report.markdown(run), encoding="utf-8")
    (asked.into / "benchmarks.json").write_text(report.as_json(run), encoding="utf-8")
    print(f"\n{report.terminal(run)}")
    return 1 if asked.gate and run.count("not met") else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="measure everything, with peers")
    parser.add_argument("--gate", action="store_true", help="exit with 1 when a goal is not met")
    parser.add_argument("--only", nargs="*", default=[], choices=list(MEASURES), metavar="MEASURE")
    parser.add_argument("--into", type=Path, default=ROOT / "docs", help="where the report goes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
