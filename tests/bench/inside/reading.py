"""Seconds and peak memory of one thing that is done with an output; `pretty`, `first` or `search`, and a file."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

from results.domain.packet import Packet
from tests.bench import servers
from tests.bench.documents import NEEDLE, SUPERJSON


def _pretty(packet: Packet) -> int:
    from results.domain.outputs import decode

    return len(decode(packet).as_json())


def _first(packet: Packet) -> int:
    """All that the server does for the value on a result's page, HTML included."""
    from results.pages.values import output_part
    from results.templatetags.values import tree

    part = output_part(packet, view="", branch_url="/branch/", raw_url="/raw", json_url="/json")
    assert part.tree is not None
    return len(tree(part.tree, part.branches))


def _search(packet: Packet) -> int:
    from results.domain.outputs import decode
    from results.domain.search import Query, search

    return search(decode(packet), Query(NEEDLE), limit=100).total


DOES: dict[str, Callable[[Packet], int]] = {"pretty": _pretty, "first": _first, "search": _search}


def _peak_mib() -> float:
    # The system's own count of a child's peak would begin with its parent's.
    return servers.peak_mib([os.getpid()])


def main() -> None:
    """Warm up on a small output, so that imports count for nothing, then do it once."""
    what, path = sys.argv[1:]
    small = b'{"json":{"items":[{"note":"' + NEEDLE.encode() + b'"}]}}'
    DOES[what](Packet(small, SUPERJSON))
    gc.collect()
    servers.forget_peaks([os.getpid()])
    before = _peak_mib()
    packet = Packet(Path(path).read_bytes(), SUPERJSON)
    began = time.perf_counter()
    result = DOES[what](packet)
    seconds = time.perf_counter() - began
    grown = _peak_mib() - before
    json.dump({"seconds": seconds, "mib": grown, "result": result}, sys.stdout)


if __name__ == "__main__":
    django.setup()
    main()
