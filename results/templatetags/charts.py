"""Draws runs as bars, links and rows of a table; it decides nothing of what they show.

They are drawn here and not by templates, because forty runs in two charts and a table took a template
half the time of a finished run's page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from html import escape

from django import template
from django.urls import reverse

from results.pages.chart import Bar, BarChart, clock_text
from results.templatetags.marks import vouched

register = template.Library()

_THIS_RUN = ' <span class="chip">this run</span>'
_STORED = ' <span class="muted">(stored)</span>'


@register.simple_tag
def bars(chart: BarChart) -> str:
    """The bars of a chart and the marks on them, to be put into its image."""
    drawn = [rectangle for bar in chart.bars for rectangle in _rectangles(bar, chart)]
    return vouched([*drawn, *(mark for bar in chart.bars for mark in _marks(bar, chart))])


@register.simple_tag
def bar_links(chart: BarChart, team: str) -> str:
    """A link over each bar, as wide as its place and as high as the chart."""
    address = _addresses(team)
    return vouched(_link(bar, address(bar.run_id), chart) for bar in chart.bars)


@register.simple_tag
def run_rows(runs: Iterable[Bar], team: str) -> str:
    """The rows of a table of runs."""
    address = _addresses(team)
    return vouched(_row(bar, address(bar.run_id)) for bar in runs)


def _link(bar: Bar, url: str, chart: BarChart) -> str:
    label = escape(bar.label)
    current = ' aria-current="page"' if bar.is_this else ""
    place = f'x="{bar.x}" y="0" width="{chart.slot}" height="{chart.height}"'
    return (
        f'<a href="{escape(url)}" tabindex="-1" aria-label="{label}"{current}>'
        f"<title>{label}</title><rect {place}/></a>"
    )


def _row(bar: Bar, url: str) -> str:
    current = ' class="this" aria-current="true"' if bar.is_this else ""
    return (
        f'<tr{current}><th scope="row"><a class="id" href="{escape(url)}">{escape(bar.run_id)}</a>'
        f"{_THIS_RUN if bar.is_this else ''}</th>"
        f'<td><span class="badge {bar.state.tone}">{escape(bar.state.label)}</span></td>'
        f'<td class="figure {"" if bar.is_known else "muted"}">{escape(bar.duration)}</td>'
        f'<td><time datetime="{bar.at.isoformat()}">{clock_text(bar.at)}</time>'
        f"{'' if bar.is_dated else _STORED}</td></tr>"
    )


def _addresses(team: str) -> Callable[[str], str]:
    """The function that names a run's page: an address is worked out once and not for every run."""
    any_run = "run_a"
    before, _, after = reverse("runs-show", args=[team, any_run]).rpartition(any_run)
    return lambda run_id: f"{before}{run_id}{after}"


def _rectangles(bar: Bar, chart: BarChart) -> Iterator[str]:
    if bar.is_this:
        yield _rectangle("this", bar, 0, chart.base)
    if bar.is_known:
        yield _rectangle(f"bar {bar.state.tone}", bar, bar.y, bar.height)
    if bar.is_cut:
        for down in (10, 16):
            yield _rectangle("cut", bar, chart.ceiling + down, 3)


def _rectangle(kind: str, bar: Bar, y: int, height: int) -> str:
    return f'<rect class="{kind}" x="{bar.x}" y="{y}" width="{bar.width}" height="{height}"/>'


def _marks(bar: Bar, chart: BarChart) -> Iterator[str]:
    tone = bar.state.tone
    if tone == "bad":
        yield _mark("cross", bar, f"M-3 {bar.mark_y - 3}l6 6m0 -6l-6 6")
    elif not bar.is_known:
        yield _mark(f"none {tone}", bar, f"M0 {chart.base - 9}l4 4l-4 4l-4 -4z")
    if bar.is_this:
        yield _mark("pointer", bar, f"M0 {chart.base + 3}l6 9h-12z")


def _mark(kind: str, bar: Bar, drawing: str) -> str:
    return (
        f'<svg x="{bar.middle}" overflow="visible" aria-hidden="true">'
        f'<path class="{kind}" d="{drawing}"/></svg>'
    )
