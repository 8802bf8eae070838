"""The process that goes the rounds beside a server's workers: it is kept, it gives way, it outlives nobody."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from results.sandbox.server import Sandbox
from tests.browser.conftest import PASSWORD, free_port, own_stores
from tests.browser.stage import Stage, environment_of
from tests.processes.instance import Instance, children, lives, wait_for

ENDLESS = "run_live900sendless"
SEED = f"""
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("seeddemo", password={PASSWORD!r})
from django.contrib.auth.models import User
from django.utils import timezone
from results.models import Team
from results.services import sightings, watching
team, now = Team.objects.get(), timezone.now()
sightings.open_sighting(team=team, run_id={ENDLESS!r}, now=now)
watching.start(team=team, run_id={ENDLESS!r}, by=User.objects.get(username="alice"), now=now)
"""


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    with Sandbox() as sandbox, own_stores() as stores:
        port = free_port()
        stage = Stage(
            f"http://localhost:{port}", sandbox, environment_of(tmp_path, port, sandbox, stores)
        )
        stage.manage("shell", "-v", "0", "-c", SEED)
        made = Instance(stage, tmp_path)
        try:
            yield made
        finally:
            made.end_all()


def going_round(web: subprocess.Popen[str]) -> list[int]:
    """The processes of a server that give way to the others."""
    return [pid for pid in children(web.pid) if os.getpriority(os.PRIO_PROCESS, pid) > 0]


def test_when_it_is_killed_another_one_asks_again_and_pages_are_served_on(
    instance: Instance,
) -> None:
    sandbox = instance.stage.sandbox

    def asks() -> list[float]:
        return [call.at for call in sandbox.calls if call.run_id == ENDLESS]

    sandbox.faults.add("latency", seconds=60, path=ENDLESS, times=1)
    web = instance.start_server(workers=1)
    [first] = going_round(web)
    workers = set(children(web.pid)) - {first}
    wait_for(asks, "nobody asked")

    moment = instance.kill_alone(first)

    wait_for(lambda: max(asks()) > moment, "nobody asked again")
    assert min(at for at in asks() if at > moment) - moment <= 30
    assert going_round(web) != [first]
    assert set(children(web.pid)) == workers | set(going_round(web))


def test_when_its_server_is_killed_nothing_of_that_is_left(instance: Instance) -> None:
    web = instance.start_server(workers=2)
    started = children(web.pid)
    assert len(started) == 3

    instance.kill_alone(web.pid)

    wait_for(lambda: not any(map(lives, started)), "a process outlived its server")


def test_where_watchers_go_round_a_server_does_not(instance: Instance) -> None:
    instance.stage.environment["ROUNDS_IN_WEB"] = "0"

    web = instance.start_server(workers=2)

    assert len(children(web.pid)) == 2
    assert going_round(web) == []
