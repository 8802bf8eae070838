"""What large results cost beside jq and beside small ones; it must not know the goals' targets."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from tests.bench import documents, servers
from tests.bench.goals import Finding
from tests.bench.measures.waiting import PROBE_S, probe
from tests.bench.ratios import Row, middle, over, ratio_of, rounds
from tests.bench.servers import ROOT, NotRun, Server, start_load
from tests.bench.stage import Stage, run_module

# What search does: keys and values that hold the text whatever its case, how many, and the first ways.
_JQ_SEARCH = """
[path(.. | select((strings | ascii_downcase | contains($q)) // false))] as $values
| [.. | objects | keys_unsorted[] | select(ascii_downcase | contains($q))] as $keys
| ($values | length) + ($keys | length), $values[:100]
"""


def jq(program: list[str], file: Path) -> Row:
    """Seconds and peak MiB of jq on a file; raises NotRun where there is none."""
    path = shutil.which("jq")
    if path is None:
        raise NotRun("jq is not installed")
    command = [sys.executable, "-m", "tests.bench.inside.command", path, *program, str(file)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=servers.plain_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotRun("jq ended with an error")
    told: Row = json.loads(done.stdout)
    return told


def _written(stage: Stage, size: int) -> Path:
    file = stage.folder / f"output-{size}.json"
    if not file.exists():
        file.write_bytes(documents.output(size))
    return file


def _beside_jq(
    stage: Stage, what: str, size: int, program: list[str]
) -> tuple[list[Row], list[Row]]:
    """Rounds of seconds and of MiB, ours and jq's."""
    file = _written(stage, size)
    memory: dict[str, float] = {}

    def ours() -> float:
        out = run_module(f"tests.bench.inside.reading {what} {file}", stage.product.environment)
        told = json.loads(out)
        if not told["result"]:
            raise NotRun(f"{what} had no result")
        memory["ours"] = told["mib"]
        return float(told["seconds"])

    def theirs() -> float:
        told = jq(program, file)
        memory["jq"] = told["mib"]
        return told["seconds"]

    times: list[Row] = []
    sizes: list[Row] = []
    subjects: dict[str, Callable[[], float]] = {"ours": ours, "jq": theirs}
    for _ in range(stage.rounds):
        times += rounds(subjects, ratio=over("ours", "jq"), least=1, most=1)
        sizes.append(dict(memory))
    return times, sizes


def _figures(times: list[Row], sizes: list[Row]) -> str:
    return (
        f"{middle(times, 'ours') * 1000:.0f} ms and {middle(sizes, 'ours'):.0f} MiB (the document "
        f"included, imports not), jq {middle(times, 'jq') * 1000:,.0f} ms and {middle(sizes, 'jq'):.0f} MiB."
    )


def printing(stage: Stage) -> Iterator[Finding]:
    """Goals 8 and 9."""
    ratio = over("ours", "jq")
    for goal, what, name in (("8", "pretty", "large"), ("9", "first", "huge")):
        size = documents.MIB * (10 if name == "large" else 50)
        times, sizes = _beside_jq(stage, what, size, ["."])
        yield Finding(f"{goal} time", ratio_of(times, ratio), _figures(times, sizes))
        yield Finding(f"{goal} memory", ratio_of(sizes, ratio), _figures(times, sizes))


def searching(stage: Stage) -> Iterator[Finding]:
    """Goal 13: the search itself, and what other pages notice of it."""
    program = ["--arg", "q", documents.NEEDLE, _JQ_SEARCH]
    times, sizes = _beside_jq(stage, "search", 10 * documents.MIB, program)
    yield Finding("13 time", ratio_of(times, over("ours", "jq")), _figures(times, sizes))
    address = stage.product.run_path("large", f"search/?q={quote(documents.NEEDLE)}")
    yield _noticed(stage, address, "13 pages", "searches")


def large_pages(stage: Stage) -> Iterator[Finding]:
    """A page of 10 MB: what memory it takes, and what other pages notice."""
    with stage.serving() as on:
        server = on.product(workers=1)
        yield _swelling(stage, server, "large memory", "large", [""])
    yield _noticed(stage, stage.product.run_path("large"), "large pages", "10 MB pages")


def huge_memory(stage: Stage) -> Iterator[Finding]:
    """Goal 17: the first page of 50 MB, a search in it, its download."""
    with stage.serving() as on:
        server = on.product(workers=1)
        parts = ["", f"search/?q={quote(documents.NEEDLE)}", "output?as=json"]
        yield _swelling(stage, server, "17", "huge", parts)


def _swelling(stage: Stage, server: Server, goal: str, name: str, parts: list[str]) -> Finding:
    """How much the server grows at its peak while it serves something large, over the document."""
    product = stage.product
    _open(server, product.run_path("small"), product.headers)
    size = documents.MIB * (10 if name == "large" else 50)
    pids = server.pids()
    servers.forget_peaks(pids)
    before = servers.peak_mib(pids)
    grown = []
    for part in parts:
        _open(server, product.run_path(name, part), product.headers)
        # With what it started for this.
        grown.append(servers.peak_mib(server.pids()) - before)
    after = ", ".join(f"{mib:.0f}" for mib in grown)
    seen = [{"grown": grown[-1], "document": size / documents.MIB}]
    note = f"grown by {after} MiB over {before:.0f} MiB; the document has {size / documents.MIB:.0f} MiB."
    return Finding(goal, ratio_of(seen, over("grown", "document")), note)


def _noticed(stage: Stage, path: str, goal: str, what: str) -> Finding:
    """Another page's p95 while somebody does something large again and again, over its idle one."""
    seconds, product = (15 if stage.full else 5), stage.product
    other = product.run_path("other")
    seen: list[Row] = []
    with stage.serving() as on:
        server = on.product()
        probe(server, other, product.headers, 2)
        for _ in range(3):
            idle = probe(server, other, product.headers, seconds)
            load = start_load(
                "closed", server.url + path, product.headers,
                connections=1, seconds=seconds + PROBE_S, wrk=False,
            )  # fmt: skip
            busy = probe(server, other, product.headers, seconds)
            done = load.told()["count"]
            if not done:
                raise NotRun(f"none of the {what} was answered")
            seen.append({"busy": busy["p95"], "idle": idle["p95"], "done": done})
    note = (
        f"p95 {middle(seen, 'busy') * 1000:.0f} ms during {middle(seen, 'done'):.0f} {what} one after "
        f"the other, idle {middle(seen, 'idle') * 1000:.0f} ms; 2 workers."
    )
    return Finding(goal, ratio_of(seen, over("busy", "idle")), note)


def _open(server: Server, path: str, headers: dict[str, str]) -> None:
    with urllib.request.urlopen(urllib.request.Request(server.url + path, headers=headers)) as got:
        got.read()
