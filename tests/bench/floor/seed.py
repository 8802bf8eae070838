"""Fills the floor's database and prints the cookie of somebody who is signed in."""

from __future__ import annotations

import sys

import django


def seed() -> str:
    """Make the tables, one user and one row."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client

    from tests.bench.floor.models import FloorRun

    call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)
    user = User.objects.create_user("alice", password="password")
    FloorRun.objects.create(
        team="acme", run_id="run_floor", state="succeeded", task="report", output='{"sum": 3}'
    )
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(seed())
