"""The pictures in the README, taken from the demo so that they cannot grow old unnoticed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from results.sandbox.scenarios import scenario
from tests.browser.conftest import Demo, look_up, sign_in

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_a_failed_run_can_be_pictured(
    browser: Browser, demo: Demo, tmp_path: Path, scheme: str
) -> None:
    """`SCREENSHOTS=docs/images make test` keeps what this takes."""
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    context = browser.new_context(
        base_url=demo.url,
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": 1100, "height": 760},
    )
    page = context.new_page()
    sign_in(page, "alice")

    look_up(page, scenario("built-in-current").run_id)
    expect(page.locator("#run-panel .badge").first).to_have_text("Failed")
    page.screenshot(path=folder / f"run-{scheme}.png")

    assert (folder / f"run-{scheme}.png").stat().st_size > 10_000
    context.close()
