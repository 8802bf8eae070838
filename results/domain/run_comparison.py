"""What differs between the errors and the durations of two runs; it must not know their outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from results.domain.durations import RunDurations, duration_text
from results.domain.failure_report import FailureReport
from results.domain.stack import Frame, Stack

FramesVerdict = Literal["same", "shifted", "different", "none"]

_ABOUT_EQUAL = 1.05
_MANY_TIMES = 10


@dataclass(frozen=True, slots=True)
class FailureComparison:
    """Two failures side by side; None where the run did not fail.

    ``frames`` compares the calls in the task's own code, innermost first: ``shifted`` when the same
    functions of the same files failed on other lines, ``none`` when neither side has such calls.
    """

    before: FailureReport | None
    after: FailureReport | None
    same_headline: bool
    same_code: bool
    same_message: bool
    same_causes: bool
    frames: FramesVerdict
    sentence: str

    @property
    def is_same(self) -> bool:
        """Whether nothing that is compared differs."""
        same = self.same_headline and self.same_code and self.same_message and self.same_causes
        return same and self.frames in ("same", "none")


@dataclass(frozen=True, slots=True)
class DurationComparison:
    """One duration of two runs, in milliseconds; None where it is not known.

    ``difference_ms`` is after minus before and ``ratio`` after through before; ``words`` says both:
    ``3.20 s longer (2.1 times as long)``.
    """

    name: Literal["waited", "ran", "compute"]
    before_ms: float | None
    after_ms: float | None
    difference_ms: float | None
    ratio: float | None
    words: str


def compare_failures(
    before: FailureReport | None, after: FailureReport | None
) -> FailureComparison | None:
    """How two failures differ; None when neither run failed."""
    if before is None and after is None:
        return None
    if before is None or after is None:
        which = "second" if before is None else "first"
        sentence = f"Only the {which} of the two failed."
        return FailureComparison(before, after, False, False, False, False, "different", sentence)
    headline = before.headline == after.headline
    code = (before.code, before.sent_code) == (after.code, after.sent_code)
    message = before.message == after.message
    causes = [cause.headline for cause in before.causes] == [
        cause.headline for cause in after.causes
    ]
    frames = _frames(before.stack, after.stack)
    sentence = _sentence(same=headline and code and message and causes, frames=frames)
    return FailureComparison(before, after, headline, code, message, causes, frames, sentence)


def compare_durations(before: RunDurations, after: RunDurations) -> tuple[DurationComparison, ...]:
    """Waited, ran and compute, in this order; they are different numbers and never mixed."""
    return (
        _duration("waited", before.waited_ms, after.waited_ms),
        _duration("ran", before.ran_ms, after.ran_ms),
        _duration("compute", before.compute_ms, after.compute_ms),
    )


def _frames(before: Stack, after: Stack) -> FramesVerdict:
    one, other = _own(before), _own(after)
    if not one and not other:
        return "none"
    if [frame.text for frame in one] == [frame.text for frame in other]:
        return "same"
    same_calls = [(frame.function, frame.file) for frame in one] == [
        (frame.function, frame.file) for frame in other
    ]
    return "shifted" if same_calls else "different"


def _own(stack: Stack) -> list[Frame]:
    return [frame for group in stack.groups if group.kind == "own" for frame in group.frames]


def _sentence(*, same: bool, frames: FramesVerdict) -> str:
    error = "Both failed with the same error" if same else "They failed with different errors"
    match frames:
        case "same":
            place = "at the same place in the task's own code"
            return f"{error}{', but' if not same else ''} {place}."
        case "shifted":
            return f"{error}, {'and' if same else 'but'} in the same functions, on other lines."
        case "different":
            return f"{error}{', but' if same else ''} at different places in the task's own code."
        case "none":
            return f"{error}."


def _duration(
    name: Literal["waited", "ran", "compute"], before: float | None, after: float | None
) -> DurationComparison:
    if before is None or after is None:
        neither = before is None and after is None
        which = "both" if neither else "the first" if before is None else "the second"
        words = f"not known for {which}"
        return DurationComparison(name, before, after, None, None, words)
    difference = after - before
    ratio = after / before if before > 0 else None
    return DurationComparison(
        name, before, after, difference, ratio, _words(before, after, difference)
    )


def _words(before: float, after: float, difference: float) -> str:
    if difference == 0:
        return "the same"
    longer = difference > 0
    words = f"{duration_text(abs(difference))} {'longer' if longer else 'shorter'}"
    small, large = sorted((before, after))
    if small <= 0:
        return words
    times = large / small
    if times < _ABOUT_EQUAL:
        return f"{words} (nearly the same)"
    if times < 1.5:
        percent = round(100 * abs(difference) / before)
        return f"{words} ({percent} % {'more' if longer else 'less'})"
    spelt = f"{times:,.0f}" if times >= _MANY_TIMES else f"{times:.1f}"
    if longer:
        return f"{words} ({spelt} times as long)"
    return f"{words} ({round(100 * after / before)} % of it)"
