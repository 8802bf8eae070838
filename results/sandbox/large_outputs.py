"""Outputs so large that they are only made when somebody asks; it must not know runs."""

from __future__ import annotations

from functools import cache, partial

MB = 1_000_000


def records(size: int) -> bytes:
    """JSON of at least ``size`` bytes: a list of similar objects in an object, with a last word at its end."""
    rows: list[str] = []
    length = number = 0
    while length < size:
        rows.append(
            f'{{"id":{number},"uid":{3544790567247868102 + number},"name":"Customer {number} \\"Zoë\\"",'
            f'"email":"c{number}@example.com","total":{number % 997}.{number % 10}0,'
            f'"placedAt":"2026-11-{number % 28 + 1:02d}T06:{number % 60:02d}:00.000Z",'
            f'"tags":["t{number % 7}","region {number % 4}"],"address":{{"city":"Zürich","zip":"{8000 + number % 99}"}}}}'
        )
        length += len(rows[-1]) + 1
        number += 1
    joined = ",".join(rows)
    return f'{{"exportedAt":"2026-11-18T02:00:00.050Z","count":{number},"items":[{joined}],"last":"the very end"}}'.encode()


ten_mb = cache(partial(records, 10 * MB))
fifty_mb = cache(partial(records, 50 * MB))
