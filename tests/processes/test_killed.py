"""kill -9 of any process at any moment: every pending run is asked about again, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from results.sandbox.server import Sandbox
from tests.browser.conftest import PASSWORD, free_port, own_stores
from tests.browser.stage import Stage, environment_of
from tests.processes.instance import Instance, wait_for
from tests.processes.receiver import Receiver

# Two are being asked about when their asker dies, and of one a message is on its way.
BY_WATCHER, BY_WEB = "run_live5sbywatcher", "run_live5sbyweb"
TOLD = "run_live1stold"
ENDLESS = "run_live900sendless"

SEED = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("seeddemo", password={password!r})
from datetime import timedelta
from django.contrib.auth.models import User
from django.utils import timezone
from results.models import Sighting, Team
from results.services import sightings, watching, webhooks
team, alice, now = Team.objects.get(), User.objects.get(username="alice"), timezone.now()
webhooks.save(team=team, url={url!r}, enabled=True, by=alice, now=now)
for run_id in {runs!r}:
    sightings.open_sighting(team=team, run_id=run_id, now=now)
    watching.start(team=team, run_id=run_id, by=alice, now=now)
Sighting.objects.update(due_at=now + timedelta(hours=1))
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(held=(TOLD,)) as listening:
        yield listening


@pytest.fixture
def instance(tmp_path: Path, receiver: Receiver) -> Iterator[Instance]:
    with Sandbox() as sandbox, own_stores() as stores:
        port = free_port()
        hosts = {"WEBHOOK_ALLOWED_HOSTS": "127.0.0.1"}
        environment = environment_of(tmp_path, port, sandbox, stores | hosts)
        stage = Stage(f"http://localhost:{port}", sandbox, environment)
        seed = SEED.format(
            password=PASSWORD, url=receiver.url, runs=(BY_WATCHER, BY_WEB, TOLD, ENDLESS)
        )
        stage.manage("shell", "-v", "0", "-c", seed)
        made = Instance(stage, tmp_path)
        try:
            yield made
        finally:
            receiver.released.set()
            made.end_all()


def test_nothing_is_lost_and_nothing_happens_twice(instance: Instance, receiver: Receiver) -> None:
    sandbox, sql = instance.stage.sandbox, instance.sql

    def hold(run_id: str, seconds: float = 40) -> None:
        sandbox.faults.add("latency", seconds=seconds, path=run_id, times=1)

    def asks(run_id: str) -> list[float]:
        return [call.at for call in sandbox.calls if call.run_id == run_id]

    (first, *survivors), web = instance.start(watchers=3)
    for process in (*survivors, web):
        instance.freeze(process)

    instance.make_due(TOLD)
    wait_for(lambda: receiver.about(TOLD), "nobody told")
    hold(BY_WATCHER)
    instance.make_due(BY_WATCHER)
    wait_for(lambda: asks(BY_WATCHER), "nobody asked")
    killed = {BY_WATCHER: instance.kill(first)}

    instance.wake(web)
    hold(BY_WEB)
    instance.make_due(BY_WEB)
    wait_for(lambda: asks(BY_WEB), "nobody asked")
    killed[BY_WEB] = instance.kill(web)
    for process in survivors:
        instance.wake(process)

    ended = (TOLD, *killed)
    unended = "SELECT COUNT(*) FROM results_watch WHERE ended_at IS NULL"
    wait_for(lambda: sql(unended) == [(1,)], "a watch was lost")
    open_ = "SELECT COUNT(*) FROM results_webhookdelivery WHERE delivered_at IS NULL"
    wait_for(lambda: sql(open_) == [(0,)], "a delivery was lost")

    for run_id, moment in killed.items():
        again = [at for at in asks(run_id) if at > moment]
        assert min(again) - moment <= 30, run_id
    told = receiver.about(TOLD)
    assert len(told) == 2
    assert told[0].headers["webhook-id"] == told[1].headers["webhook-id"]
    assert all(len(receiver.about(run_id)) == 1 for run_id in killed)
    stored = sorted(sql("SELECT run_id, state FROM results_storedresult"))
    assert stored == sorted((run_id, "succeeded") for run_id in ended)
    noted = "SELECT subject FROM results_auditevent WHERE action = 'result.stored'"
    assert sorted(sql(noted)) == sorted((run_id,) for run_id in ended)
    outcomes = "SELECT run_id, outcome FROM results_watch WHERE ended_at IS NOT NULL"
    assert sorted(sql(outcomes)) == stored

    # Asked to end, a process finishes what is in flight and leaves no claim behind.
    hold(ENDLESS, seconds=2)
    instance.make_due(ENDLESS)
    wait_for(lambda: asks(ENDLESS), "nobody asked")
    ends = [instance.end(survivor) for survivor in survivors]
    assert [status for status, _ in ends] == [0, 0]
    assert all("nothing is in flight" in said for _, said in ends)
    row = "SELECT state, claim, lease_until FROM results_sighting"
    assert sql(row) == [("pending", None, None)]
