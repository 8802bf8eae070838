"""What storage costs in an instance's own database: `read` 10 MB, or `write` results for some seconds."""

from __future__ import annotations

import json
import sys
import time
import uuid
from statistics import median
from typing import Any, ClassVar

import django


def read() -> dict[str, float]:
    """Read the large result sealed as the product does, and the same bytes from a plain text column."""
    from django.db import connection, models

    from results.models import ResultBody, StoredResult, Team
    from results.services import lookup

    class PlainText(models.Model):
        body = models.TextField()

        objects: ClassVar[models.Manager[Any]] = models.Manager()

        class Meta:
            app_label = "results"
            managed = False
            db_table = "bench_plain_text"

        def __str__(self) -> str:
            return str(self.pk)

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_plain_text")
        cursor.execute("CREATE TABLE bench_plain_text (id integer PRIMARY KEY, body text)")
    result = StoredResult.objects.get(run_id=sys.argv[2])
    team = Team.objects.get()
    output = lookup.open_result(result=result, team=team).output
    assert output is not None
    assert output.data is not None
    text = output.data.decode()
    PlainText.objects.create(pk=1, body=text)

    def plain() -> None:
        assert len(PlainText.objects.get(pk=1).body) == len(text)

    def timed(what: object) -> float:
        assert callable(what)
        began = time.perf_counter()
        what()
        return time.perf_counter() - began

    def opened() -> float:
        began = time.perf_counter()
        lookup.open_result(result=result, team=team)
        return time.perf_counter() - began

    plain()
    rows = [(opened(), timed(plain)) for _ in range(7)]
    body = ResultBody.objects.get(result=result).sealed_output
    assert body is not None
    return {
        "sealed": median(row[0] for row in rows),
        "plain": median(row[1] for row in rows),
        "stored": len(body),
        "sent": len(text.encode()),
    }


def write() -> dict[str, float]:
    """Store results of 10 KB, one transaction each, from the moment that standard input names."""
    from django.db import transaction
    from django.utils import timezone

    from results.models import Team
    from tests import make
    from tests.bench import documents

    team = Team.objects.get()
    output = documents.output(10 * documents.KIB)
    print("ready", flush=True)
    ends = time.time() + float(sys.stdin.readline())
    done = errors = 0
    while time.time() < ends:
        try:
            with transaction.atomic():
                make.make_result(
                    team=team,
                    run_id=f"run_{uuid.uuid4().hex}",
                    output=output,
                    output_type=documents.SUPERJSON,
                    now=timezone.now(),
                )
            done += 1
        except django.db.Error:
            errors += 1
    return {"done": done, "errors": errors}


if __name__ == "__main__":
    django.setup()
    json.dump({"read": read, "write": write}[sys.argv[1]](), sys.stdout)
