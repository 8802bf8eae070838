"""Two real servers on one database: what one of them ends, the other refuses at once."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import pytest

from results.sandbox.server import Sandbox
from tests.browser.conftest import PASSWORD, free_port, own_stores
from tests.browser.stage import Stage, environment_of
from tests.processes.instance import Instance

SEED = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("seeddemo", password={password!r})
from django.contrib.auth.models import User
from django.utils import timezone
from results.models import Team
from results.services import sharing
from tests import make
result = make.make_result(team=Team.objects.get())
for _ in range(2):
    link = sharing.share(result=result, by=User.objects.get(username="alice"), now=timezone.now())
    print("TOKEN", link.token, link.row.pk)
"""


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[tuple[Instance, list[list[str]]]]:
    with Sandbox() as sandbox, own_stores() as stores:
        port = free_port()
        environment = environment_of(tmp_path, port, sandbox, stores)
        stage = Stage(f"http://localhost:{port}", sandbox, environment | {"ROUNDS_IN_WEB": "0"})
        stage.manage("collectstatic", "--verbosity", "0", "--no-input")
        told = stage.manage("shell", "-v", "0", "-c", SEED.format(password=PASSWORD))
        made = Instance(stage, tmp_path)
        try:
            yield made, [line.split()[1:] for line in told.splitlines() if line.startswith("TOKEN")]
        finally:
            made.end_all()


class Visitor:
    """A browser of sorts, with cookies of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> tuple[int, str]:
        try:
            with self._opener.open(self.url + path) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.read().decode()

    def post(self, page: str, path: str, **told: str) -> int:
        found = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', self.get(page)[1])
        assert found
        form = urlencode(told | {"csrfmiddlewaretoken": found[1]}).encode()
        with self._opener.open(self.url + path, form) as answer:
            status: int = answer.status
            return status


def test_t4_a_link_that_one_server_ends_the_other_refuses_at_once(
    instance: tuple[Instance, list[list[str]]],
) -> None:
    made, ((token, pk), (other, other_pk)) = instance
    first, second = (Visitor(made.start_web()) for _ in range(2))
    assert (
        first.post("/accounts/login/", "/accounts/login/", username="alice", password=PASSWORD)
        == 200
    )
    for server in (first, second):
        for live in (token, other):
            assert server.get(f"/s/{live}/")[0] == 200

    first.post("/t/acme/shares/", f"/t/acme/shares/{pk}/revoke/")
    assert [server.get(f"/s/{token}/")[0] for server in (second, first)] == [404, 404]
    first.post("/t/acme/shares/", f"/t/acme/shares/{other_pk}/rotate/")
    assert [server.get(f"/s/{other}/output")[0] for server in (second, first)] == [404, 404]

    said = "".join(made.end(process)[1] for process in list(made.running))
    assert "/s/[masked]/" in said
    assert token not in said
    assert other not in said
