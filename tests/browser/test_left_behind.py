"""What a member's browser keeps on its disk after a day's work: nothing of a result, nothing of a key."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from results.sandbox.scenarios import scenario
from tests.browser.conftest import Demo, look_up, sign_in
from tests.browser.get_browser import installed

pytestmark = pytest.mark.browser

FORGED = "tr_dev_Hj5ForgedBnM8wQxE2dCvF4c3"
SAID = "Zoë Müller"
HELD = """async () => JSON.stringify([
  {...localStorage}, {...sessionStorage}, await indexedDB.databases(), await caches.keys(), history.state,
])"""


def files(folder: Path) -> bytes:
    return b"\n".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_t9_a_browser_keeps_nothing_of_a_result_or_a_key(
    browser: Browser, demo: Demo, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    context = browser.browser_type.launch_persistent_context(
        profile,
        executable_path=installed(),
        base_url=demo.url,
        args=["--no-sandbox"],
    )
    page = context.new_page()
    sign_in(page, "alice")
    look_up(page, scenario("order-report").run_id)
    expect(page.locator("#output .tree")).to_contain_text(SAID)
    page.get_by_role("searchbox").fill(SAID)
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("[data-words]")).to_contain_text("1 of")
    page.get_by_role("link", name="Text").click()
    expect(page.locator("ol.lines")).to_contain_text(SAID)
    page.goto("/t/acme/keys/")
    page.get_by_label("Secret").fill(FORGED)
    page.get_by_role("button", name="Try it and add it").click()
    expect(page.get_by_role("alert")).to_be_visible()
    held = page.evaluate(HELD)
    told = str(context.cookies())
    context.close()

    kept = files(profile)
    # Cookies and what may be kept are there, so this is the right folder.
    assert b"runlens_" in kept
    assert b"/static/" in kept
    for secret in (SAID, FORGED[7:-4]):
        assert secret not in held + told
        for spelling in (secret.encode(), secret.encode("utf-16-le"), secret.encode("latin-1")):
            assert spelling not in kept
