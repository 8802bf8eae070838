"""Two web servers, a watcher and a proxy: whoever comes through it notices no death and no restart."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from results.sandbox.scenarios import scenario
from results.sandbox.server import Sandbox
from tests.browser.conftest import PASSWORD, own_stores, unseen
from tests.grown.shape import Grown, raised_grown
from tests.grown.visitor import Visitor

DONE = scenario("every-type").run_id
PIN, UNPIN = f"/t/acme/runs/{DONE}/pin/", f"/t/acme/runs/{DONE}/unpin/"


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grown]:
    with own_stores() as stores:
        if not stores:
            pytest.skip("the grown shape needs PostgreSQL: set TEST_DATABASE_URL")
        with (
            Sandbox() as sandbox,
            raised_grown(tmp_path_factory.mktemp("grown"), stores, sandbox) as running,
        ):
            yield running


@pytest.fixture
def alice(grown: Grown) -> Iterator[Visitor]:
    with Visitor(grown.url, "alice") as visitor:
        assert visitor.sign_in(PASSWORD).status_code == 302
        visitor.until_final(DONE)
        yield visitor


@contextmanager
def others(grown: Grown, *ways: Callable[[Visitor], object]) -> Iterator[list[Visitor]]:
    """Alice in other browsers, each going the same way over and over, until the block ends."""
    enough = threading.Event()
    visitors = [Visitor(grown.url, "alice") for _ in ways]

    def go(visitor: Visitor, way: Callable[[Visitor], object]) -> None:
        while not enough.is_set():
            way(visitor)

    for visitor in visitors:
        visitor.sign_in(PASSWORD)
    threads = [threading.Thread(target=go, args=pair) for pair in zip(visitors, ways, strict=True)]
    for thread in threads:
        thread.start()
    try:
        yield visitors
    finally:
        enough.set()
        for thread in threads:
            thread.join()
        for visitor in visitors:
            visitor.__exit__(None, None, None)


def read_and_poll(visitor: Visitor) -> None:
    visitor.get("/")
    visitor.get(f"/t/acme/runs/{DONE}/")
    visitor.get("/t/acme/history/")


def write(visitor: Visitor) -> None:
    visitor.post(PIN)
    visitor.post(UNPIN)


def test_the_main_path_outlives_a_killed_web_server(grown: Grown, alice: Visitor) -> None:
    first, run_id = grown.webs[0], unseen("run_live4sacrossakill")
    with Visitor(grown.url) as anybody, others(grown, read_and_poll, read_and_poll) as readers:
        found = alice.paste(f"look at {DONE} please")
        assert found.headers["Location"].endswith(f"/t/acme/runs/{DONE}/")
        assert alice.get(found.headers["Location"]).status_code == 200
        waiting = threading.Thread(
            target=lambda: alice.until_final(run_id), name="a page that waits"
        )
        waiting.start()

        first.kill()

        assert alice.document(DONE) is not None
        waiting.join()
        assert alice.share(DONE).status_code == 302
        listed = alice.get("/t/acme/shares/").text
        link = re.search(r"/s/[\w-]{43}/", listed)
        revoke = re.search(r"/t/acme/shares/[\w-]{36}/revoke/", listed)
        assert link is not None
        assert revoke is not None
        assert anybody.get(link[0]).status_code == 200
        first.start()
        assert alice.post(revoke[0]).status_code == 302
        assert anybody.get(link[0]).status_code == 404
        before = dict(grown.proxy.told)

    told = alice.document(run_id)
    assert told is not None
    assert told["state"] == "succeeded"
    for reader in (alice, *readers):
        assert {status for _, _, status in reader.seen} <= {200, 302}, reader.seen
    assert before["nobody there"] + before.get("cut", 0) >= 1, "nobody was asked while it was dead"
    assert grown.proxy.told["no server"] == 0


def test_a_rolling_restart_drops_nothing(grown: Grown, alice: Visitor) -> None:
    cut = grown.proxy.told["cut and not repeated"]

    with others(grown, read_and_poll, write, write) as visitors:
        for web in grown.webs:
            # As a proxy does that asks for the health of its servers.
            grown.proxy.take_out(web.port)
            web.end()
            web.start()
            grown.proxy.put_back(web.port)
        (watching,) = grown.watchers
        assert watching.end() == 0
        watching.log.write_text("")
        watching.start()

    for visitor in visitors:
        assert {status for _, _, status in visitor.seen} <= {200, 302}
        assert len(visitor.seen) > 10
    assert grown.proxy.told["cut and not repeated"] == cut
    assert alice.until_final("run_live1safterall")["state"] == "succeeded"


def test_the_address_in_the_audit_is_the_visitors_own(grown: Grown, alice: Visitor) -> None:
    alice.get(f"/t/acme/runs/{DONE}/output?as=raw")

    row = (
        "from results.models import AuditEvent as E; "
        "print(E.objects.filter(action='output.downloaded').latest('pk').address)"
    )
    assert grown.stage.manage("shell", "-v", "0", "-c", row).strip() == "127.0.0.1"
