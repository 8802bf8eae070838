"""How fast pages are beside the floor, and what the server costs; it must not know the goals' targets."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import servers
from tests.bench.goals import Finding
from tests.bench.ratios import Row, middle, over, ratio_of, rounds
from tests.bench.servers import NotRun, Server, free_port
from tests.bench.stage import Serving, Stage


def rater(
    server: Server, path: str, headers: dict[str, str], seconds: float
) -> Callable[[], float]:
    """A function that measures requests a second, warmed up once."""
    servers.rate(server.url + path, headers, seconds=0.5, wrk=False)

    def measure() -> float:
        for longer in (1, 3, 9):
            told = servers.rate(server.url + path, headers, seconds=seconds * longer, pinned=True)
            if told["rate"]:
                return float(told["rate"])
        raise NotRun("not one page came in time")

    return measure


def permalink_rate(stage: Stage) -> Iterator[Finding]:
    """Goal 1, and what the floor is made of."""
    seconds, product = 2, stage.product
    with stage.serving() as on:
        ours, floor, hello = on.product(workers=1), on.floor(workers=1), on.hello()
        seen = rounds(
            {
                "ours": rater(ours, product.run_path("small"), product.headers, seconds),
                "floor": rater(floor, stage.floor.path, stage.floor.headers, seconds),
                "hello": rater(hello, "/", {}, seconds),
            },
            ratio=over("ours", "floor"),
            least=stage.rounds,
        )
    note = (
        f"{middle(seen, 'ours'):.0f} pages a second, floor page {middle(seen, 'floor'):.0f}, "
        f"raw hello {middle(seen, 'hello'):,.0f}; one worker with a core to itself."
    )
    yield Finding("1", ratio_of(seen, over("ours", "floor")), note)


def revalidation(stage: Stage) -> Iterator[Finding]:
    """Goal 2: asked again with the page's own ETag, if it has one."""
    import urllib.request

    seconds, product = 2, stage.product
    with stage.serving() as on:
        server = on.product(workers=1)
        path = product.run_path("small")
        asked = urllib.request.Request(server.url + path, headers=product.headers)
        with urllib.request.urlopen(asked) as answer:
            tag, kept = answer.headers.get("ETag", '"none"'), answer.headers["Cache-Control"]
        again = {**product.headers, "If-None-Match": tag}
        seen = rounds(
            {
                "again": rater(server, path, again, seconds),
                "page": rater(server, path, product.headers, seconds),
            },
            ratio=over("again", "page"),
            least=stage.rounds,
            most=stage.rounds,
        )
    yield Finding("2", ratio_of(seen, over("again", "page")), f"The page says `{kept}`.")


def stack_tax(stage: Stage) -> Iterator[Finding]:
    """Goal 3: the same floor page on other WSGI servers."""
    tools = extra_packages(stage, "gunicorn", ["gunicorn"])
    seconds = 2
    with stage.serving() as on:
        granian = on.floor(workers=1)
        gthread = gunicorn(on, tools, ["--worker-class", "gthread", "--threads", "4"])
        subjects = {"granian": granian, "gunicorn gthread": gthread}

        def beside_best(row: Row) -> float:
            return row["granian"] / max(row.values())

        seen = rounds(
            {
                name: rater(server, stage.floor.path, stage.floor.headers, seconds)
                for name, server in subjects.items()
            },
            ratio=beside_best,
            least=stage.rounds,
        )
    figures = ", ".join(f"{name} {middle(seen, name):.0f}" for name in subjects)
    yield Finding("3", ratio_of(seen, beside_best), f"{figures} pages a second.")


def gunicorn(on: Serving, tools: Path, options: list[str]) -> Server:
    """The floor app under gunicorn, on the core that a single worker gets."""
    port, both = free_port(), servers.cores()
    return on.running.start(
        "gunicorn",
        [
            *(sys.executable, "-m", "gunicorn", "--bind", f"{servers.HOST}:{port}"),
            *("--workers", "1", "--log-level", "warning", "--no-control-socket", *options),
            "tests.bench.floor.wsgi:application",
        ],
        port=port,
        environment={**on.stage.floor.environment, "PYTHONPATH": str(tools)},
        answers_at="/health/live",
        core=both[0] if both else None,
    )


def extra_packages(stage: Stage, name: str, packages: list[str]) -> Path:
    """Install packages that only a comparison needs beside ours; raises NotRun when they cannot be had."""
    folder = stage.folder.parent / f"packages-{name}"
    if not (folder / ".complete").exists():
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        command = [*pip, "--target", str(folder), *packages]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            raise NotRun(f"{', '.join(packages)} could not be installed")
        (folder / ".complete").touch()
    return folder
