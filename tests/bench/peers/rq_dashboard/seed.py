"""Puts one finished job of 10 KB into Redis and prints where its data is shown, or takes it away again."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import redis

from tests.bench import documents


def answer() -> str:
    """What the job returns."""
    return documents.output(10 * documents.KIB).decode()


def seed() -> str:
    """Make the job as a worker would leave it."""
    connection = redis.Redis.from_url(os.environ["PEER_REDIS"])
    queue = import_module("rq").Queue("runlens-bench", connection=connection, is_async=False)
    if "PEER_FORGET" in os.environ:
        for job_id in queue.finished_job_registry.get_job_ids():
            queue.finished_job_registry.remove(job_id, delete_job=True)
        queue.delete(delete_jobs=True)
        return ""
    job = queue.enqueue(f"{__package__}.seed.answer", result_ttl=3600)
    return f"/rq/0/data/job/{job.id}.json"


if __name__ == "__main__":
    sys.stdout.write(seed())
