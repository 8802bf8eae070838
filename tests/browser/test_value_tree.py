"""The value tree in a real browser: by keyboard, by link, without a script, on a phone."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, BrowserContext, FloatRect, Locator, Page, expect

from results.sandbox.scenarios import scenario
from tests.browser.conftest import Demo, look_up, share, sign_in

pytestmark = pytest.mark.browser

TABLE = scenario("store-json-current").run_id
STRANGE = scenario("strange-values").run_id


@pytest.fixture
def table(alice: Page) -> Page:
    """The page of a list of 1,200 objects."""
    look_up(alice, TABLE)
    expect(alice.locator("#output .tree")).to_be_visible()
    return alice


def test_the_tree_is_walked_by_keyboard_and_never_loses_focus(table: Page) -> None:
    table.locator('#output .tree li[data-at=""]').focus()

    table.keyboard.press("ArrowDown")
    expect(table.locator(":focus")).to_have_attribute("data-at", "/0")
    expect(table.locator('#output .tree li[data-at="/0/id"]')).not_to_be_visible()
    table.keyboard.press("ArrowRight")
    expect(table.locator('#output .tree li[data-at="/0/id"]')).to_be_visible()
    expect(table.locator(":focus")).to_have_attribute("data-at", "/0")
    table.keyboard.press("ArrowRight")
    expect(table.locator(":focus")).to_have_attribute("data-at", "/0/id")
    table.keyboard.press("ArrowLeft")
    expect(table.locator(":focus")).to_have_attribute("data-at", "/0")
    table.keyboard.press("ArrowLeft")
    expect(table.locator('#output .tree li[data-at="/0/id"]')).not_to_be_visible()
    expect(table.locator(":focus")).to_have_attribute("data-at", "/0")
    table.keyboard.press("End")
    expect(table.locator(":focus")).to_have_class("more")
    table.keyboard.press("ArrowUp")
    expect(table.locator(":focus")).to_have_attribute("data-at", "/99")
    table.keyboard.press("Home")
    expect(table.locator(":focus")).to_have_attribute("data-at", "")


def test_a_closed_row_is_one_line_however_much_it_could_tell(table: Page) -> None:
    table.set_viewport_size({"width": 700, "height": 900})
    rows = table.locator("#output .tree details:not([open]) > summary")

    measured = rows.evaluate_all(
        """rows => rows.map(row => [row.offsetHeight, row.querySelector(".preview").scrollWidth])"""
    )

    assert len({height for height, _ in measured}) == 1
    # Some of them have more to tell than there is room for.
    assert max(width for _, width in measured) > table.evaluate(
        "document.querySelector('#output .tree summary .preview').clientWidth"
    )


def test_screen_readers_are_told_level_place_and_state(table: Page) -> None:
    node = table.locator('#output .tree li[data-at="/3"]')

    expect(node).to_have_attribute("role", "treeitem")
    expect(node).to_have_attribute("aria-level", "2")
    expect(node).to_have_attribute("aria-posinset", "4")
    expect(node).to_have_attribute("aria-setsize", "1200")
    expect(node).to_have_attribute("aria-expanded", "false")
    node.focus()
    table.keyboard.press("ArrowRight")
    expect(node).to_have_attribute("aria-expanded", "true")


def test_the_next_hundred_come_on_demand_and_take_the_focus(table: Page) -> None:
    table.get_by_role("link", name="Show 100–199 of 1,200").click()

    expect(table.locator('#output .tree li[data-at="/199"]')).to_be_visible()
    expect(table.locator(":focus")).to_have_attribute("data-at", "/100")
    expect(table.locator('#output .tree li[data-at="/100"]')).to_have_attribute(
        "aria-posinset", "101"
    )


def test_the_end_of_a_long_list_is_two_keys_away_and_what_lies_between_comes_once(
    table: Page,
) -> None:
    table.locator('#output .tree li[data-at=""]').focus()
    table.keyboard.press("End")
    table.keyboard.press("End")

    expect(table.locator(":focus")).to_have_attribute("data-at", "/1199")
    expect(table.locator(":focus")).to_have_attribute("aria-posinset", "1200")
    for first in range(100, 1_100, 100):
        table.get_by_role("link", name=f"Show {first:,}–{first + 99:,} of").click()
        expect(table.locator(":focus")).to_have_attribute("data-at", f"/{first}")
    expect(table.locator("#output .tree li.more")).to_have_count(0)
    places = table.locator("#output .tree > li > details > ul > li").evaluate_all(
        "rows => rows.map(row => row.dataset.at)"
    )
    assert places == [f"/{at}" for at in range(1_200)]


def test_what_comes_before_a_node_that_was_linked_to_comes_once(table: Page) -> None:
    table.goto("about:blank")
    table.goto(f"/t/acme/runs/{TABLE}/?view=tree#/250")
    expect(table.locator('#output .tree li[data-at="/250"]')).to_be_focused()

    table.get_by_role("link", name="Show what comes before").click()

    expect(table.locator('#output .tree li[data-at="/100"]')).to_be_focused()
    expect(table.get_by_role("link", name="Show 200–299")).to_have_count(0)
    table.get_by_role("link", name="Show what comes before").click()

    expect(table.locator('#output .tree li[data-at="/0"]')).to_be_focused()
    expect(table.locator("#output .tree li.more")).to_have_count(1)


@pytest.mark.parametrize("shared", [False, True])
def test_a_link_to_a_node_opens_its_way_where_nothing_was_loaded(
    table: Page, browser: Browser, *, shared: bool
) -> None:
    page = table
    if shared:
        link = share(table)
        page = browser.new_context().new_page()
        page.goto(f"{link}#/1199/sku")
    else:
        page.goto(f"/t/acme/runs/{TABLE}/?again#/1199/sku")

    marked = page.locator(".tree .marked")
    expect(marked).to_have_text("sku: SKU-1199")
    expect(marked).to_be_in_viewport()
    expect(page.locator(":focus")).to_have_attribute("data-at", "/1199/sku")
    if shared:
        page.context.close()


def test_a_copied_value_is_the_whole_value(table: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    table.locator('#output .tree li[data-at="/7"]').focus()

    table.keyboard.press("y")

    expect(table.locator("#announcer")).to_have_text("Value copied")
    expect(table.get_by_role("toolbar", name="This value")).to_contain_text("Copied")
    copied = json.loads(table.evaluate("navigator.clipboard.readText()"))
    assert copied["sku"] == "SKU-0007"
    assert set(copied) >= {"id", "region", "revenue", "cents"}


def test_copying_works_without_the_clipboard_of_secure_pages(table: Page) -> None:
    table.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    table.locator('#output .tree li[data-at="/7"]').focus()

    table.keyboard.press("y")

    expect(table.locator("#announcer")).to_have_text("Value copied")


def test_single_keys_can_be_listed_and_switched_off(table: Page) -> None:
    table.keyboard.press("?")
    keys = table.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    table.get_by_label("Single keys are on").uncheck()
    table.get_by_role("button", name="Close").click()
    expect(keys).to_be_hidden()

    table.keyboard.press("/")
    assert table.evaluate("document.activeElement.name") != "text"

    table.keyboard.press("?")
    table.get_by_label("Single keys are on").check()
    table.get_by_role("button", name="Close").click()
    expect(keys).to_be_hidden()
    table.keyboard.press("/")
    expect(table.locator(":focus")).to_have_attribute("name", "text")


def test_keys_typed_into_a_box_stay_text(table: Page) -> None:
    box = table.get_by_label("Find runs")
    box.focus()

    table.keyboard.type("t/y?")

    expect(box).to_have_value("t/y?")


def test_without_javascript_every_node_is_reached_by_links(browser: Browser, demo: Demo) -> None:
    context = browser.new_context(base_url=demo.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "alice")
    look_up(page, TABLE, by_button=True)

    page.get_by_role("link", name="Show 100–199 of 1,200").click()
    expect(page.locator('.tree li[data-at="/199"]')).to_be_visible()
    page.locator('.tree li[data-at="/150"] summary').click()
    page.locator('.tree li[data-at="/150"]').get_by_role("link").click()

    expect(page.locator('.tree li[data-at="/150/sku"]')).to_contain_text("SKU-0150")
    page.get_by_role("link", name="one level up").click()
    expect(page.locator('.tree li[data-at="/0"]')).to_be_visible()
    context.close()


def test_without_javascript_no_button_offers_to_copy(browser: Browser, demo: Demo) -> None:
    context = browser.new_context(base_url=demo.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "alice")
    look_up(page, TABLE, by_button=True)

    expect(page.get_by_role("link", name="Download JSON")).to_be_visible()
    expect(page.locator("button.copy").first).to_be_hidden()
    context.close()


def test_the_theme_is_chosen_by_a_key_and_kept(table: Page) -> None:
    table.locator("h1").click()
    table.keyboard.press("t")
    assert table.evaluate("document.documentElement.dataset.theme") == "light"
    table.keyboard.press("t")

    table.reload()

    assert table.evaluate("document.documentElement.dataset.theme") == "dark"
    assert table.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 23, 26)"


def test_a_search_walks_its_matches_and_keeps_the_box(table: Page) -> None:
    table.keyboard.press("f")
    table.keyboard.type("sku-11")
    table.keyboard.press("Enter")
    words = table.locator("[data-words]")
    expect(words).to_have_text("1 of 100: [1100].sku")

    table.keyboard.press("Enter")
    expect(words).to_have_text("2 of 100: [1101].sku")
    expect(table.locator(".tree .marked")).to_have_text('sku: "SKU-1101"'.replace('"', ""))
    table.keyboard.press("Shift+Enter")
    expect(words).to_have_text("1 of 100: [1100].sku")

    expect(table.locator(":focus")).to_have_attribute("id", "search-text")


def test_a_search_without_javascript_is_a_page_of_links(browser: Browser, demo: Demo) -> None:
    context = browser.new_context(base_url=demo.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "alice")
    look_up(page, TABLE, by_button=True)

    page.get_by_label("Search in this value").fill("sku-0777")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="[777].sku").click()

    expect(page.locator(".tree .marked")).to_contain_text("SKU-0777")
    expect(page.locator(".tree .marked")).to_be_in_viewport()
    context.close()


def test_the_way_to_a_node_is_copied_for_four_tools(table: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    table.locator('#output .tree li[data-at="/7"]').focus()
    table.keyboard.press("ArrowRight")
    table.locator('#output .tree li[data-at="/7/sku"]').focus()
    tools = table.get_by_role("toolbar", name="This value")
    tools.hover()

    for name, way in {
        "JSONPath": "$[7].sku",
        "jq": ".[7].sku",
        "JavaScript": "output[7].sku",
        "Python": 'output[7]["sku"]',
    }.items():
        tools.get_by_role("button", name=name, exact=True).click()
        expect(table.locator("#announcer")).to_have_text("Path copied")
        assert table.evaluate("navigator.clipboard.readText()") == way
        table.evaluate("document.querySelector('#announcer').textContent = ''")


def box_of(found: Locator) -> FloatRect:
    box = found.bounding_box()
    assert box is not None
    return box


def test_the_tools_of_a_row_cover_none_of_its_text_until_they_are_pointed_at(
    alice: Page, table: Page
) -> None:
    alice.goto(f"/t/acme/runs/{STRANGE}/?view=tree")
    tools = alice.get_by_role("toolbar", name="This value")
    long = alice.locator('#output .tree li[data-at="/long"]')

    long.hover(position={"x": 20, "y": 10})
    expect(tools).to_be_visible()
    text = box_of(long)
    assert text["x"] + text["width"] <= box_of(tools)["x"]

    tools.hover()
    row = box_of(tools)
    for name in ("Value", "Link", "JSONPath", "jq", "JavaScript", "Python", "Share this part…"):
        button = box_of(tools.get_by_role("button", name=name, exact=True))
        assert button["width"] > 15
        assert row["x"] < button["x"] < row["x"] + row["width"]


def test_the_tools_of_a_row_unfold_for_whoever_comes_to_them_by_keyboard(table: Page) -> None:
    table.locator('#output .tree li[data-at="/7"]').focus()
    tools = table.get_by_role("toolbar", name="This value")
    folded = box_of(tools)

    table.keyboard.press("Tab")
    table.keyboard.press("Tab")

    expect(tools.get_by_role("button", name="Link")).to_be_focused()
    unfolded = box_of(tools)
    assert unfolded["width"] > 2 * folded["width"]
    assert unfolded["x"] + unfolded["width"] == pytest.approx(folded["x"] + folded["width"], abs=1)


def test_without_javascript_the_box_above_every_page_has_a_button(
    browser: Browser, demo: Demo
) -> None:
    context = browser.new_context(base_url=demo.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "bob")
    page.goto("/t/acme/keys/")

    page.get_by_label("Find runs").fill(TABLE)
    page.get_by_role("button", name="Look up", exact=True).click()

    expect(page.locator("h1")).to_have_text(TABLE)
    context.close()
