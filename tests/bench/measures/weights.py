"""What a worker weighs and how soon it answers; it must not know the goals' targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.bench import servers
from tests.bench.goals import Finding
from tests.bench.ratios import middle, over, ratio_of, rounds
from tests.bench.servers import Server
from tests.bench.stage import Serving, Stage


def worker(stage: Stage) -> Iterator[Finding]:
    """Goal 16: memory after the start, and the time until the first answer."""
    memory: dict[str, float] = {}

    def started(name: str, start: Callable[[Serving], Server]) -> Callable[[], float]:
        def measure() -> float:
            with stage.serving() as on:
                server = start(on)
                memory[name] = servers.pss_mib(server.pids())
                return server.started_s

        return measure

    weighed: list[dict[str, float]] = []

    def ratio(row: dict[str, float]) -> float:
        return row["ours"] / row["floor"]

    subjects = {
        "ours": started("ours", lambda on: on.product(workers=1)),
        "floor": started("floor", lambda on: on.floor(workers=1)),
    }
    servers.need_proc()
    stage.product, stage.floor  # noqa: B018  made before anything is timed
    seen = []
    for _ in range(stage.rounds):
        seen += rounds(subjects, ratio=ratio, least=1, most=1)
        weighed.append(dict(memory))
    yield Finding(
        "16 memory",
        ratio_of(weighed, ratio),
        f"{middle(weighed, 'ours'):.0f} MiB, bare Django {middle(weighed, 'floor'):.0f} MiB; "
        "all processes of a server with one worker.",
    )
    note = f"{middle(seen, 'ours'):.1f} s, bare Django {middle(seen, 'floor'):.1f} s."
    yield Finding("16 start", ratio_of(seen, over("ours", "floor")), note)
