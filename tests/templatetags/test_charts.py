"""Runs are drawn as bars, links and rows: complete, in order, and every text in them is text."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

from results.domain.status import State
from results.pages.chart import BarChart, bar_chart
from results.services.history import Measure, PastRun
from results.templatetags.charts import bar_links, bars, run_rows

AT = datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)


def chart(*runs: PastRun, this: str = "") -> BarChart:
    return bar_chart(runs, Measure.RAN, this=this)


def past(
    run_id: str, *, ran: int | None = 1_000, state: State = State.SUCCEEDED, dated: bool = True
) -> PastRun:
    at = AT + timedelta(minutes=int(run_id[-1]))
    return PastRun(uuid.uuid4(), run_id, state, at, dated, ran, None)


def test_each_run_has_a_link_to_its_page_in_order() -> None:
    drawn = bar_links(chart(past("run_a1"), past("run_b2")), "acme")

    assert re.findall(r'href="([^"]+)"', drawn) == [
        "/t/acme/runs/run_a1/",
        "/t/acme/runs/run_b2/",
    ]
    assert "aria-current" not in drawn


def test_only_this_run_is_marked_as_this_one() -> None:
    both = chart(past("run_a1"), past("run_b2"), this="run_b2")

    links, rows = bar_links(both, "acme"), run_rows(both.bars, "acme")

    assert links.count('aria-current="page"') == 1
    assert rows.count('<tr class="this" aria-current="true">') == rows.count("this run") == 1
    assert bars(both).count('class="this"') == bars(both).count('class="pointer"') == 1


def test_a_failure_has_a_cross_and_an_unknown_duration_a_diamond() -> None:
    drawn = bars(chart(past("run_a1", state=State.FAILED), past("run_b2", ran=None)))

    assert drawn.count('class="cross"') == 1
    assert drawn.count('class="none good"') == 1
    assert drawn.count('class="bar bad"') == 1


def test_a_row_says_when_and_how_and_that_a_moment_is_only_when_it_was_stored() -> None:
    row = run_rows(chart(past("run_a1", dated=False)).bars, "acme")

    assert '<time datetime="2026-11-23T12:01:05+00:00">23 Nov 2026, 12:01:05</time>' in row
    assert '<span class="badge good">Succeeded</span>' in row
    assert '<span class="muted">(stored)</span>' in row


def test_a_text_that_looks_like_markup_or_like_a_gap_stays_text() -> None:
    hostile = past('run_"><script>[?]{}1')

    drawn = bar_links(chart(hostile), "acme") + run_rows(chart(hostile).bars, "acme")

    assert "<script" not in drawn
    assert drawn.count("&lt;script&gt;[?]{}1") == 5
