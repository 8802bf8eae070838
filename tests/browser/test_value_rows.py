"""A list of objects as a table in a real browser: sorted and looked through without leaving the page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from results.sandbox.scenarios import scenario
from tests.browser.conftest import Demo, look_up, share

pytestmark = pytest.mark.browser

TABLE = scenario("table").run_id
LARGE = scenario("ten-megabytes").run_id
PLACE = "[scrollY, document.querySelector('.table-frame').scrollLeft]"


@pytest.fixture
def table(alice: Page) -> Page:
    """The page of a list of 200 objects, as a table that is looked at from its right end."""
    look_up(alice, TABLE)
    alice.goto(f"/t/acme/runs/{TABLE}/?view=table")
    alice.set_viewport_size({"width": 700, "height": 700})
    alice.locator(".table-frame").evaluate("frame => { frame.scrollLeft = 60; window.kept = 1 }")
    return alice


def numbers(page: Page) -> list[str]:
    found: list[str] = page.locator("[data-rows] tbody th").all_inner_texts()
    return found


def test_sorting_keeps_the_page_the_place_and_the_focus(table: Page) -> None:
    table.get_by_role("link", name="revenue").focus()
    place = table.evaluate(PLACE)

    table.keyboard.press("Enter")
    expect(table.locator("th[aria-sort=ascending]")).to_contain_text("revenue")
    table.keyboard.press("Enter")
    expect(table.locator("th[aria-sort=descending]")).to_contain_text("revenue")

    expect(table).to_have_url(re.compile(r"view=table&sort=revenue&desc=1#output$"))
    expect(table.locator(":focus")).to_contain_text("revenue")
    expect(table.locator("#announcer")).to_contain_text("descending by revenue")
    assert table.evaluate(PLACE) == place
    assert table.evaluate("window.kept") == 1
    shown = numbers(table)
    table.reload()
    assert numbers(table) == shown


def test_the_number_of_a_row_stays_in_sight(table: Page) -> None:
    frame, number = table.locator(".table-frame"), table.locator("[data-rows] tbody th").nth(3)
    left = frame.evaluate("frame => frame.getBoundingClientRect().left")

    assert frame.evaluate("frame => frame.scrollLeft") > 0
    assert number.evaluate("cell => cell.getBoundingClientRect().left") - left < 2


def test_rows_are_looked_for_and_back_leads_to_the_page_before(table: Page) -> None:
    table.get_by_label("Only rows that hold").fill("east")
    table.keyboard.press("Enter")
    expect(table.locator("[data-words]")).to_have_text("50 of 200 rows hold that.")
    expect(table.get_by_label("Only rows that hold")).to_be_focused()

    table.get_by_label("In which column").focus()
    table.get_by_label("In which column").select_option(label="sku")
    expect(table.locator("[data-words]")).to_have_text("None of the 200 rows holds that.")
    expect(table.get_by_label("In which column")).to_be_focused()

    table.get_by_role("link", name="All rows").click()
    expect(table.locator("[data-words]")).to_have_text("Rows 1–100 of 200.")
    table.get_by_role("link", name="More rows").click()
    expect(table.locator("[data-words]")).to_have_text("Rows 101–200 of 200.")
    assert numbers(table)[0] == "100"
    assert table.evaluate("window.kept") == 1

    table.go_back()
    expect(table).to_have_url(re.compile(rf"{TABLE}/$"))


def test_without_an_answer_the_rows_that_are_there_stay(table: Page) -> None:
    table.context.set_offline(True)
    table.get_by_role("link", name="sku").click()
    expect(table.locator("[data-words]")).to_have_text("The rows could not be loaded. Try again.")
    assert numbers(table)[0] == "0"

    table.context.set_offline(False)
    table.get_by_role("link", name="sku").click()
    expect(table.locator("th[aria-sort=ascending]")).to_contain_text("sku")
    expect(table.locator("[data-words]")).to_have_text("Rows 1–100 of 200.")


def test_whose_session_has_ended_is_led_to_sign_in(table: Page) -> None:
    table.context.clear_cookies()

    table.get_by_role("link", name="sku").click()

    expect(table.get_by_label("Password")).to_be_visible()


@pytest.mark.parametrize("shared", [False, True])
def test_a_list_inside_a_large_value_is_a_table_two_keys_away(
    alice: Page, browser: Browser, demo: Demo, *, shared: bool
) -> None:
    look_up(alice, LARGE)
    expect(alice.locator("#output .tree")).to_be_visible()
    page = browser.new_context(base_url=demo.url).new_page() if shared else alice
    if shared:
        page.goto(share(alice))
    page.locator('#output .tree li[data-at="/items"]').focus()
    page.get_by_role("button", name="Show as a table").focus()

    page.keyboard.press("Enter")
    expect(page.locator("[data-words]")).to_have_text("Rows 1–100 of 45,838.")
    page.get_by_role("link", name="total").click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("total")
    page.get_by_role("link", name="total").click()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("total")

    if shared:
        page.get_by_label("Only rows that hold").focus()
    else:
        page.keyboard.press("f")
    expect(page.get_by_label("Only rows that hold")).to_be_focused()
    page.keyboard.type("Customer 45120")
    page.keyboard.press("Enter")
    expect(page.locator("[data-words]")).to_have_text("1 of 45,838 rows holds that.")
    if not shared:
        page.get_by_label("Only rows that hold").blur()
        with page.expect_download() as taken:
            page.keyboard.press("d")
        assert taken.value.suggested_filename == f"{LARGE}.items.csv"
    page.get_by_role("link", name="45120").click()
    expect(page.locator(".tree")).to_contain_text("Customer 45120")


def test_without_a_script_a_table_is_sorted_and_looked_through_all_the_same(
    alice: Page, browser: Browser, demo: Demo
) -> None:
    look_up(alice, TABLE)
    cookies = alice.context.cookies()
    context = browser.new_context(base_url=demo.url, java_script_enabled=False)
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"/t/acme/runs/{TABLE}/?view=table")

    page.get_by_role("link", name="sku").click()
    page.get_by_role("link", name="sku").click()
    page.get_by_label("Only rows that hold").fill("east")
    page.get_by_role("button", name="Show").click()

    expect(page.locator("[data-words]")).to_have_text("50 of 200 rows hold that.")
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("sku")
    context.close()
