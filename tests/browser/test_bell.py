"""The bell in a real browser: it tells of a watch that ended, and asks for permission only when clicked."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import unseen

pytestmark = pytest.mark.browser

# Stands for what the browser shows outside the page, which no test can see.
OUTSIDE = """
window.shown = [];
window.requests = 0;
class Outside {
  static permission = sessionStorage.getItem("allowed") ? "granted" : "default";
  static async requestPermission() {
    window.requests += 1;
    sessionStorage.setItem("allowed", "yes");
    Outside.permission = "granted";
    return "granted";
  }
  constructor(title, options) { window.shown.push({ title, ...options }); }
}
window.Notification = Outside;
"""


def watch(page: Page, run_id: str) -> None:
    page.goto(f"/t/acme/runs/{run_id}/")
    page.get_by_role("button", name="Watch until it ends").click()


def until_ended(page: Page) -> None:
    ends = time.monotonic() + 60
    while not page.request.get("/t/acme/watches/bell/").json()["unseen"]:
        assert time.monotonic() < ends, "the watch never ended"
        time.sleep(0.2)


def pass_half_a_minute(page: Page) -> None:
    with page.expect_response("**/watches/bell/"):
        page.clock.fast_forward(31_000)


def test_a_watch_that_ends_is_told_on_another_page_and_outside_it(
    alice: Page, context: BrowserContext
) -> None:
    run_id, endless = unseen("run_live1sforthebell"), unseen("run_live900sforthebell")
    alice.add_init_script(OUTSIDE)
    asked: list[str] = []
    alice.on("request", lambda request: asked.append(request.url))
    watch(alice, endless)
    expect(alice.get_by_role("button", name="Stop watching")).to_be_visible()
    assert alice.evaluate("window.requests") == 0

    alice.get_by_role("button", name="Tell me in the browser").click()
    expect(alice.get_by_text("Your browser tells you too")).to_be_visible()
    assert alice.evaluate("window.requests") == 1
    expect(alice.get_by_role("button", name="Tell me in the browser")).to_be_hidden()
    alice.clock.install()
    with alice.expect_response("**/watches/bell/"):
        alice.goto("/t/acme/keys/")
    other = context.new_page()
    watch(other, run_id)
    until_ended(other)
    pass_half_a_minute(alice)

    expect(alice.locator(".bell-number")).to_have_text("1")
    expect(alice.locator("#announcer")).to_have_text(f"Watch ended. {run_id}: Succeeded")
    shown = alice.evaluate("window.shown")
    assert [(one["title"], one["body"]) for one in shown] == [
        (f"Succeeded: {run_id}", "send-newsletter")
    ]

    other.goto(f"/t/acme/runs/{endless}/")
    other.get_by_role("button", name="Stop watching").click()
    expect(other.get_by_role("button", name="Watch until it ends")).to_be_visible()
    pass_half_a_minute(alice)
    asked.clear()
    alice.clock.fast_forward(120_000)
    alice.get_by_role("heading", name="Project keys").click()
    assert asked == [], "without a live watch there is nothing to ask"

    alice.locator(".bell").click()
    expect(alice.get_by_role("main")).to_contain_text(run_id)
    alice.get_by_role("button", name="Mark all as seen").click()
    expect(alice.locator(".bell-count")).to_be_hidden()
    assert len(alice.evaluate("window.shown")) == 0
