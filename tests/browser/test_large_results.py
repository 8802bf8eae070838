"""Results of 10 and 50 MB in a real browser: few elements, the last element linked to, searched, read as text."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from results.sandbox import large_outputs
from results.sandbox.scenarios import scenario
from tests.browser.conftest import look_up

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ELEMENTS = "document.querySelectorAll('*').length"
MOST_ELEMENTS = 5_000
SLOW_MS = 60_000


@pytest.mark.parametrize("name", ["ten-megabytes", "fifty-megabytes"])
def test_a_large_result_is_a_small_page(alice: Page, name: str) -> None:
    run_id = scenario(name).run_id
    look_up(alice, run_id)
    expect(alice.locator("#output .tree")).to_be_visible(timeout=SLOW_MS)
    assert alice.locator("#output .tree li[data-at]").count() <= 500
    assert alice.evaluate(ELEMENTS) < MOST_ELEMENTS
    last = _count(name) - 1

    # The last element of the longest list, which nothing has loaded.
    alice.goto(f"/t/acme/runs/{run_id}/?again#/items/{last}/address/city")
    marked = alice.locator(".tree .marked")
    expect(marked).to_have_text("city: Zürich", timeout=SLOW_MS)
    expect(marked).to_be_in_viewport()
    assert alice.evaluate(ELEMENTS) < MOST_ELEMENTS

    alice.locator("#search-text").fill(f"c{last}@")
    alice.keyboard.press("Enter")
    expect(alice.locator("[data-words]")).to_have_text(
        f"1 of 1: items[{last}].email", timeout=SLOW_MS
    )
    expect(marked).to_contain_text(f"c{last}@example.com")

    alice.goto(f"/t/acme/runs/{run_id}/?view=text")
    expect(alice.locator("#L1000")).to_be_attached(timeout=SLOW_MS)
    assert alice.evaluate(ELEMENTS) < MOST_ELEMENTS
    alice.get_by_role("link", name="More lines").click()
    expect(alice.locator("#L2000")).to_be_attached(timeout=SLOW_MS)
    expect(alice.locator("#L1001")).to_have_count(1)

    alice.goto(f"/t/acme/runs/{run_id}/?view=tree")
    with alice.expect_download(timeout=SLOW_MS) as download:
        alice.get_by_role("link", name="Download JSON").click()
    assert download.value.suggested_filename == f"{run_id}.output.json"
    with download.value.path().open("rb") as file:
        assert file.read(20) == b'{\n  "exportedAt": "2'
    assert download.value.path().stat().st_size > len(_content(name))


def _content(name: str) -> bytes:
    return large_outputs.ten_mb() if name == "ten-megabytes" else large_outputs.fifty_mb()


def _count(name: str) -> int:
    return _content(name).count(b'"uid":')
