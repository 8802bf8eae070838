"""The cast and the stage: alice owns, bob views, charlie is a stranger, dora operates."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.utils import timezone

from results import courier
from results.models import Team
from results.sandbox.server import Sandbox
from results.services import asking
from results.services.answers import Asked
from tests import examples, make
from tests.flushing import past_the_triggers


@pytest.fixture(autouse=True, scope="session")
def _tables_can_be_emptied() -> Iterator[None]:
    with past_the_triggers():
        yield


examples.choose()


@pytest.fixture(autouse=True)
def _nothing_was_tried() -> None:
    """Tries are counted in the cache, which outlives the rows of a test."""
    cache.clear()


@pytest.fixture
def now() -> datetime:
    return make.NOW


@pytest.fixture
def alice(db: None) -> User:
    return make.make_user(name="alice")


@pytest.fixture
def bob(db: None) -> User:
    return make.make_user(name="bob")


@pytest.fixture
def charlie(db: None) -> User:
    return make.make_user(name="charlie")


@pytest.fixture
def dora(db: None) -> User:
    return make.make_user(name="dora", operator=True)


@pytest.fixture
def team(alice: User, bob: User) -> Team:
    return make.make_team(name="Acme", owner=alice, viewer=bob)


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def as_alice(alice: User) -> Client:
    return _signed_in(alice)


@pytest.fixture
def as_bob(bob: User) -> Client:
    return _signed_in(bob)


@pytest.fixture
def as_charlie(charlie: User) -> Client:
    return _signed_in(charlie)


@pytest.fixture
def as_dora(dora: User) -> Client:
    return _signed_in(dora)


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that questions waited before they were tried again, none of which passed."""
    waited: list[float] = []
    sleep = asyncio.sleep

    async def at_once(seconds: float) -> None:
        waited.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asking, "sleep", at_once)
    return waited


@pytest.fixture(scope="session")
def _sandbox_server() -> Iterator[Sandbox]:
    with Sandbox() as server:
        yield server


@pytest.fixture
def sandbox(_sandbox_server: Sandbox) -> Iterator[Sandbox]:
    """The API's stand-in on a real socket, as it was when it started."""
    _sandbox_server.reset()
    yield _sandbox_server
    _sandbox_server.reset()


@pytest.fixture
def live(transactional_db: None, sandbox: Sandbox, settings: object) -> Iterator[Sandbox]:
    """The sandbox as the API of this instance, with what threads write visible to the test."""
    settings.TRIGGER_API_URL = sandbox.url  # type: ignore[attr-defined]
    settings.FIRST_LOOK_WAIT_MS = 30_000  # type: ignore[attr-defined]
    yield sandbox
    # What is recorded late would be in the rows of the next test.
    assert courier.courier().settle(timeout_s=60)
    # A recorder's open connection would keep the database from being emptied.
    courier.courier().on_recorders(connections.close_all)
    courier.courier().run(asking.http().aclose, timeout_s=60)


@pytest.fixture
def one_moment() -> Iterator[None]:
    """No time passes by the clock, whatever it takes: what is due in seconds does not become due."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture
def held(live: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Questions are carried, and get no further until this is set."""
    go_on, ask = threading.Event(), asking.ask

    async def ask_later(*of: Any, **told: Any) -> Asked:
        await asyncio.to_thread(go_on.wait, 60)
        return await ask(*of, **told)

    monkeypatch.setattr(asking, "ask", ask_later)
    yield go_on
    go_on.set()


# Where a real browser, real processes and real time meet on a machine that may be busy.
_REAL_TIME = ("browser", "processes", "grown", "chaos")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: what drives the browser keeps an event loop in the main thread.

    A failure in real time is looked at twice; the report names what needed it.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    for item in items:
        if item.path.parent.name in _REAL_TIME:
            item.add_marker(pytest.mark.flaky(reruns=1, reruns_delay=2))
