"""Facts in the words of a page: nothing that was not said is made up, and every moment has its zone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from results.domain.birth import Birth
from results.domain.details import RunDetails
from results.domain.durations import RunDurations
from results.domain.identity import Environment
from results.pages.run_facts import (
    Duration,
    Fact,
    Moment,
    birth_words,
    detail_facts,
    durations,
    environment_words,
    moments,
)
from tests.make import NOW


def test_a_duration_that_was_not_reported_is_not_zero() -> None:
    absent, nothing = Duration("Ran", "m", None), Duration("Ran", "m", 0)

    assert (absent.text, absent.iso, absent.exact) == ("not reported", "", "")
    assert (nothing.text, nothing.iso, nothing.exact) == ("0 ms", "PT0S", "0 ms m")


@pytest.mark.parametrize(
    ("ms", "text", "iso", "exact"),
    [
        (840, "840 ms", "PT0.84S", "840 ms m"),
        (4_270, "4.27 s", "PT4.27S", "4,270 ms m"),
        (187_000, "3 min 07 s", "PT3M7S", "187,000 ms m"),
        (273_600_000, "3 d 4 h", "PT76H", "273,600,000 ms m"),
    ],
)
def test_a_duration_is_short_for_people_and_exact_beside_it(
    ms: float, text: str, iso: str, exact: str
) -> None:
    duration = Duration("Ran", "m", ms)

    assert (duration.text, duration.iso, duration.exact) == (text, iso, exact)


def test_three_durations_are_named_and_none_stands_in_for_another() -> None:
    times = RunDurations.of(
        created=NOW, started=NOW + timedelta(seconds=2), finished=None, compute_ms=3_750
    )

    waited, ran, compute = durations(times)

    assert (waited.name, waited.ms) == ("Waited", 2_000)
    assert (ran.name, ran.ms) == ("Ran", None)
    assert (compute.name, compute.ms) == ("Compute", 3_750)
    assert len({each.meaning for each in (waited, ran, compute)}) == 3


def test_times_that_contradict_each_other_are_left_out_and_it_is_said() -> None:
    times = RunDurations.of(created=NOW, started=NOW - timedelta(seconds=1))

    assert [each.ms for each in durations(times)] == [None, None, None]
    assert times.notes


@pytest.mark.parametrize(
    ("microseconds", "exact"),
    [
        (0, "2026-11-23 12:00:00.000 UTC"),
        (7_000, "2026-11-23 12:00:00.007 UTC"),
        (999_999, "2026-11-23 12:00:00.999 UTC"),
    ],
)
def test_a_moment_names_its_zone_and_its_milliseconds(microseconds: int, exact: str) -> None:
    at = NOW.replace(microsecond=microseconds)

    assert Moment("Created", at, NOW).exact == exact


def test_a_moment_is_so_long_ago() -> None:
    assert Moment("Created", NOW - timedelta(minutes=3), NOW).relative == "3 min ago"
    assert Moment("Created", None, NOW).relative == ""
    assert Moment("Created", None, NOW).exact == ""


def test_moments_keep_their_order_and_those_that_were_not_reported() -> None:
    found = moments(now=NOW, created=NOW, started=None, finished=NOW)

    assert [(each.name, each.at) for each in found] == [
        ("Created", NOW),
        ("Started", None),
        ("Finished", NOW),
    ]


@pytest.mark.parametrize("environment", Environment)
def test_an_environment_is_named_with_its_branch(environment: Environment) -> None:
    assert environment_words(environment, "") == environment.label
    assert environment_words(environment, "feature/x") == f"{environment.label} (feature/x)"


def test_no_environment_has_no_words() -> None:
    assert environment_words("", "") == ""
    assert environment_words("", "feature/x") == ""


def test_a_birth_is_told_as_what_the_id_says() -> None:
    at = NOW - timedelta(hours=2)

    assert birth_words(None, now=NOW) == ""
    assert birth_words(Birth(at), now=NOW) == "Its id says that it was triggered 2 h ago."
    assert birth_words(Birth(at, "eu-central-1"), now=NOW) == (
        "Its id says that it was triggered 2 h ago in eu-central-1."
    )


def test_details_that_say_nothing_make_no_facts() -> None:
    assert detail_facts(RunDetails()) == ()
    assert detail_facts(RunDetails(is_test=False)) == ()


def test_a_fact_that_is_nothing_but_was_said_is_shown() -> None:
    assert detail_facts(RunDetails(attempts=0)) == (Fact("Attempts", "0"),)
    assert detail_facts(RunDetails(cost_cents="0")) == (Fact("Cost", "0 US cents"),)


def test_every_fact_has_a_name_of_its_own() -> None:
    facts = detail_facts(
        RunDetails(
            attempts=2,
            version="20260101.1",
            is_test=True,
            cost_cents="0.0005",
            base_cost_cents="0.00025",
            region="us-east-1",
            triggered_by="trigger",
            schedule="every day",
            batch_id="batch_1",
            idempotency_key="order-1",
            ttl="1h",
            delayed_until="2026-01-01T00:00:00.000Z",
            expired_at="2026-01-02T00:00:00.000Z",
        )
    )

    assert len({fact.name for fact in facts}) == len(facts) == 12
    assert Fact("Cost", "0.00075 US cents") in facts
    assert Fact("Idempotency key", "order-1", is_code=True) in facts
