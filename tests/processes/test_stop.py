"""SIGTERM: the server says that it leaves, ends what it has begun, and leaves no lease behind."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from results.sandbox.server import Sandbox
from tests.browser.conftest import PASSWORD, ROOT, free_port, own_stores
from tests.browser.stage import Stage, environment_of
from tests.processes.instance import Instance, wait_for

# All are pending for ever; of one the API tells while the page waits, of another after that, and the
# third is asked about by the rounds.
QUICK, SLOW, ROUNDS = "run_live900squick", "run_live900sslow", "run_live900srounds"
WANTED = f"""
from django.utils import timezone
from results.models import Team
from results.services import sightings
sightings.open_sighting(team=Team.objects.get(), run_id={ROUNDS!r}, now=timezone.now())
"""
SESSION = """
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
alice = User.objects.get(username="alice")
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(alice.pk), alice.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session.save()
print(session.session_key)
"""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Sandbox() as sandbox, own_stores() as stores:
        port = free_port()
        settings = {"PORT": str(port), "STOP_DELAY_S": "3", "LOG_LEVEL": "WARNING"}
        environment = environment_of(tmp_path, port, sandbox, stores | settings)
        made = Stage(f"http://localhost:{port}", sandbox, environment)
        made.manage("migrate", "--verbosity", "0")
        made.manage("seeddemo", "--password", PASSWORD)
        made.keep_keys_of("dev")
        yield made


@pytest.fixture
def server(stage: Stage) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard.start"],
        cwd=ROOT,
        env=stage.environment,
        # A group of its own: whoever kills a server outright leaves its workers behind.
        start_new_session=True,
    )
    try:
        wait_for(lambda: get(stage, "/health/ready")[0] == 200, "the server did not start")
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def get(stage: Stage, path: str, cookie: str = "") -> tuple[int, str]:
    """The status and the text of an answer; 0 when nobody listens."""
    host = stage.url.partition("://")[2]
    connection = http.client.HTTPConnection("127.0.0.1", int(host.partition(":")[2]), timeout=60)
    try:
        connection.request("GET", path, headers={"Host": host, "Cookie": cookie})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except ConnectionError:
        return 0, ""
    finally:
        connection.close()


def test_what_was_begun_is_ended_and_nobody_new_is_sent(
    stage: Stage, server: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    sandbox = stage.sandbox
    cookie = "runlens_sessionid=" + stage.manage("shell", "-v", "0", "-c", SESSION).strip()
    for run_id, seconds in ((QUICK, 1.0), (SLOW, 9.0), (ROUNDS, 9.0)):
        sandbox.faults.add("latency", seconds=seconds, path=run_id, times=1)
    stage.manage("shell", "-v", "0", "-c", WANTED)
    wait_for(lambda: ROUNDS in {call.run_id for call in sandbox.calls}, "the rounds do not ask")

    with ThreadPoolExecutor(2) as browsers:
        pages = [
            browsers.submit(get, stage, f"/t/acme/runs/{run_id}/", cookie)
            for run_id in (QUICK, SLOW)
        ]
        wait_for(lambda: {call.run_id for call in sandbox.calls} >= {QUICK, SLOW}, "nobody asked")
        server.send_signal(signal.SIGTERM)
        wait_for(lambda: get(stage, "/health/ready")[0] != 200, "it does not say that it leaves")
        ready = get(stage, "/health/ready")
        answers = [page.result() for page in pages]

    assert (ready[0], json.loads(ready[1])) == (503, {"server": "leaving"})
    assert [status for status, _ in answers] == [200, 200]
    assert server.wait(timeout=60) == 0
    rows = "SELECT run_id, state, claim, lease_until FROM results_sighting ORDER BY run_id"
    assert Instance(stage, tmp_path).sql(rows) == [
        (QUICK, "pending", None, None),
        (ROUNDS, "pending", None, None),
        (SLOW, "pending", None, None),
    ]
