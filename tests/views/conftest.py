"""The API beside a view, and keys that it accepts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from results import courier
from results.models import ProjectKey, Team
from results.sandbox.scenarios import SANDBOX_KEYS
from results.sandbox.server import Sandbox
from results.services import asking
from tests import make


@pytest.fixture
def api(db: None, sandbox: Sandbox, settings: Any) -> Iterator[Sandbox]:
    """The sandbox as the API for trying keys: the request waits for it and no other thread writes.

    So the test stays inside one transaction, which is much quicker than `live`.
    """
    settings.TRIGGER_API_URL = sandbox.url
    yield sandbox
    courier.courier().run(asking.http().aclose, timeout_s=60)


@pytest.fixture
def tried_key(api: Sandbox, team: Team) -> ProjectKey:
    """A key that the API accepts in its dev environment, where no run is asked about."""
    return make.make_key(team=team, secret=SANDBOX_KEYS["dev"], api_url=api.url)


@pytest.fixture
def dev_key(live: Sandbox, team: Team) -> ProjectKey:
    """A key that the API accepts in its dev environment, where runs are asked about."""
    return make.make_key(team=team, secret=SANDBOX_KEYS["dev"], api_url=live.url)
