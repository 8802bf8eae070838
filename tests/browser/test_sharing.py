"""A shared part in a real browser: asked for its passcode, nothing from elsewhere, nothing left behind."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from results.sandbox.scenarios import scenario
from tests.browser.conftest import Demo, look_up

pytestmark = pytest.mark.browser

CODE = "open sesame"
HELD = """async () => ({
  local: {...localStorage}, session: {...sessionStorage},
  databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
  state: JSON.stringify(history.state),
})"""
NOTHING = {"local": {}, "session": {}, "databases": 0, "caches": 0, "state": "null"}


def share_first_order(alice: Page) -> str:
    look_up(alice, scenario("order-report").run_id)
    row = alice.locator('#output .tree li[data-at="/orders/0"]')
    row.locator("summary").first.hover(position={"x": 30, "y": 5})
    alice.get_by_role("toolbar", name="This value").hover()
    alice.get_by_role("button", name="Share this part…").click()
    expect(alice.get_by_label("Which part")).to_have_value("/orders/0")
    expect(alice.locator(".previewed .tree").first).to_contain_text("Zoë Müller")
    expect(alice.locator(".previewed")).not_to_contain_text("Ada Lovelace")
    alice.get_by_label("Ask for a passcode").check()
    alice.get_by_label("Passcode", exact=True).fill(CODE)
    alice.get_by_role("button", name="Make the link").click()
    return alice.get_by_label("Address of the link").first.input_value()


def test_t4_a_shared_part_opens_with_its_passcode_and_leaves_nothing_behind(
    alice: Page, browser: Browser, demo: Demo
) -> None:
    link = share_first_order(alice)
    context = browser.new_context()
    page = context.new_page()
    requests: list[str] = []
    referrers: list[Any] = []
    page.on("request", lambda one: requests.append(one.url))
    page.on("request", lambda one: referrers.append(one.headers.get("referer", "")))

    page.goto(link)
    assert "Zoë" not in page.content()
    page.get_by_label("Passcode").fill("not this one")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("alert")).to_have_text("That is not the passcode.")
    page.get_by_label("Passcode").fill(CODE)
    page.get_by_role("button", name="Open").click()

    expect(page.locator("#output .tree")).to_contain_text("Zoë Müller")
    assert page.url == link
    assert page.title() == "A run's result"
    for outside in ("Ada Lovelace", "Daily orders", "Acme", "alice", "Share"):
        assert outside not in page.content()
    page.get_by_role("link", name="Text").click()
    page.get_by_role("searchbox").fill("Zoë")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("[data-words]")).to_contain_text("1 of")
    page.keyboard.press("t")

    assert {url.partition("/s/")[0].partition("/static/")[0] for url in requests} == {demo.url}
    # The form's own page may name itself to this site; nothing else does.
    assert {one.partition("/s/")[0] for one in referrers} <= {"", demo.url}
    assert page.evaluate(HELD) == NOTHING
    cookies = {one["name"]: one for one in context.cookies()}
    assert set(cookies) == {"runlens_share", "runlens_csrftoken"}
    assert link.endswith(cookies["runlens_share"]["path"])
    context.close()
