"""How long a 429 asks us to wait, in all its spellings and under clocks that disagree."""

from __future__ import annotations

import email.utils
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.trigger.pauses import pause

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SKEWS = [timedelta(hours=-1), timedelta(0), timedelta(hours=1)]


def http_date(moment: datetime) -> str:
    return email.utils.format_datetime(moment, usegmt=True)


@pytest.mark.parametrize("skew", SKEWS, ids=["an hour behind", "as ours", "an hour ahead"])
@pytest.mark.parametrize(
    ("form", "seconds"),
    [
        ("reset in milliseconds", 30),
        ("reset in the past", 1),
        ("reset in ten days", 120),
        ("retry-after in seconds", 30),
        ("retry-after as a date", 30),
        ("retry-after as a past date", 1),
        ("retry-after in ten days", 120),
        ("seconds in the body", 30),
        ("nothing", 10),
    ],
)
def test_a_pause_is_as_long_as_the_answer_says_by_its_own_clock(
    skew: timedelta, form: str, seconds: int
) -> None:
    there = NOW + skew
    headers = {"date": http_date(there)}
    body = b""
    in_30_s = there + timedelta(seconds=30)
    match form:
        case "reset in milliseconds":
            headers["x-ratelimit-reset"] = str(int(in_30_s.timestamp() * 1000))
        case "reset in the past":
            headers["x-ratelimit-reset"] = str(int(there.timestamp() * 1000) - 60_000)
        case "reset in ten days":
            headers["x-ratelimit-reset"] = str(int(there.timestamp() * 1000) + 864_000_000)
        case "retry-after in seconds":
            headers["retry-after"] = "30"
        case "retry-after as a date":
            headers["retry-after"] = http_date(in_30_s)
        case "retry-after as a past date":
            headers["retry-after"] = http_date(there - timedelta(hours=2))
        case "retry-after in ten days":
            headers["retry-after"] = "864000"
        case "seconds in the body":
            body = b'{"secondsUntilReset":30.4}'

    assert abs(pause(headers, body, now=NOW).total_seconds() - seconds) <= 1


def test_a_reset_of_zero_is_no_moment() -> None:
    assert pause({"x-ratelimit-reset": "0", "retry-after": "7"}, b"", now=NOW).seconds == 7


@given(
    st.dictionaries(
        st.sampled_from(["date", "retry-after", "x-ratelimit-reset"]),
        st.text(max_size=30)
        | st.integers().map(str)
        | st.from_regex(r"[A-Z][a-z]{2}, [0-9]{1,2} Jan [0-9]{1,5} [0-9:]{1,9} [+-][0-9]{4}"),
    ),
    st.binary(max_size=40) | st.floats().map(lambda n: b'{"secondsUntilReset":%f}' % n),
)
def test_whatever_is_sent_a_pause_lasts_from_one_second_to_two_minutes(
    headers: dict[str, str], body: bytes
) -> None:
    assert timedelta(seconds=1) <= pause(headers, body, now=NOW) <= timedelta(seconds=120)


@pytest.mark.parametrize("skew", SKEWS)
def test_the_body_tells_the_part_of_a_second_that_the_date_leaves_out(skew: timedelta) -> None:
    there = NOW + skew + timedelta(milliseconds=700)
    reset = str(int((there.timestamp() + 30) * 1000))
    headers = {"date": http_date(there), "x-ratelimit-reset": reset}

    assert pause(headers, b'{"secondsUntilReset":30.0}', now=NOW).total_seconds() == 30
    assert 30 <= pause(headers, b"", now=NOW).total_seconds() <= 31
    assert 30 <= pause(headers, b'{"secondsUntilReset":5}', now=NOW).total_seconds() <= 31
