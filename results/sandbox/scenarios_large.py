"""Runs with outputs that are too large to be sent inline, from the object store; it must not know how they are answered."""

from __future__ import annotations

from results.sandbox.scenario import STORE, Scenario, ended

TEN_MB_POINTER = "run_cmwn3k2v40tq8zd5yj6ha9rfx-1/output.json"
STRANGE_POINTER = "run_06gvrt2m8e5d4a1kq9ns3cfh02-1/output.json"
FIFTY_MB_POINTER = "run_cmwn3q7b20ws4xe1ug8kc5mln-1/output.json"

LARGE: tuple[Scenario, ...] = (
    ended(
        "strange-values",
        "run_06gvrt2m8e5d4a1kq9ns3cfh02",
        "stg",
        "Values of every look: JSON in texts, pictures, colours, moments, long and multi-line texts, 10,000 members.",
        "2026-11-21T15:30:00.000Z",
        task="collect-strange-values",
        took_ms=5120,
        output=STRANGE_POINTER,
        output_type=STORE,
    ),
    ended(
        "ten-megabytes",
        "run_cmwn3k2v40tq8zd5yj6ha9rfx",
        "prod",
        "An output of 10 MB: opens as fast as a small one.",
        "2026-11-19T02:00:00.050Z",
        took_ms=92_310,
        task="export-orders",
        output=TEN_MB_POINTER,
        output_type=STORE,
    ),
    ended(
        "fifty-megabytes",
        "run_cmwn3q7b20ws4xe1ug8kc5mln",
        "prod",
        "An output of 50 MB, which needs OUTPUT_MAX_BYTES to be raised.",
        "2026-11-19T03:00:00.050Z",
        took_ms=412_008,
        task="export-orders",
        output=FIFTY_MB_POINTER,
        output_type=STORE,
    ),
)
