"""axe finds nothing on any state of the pages that show a result, in light and in dark."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from results.sandbox.scenarios import scenario
from tests.browser.conftest import look_up, share

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

CONTRAST = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
# Of many rows that are alike axe looks at the first ones, since it needs seconds for a thousand.
ALIKE = ("tbody tr:nth-child(n+8)", "ol.lines li:nth-child(n+40)", ".tree ul > li:nth-child(n+30)")
CONTEXT = {"exclude": [[each] for each in ALIKE]}
AXE = Axe()


def address(name: str) -> str:
    return f"/t/acme/runs/{scenario(name).run_id}/"


def go(path: str) -> Callable[[Page], None]:
    def gone(page: Page) -> None:
        page.goto(path)

    return gone


def open_run(name: str, query: str = "") -> Callable[[Page], None]:
    """Opens the run, in one of its views."""

    def opened(page: Page) -> None:
        look_up(page, scenario(name).run_id)
        expect(page.locator("#run-panel")).to_be_visible()
        if query:
            page.goto(address(name) + query)

    return opened


def strange_values_opened(page: Page) -> None:
    open_run("strange-values", "?view=tree")(page)
    page.locator('li[data-at="/reply"] summary').click()
    expect(page.get_by_text("small-1").last).to_be_visible()
    page.locator('li[data-at="/crowd"] > details > summary').click()
    expect(page.get_by_role("link", name="Show 100–199 of 10,000")).to_be_visible()
    page.get_by_role("link", name="show the image").click()
    page.locator('li[data-at="/createdAt"]').focus()
    page.locator("#search-text").fill("step 7")
    page.keyboard.press("Enter")
    expect(page.locator("[data-words]")).to_contain_text("1 of")


def keys_listed(page: Page) -> None:
    open_run("order-report")(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


def shared(page: Page) -> None:
    open_run("order-report")(page)
    page.goto(share(page))
    expect(page.locator(".tree")).to_be_visible()


def asked_for_a_passcode(page: Page) -> None:
    open_run("order-report")(page)
    page.goto(share(page, Passcode="open sesame"))
    expect(page.get_by_label("Passcode")).to_be_visible()


def compared(page: Page) -> None:
    open_run("order-report")(page)
    open_run("order-report-current")(page)
    page.goto(f"{address('order-report')}compare/?with={scenario('every-type').run_id}&show=all")
    expect(page.get_by_role("heading", name="Compare")).to_be_visible()


def tokens_listed(page: Page) -> None:
    page.goto("/t/acme/tokens/")
    page.get_by_label("What is it for?").fill("nightly report")
    page.get_by_label("What is it for?").press("Enter")
    expect(page.get_by_label("The new token")).to_have_value(re.compile("^runlens_"))
    page.get_by_text("Revoke", exact=True).first.click()


STATES: dict[str, Callable[[Page], None]] = {
    "find": go("/"),
    "tree": strange_values_opened,
    "types": open_run("every-type", "?view=tree"),
    "table": open_run("table", "?view=table"),
    "text": open_run("table", "?view=text"),
    "as sent": open_run("every-type", "?view=wire"),
    "plain text": open_run("colourful-text"),
    "error": open_run("built-in-current"),
    "error as a tree": open_run("thrown-object"),
    "expired": open_run("expired"),
    "waiting": open_run("waiting"),
    "branch": open_run("table", "branch/?of=output&at=/7"),
    "table of a part": open_run("ten-megabytes", "branch/?of=output&at=/items&view=table"),
    "lines": open_run("table", "branch/?of=output&view=text&after=900"),
    "search": open_run("table", "search/?of=output&q=sku-01"),
    "compare": compared,
    "task": go("/t/acme/tasks/sales-by-region/"),
    "keys": keys_listed,
    "members": go("/t/acme/members/"),
    "tokens": tokens_listed,
    "account": go("/accounts/"),
    "password": go("/accounts/password/change/"),
    "shared": shared,
    "sharing": open_run("order-report", "share/"),
    "passcode": asked_for_a_passcode,
    "shares": go("/t/acme/shares/"),
}


def findings(page: Page, options: dict[str, object]) -> list[str]:
    found = AXE.run(page, context=CONTEXT, options=options).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found]


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(alice: Page, state: str) -> None:
    STATES[state](alice)

    # The rules look at what is there; only the colours differ between the themes.
    assert findings(alice, {"resultTypes": ["violations"]}) == []
    alice.emulate_media(color_scheme="dark")
    assert findings(alice, dict(CONTRAST)) == []
