"""The lines of a large value, stretch by stretch."""

from __future__ import annotations

import json

import pytest

from tests.domain.test_lines import document, joined


@pytest.mark.parametrize("as_sent", [False, True])
def test_the_stretches_of_a_large_value_are_its_layout(*, as_sent: bool) -> None:
    rows = [{"id": n, "name": f"Zoë {n}", "at": "2026-01-01T00:00:00.000Z"} for n in range(12_000)]
    notes = {f"{n}.at": ["Date"] for n in range(0, 12_000, 7)}
    wrapper = {"json": rows, "meta": {"values": notes}}
    held = document(json.dumps(wrapper).encode(), "application/super+json")

    found = [held.lines(0, as_sent=as_sent)]
    while (after := found[-1].next_after) is not None:
        found.append(held.lines(after, as_sent=as_sent))

    assert json.loads("\n".join(joined(found))) == (wrapper if as_sent else rows)
