"""Durations and moments, as people and as machines read them."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest

from results.domain.durations import (
    RunDurations,
    duration_text,
    iso_duration,
    parse_moment,
    relative_text,
)

NOW = datetime(2026, 8, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ms", "text", "iso"),
    [
        (0, "0 ms", "PT0S"),
        (0.4, "< 1 ms", "PT0S"),
        (840, "840 ms", "PT0.84S"),
        (999, "999 ms", "PT0.999S"),
        (1_000, "1.00 s", "PT1S"),
        (4_270, "4.27 s", "PT4.27S"),
        (9_999, "9.99 s", "PT9.999S"),
        (10_000, "10.0 s", "PT10S"),
        (42_100, "42.1 s", "PT42.1S"),
        (59_999, "59.9 s", "PT59.999S"),
        (60_000, "1 min 00 s", "PT1M"),
        (187_000, "3 min 07 s", "PT3M7S"),
        (3_599_999, "59 min 59 s", "PT59M59.999S"),
        (3_600_000, "1 h 00 min", "PT1H"),
        (8_040_000, "2 h 14 min", "PT2H14M"),
        (86_400_000, "1 d 0 h", "PT24H"),
        (273_600_000, "3 d 4 h", "PT76H"),
        (2_147_483_647, "24 d 20 h", "PT596H31M23.647S"),
        (61_234.567, "1 min 01 s", "PT1M1.234S"),
        (-5, "0 ms", "PT0S"),
        (math.nan, "not known", "PT0S"),
        (math.inf, "not known", "PT0S"),
    ],
)
def test_a_duration_reads_in_two_units_at_most(ms: float, text: str, iso: str) -> None:
    assert duration_text(ms) == text
    assert iso_duration(ms) == iso


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-08-21T18:27:52.123Z", datetime(2026, 8, 21, 18, 27, 52, 123_000, tzinfo=UTC)),
        (" 2026-08-21T18:27:52Z\n", datetime(2026, 8, 21, 18, 27, 52, tzinfo=UTC)),
        ("2026-08-21T18:27:52", datetime(2026, 8, 21, 18, 27, 52, tzinfo=UTC)),
        ("2026-08-21T20:27:52+02:00", datetime(2026, 8, 21, 18, 27, 52, tzinfo=UTC)),
        ("2026-08-21", datetime(2026, 8, 21, tzinfo=UTC)),
        ("", None),
        ("soon", None),
        ("2026-13-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+05:00", None),
        ("9999-12-31T23:59:59-05:00", None),
        (None, None),
        (5, None),
        ({}, None),
    ],
)
def test_a_moment_is_read_in_utc_or_not_at_all(text: object, moment: datetime | None) -> None:
    found = parse_moment(text)
    assert found == moment
    assert found is None or found.utcoffset() == timedelta()


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (timedelta(), "just now"),
        (timedelta(seconds=4), "just now"),
        (timedelta(seconds=-4), "just now"),
        (timedelta(seconds=40), "40 s ago"),
        (timedelta(minutes=3, seconds=50), "3 min ago"),
        (timedelta(hours=2), "2 h ago"),
        (timedelta(days=1, hours=3), "1 day ago"),
        (timedelta(days=29), "29 days ago"),
        (timedelta(days=31), "1 month ago"),
        (timedelta(days=364), "12 months ago"),
        (timedelta(days=365), "1 year ago"),
        (timedelta(days=800), "2 years ago"),
        (timedelta(minutes=-5), "in 5 min"),
        (timedelta(days=-2), "in 2 days"),
    ],
)
def test_a_moment_is_told_by_its_distance(before: timedelta, text: str) -> None:
    assert relative_text(NOW - before, NOW) == text
    elsewhere = (NOW - before).astimezone(timezone(timedelta(hours=9)))
    assert relative_text(elsewhere, NOW) == text


def test_waited_ran_and_compute_are_three_different_numbers() -> None:
    times = RunDurations.of(
        created=NOW,
        started=NOW + timedelta(seconds=2),
        finished=NOW + timedelta(seconds=7, milliseconds=1),
        compute_ms=1_234,
    )
    assert (times.waited_ms, times.ran_ms, times.compute_ms) == (2_000, 5_001, 1_234)
    assert times.notes == ()


def test_a_missing_moment_leaves_its_durations_unknown_and_not_zero() -> None:
    times = RunDurations.of(created=NOW, finished=NOW)
    assert (times.waited_ms, times.ran_ms, times.compute_ms) == (None, None, None)
    assert times.notes == ()


def test_moments_that_contradict_each_other_give_no_duration_but_a_note() -> None:
    times = RunDurations.of(
        created=NOW, started=NOW - timedelta(seconds=1), finished=NOW - timedelta(seconds=2)
    )
    assert (times.waited_ms, times.ran_ms) == (None, None)
    assert len(times.notes) == 2


@pytest.mark.parametrize("reported", [None, True, "1200", [], {}])
def test_a_compute_time_that_is_no_number_is_not_reported(reported: object) -> None:
    times = RunDurations.of(compute_ms=reported)
    assert times.compute_ms is None
    assert times.notes == ()


@pytest.mark.parametrize("reported", [-1, math.nan, math.inf])
def test_an_impossible_compute_time_is_left_out_with_a_note(reported: float) -> None:
    times = RunDurations.of(compute_ms=reported)
    assert times.compute_ms is None
    assert times.notes
