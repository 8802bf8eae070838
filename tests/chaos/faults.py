"""What may go wrong, each with its beginning and its end; it decides neither when nor what must hold."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

from results.sandbox.faults import FaultKind
from tests.chaos.stage import Stage

# What Trigger.dev, or whatever is between, may answer.
_UPSTREAM: tuple[FaultKind, ...] = (
    *("latency", "drip", "reset", "truncated", "huge", "gzipbomb", "html502", "500text", "500"),
    *("429proxy", "429", "garbage", "badjson", "redirect"),
)
assert set(_UPSTREAM) < set(get_args(FaultKind))


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong for a while. ``end`` makes it right again."""

    name: str
    what: str
    begin: Callable[[], None]
    end: Callable[[], None]
    longest_s: float = 4.0


def possible(stage: Stage, rng: random.Random) -> list[Fault]:
    """Every fault that can be made here."""
    return [*_of_the_api(stage, rng), *_of_processes(stage, rng), *_of_stores(stage)]


def _of_the_api(stage: Stage, rng: random.Random) -> list[Fault]:
    sandbox = stage.sandbox

    def wrong(kind: FaultKind) -> Callable[[], None]:
        # After a few failures the API is left alone; often it must go on before that.
        def begin() -> None:
            times = rng.choice((3, 6, None))
            sandbox.faults.add(kind, seconds=rng.uniform(0.5, 3.0), times=times)

        return begin

    def jump() -> None:
        stage.clock.offset = rng.choice((-3600.0, -90.0, 90.0, 3600.0))

    def back() -> None:
        stage.clock.offset = 0.0

    faults = [
        Fault(f"API: {kind}", "a few answers, or all", wrong(kind), sandbox.faults.clear)
        for kind in _UPSTREAM
    ]
    return [*faults, Fault("API: clock", "its clock jumps by up to an hour", jump, back)]


def _of_processes(stage: Stage, rng: random.Random) -> list[Fault]:
    webs, watchers = stage.grown.webs, stage.grown.watchers

    def kill_one(among: str) -> tuple[Callable[[], None], Callable[[], None]]:
        processes = webs if among == "web" else watchers

        def begin() -> None:
            rng.choice(processes).kill()

        def end() -> None:
            for process in processes:
                if process.process is None:
                    process.launch()

        return begin, end

    def restart() -> None:
        for web in webs:
            web.end()
            web.launch()
            # Others are asked until it is up, or says that it cannot be.
            time.sleep(1.0)

    return [
        Fault("web killed", "kill -9 of one of two web servers", *kill_one("web")),
        Fault("watcher killed", "kill -9 of the watcher", *kill_one("watcher")),
        Fault("rolling restart", "SIGTERM to each web server in turn", restart, lambda: None, 0.5),
    ]


def _of_stores(stage: Stage) -> list[Fault]:
    faults = []
    if (redis := stage.redis) is not None:
        faults.append(Fault("Redis stopped", "kill -9, started again", redis.stop, redis.start))
    if (postgres := stage.postgres) is not None:
        faults += [
            Fault("PostgreSQL stopped", "no goodbye, with recovery", postgres.stop, postgres.start),
            Fault(
                "connections cut",
                "every connection of PostgreSQL ended",
                postgres.cut_connections,
                postgres.cut_connections,
                1.0,
            ),
        ]
    if (disk := stage.disk) is not None and disk.is_small:

        def room_again() -> None:
            disk.free()
            # Without room for its journal PostgreSQL ends itself.
            if stage.postgres is not None:
                stage.postgres.start()

        faults.append(Fault("disk full", "no byte left for the database", disk.fill, room_again))
    return faults
