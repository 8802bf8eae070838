"""Fills an instance with very many results, or times and counts its list pages there: `fill N` or `time`."""

from __future__ import annotations

import json
import sys
import time
import uuid
from datetime import timedelta
from typing import Any

import django

_BATCH = 5_000
_ROUNDS = 9


def fill(number: int) -> dict[str, Any]:
    """Results of two tasks, one finished each minute, with a lookup of each; written past the services."""
    from django.contrib.auth.models import User
    from django.db import connection, transaction
    from django.utils import timezone

    from results.models import Lookup, StoredResult, Team

    team, alice = Team.objects.get(), User.objects.get()
    now = timezone.now() - timedelta(days=1)
    with transaction.atomic():
        for first in range(0, number, _BATCH):
            numbers = range(first, min(first + _BATCH, number))
            StoredResult.objects.bulk_create(
                StoredResult(
                    id=uuid.UUID(int=(n * 0x9E3779B97F4A7C15F39CC0605CEDC834) % 2**128),
                    team=team,
                    run_id=f"run_list{n:020d}",
                    state="failed" if n % 11 == 0 else "succeeded",
                    source="result",
                    task="report" if n % 2 else "import",
                    environment="prod",
                    compute_ms=1000 + n % 700,
                    started_at=now - timedelta(minutes=n + 1),
                    finished_at=now - timedelta(minutes=n),
                    stored_at=now - timedelta(minutes=n),
                )
                for n in numbers
            )
            Lookup.objects.bulk_create(
                Lookup(team=team, user=alice, run_id=f"run_list{n:020d}", looked_at=now - timedelta(minutes=n))
                for n in numbers
            )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"made": number}


def _pages(team: str) -> dict[str, str]:
    """Every page that lists something, with what a person would ask of it."""
    task = f"/t/{team}/tasks/report/?env=prod"
    return {
        "find": "/",
        "task": task,
        "task, failures": f"{task}&outcome=failed",
        "shares": f"/t/{team}/shares/",
        "keys": f"/t/{team}/keys/",
        "run beside others": f"/t/{team}/runs/run_list{41:020d}/",
    }


def measure() -> dict[str, Any]:
    """Milliseconds (the best of some rounds) and queries of every list page, a lookup, and a deep page."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from results.models import StoredResult, Team
    from results.services import history

    team = Team.objects.get()
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get())
    pages = _pages(team.slug)
    number = StoredResult.objects.count()
    oldest = StoredResult.objects.get(
        run_id=f"run_list{max(0, number - 200) // 2 * 2 + 1 - 200 * (number > 400):020d}"
    )
    assert oldest.finished_at is not None
    deep = history.Cursor(oldest.finished_at, oldest.pk)
    pages["task, deep"] = f"{pages['task']}&before={deep}"
    told: dict[str, Any] = {"ms": {}, "queries": {}, "count": number}
    for name, path in pages.items():
        assert client.get(path).status_code == 200, path
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        told["queries"][name] = len(queries)
        told["ms"][name] = min(_ms(lambda path=path: client.get(path)) for _ in range(_ROUNDS))
    places = [f"run_list{n:020d}" for n in range(0, number - 100, max(1, (number - 100) // 400))]

    def look_up() -> None:
        for run_id in places:
            StoredResult.objects.of_run(team, run_id)

    look_up()
    told["lookup"] = min(_ms(look_up) for _ in range(5)) / len(places)
    return told


def _ms(what: Any) -> float:
    began = time.perf_counter()
    what()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    django.setup()
    json.dump(fill(int(sys.argv[2])) if sys.argv[1] == "fill" else measure(), sys.stdout)
