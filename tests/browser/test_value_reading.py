"""Reading a value in a real browser: focus and open nodes are kept, late answers do no harm, nothing is fetched."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from results.sandbox.scenarios import scenario
from tests.browser.conftest import Demo, look_up, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

STRANGE = scenario("strange-values").run_id
TABLE = scenario("table").run_id
LOG = scenario("long-text").run_id

# Whether the first place that is marked as found is within the window.
FIRST_MATCH = """() => {
    const [place] = CSS.highlights.get("match");
    const range = document.createRange();
    range.setStart(place.startContainer, place.startOffset);
    range.setEnd(place.endContainer, place.endOffset);
    const { top, bottom } = range.getBoundingClientRect();
    const bar = document.querySelector(".search-bar").getBoundingClientRect().bottom;
    return top >= bar && bottom <= innerHeight;
}"""


@pytest.fixture
def strange(alice: Page) -> Page:
    """The page of a value of every look, as a tree."""
    look_up(alice, STRANGE)
    alice.goto(f"/t/acme/runs/{STRANGE}/?view=tree")
    expect(alice.locator("#output .tree")).to_be_visible()
    return alice


@pytest.fixture
def table(alice: Page) -> Page:
    """The page of a list of 200 objects, as a tree."""
    look_up(alice, TABLE)
    alice.goto(f"/t/acme/runs/{TABLE}/?view=tree")
    expect(alice.locator("#output .tree")).to_be_visible()
    return alice


def node(page: Page, pointer: str) -> str:
    return f'#output .tree li[data-at="{pointer}"]'


class Held:
    """Requests that wait until they are let go, in any order."""

    def __init__(self, page: Page, pattern: str) -> None:
        self.routes: list[Route] = []
        page.route(pattern, lambda route: self.routes.append(route))

    def let_go(self, number: int) -> None:
        self.routes[number].continue_()


def wait_until(page: Page, is_so: Callable[[], bool]) -> None:
    for _ in range(400):
        if is_so():
            return
        page.wait_for_timeout(25)
    raise AssertionError("it did not happen")


def test_a_branch_that_loads_keeps_the_focus_and_is_asked_for_once(strange: Page) -> None:
    held = Held(strange, "**/branch/**")
    strange.locator(node(strange, "/crowd")).focus()

    strange.keyboard.press("ArrowRight")
    strange.keyboard.press("ArrowLeft")
    strange.keyboard.press("ArrowRight")
    wait_until(strange, lambda: bool(held.routes))
    expect(strange.locator(":focus")).to_have_attribute("data-at", "/crowd")
    held.let_go(0)

    expect(strange.locator(node(strange, "/crowd/member 99"))).to_be_visible()
    expect(strange.locator(":focus")).to_have_attribute("data-at", "/crowd")
    assert len(held.routes) == 1


def test_a_double_click_on_more_loads_once(strange: Page) -> None:
    strange.locator(f"{node(strange, '/crowd')} > details > summary").click()
    more = strange.get_by_role("link", name="Show 100–199 of 10,000")
    expect(more).to_be_visible()
    held = Held(strange, "**/branch/**")

    more.dblclick()
    wait_until(strange, lambda: bool(held.routes))
    held.let_go(0)

    expect(strange.locator(node(strange, "/crowd/member 199"))).to_be_visible()
    assert len(held.routes) == 1
    assert strange.locator(node(strange, "/crowd/member 150")).count() == 1


def test_closing_everything_takes_the_focus_to_what_is_left(table: Page) -> None:
    table.locator(f"{node(table, '/3')} > details > summary").click()
    table.locator(node(table, "/3/sku")).focus()

    table.keyboard.press("w")

    expect(table.locator(":focus")).to_have_attribute("data-at", "/3")
    expect(table.locator(node(table, "/3/sku"))).not_to_be_visible()


def test_after_a_click_on_a_node_the_keys_go_on_from_there(table: Page) -> None:
    summary = table.locator(f"{node(table, '/2')} > details > summary")
    summary.click()
    summary.click()

    table.keyboard.press("ArrowDown")
    expect(table.locator(":focus")).to_have_attribute("data-at", "/3")
    table.keyboard.press("k")
    expect(table.locator(":focus")).to_have_attribute("data-at", "/2")
    table.keyboard.press("j")
    expect(table.locator(":focus")).to_have_attribute("data-at", "/3")


def test_enter_follows_the_link_of_a_row_and_a_star_opens_its_siblings(table: Page) -> None:
    table.locator(node(table, "/0")).focus()
    table.keyboard.press("End")
    expect(table.locator(":focus")).to_have_class("more")
    table.keyboard.press("Enter")
    expect(table.locator(node(table, "/100"))).to_be_focused()

    table.keyboard.press("*")

    expect(table.locator(node(table, "/119/sku"))).to_be_visible()
    expect(table.locator(":focus")).to_have_attribute("data-at", "/100")


def test_the_tools_of_a_node_are_one_tab_away_and_escape_leads_back(table: Page) -> None:
    table.locator(f"{node(table, '/3')} > details > summary").click()
    table.locator(node(table, "/3/sku")).focus()

    table.keyboard.press("Tab")
    tools = table.get_by_role("toolbar", name="This value")
    expect(tools.get_by_role("button", name="Value")).to_be_focused()
    table.keyboard.press("Escape")

    expect(table.locator(":focus")).to_have_attribute("data-at", "/3/sku")


def test_who_may_not_share_is_not_offered_to_share_a_part(bob: Page) -> None:
    look_up(bob, TABLE)
    bob.goto(f"/t/acme/runs/{TABLE}/?view=tree")
    bob.locator(node(bob, "/3")).focus()

    tools = bob.get_by_role("toolbar", name="This value")
    expect(tools.get_by_role("button", name="jq")).to_be_visible()
    expect(tools.get_by_text("Share")).to_be_hidden()
    bob.locator("h1").click()
    expect(tools).to_be_hidden()


def test_a_match_leaves_open_what_was_open(strange: Page) -> None:
    strange.locator(f"{node(strange, '/reply')} summary").first.click()
    expect(strange.locator(node(strange, "/model"))).to_be_visible()

    strange.locator("#search-text").fill("member 7654")
    strange.keyboard.press("Enter")

    expect(strange.locator(".tree .marked")).to_have_text("member 7654: 7654")
    expect(strange.locator(".tree .marked")).to_be_in_viewport()
    expect(strange.locator(node(strange, "/model"))).to_have_count(1)
    assert strange.evaluate("CSS.highlights.get('match').size") == 1
    expect(strange.locator(":focus")).to_have_attribute("id", "search-text")


def test_the_search_that_was_asked_last_is_the_one_that_is_shown(table: Page) -> None:
    held = Held(table, "**/search/**")
    box = table.locator("#search-text")
    box.fill("sku-0001")
    box.press("Enter")
    box.fill("sku-0002")
    box.press("Enter")
    wait_until(table, lambda: len(held.routes) == 2)

    held.let_go(1)
    expect(table.locator("[data-words]")).to_have_text("1 of 1: [2].sku")
    with table.expect_response(lambda answer: "sku-0001" in answer.url):
        held.let_go(0)
    table.wait_for_load_state("networkidle")

    expect(table.locator("[data-words]")).to_have_text("1 of 1: [2].sku")
    expect(table.locator(".tree .marked")).to_have_attribute("data-at", "/2/sku")


def test_a_link_to_nothing_says_so(table: Page) -> None:
    table.goto(f"/t/acme/runs/{TABLE}/?again#/999/sku")

    expect(table.get_by_text("That part of the value is not there.").first).to_be_visible()


def test_a_link_to_a_node_works_in_every_view(table: Page) -> None:
    for view in ("text", "table"):
        table.goto(f"/t/acme/runs/{TABLE}/?view={view}#/150/sku")

        expect(table.locator(".tree .marked")).to_have_text("sku: SKU-0150")
        expect(table.locator(".choices [aria-current]")).to_have_text("Tree")


def test_a_link_leads_into_other_values_than_the_output(alice: Page) -> None:
    look_up(alice, scenario("order-report").run_id)

    alice.goto(f"/t/acme/runs/{scenario('order-report').run_id}/?again#payload/day")

    expect(alice.locator(".tree .marked")).to_contain_text("day: 2026-11-19")
    expect(alice.locator(".tree .marked")).to_be_in_viewport()


def test_a_moment_tells_both_zones_and_how_long_ago_on_focus_alone(
    browser: Browser, demo: Demo
) -> None:
    context = browser.new_context(base_url=demo.url, timezone_id="Asia/Kathmandu")
    page = context.new_page()
    sign_in(page, "alice")
    look_up(page, STRANGE)
    page.goto(f"/t/acme/runs/{STRANGE}/?view=tree")

    page.locator(node(page, "/epochSeconds")).focus()

    tip = page.evaluate(
        "getComputedStyle(document.activeElement.querySelector('time'), '::after').content"
    )
    for part in ("a guess", "11:42:05 UTC", "17:27:05 GMT+05:45 here"):
        assert part in tip, tip
    # Behind them stands how long ago it was, on whatever day this runs.
    assert len(tip.rpartition("here · ")[2]) > 3
    context.close()


def test_what_a_moment_tells_is_not_covered_while_it_is_read(strange: Page) -> None:
    row = strange.locator(node(strange, "/createdAt"))
    tools = strange.get_by_role("toolbar", name="This value")

    row.hover(position={"x": 10, "y": 10})
    expect(tools).to_be_visible()
    row.locator("time").hover()
    expect(tools).to_be_hidden()
    row.hover(position={"x": 10, "y": 10})

    expect(tools).to_be_visible()


def test_nothing_is_fetched_for_an_image_until_it_is_asked_for(strange: Page) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.resource_type == "image" or not request.url.startswith("http://localhost"):
            asked.append(request.url)

    strange.on("request", note)
    strange.reload()
    strange.wait_for_load_state("networkidle")
    assert asked == []
    logo = strange.get_by_role("link", name="open the image")
    expect(logo).to_have_attribute("rel", "noreferrer noopener")

    strange.get_by_role("link", name="show the image").click()

    image = strange.get_by_role("img", name="The image in this text")
    wait_until(strange, lambda: bool(image.evaluate("image => image.naturalWidth === 16")))
    assert [url.partition("?")[0] for url in asked] == [strange.url.partition("?")[0] + "branch/"]


def test_a_text_is_searched_line_by_line(alice: Page) -> None:
    look_up(alice, LOG)
    expect(alice.locator("#L1000")).to_be_attached()

    alice.locator("#search-text").fill("001400")
    alice.keyboard.press("Enter")

    expect(alice.locator("ol.lines li.marked")).to_contain_text("001400 2026-11-20")
    expect(alice.locator("ol.lines li.marked")).to_be_in_viewport()
    expect(alice.locator(":focus")).to_have_attribute("id", "search-text")
    alice.get_by_role("link", name="Earlier lines").click()
    expect(alice.locator("#L1396")).to_be_attached()
    expect(alice.locator("#L1400")).to_have_count(1)
    alice.locator("#search-text").fill("imported customer")
    alice.keyboard.press("Enter")
    expect(alice.locator("[data-words]")).to_have_text("1 of 1,500: line 1")


def test_a_match_deep_in_a_long_text_is_what_is_seen(strange: Page) -> None:
    strange.locator("#search-text").fill("step 3")
    strange.keyboard.press("Enter")
    expect(strange.locator(".tree .marked")).to_have_attribute("data-at", "/longReply")

    assert strange.evaluate(FIRST_MATCH) is True
    strange.locator("#search-text").fill("step 398")
    strange.keyboard.press("Enter")
    expect(strange.locator("[data-found] mark")).to_have_text("step 398")
    wait_until(strange, lambda: bool(strange.evaluate(FIRST_MATCH)))


def test_escape_leads_from_the_search_to_the_match_and_then_closes_the_list(strange: Page) -> None:
    strange.keyboard.press("f")
    strange.keyboard.type("its end")
    strange.keyboard.press("Enter")
    expect(strange.locator(".tree .marked")).to_contain_text("its end")

    strange.keyboard.press("Escape")

    expect(strange.locator(".tree .marked")).to_be_focused()
    expect(strange.locator("#search-text")).to_have_value("its end")
    strange.keyboard.press("Escape")
    expect(strange.locator("[data-found]")).to_be_hidden()
    expect(strange.locator(".tree .marked")).to_be_focused()


def test_enter_shows_a_long_text_whole_and_then_opens_the_json_in_it(strange: Page) -> None:
    strange.locator(node(strange, "/longReply")).focus()

    strange.keyboard.press("Enter")
    expect(strange.locator(node(strange, "/longReply"))).to_contain_text("step 399")
    strange.keyboard.press("Enter")

    expect(strange.locator(node(strange, "/steps"))).to_be_visible()


def test_print_gives_the_open_part_and_no_controls(strange: Page) -> None:
    strange.locator(f"{node(strange, '/reply')} summary").first.click()
    expect(strange.locator(node(strange, "/model"))).to_be_visible()

    strange.emulate_media(media="print", color_scheme="dark")

    expect(strange.locator(node(strange, "/model"))).to_be_visible()
    expect(strange.locator(node(strange, "/crowd/member 0"))).not_to_be_visible()
    for gone in (".search-bar", ".top", ".choices", ".node-tools", "#output button"):
        for each in strange.locator(gone).all():
            expect(each).not_to_be_visible()
    assert strange.evaluate("getComputedStyle(document.querySelector('.tree')).color") == (
        "rgb(28, 29, 32)"
    )
