"""The harness: its statistics, its table, its load, and one cheap goal from end to end; it times nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboard import server
from tests.bench import __main__ as bench
from tests.bench import goals, load, report, servers
from tests.bench.documents import KIB, NEEDLE, output
from tests.bench.goals import GOALS, Finding, Goal, Outcome
from tests.bench.ratios import Ratio, over, percentile, ratio_of, rounds
from tests.bench.servers import NotRun, Servers
from tests.bench.stage import Stage

GOAL = Goal("1", "Pages", "ours / theirs", 2.0)


def run_of(*outcomes: Outcome) -> report.Run:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    return report.Run("quick", at, 61.0, "asyncio", "SQLite", 0.5, outcomes)


@pytest.mark.parametrize(("percent", "value"), [(0, 1), (50, 2), (75, 3), (95, 4), (100, 4)])
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(
    percent: int, value: int
) -> None:
    assert percentile([4, 1, 3, 2], percent) == value


def test_rounds_visit_every_subject_and_every_second_one_goes_backwards() -> None:
    visited: list[str] = []
    subjects = {name: lambda name=name: visited.append(name) or 1.0 for name in "abc"}  # type: ignore[func-returns-value]

    seen = rounds(subjects, ratio=over("a", "b"), least=3)

    assert "".join(visited) == "abccbaabc"
    assert ratio_of(seen, over("a", "b")).rounds == (1.0, 1.0, 1.0)


def test_there_are_more_rounds_while_they_disagree_but_not_for_ever() -> None:
    values = iter([1.0, 5.0, 1.0, 9.0, 1.0, 7.0, 1.0, 3.0])
    subjects = {"a": lambda: next(values), "b": lambda: 1.0}

    assert len(rounds(subjects, ratio=over("a", "b"), least=3, most=6)) == 6


def test_a_ratio_is_noisy_when_its_middle_half_is_wide() -> None:
    assert Ratio((1.0, 1.01, 0.99, 1.0, 40.0)).is_noisy is False
    assert Ratio((1.0, 2.0, 3.0, 1.0)).is_noisy is True
    assert Ratio((3.0,)).is_noisy is False


@pytest.mark.parametrize(
    ("value", "at_least", "met"), [(2, 0, 1), (2.1, 0, 0), (2, 1, 1), (1, 1, 0)]
)
def test_a_goal_is_met_at_its_target_and_on_the_right_side_of_it(
    value: float, at_least: int, met: int
) -> None:
    goal = Goal("1", "Pages", "", 2.0, bool(at_least))

    assert goal.is_met_by(value) is bool(met)


def test_every_goal_has_one_measure_and_every_measure_has_goals() -> None:
    measured = [name for _, names in bench.MEASURES.values() for name in names]

    assert sorted(measured) == sorted(goal.name for goal in GOALS)


def test_the_table_says_what_was_met_missed_and_not_run_and_why() -> None:
    missed = Outcome(GOAL, Finding("1", Ratio((3.0, 1.0, 9.0)), "a note"))
    skipped = Outcome(GOAL, None, "jq is not installed")
    met = Outcome(GOAL, Finding("1", Ratio((0.5,))))

    page = report.markdown(run_of(missed, skipped, met))

    assert "| 1 | ours / theirs | ≤ 2 | 3.00 | 1.00 to 9.00 | not met (noisy) |" in page
    assert "| 1 | ours / theirs | ≤ 2 | | | not run: jq is not installed |" in page
    assert "| 0.50 |  | **met** |" in page
    assert "1 met, 1 not met, 1 not run" in page
    assert "a note" in page


def test_the_json_has_every_round() -> None:
    told = json.loads(report.as_json(run_of(Outcome(GOAL, Finding("1", Ratio((1.0, 3.0, 2.0)))))))

    assert told["goals"][0]["rounds"] == [1.0, 3.0, 2.0]
    assert told["goals"][0]["median"] == 2.0
    assert told["goals"][0]["status"] == "met"


def test_a_measure_that_breaks_hides_no_other_and_keeps_what_it_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(_stage: Stage) -> Iterator[Finding]:
        yield Finding("4", Ratio((1.0,)))
        raise RuntimeError("of no\nuse")

    def absent(_stage: Stage) -> Iterator[Finding]:
        yield from ()
        raise NotRun("no Chromium")

    measures = {"broken": (broken, ("4", "5")), "absent": (absent, ("10 time",))}
    monkeypatch.setattr(bench, "MEASURES", measures)

    found = {outcome.goal.name: outcome for outcome in bench.measured(Stage(tmp_path, False), [])}

    assert found["4"].status == "met"
    assert found["5"].reason == "the measure failed: RuntimeError: of no use"
    assert found["10 time"].reason == "no Chromium"
    assert found["1 celery"].reason == "only in the full form"


def test_the_load_counts_answers_errors_and_follows_what_a_page_asks_for(tmp_path: Path) -> None:
    with Servers(tmp_path) as running:
        hello = running.granian("hello", "tests.bench.floor.hello:application", {}, workers=1)
        told = servers.rate(hello.url + "/", {}, seconds=0.2, connections=2, wrk=False)
        probed = servers.start_load("probe", hello.url + "/", {}, every=0.05, seconds=0.2).told()

    assert told["count"] > 0
    assert told["errors"] == 0
    assert told["client"] == "asyncio"
    assert probed["count"] == 4
    followed = load._NEXT.search(b'<div hx-get="/t/acme/runs/run_a/panel/?seen=1.2&amp;x">')
    assert followed is not None


def test_a_request_that_gets_no_answer_counts_as_one_that_took_very_long() -> None:
    nowhere = f"http://127.0.0.1:{servers.free_port()}/"

    told = servers.start_load("probe", nowhere, {}, every=0.05, seconds=0.1).told()

    assert (told["count"], told["unanswered"], told["p50"]) == (0, 2, 30.0)


def test_what_serves_is_ended_with_its_comparison(tmp_path: Path) -> None:
    with Servers(tmp_path) as running:
        hello = running.granian("hello", "tests.bench.floor.hello:application", {}, workers=1)
        pids = hello.pids()

    assert hello.process.poll() is not None
    assert not [pid for pid in pids if (Path("/proc") / str(pid) / "cmdline").exists()]


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    with Servers(tmp_path) as running, pytest.raises(NotRun, match="nothing did not start"):
        running.granian("nothing", "tests.bench.floor.nothing:application", {}, workers=1)


def test_the_product_is_served_as_make_serve_serves_it() -> None:
    shipped = server.server("127.0.0.1", 8000, 2, 0)

    options = (
        *("--interface", shipped.interface.value),
        *("--blocking-threads", str(shipped.blocking_threads)),
        *("--log-level", shipped.log_level.value),
    )
    assert options == servers.SHIPPED


def test_outputs_are_of_the_size_that_was_asked_for_and_hold_the_needle() -> None:
    made = output(64 * KIB)

    assert abs(len(made) - 64 * KIB) < KIB
    assert made.count(NEEDLE.encode()) == 1
    assert json.loads(made)["meta"] == {"values": {"madeAt": ["Date"]}}


def test_one_goal_is_measured_from_end_to_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage(tmp_path, full=False, rounds=1, sizes={"large": 64 * KIB}, pending=1)
    try:
        found, reason = bench.found_by("sealed", stage)
    finally:
        stage.close()

    assert reason == ""
    assert [finding.goal for finding in found] == ["12 read", "12 size"]
    assert 0 < found[1].ratio.median < 1
    assert goals.Outcome(GOAL, found[1]).status == "met"
