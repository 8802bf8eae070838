"""A run that ends, or that nobody asks about any more, when the test says so: what its page then does."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from results.sandbox.living import made_up
from results.sandbox.world import LivingRun, Run
from tests.browser.conftest import sign_in, unseen
from tests.browser.stage import Stage, raised

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

STOP = """
from datetime import timedelta
from django.utils import timezone
from results.models import Sighting
Sighting.objects.filter(run_id={run_id!r}).update(give_up_at=timezone.now() - timedelta(hours=1))
"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, stores: dict[str, str]) -> Iterator[Stage]:
    with raised(tmp_path_factory.mktemp("told"), stores) as running:
        running.keep_keys_of("dev")
        yield running


@pytest.fixture
def context(browser: Browser, stage: Stage) -> Iterator[BrowserContext]:
    fresh = browser.new_context(base_url=stage.url, viewport={"width": 1200, "height": 900})
    yield fresh
    fresh.close()


@pytest.fixture
def reader(page: Page) -> Page:
    """A page on which alice is signed in."""
    sign_in(page, "alice")
    return page


def executing(stage: Stage, run_id: str) -> Run:
    """Have the sandbox hold a run that executes until it is replaced; returns what it becomes."""
    living = made_up("run_live1s")
    assert isinstance(living, LivingRun)
    now = time.time()
    done = living.row(now - 5, now)
    assert done is not None
    ended = replace(done, id=run_id)
    stage.sandbox.world.add_run(
        replace(ended, status="EXECUTING", output=None, finished_ms=None, duration_ms=0)
    )
    return ended


def look(page: Page) -> None:
    """Let the time of the next look come now, and wait for its answer."""
    with page.expect_response(lambda response: "/panel/" in response.url):
        page.evaluate("htmx.trigger('#run-progress', 'runlens:poll')")


def stopped(page: Page, stage: Stage) -> None:
    """Open a run, let it be one that was asked about for long enough, and the page learn it."""
    run_id = unseen("run_stopped")
    executing(stage, run_id)
    page.goto(f"/t/acme/runs/{run_id}/")
    expect(page.locator("[data-words]")).to_contain_text("Executing")
    stage.manage("shell", "-c", STOP.format(run_id=run_id))
    look(page)
    expect(page.locator("[data-words]")).to_contain_text("has stopped looking")


def test_the_tab_tells_how_it_goes(reader: Page, stage: Stage) -> None:
    run_id = unseen("run_inatab")
    ended = executing(stage, run_id)
    reader.goto(f"/t/acme/runs/{run_id}/")
    expect(reader).to_have_title(re.compile(rf"^⏳ \d+:\d\d {run_id}"))
    expect(reader.locator("link[rel=icon]")).to_have_attribute("href", re.compile("busy"))

    stage.sandbox.world.add_run(ended)
    reader.get_by_role("button", name="Check now").click()

    expect(reader).to_have_title(re.compile(f"^✓ {run_id}"), timeout=40_000)
    expect(reader.locator("link[rel=icon]")).to_have_attribute("href", re.compile("good"))


def test_a_page_that_has_stopped_looks_again_although_one_signed_in_anew_since(
    reader: Page, context: BrowserContext, stage: Stage
) -> None:
    stopped(reader, stage)
    other = context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Sign out").click()
    sign_in(other, "alice")

    reader.get_by_role("button", name="Resume checking").click()

    expect(reader.get_by_role("button", name="Pause")).to_be_visible()
    expect(reader.locator("[data-words]")).to_contain_text("Executing")
    expect(reader.locator(":focus")).to_have_attribute("id", "check-now")


def test_a_page_that_has_stopped_says_that_it_could_not_ask(
    reader: Page, context: BrowserContext, stage: Stage
) -> None:
    stopped(reader, stage)
    context.set_offline(True)

    reader.get_by_role("button", name="Resume checking").click()

    expect(reader.locator("[data-words]")).to_contain_text("no connection to Runlens")
    expect(reader.locator("#announcer")).to_contain_text("no connection to Runlens")
