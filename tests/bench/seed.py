"""Fills an instance's database for the measures, in a process that has its settings; it measures nothing.

Reads what is wanted as JSON from standard input and writes what it made as JSON.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any

import django


def seed(wanted: dict[str, Any]) -> dict[str, Any]:
    """Make alice, her team with one key, stored results by size, and runs that are not finished."""
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from results.models import Sighting, Team
    from tests import make
    from tests.bench import documents, upstream

    now = timezone.now()
    alice = make.make_user(name="alice", operator=False)
    team: Team = make.make_team(owner=alice)
    make.make_key(team=team, secret=upstream.KEY, environment="prod", api_url=wanted["api_url"])
    for number in range(wanted.get("history", 40)):
        make.make_result(
            team=team,
            run_id=f"run_bench0past{number:012d}",
            now=now - timedelta(hours=number + 1),
        )
    runs = {}
    for name, size in wanted["results"].items():
        runs[name] = f"run_bench0{name}0000000000000"
        make.make_result(
            team=team,
            run_id=runs[name],
            output=documents.output(size),
            output_type=documents.SUPERJSON,
            now=now,
        )
    pending = [upstream.STEADY, *map(upstream.restless, range(wanted["pending"]))]
    Sighting.objects.bulk_create(
        Sighting(
            team=team,
            run_id=run_id,
            first_seen_at=now,
            due_at=now,
            give_up_at=now + timedelta(hours=2),
            wanted_until=now,
        )
        for run_id in pending
    )
    client = Client()
    client.force_login(alice)
    name = settings.SESSION_COOKIE_NAME
    cookie = f"{name}={client.cookies[name].value}"
    return {"cookie": cookie, "team": team.slug, "runs": runs, "pending": pending}


if __name__ == "__main__":
    django.setup()
    json.dump(seed(json.load(sys.stdin)), sys.stdout)
