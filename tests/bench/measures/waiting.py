"""What waiting for the API costs: thrift, polls, other pages, first looks; it must not know the targets."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from results.domain.polling import next_delay_s
from tests.bench import servers, upstream
from tests.bench.goals import Finding
from tests.bench.ratios import Ratio
from tests.bench.servers import NotRun, Server, start_load
from tests.bench.stage import Stage, run_module

VIEWERS = 1_000
POLL_S = 2.0
PROBE_S = 0.1
# Whoever comes is told at most twice to look again in ten seconds until runs take their turns.
_GATHERING_S = 20


def intervals(seconds: float) -> int:
    """How many questions one patient person would ask in so many seconds about a run that does not change."""
    asked, at = 0, 0.0
    while at < seconds:
        at += next_delay_s(asked, lambda: 0.0)
        asked += 1
    return asked


def probe(server: Server, path: str, headers: dict[str, str], seconds: float) -> dict[str, Any]:
    """Somebody who opens one page again and again."""
    return probing(server, path, headers, seconds).told()


def probing(server: Server, path: str, headers: dict[str, str], seconds: float) -> servers.Load:
    """The same, not waited for."""
    return start_load("probe", server.url + path, headers, every=PROBE_S, seconds=seconds)


def one_run(stage: Stage) -> Iterator[Finding]:
    """Goals 4 and 5: a thousand people look at one run that does not end."""
    seconds = 60 if stage.full else 20
    product = stage.product
    headers = {**product.headers, "HX-Request": "true"}
    with stage.serving() as on:
        ours, floor = on.product(), on.floor()
        stage.upstream.delay(0)
        idle = probe(floor, stage.floor.path, stage.floor.headers, seconds / 2)
        stage.upstream.counted()
        load = start_load(
            "viewers",
            ours.url,
            headers,
            paths=[product.panel_path(upstream.STEADY)],
            viewers=VIEWERS,
            interval=POLL_S,
            seconds=seconds,
        )
        told = load.told()
        counted = stage.upstream.counted()
    asked = counted.get("retrieve", 0)
    if not asked:
        raise NotRun("the API was never asked")
    due = intervals(seconds)
    calls = sum(counted.get(kind, 0) for kind in ("result", "retrieve"))
    yield Finding(
        "4",
        Ratio((asked / due,)),
        f"{asked} questions ({calls} calls) in {due} intervals of {seconds} s, while "
        f"{told['count']:,} polls were answered ({told['rate']:.0f} a second).",
    )
    yield Finding(
        "5",
        Ratio((told["p99"] / idle["p99"],)),
        f"polls p50 {told['p50'] * 1000:.0f}, p99 {told['p99'] * 1000:.0f} ms at "
        f"{told['rate']:.0f} a second, {told['unanswered']} without an answer; floor page idle p99 {idle['p99'] * 1000:.0f} ms.",
    )


def isolation(stage: Stage) -> Iterator[Finding]:
    """Goal 6: other pages while 500 runs are asked about and each call takes two seconds.

    Each run has a viewer, whose page asks as often as it is told to.
    """
    seconds, turns = (20, 3) if stage.full else (8, 2)
    product = stage.product
    path = product.run_path("other")
    headers = {**product.headers, "HX-Request": "true"}
    paths = [product.panel_path(run_id) for run_id in product.pending if run_id != upstream.STEADY]
    idle, loaded, waited, polls = [], [], 0, 0.0
    with stage.serving() as on:
        server = on.product()
        probe(server, path, product.headers, 2)
        try:
            for _ in range(turns):
                idle.append(probe(server, path, product.headers, seconds))
                stage.upstream.delay(2)
                load = start_load(
                    "viewers",
                    server.url,
                    headers,
                    paths=paths,
                    viewers=len(paths),
                    seconds=_GATHERING_S + seconds + 2,
                )
                # That everybody comes at one moment is not what is measured.
                time.sleep(_GATHERING_S)
                loaded.append(probe(server, path, product.headers, seconds))
                polls = load.told()["rate"]
                waited = max(waited, stage.upstream.counted()["most_waiting"])
        finally:
            stage.upstream.delay(0)
    for at in ("p95", "p99"):
        figures = (median(told[at] * 1000 for told in told_) for told_ in (loaded, idle))
        note = "loaded {:.0f} ms, idle {:.0f} ms".format(*figures)
        yield Finding(
            f"6 {at}",
            Ratio(tuple(busy[at] / calm[at] for busy, calm in zip(loaded, idle, strict=True))),
            f"{note}; up to {waited} calls waiting at once, {polls:.0f} polls a second.",
        )


def client_cost(stage: Stage) -> Iterator[Finding]:
    """Goal 7: CPU of the product's own client beside a bare socket."""
    environment = {
        "BENCH_UPSTREAM": stage.upstream.url,
        **stage.product.environment,
    }
    stage.upstream.delay(0)
    seen = [
        json.loads(run_module("tests.bench.inside.calls", environment)) for _ in range(stage.rounds)
    ]
    single, many, raw = (median(row[name] for row in seen) for name in ("one", "many", "raw"))
    note = f"{single:.0f} µs one at a time, {many:.0f} µs at 50 at once, raw asyncio {raw:.0f} µs."
    yield Finding("7 growth", Ratio(tuple(row["many"] / row["one"] for row in seen)), note)
    yield Finding("7 cost", Ratio(tuple(row["many"] / row["raw"] for row in seen)), note)


def first_look(stage: Stage) -> Iterator[Finding]:
    """Goal 15: the page of a run that nobody has looked up, over an API that takes its time."""
    takes_s, calls = 0.05, 2
    product, count = stage.product, 40 if stage.full else 20
    seen: list[float] = []
    pages: list[float] = []
    with stage.serving() as on:
        ours, floor = on.product(), on.floor()
        stage.upstream.delay(takes_s)
        _opened(floor, stage.floor.path, stage.floor.headers)
        try:
            for number in range(-4, count):
                # The first ones start what each worker starts at its first question.
                path = f"/t/{product.team}/runs/{upstream.fresh(number % upstream.FRESH)}/"
                took = _opened(ours, path, product.headers)
                page = _opened(floor, stage.floor.path, stage.floor.headers)
                if number >= 0:
                    seen.append(took)
                    pages.append(page)
        finally:
            stage.upstream.delay(0)
    ratios = [took / (takes_s * calls + page) for took, page in zip(seen, pages, strict=True)]
    third = max(1, len(ratios) // 3)
    parts = [median(ratios[at : at + third]) for at in range(0, len(ratios) - third + 1, third)]
    note = f"{median(seen) * 1000:.0f} ms for {calls} calls of {takes_s * 1000:.0f} ms; floor page {median(pages) * 1000:.0f} ms."
    yield Finding("15", Ratio(tuple(parts)), note)


def _opened(server: Server, path: str, headers: dict[str, str]) -> float:
    import urllib.request

    began = time.perf_counter()
    with urllib.request.urlopen(urllib.request.Request(server.url + path, headers=headers)) as got:
        got.read()
    return time.perf_counter() - began
