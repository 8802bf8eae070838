"""The storm itself works: it begins, breaks something, looks, writes its page and ends."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

from tests.browser.conftest import ROOT
from tests.chaos.invariants import Finding
from tests.chaos.people import Ledger
from tests.chaos.report import Run, markdown


def test_a_short_storm_ends_by_itself_and_everything_holds(tmp_path: Path) -> None:
    words = ["--seconds", "3", "--people", "3", "--embedded", "--only", "killed", "--into"]

    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", *words, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    page = (tmp_path / "reliability.md").read_text(encoding="utf-8")
    assert done.returncode == 0, page + done.stderr
    assert "Everything holds." in page
    assert "| No final result is lost |" in page
    assert "killed |" in page


def run_of(*findings: Finding) -> Run:
    return Run(
        seed=1,
        seconds=2,
        made_on=date(2026, 1, 1),
        database="SQLite",
        cache="local memory",
        people=3,
        requests=4,
        broken=Counter({"web killed": 2}),
        what={"web killed": "kill -9"},
        left_out=["The tide."],
        findings=findings,
    )


def test_what_does_not_hold_is_said() -> None:
    fine, lost = Finding("A", "three", ""), Finding("B", "four", "1 lost: a|b")

    assert "Everything holds." in markdown(run_of(fine))
    page = markdown(run_of(fine, lost))
    assert "**Something does not hold.**" in page
    assert "| B | four | **does not hold:** 1 lost: a\\|b |" in page
    assert "| web killed | kill -9 | 2 |" in page
    assert "- The tide." in page


def test_a_run_that_changes_after_its_end_is_noticed() -> None:
    ledger = Ledger()
    ledger.saw_final("acme", "run_a", "")
    ledger.saw_final("acme", "run_a", "succeeded")
    ledger.saw_final("acme", "run_a", "")
    assert not ledger.wrong

    ledger.saw_final("acme", "run_a", "failed")

    assert list(ledger.wrong) == ["run_a was succeeded and then failed"]
