"""Draws runs as bars, links and rows of a table; it decides nothing of what they show.

They are drawn here and not by templates, because forty runs in two charts and a table took a template
half the time of a finished run's page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from results.pages.chart import Bar, BarChart, clock_text

register = template.Library()

_RECT = '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>'
_MARK = '<svg x="{}" overflow="visible" aria-hidden="true"><path class="{}" d="{}"/></svg>'
_OPTION = "[?]"
_LINK = '<a href="{}" tabindex="-1" aria-label="{}"[?]><title>{}</title><rect x="{}" y="0" width="{}" height="{}"/></a>'
_ROW = (
    '<tr[?]><th scope="row"><a class="id" href="{}">{}</a>[?]</th>'
    '<td><span class="badge {}">{}</span></td><td class="figure {}">{}</td>'
    '<td><time datetime="{}">{}</time>[?]</td></tr>'
)
# What is said of some of them only; plain HTML of ours, put into the patterns above.
_CURRENT_PAGE = ' aria-current="page"'
_CURRENT_ROW = ' class="this" aria-current="true"'
_THIS_RUN = ' <span class="chip">this run</span>'
_STORED = ' <span class="muted">(stored)</span>'


@register.simple_tag
def bars(chart: BarChart) -> str:
    """The bars of a chart and the marks on them, to be put into its image."""
    drawn = (rectangle for bar in chart.bars for rectangle in _rectangles(bar, chart))
    marks = (mark for bar in chart.bars for mark in _marks(bar, chart))
    return format_html_join("", _RECT, drawn) + format_html_join("", _MARK, marks)


@register.simple_tag
def bar_links(chart: BarChart, team: str) -> str:
    """A link over each bar, as wide as its place and as high as the chart."""
    address = _addresses(team)
    return _joined(
        format_html(
            _with(_LINK, (_CURRENT_PAGE, bar.is_this)),
            *(address(bar.run_id), bar.label, bar.label, bar.x, chart.slot, chart.height),
        )
        for bar in chart.bars
    )


@register.simple_tag
def run_rows(runs: Iterable[Bar], team: str) -> str:
    """The rows of a table of runs."""
    address = _addresses(team)
    return _joined(
        format_html(
            _with(
                _ROW,
                (_CURRENT_ROW, bar.is_this),
                (_THIS_RUN, bar.is_this),
                (_STORED, not bar.is_dated),
            ),
            *(address(bar.run_id), bar.run_id, bar.state.tone, bar.state.label),
            *("" if bar.is_known else "muted", bar.duration),
            *(bar.at.isoformat(), clock_text(bar.at)),
        )
        for bar in runs
    )


def _joined(pieces: Iterable[str]) -> str:
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def _with(pattern: str, *parts: tuple[str, bool]) -> str:
    """The pattern with each optional part in its place, or nothing there."""
    for part, is_there in parts:
        pattern = pattern.replace(_OPTION, part if is_there else "", 1)
    return pattern


def _addresses(team: str) -> Callable[[str], str]:
    """The function that names a run's page: an address is worked out once and not for every run."""
    any_run = "run_a"
    before, _, after = reverse("runs-show", args=[team, any_run]).rpartition(any_run)
    return lambda run_id: f"{before}{run_id}{after}"


def _rectangles(bar: Bar, chart: BarChart) -> Iterator[tuple[object, ...]]:
    if bar.is_this:
        yield "this", bar.x, 0, bar.width, chart.base
    if bar.is_known:
        yield f"bar {bar.state.tone}", bar.x, bar.y, bar.width, bar.height
    if bar.is_cut:
        for down in (10, 16):
            yield "cut", bar.x, chart.ceiling + down, bar.width, 3


def _marks(bar: Bar, chart: BarChart) -> Iterator[tuple[object, ...]]:
    tone = bar.state.tone
    if tone == "bad":
        yield bar.middle, "cross", f"M-3 {bar.mark_y - 3}l6 6m0 -6l-6 6"
    elif not bar.is_known:
        yield bar.middle, f"none {tone}", f"M0 {chart.base - 9}l4 4l-4 4l-4 -4z"
    if bar.is_this:
        yield bar.middle, "pointer", f"M0 {chart.base + 3}l6 9h-12z"
