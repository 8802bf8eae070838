"""`/metrics`: what was counted in all workers, for whoever has the token and for nobody else."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from results.models import ProjectKey, Team
from results.sandbox.server import Sandbox
from tests import make
from tests.browser.conftest import free_port
from tests.processes.instance import children, wait_for

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a token of these tests, long enough"
Samples = dict[tuple[str, tuple[str, ...]], float]


def samples(text: str) -> Samples:
    """Every sample by its name and the values of its labels, in the order of their names."""
    return {
        (sample.name, tuple(sample.labels[label] for label in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def scrape(client: Client, settings: Any, db: None) -> Callable[[], Samples]:
    settings.METRICS_TOKEN = TOKEN

    def ask() -> Samples:
        response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert response.status_code == 200
        return samples(response.content.decode())

    return ask


@pytest.mark.parametrize("token", ["", TOKEN])
@pytest.mark.parametrize(
    "said", [None, "", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ünïcode"]
)  # fmt: skip
def test_without_the_right_token_there_is_no_such_page(
    client: Client, db: None, settings: Any, token: str, said: str | None
) -> None:
    settings.METRICS_TOKEN = token
    headers = {} if said is None else {"Authorization": said}

    response = client.get("/metrics", headers=headers)

    assert response.status_code == 404
    assert response.content == client.get("/nothing/here").content


def test_pages_are_counted_by_name_and_status(
    as_alice: Client, team: Team, scrape: Callable[[], Samples]
) -> None:
    before = scrape()

    for _ in range(3):
        as_alice.get("/t/acme/keys/")
    as_alice.get("/t/never-was/keys/")

    after = scrape()
    pages = "runlens_pages_total"
    for status, times in (("200", 3), ("404", 1)):
        label = (pages, ("keys-show", status))
        assert after[label] - before.get(label, 0) == times
    timed = ("runlens_page_seconds_count", ("keys-show",))
    assert after[timed] - before.get(timed, 0) == 4


def test_calls_to_the_api_are_counted_by_how_they_ended(
    as_alice: Client, team: Team, api: Sandbox, tried_key: ProjectKey, scrape: Callable[[], Samples]
) -> None:
    before = scrape()

    as_alice.post(f"/t/acme/keys/{tried_key.pk}/test/")
    api.faults.add("html502")
    as_alice.post(f"/t/acme/keys/{tried_key.pk}/test/")

    after = scrape()
    for outcome in ("absent", "failed"):
        label = ("runlens_upstream_calls_total", (outcome, "api"))
        assert after[label] - before.get(label, 0) == 1, outcome
    waited = ("runlens_upstream_seconds_count", ("api",))
    assert after[waited] - before.get(waited, 0) == 2


def test_what_waits_is_told_from_the_database(team: Team, scrape: Callable[[], Samples]) -> None:
    assert ("runlens_key_calls_left", ()) not in scrape()
    make.make_key(team=team)
    make.make_delivery(team=team)

    told = scrape()

    assert told["runlens_key_calls_left", ()] == 300
    assert told["runlens_keys", ("usable",)] == 1
    assert told["runlens_queue_due", ("deliveries",)] == 1
    assert told["runlens_queue_age_seconds", ("deliveries",)] > 0
    assert told["runlens_leases_held", ("runs",)] == 0
    assert told["runlens_circuits_open", ()] == 0


def test_the_counts_are_told_while_the_database_is_away(scrape: Callable[[], Samples]) -> None:
    scrape()

    def fail(*_: object) -> None:
        raise OperationalError

    with connection.execute_wrapper(fail):
        told = scrape()

    assert any(name == "runlens_pages_total" for name, _ in told)
    assert not any(name == "runlens_keys" for name, _ in told)


def test_no_name_of_anybody_is_in_it(
    as_alice: Client, team: Team, client: Client, scrape: Callable[[], Samples]
) -> None:
    make.make_key(team=team)
    as_alice.get("/t/acme/keys/")
    client.get(f"/s/{'A' * 43}/")
    client.get(f"/{make.KEY}/")

    text = str(scrape())

    for name in ("acme", "alice", "A" * 43, make.KEY, "run_"):
        assert name not in text


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The production server as a container starts it: a folder, and nothing else that must be set."""
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "METRICS_TOKEN": TOKEN,
        "SITE_URL": f"http://localhost:{port}",
        "PORT": str(port),
        "LOG_LEVEL": "WARNING",
    }
    server = subprocess.Popen([sys.executable, "-m", "dashboard.start"], cwd=ROOT, env=environment)
    try:
        wait_for(lambda: ask(port, "/health/live")[0] == 200, "the server did not start")
        yield environment | {"SERVER": str(server.pid)}
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


def ask(port: int, path: str) -> tuple[int, str]:
    """Ask on a connection of its own, which any of the workers may take."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Host": f"localhost:{port}", "Authorization": f"Bearer {TOKEN}"}
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except ConnectionError:
        return 0, ""
    finally:
        connection.close()


def test_any_worker_tells_what_all_of_them_counted(two_workers: dict[str, str]) -> None:
    port = int(two_workers["PORT"])

    for _ in range(40):
        assert ask(port, "/accounts/login/")[0] == 200

    for _ in range(5):
        told = samples(ask(port, "/metrics")[1])
        assert told["runlens_pages_total", ("login", "200")] == 40

    probe = [sys.executable, "-m", "dashboard.probe"]
    asked = [
        subprocess.run([*probe, which], cwd=ROOT, env=two_workers | changed, check=False).returncode
        for which, changed in (
            ("live", {}),
            ("ready", {}),
            ("never", {}),
            ("live", {"SITE_URL": "http://other.example"}),
            ("live", {"PORT": "1"}),
        )
    ]
    assert asked == [0, 0, 1, 1, 1]


def workers(server: str) -> set[int]:
    """The processes of a server that serve pages: whatever else it starts gives way to them."""
    own = os.getpriority(os.PRIO_PROCESS, int(server))
    return {pid for pid in children(int(server)) if os.getpriority(os.PRIO_PROCESS, pid) == own}


def test_a_worker_that_dies_is_started_anew_and_what_it_counted_stays(
    two_workers: dict[str, str],
) -> None:
    port, server = int(two_workers["PORT"]), two_workers["SERVER"]
    for _ in range(20):
        assert ask(port, "/opensearch.xml")[0] == 200
    before = workers(server)

    os.kill(min(before), signal.SIGKILL)

    wait_for(lambda: len(workers(server) - before) == 1, "nobody was started anew")
    wait_for(lambda: ask(port, "/health/ready")[0] == 200, "nobody serves")
    told = samples(ask(port, "/metrics")[1])
    assert told["runlens_pages_total", ("runs-opensearch", "200")] == 20
