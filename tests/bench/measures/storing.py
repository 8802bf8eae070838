"""What storing costs, and whether it stays so with a million results; it must not know the targets."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from tests.bench import servers
from tests.bench.goals import Finding
from tests.bench.ratios import Ratio, middle, over, ratio_of, rounds
from tests.bench.servers import ROOT, NotRun
from tests.bench.stage import Instance, Stage, run_module

_WRITERS = 8


def sealed(stage: Stage) -> Iterator[Finding]:
    """Goal 12: a large result sealed and plain."""
    run_id = stage.product.runs["large"]
    seen = [
        json.loads(
            run_module(f"tests.bench.inside.storing read {run_id}", stage.product.environment)
        )
        for _ in range(stage.rounds)
    ]
    note = f"sealed {middle(seen, 'sealed') * 1000:.1f} ms, plain text {middle(seen, 'plain') * 1000:.1f} ms."
    yield Finding("12 read", ratio_of(seen, over("sealed", "plain")), note)
    yield Finding("12 size", ratio_of(seen[:1], over("stored", "sent")), "")


def writers(stage: Stage) -> Iterator[Finding]:
    """Goal 12: eight processes that store, and one."""
    writing = stage.instance(
        "writers", {"results": {}, "pending": 0, "history": 0, "api_url": stage.upstream.url}
    )
    seconds = 4 if stage.full else 2
    seen = rounds(
        {
            "eight": lambda: _written(writing, _WRITERS, seconds),
            "one": lambda: _written(writing, 1, seconds),
        },
        ratio=over("eight", "one"),
        least=stage.rounds,
        most=stage.rounds,
    )
    note = f"{middle(seen, 'eight'):.0f} a second by 8 processes, {middle(seen, 'one'):.0f} by one."
    yield Finding("12 writers", ratio_of(seen, over("eight", "one")), note)


def _written(instance: Instance, number: int, seconds: float) -> float:
    """Results stored a second by so many processes; raises NotRun when any failed."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.inside.storing", "write"],
            cwd=ROOT,
            env={**servers.plain_environment(), **instance.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(number)
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    done = 0
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(f"{seconds}\n")
        process.stdin.flush()
    for process in processes:
        out, _ = process.communicate()
        told = json.loads(out or '{"done": 0, "errors": 1}')
        if told["errors"]:
            raise NotRun(f"{told['errors']} writes failed with {number} writers")
        done += told["done"]
    return done / seconds


def scale(stage: Stage) -> Iterator[Finding]:
    """Goals 12 and 14: the same pages over 1,000 results and over very many."""
    many = 1_000_000 if stage.full else 100_000
    empty = {"results": {}, "pending": 0, "history": 0, "api_url": stage.upstream.url}
    filled: dict[str, Instance] = {}
    for name, number in (("few", 1_000), ("many", many)):
        filled[name] = stage.instance(name, empty)
        assert stage.statics
        run_module(f"tests.bench.inside.lists fill {number}", filled[name].environment)
    seen: list[dict[str, Any]] = []
    for number in range(stage.rounds):
        order = ("few", "many") if number % 2 else ("many", "few")
        seen.append(
            {
                name: json.loads(
                    run_module("tests.bench.inside.lists time", filled[name].environment)
                )
                for name in order
            }
        )
    pages = list(seen[0]["few"]["ms"])
    by_page = {
        page: Ratio(tuple(row["many"]["ms"][page] / row["few"]["ms"][page] for row in seen))
        for page in pages
    }
    slowest = max(pages, key=lambda page: by_page[page].median)
    every = ", ".join(f"{page} {by_page[page].median:.2f}" for page in pages)
    rows = f"{many:,} and 1,000 results"
    yield Finding("14 time", by_page[slowest], f"{rows}: {every}.")
    queries = {
        page: seen[0]["many"]["queries"][page] / seen[0]["few"]["queries"][page] for page in pages
    }
    most = max(seen[0]["many"]["queries"].values())
    yield Finding(
        "14 queries", Ratio((max(queries.values()),)), f"{rows}; at most {most} queries a page."
    )
    lookups = Ratio(tuple(row["many"]["lookup"] / row["few"]["lookup"] for row in seen))
    note = f"{rows}; {seen[0]['many']['lookup'] * 1000:.0f} µs through the ORM. "
    yield Finding(
        "12 lookup", lookups, note + "Ten million rows would take 10 GB of disk and are not made."
    )
    deep = Ratio(tuple(row["many"]["ms"]["task, deep"] / row["many"]["ms"]["task"] for row in seen))
    yield Finding("12 deep", deep, f"the last page of {many // 2:,} runs of a task.")
