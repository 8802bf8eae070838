"""Two runs side by side: did they fail alike, and how much longer did one take."""

import json

import pytest

from results.domain.durations import RunDurations
from results.domain.failure_report import FailureReport
from results.domain.failures import read_failure
from results.domain.result import Source
from results.domain.run_comparison import compare_durations, compare_failures


def failed(
    message: str = "boom", frames: tuple[str, ...] = ("run (/app/a.ts:1:2)",), **more: object
) -> FailureReport:
    stack = "\n".join([f"Error: {message}", *(f"    at {frame}" for frame in frames)])
    error = {
        "type": "BUILT_IN_ERROR",
        "name": "Error",
        "message": message,
        "stackTrace": stack,
        **more,
    }
    return read_failure(json.dumps(error).encode(), source=Source.RESULT)


def test_nothing_is_compared_where_nothing_failed() -> None:
    assert compare_failures(None, None) is None


def test_one_failure_is_told_from_a_success() -> None:
    first, second = compare_failures(failed(), None), compare_failures(None, failed())
    assert first is not None
    assert second is not None
    assert first.sentence == "Only the first of the two failed."
    assert second.sentence == "Only the second of the two failed."
    assert not first.is_same


@pytest.mark.parametrize(
    ("other", "frames", "same", "sentence"),
    [
        (
            failed(),
            "same",
            True,
            "Both failed with the same error at the same place in the task's own code.",
        ),
        (
            failed(frames=("run (/app/a.ts:9:9)", "get (/app/node_modules/x.js:1:1)")),
            "shifted",
            False,
            "Both failed with the same error, and in the same functions, on other lines.",
        ),
        (
            failed(frames=("go (/app/b.ts:1:2)",)),
            "different",
            False,
            "Both failed with the same error, but at different places in the task's own code.",
        ),
        (
            failed("bang"),
            "same",
            False,
            "They failed with different errors, but at the same place in the task's own code.",
        ),
        (
            failed("bang", ("go (/app/b.ts:1:2)",)),
            "different",
            False,
            "They failed with different errors at different places in the task's own code.",
        ),
    ],
)
def test_errors_and_places_are_compared(
    other: FailureReport, frames: str, same: bool, sentence: str
) -> None:
    found = compare_failures(failed(), other)
    assert found is not None
    assert (found.frames, found.is_same, found.sentence) == (frames, same, sentence)


def test_failures_without_calls_and_with_causes() -> None:
    causes = [{"name": "E", "message": "why", "stackTrace": ""}]
    found = compare_failures(failed(frames=()), failed(frames=(), causes=causes))
    assert found is not None
    assert (found.frames, found.same_headline, found.same_causes) == ("none", True, False)
    assert found.sentence == "They failed with different errors."


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (1_000, 1_000, "the same"),
        (1_000, 3_100, "2.10 s longer (3.1 times as long)"),
        (3_100, 1_000, "2.10 s shorter (32 % of it)"),
        (1_000, 1_200, "200 ms longer (20 % more)"),
        (1_200, 1_000, "200 ms shorter (17 % less)"),
        (1_000, 1_010, "10 ms longer (nearly the same)"),
        (10, 12_345, "12.3 s longer (1,234 times as long)"),
        (0, 500, "500 ms longer"),
        (500, 0, "500 ms shorter"),
        (None, 5, "not known for the first"),
        (5, None, "not known for the second"),
        (None, None, "not known for both"),
    ],
)
def test_durations_are_compared_in_words(
    before: float | None, after: float | None, words: str
) -> None:
    found = compare_durations(RunDurations(compute_ms=before), RunDurations(compute_ms=after))
    assert [duration.name for duration in found] == ["waited", "ran", "compute"]
    assert found[2].words == words
    assert found[0].words == "not known for both"
    if before and after:
        assert found[2].difference_ms == after - before
        assert found[2].ratio == after / before
