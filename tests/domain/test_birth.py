"""Age and region from a run id, only where the id really carries them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from results.domain.birth import read_birth

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def run_ops_id(at: datetime, place: str = "e", generation: str = "1") -> str:
    """An id as the current engine makes it for this moment."""
    bits = int(at.timestamp() * 1000) << 2
    digits = ""
    for _ in range(10):
        bits, rest = divmod(bits, 32)
        digits = "0123456789abcdefghijklmnopqrstuv"[rest] + digits
    return f"run_{digits}{'0' * 14}{place}{generation}"


def test_the_time_and_region_of_a_new_id_are_read() -> None:
    four_minutes_ago = NOW - timedelta(minutes=4)

    birth = read_birth(run_ops_id(four_minutes_ago), now=NOW)

    assert birth is not None
    assert birth.at == four_minutes_ago
    assert birth.region == "us-east-1"


def test_a_shard_is_not_taken_for_a_region() -> None:
    birth = read_birth(run_ops_id(NOW, place="e", generation="2"), now=NOW)

    assert birth is not None
    assert birth.region is None


@pytest.mark.parametrize("place", ["0", "z"])
def test_an_unknown_region_is_no_region(place: str) -> None:
    birth = read_birth(run_ops_id(NOW, place=place), now=NOW)

    assert birth is not None
    assert birth.region is None


def test_a_cuid_holds_its_time() -> None:
    birth = read_birth("run_cmwt09cg0ygby15vrr9dzy75k", now=NOW + timedelta(days=1))

    assert birth is not None
    assert birth.at.year == 2026
    assert birth.region is None


@pytest.mark.parametrize(
    "run_id",
    [
        "run_p4mhh45hgxxnq1re6avy9",
        "run_2QnIY1CdZVvnd0HBYQVHRYFQ0sK",
        "run_1234",
        "run_c0000000000000000000000aa",
        "run_vvvvvvvvvvvvvvvvvvvvvvvve1",
        "run_czzzzzzzzaaaaaaaaaaaaaaaa",
    ],
)
def test_other_ids_give_no_guess(run_id: str) -> None:
    assert read_birth(run_id, now=NOW) is None


def test_a_time_in_the_future_tells_nothing() -> None:
    assert read_birth(run_ops_id(NOW + timedelta(minutes=3)), now=NOW) is None
    assert read_birth(run_ops_id(NOW + timedelta(minutes=1)), now=NOW) is not None
