"""The outputs that are measured: one shape, any size, always the same bytes; it must not know who reads them."""

from __future__ import annotations

import json
from functools import lru_cache

SUPERJSON = "application/super+json"
NEEDLE = "needle in the haystack"
KIB, MIB = 1024, 1024 * 1024

_NEEDLE_EVERY = 997


def _record(number: int) -> dict[str, object]:
    note = (
        NEEDLE
        if number % _NEEDLE_EVERY == 17
        else f'second floor, "door {number % 40}"\nring twice'
    )
    return {
        "id": number,
        "name": ["Ada Lovelace", "Łukasz Żółć", "渡辺 花子", "Zoë O'Brien"][number % 4],
        "email": f"person{number}@example.com",
        "price": round(number * 0.37 % 900, 2),
        "active": number % 3 == 0,
        "tags": ["alpha", "beta", f"tag-{number % 97}"],
        "address": {"street": f"Großer Weg {number % 300}", "city": "Köln", "zip": None},
        "note": note,
    }


@lru_cache(maxsize=4)
def output(size: int) -> bytes:
    """A super+json output of about so many bytes: a list of records with a date beside it."""
    spelt: list[str] = []
    left = size - 120
    number = 0
    while left > 0:
        record = json.dumps(_record(number), ensure_ascii=False, separators=(",", ":"))
        spelt.append(record)
        left -= len(record.encode()) + 1
        number += 1
    items = ",".join(spelt)
    meta = '{"values":{"madeAt":["Date"]}}'
    return f'{{"json":{{"madeAt":"2026-11-23T09:00:04.120Z","items":[{items}]}},"meta":{meta}}}'.encode()
