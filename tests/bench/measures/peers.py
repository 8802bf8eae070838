"""The same work in other people's programs, installed for the comparison alone; it must not know the targets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping

from tests.bench import servers
from tests.bench.goals import Finding
from tests.bench.measures.browsing import browser, wire
from tests.bench.measures.pages import extra_packages, rater
from tests.bench.ratios import middle, over, ratio_of, rounds
from tests.bench.servers import ROOT, NotRun, Server
from tests.bench.stage import Serving, Stage

_CELERY = "tests.bench.peers.celery_results"
_RQ = "tests.bench.peers.rq_dashboard"


def celery_results(stage: Stage) -> Iterator[Finding]:
    """Goals 1 and 11: django-celery-results' page of a task in Django's admin."""
    # Django comes from our own environment, so that both sides run the same one.
    packages = extra_packages(stage, "celery", ["django-celery-results==2.6.0", "celery==5.7.0"])
    environment = {
        "DJANGO_SETTINGS_MODULE": f"{_CELERY}.settings",
        "PEER_DATABASE": str(stage.folder / "celery.sqlite3"),
        "BENCH_AFTER": str(packages),
    }
    seeded = json.loads(_seeded(f"{_CELERY}.seed", environment))
    with stage.serving() as on:
        peer = on.running.granian(
            "celery-results", f"{_CELERY}.wsgi:application", environment, workers=1
        )
        yield _beside(stage, on, "1 celery", peer, (seeded["path"],), {"Cookie": seeded["cookie"]})
        with browser() as chromium:
            product = stage.product
            server = on.product()
            ours = wire(chromium, server, product.run_path("small"), product.cookie)
            theirs = wire(chromium, peer, seeded["path"], seeded["cookie"])
    note = (
        f"ours {ours['bytes'] / 1024:.0f} KiB in {ours['requests']:.0f} requests, "
        f"theirs {theirs['bytes'] / 1024:.0f} KiB in {theirs['requests']:.0f}."
    )
    seen = [{"ours": ours["bytes"], "theirs": theirs["bytes"]}]
    yield Finding("11 bytes", ratio_of(seen, over("ours", "theirs")), note)


def rq(stage: Stage) -> Iterator[Finding]:
    """Goal 1: rq-dashboard's page of a job, without any sign-in; needs a Redis of the tests."""
    redis = os.environ.get("TEST_CACHE_URL", "")
    if not redis.startswith("redis"):
        raise NotRun("needs Redis: set TEST_CACHE_URL")
    packages = extra_packages(stage, "rq", ["rq==3.0.0", "rq-dashboard==0.9.0", "six"])
    environment = {"BENCH_AFTER": str(packages), "PEER_REDIS": redis}
    path = _seeded(f"{_RQ}.seed", environment).strip()
    try:
        with stage.serving() as on:
            peer = on.running.granian(
                "rq-dashboard", f"{_RQ}.wsgi:application", environment, workers=1
            )
            # A page of theirs is its HTML and then its data.
            page = path.replace("/data/", "/view/").removesuffix(".json")
            yield _beside(stage, on, "1 rq", peer, (page, path), {})
    finally:
        _seeded(f"{_RQ}.seed", {**environment, "PEER_FORGET": "1"})


def _beside(
    stage: Stage,
    on: Serving,
    goal: str,
    peer: Server,
    paths: tuple[str, ...],
    headers: Mapping[str, str],
) -> Finding:
    product = stage.product
    parts = [rater(peer, path, dict(headers), 2) for path in paths]
    ours = on.product(workers=1)
    seen = rounds(
        {
            "ours": rater(ours, product.run_path("small"), product.headers, 2),
            "peer": lambda: 1 / sum(1 / part() for part in parts),
        },
        ratio=over("ours", "peer"),
        least=stage.rounds,
    )
    note = f"{middle(seen, 'ours'):.0f} pages a second, theirs {middle(seen, 'peer'):.0f}, both on the same server."
    return Finding(goal, ratio_of(seen, over("ours", "peer")), note)


def _seeded(module: str, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module],
        cwd=ROOT,
        env={**servers.plain_environment(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise NotRun(f"{module.split('.')[-2]} could not be set up: {said[-1][:200]}")
    return done.stdout
