"""When an address that fails is left alone, to the millisecond, and what brings it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from results.domain.circuit import PROBE_FOR, Admission, Circuit

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MS = timedelta(milliseconds=1)
S = timedelta(seconds=1)


def failing(*seconds: float, runs: str = "ab") -> Circuit:
    """A circuit after failures at those seconds, about the runs in turn."""
    circuit = Circuit()
    for number, second in enumerate(seconds):
        at = NOW + timedelta(seconds=second)
        run_id = f"run_{runs[number % len(runs)]}"
        circuit = circuit.failed(run_id, asked_at=at - S, now=at)
    return circuit


OPEN = failing(0, 1, 2, 3, 4)
OPENED = NOW + 4 * S


def test_four_failures_are_borne_and_the_fifth_opens_for_thirty_seconds() -> None:
    assert failing(0, 1, 2, 3).admits("run_x", now=NOW + 3 * S) is Admission.ASK

    assert OPEN.open_until == OPENED + 30 * S
    assert OPEN.failures == 5
    assert OPEN.admits("run_x", now=OPENED) is Admission.WAIT
    assert OPEN.admits("run_x", now=OPENED + 30 * S - MS) is Admission.WAIT
    assert OPEN.admits("run_x", now=OPENED + 30 * S) is Admission.PROBE


@pytest.mark.parametrize(("last", "opens"), [(29.999, True), (30.0, False)])
def test_only_failures_within_thirty_seconds_count_together(last: float, opens: bool) -> None:
    circuit = failing(0, 10, 20, 25, last)

    assert (circuit.open_until is not None) is opens
    assert circuit.failures == 5


def test_the_window_slides() -> None:
    assert failing(0, 29, 31, 32, 33).open_until is None
    assert failing(0, 29, 31, 32, 33, 34).open_until == NOW + 64 * S


def test_an_answer_in_between_starts_the_count_anew() -> None:
    circuit = failing(0, 1, 2, 3).answered(asked_at=NOW)

    assert circuit == Circuit()


def test_a_probe_keeps_everybody_else_waiting_until_it_is_lost() -> None:
    at = OPENED + 30 * S
    probed = OPEN.probed(now=at)

    assert probed.admits("run_x", now=at) is Admission.WAIT
    assert probed.admits("run_x", now=at + PROBE_FOR - MS) is Admission.WAIT
    assert probed.admits("run_x", now=at + PROBE_FOR) is Admission.PROBE


def test_a_probe_that_is_answered_closes_and_one_that_fails_opens_anew() -> None:
    at = OPENED + 30 * S
    probed = OPEN.probed(now=at)

    assert probed.answered(asked_at=at) == Circuit()
    failed = probed.failed("run_x", asked_at=at, now=at + 2 * S)
    assert failed.open_until == at + 32 * S
    assert failed.failures == 6


def test_what_was_under_way_when_it_opened_neither_closes_nor_prolongs() -> None:
    before = OPENED - S

    assert OPEN.answered(asked_at=before) == OPEN
    late = OPEN.failed("run_z", asked_at=before, now=OPENED + 9 * S)
    assert (late.failures, late.open_until) == (6, OPEN.open_until)


def test_a_run_that_alone_cannot_be_read_does_not_stop_the_others() -> None:
    circuit = failing(0, 1, 2, 3, 4, runs="a")

    assert circuit.admits("run_a", now=OPENED) is Admission.WAIT
    assert circuit.admits("run_b", now=OPENED) is Admission.PROBE
    probed = circuit.probed(now=OPENED)
    assert probed.admits("run_c", now=OPENED) is Admission.WAIT
    assert (
        probed.failed("run_b", asked_at=OPENED, now=OPENED + S).admits("run_c", now=OPENED + 2 * S)
        is Admission.WAIT
    )


def test_an_end_that_was_written_under_another_clock_holds_nobody_up() -> None:
    assert OPEN.admits("run_x", now=OPENED - timedelta(hours=1)) is Admission.PROBE
