"""A page that waits is calm: one question for all tabs, none for hidden ones, and nothing is disturbed."""

from __future__ import annotations

import json
import re
import urllib.request

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Demo, look_up, unseen

pytestmark = pytest.mark.browser

HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def calls(demo: Demo, run_id: str) -> int:
    """How often the API was asked about this run."""
    with urllib.request.urlopen(f"{demo.sandbox_url}/_sandbox/calls") as answer:
        asked: dict[str, int] = json.load(answer)["runs"]
        return asked.get(run_id, 0)


def wait_until_asked(page: Page, demo: Demo, run_id: str, before: int) -> None:
    """Wait until the API was asked more often than before."""
    for _ in range(240):
        if calls(demo, run_id) > before:
            return
        page.wait_for_timeout(125)
    raise AssertionError("nobody asked")


def ask(page: Page) -> None:
    """Let the time of the next question come now, and wait for its answer."""
    with page.expect_response(lambda response: "/panel/" in response.url):
        page.evaluate("htmx.trigger('#run-progress', 'runlens:poll')")


def test_two_tabs_cost_one_question_an_interval_and_hidden_ones_none(
    alice: Page, context: BrowserContext, demo: Demo
) -> None:
    run_id = unseen("run_live200stwotabs")
    look_up(alice, run_id)
    second = context.new_page()
    second.goto(alice.url)
    polls: list[str] = []
    for tab in (alice, second):
        tab.on("request", lambda request: polls.append(request.url))
    expect(alice.locator("#run-progress")).to_contain_text("checked")
    before = calls(demo, run_id)
    alice.wait_for_timeout(10_000)
    questions = calls(demo, run_id) - before
    # Intervals of 2, 3, 5 and 8 seconds: two to four begin in ten seconds.
    assert 1 <= questions <= 4
    assert len([url for url in polls if "/panel/" in url]) > questions

    for tab in (alice, second):
        tab.evaluate(HIDE, True)
    # The question that was wanted before they were hidden is still asked.
    alice.wait_for_timeout(20_000)
    quiet = calls(demo, run_id)
    alice.wait_for_timeout(4_000)
    assert calls(demo, run_id) == quiet

    alice.evaluate(HIDE, False)
    wait_until_asked(alice, demo, run_id, quiet)
    assert calls(demo, run_id) == quiet + 1
    second.close()


def test_a_check_disturbs_nothing_that_somebody_does_on_the_page(alice: Page) -> None:
    run_id = unseen("run_live200scalm")
    look_up(alice, run_id)
    expect(alice.locator("#run-progress")).to_contain_text("next in")
    alice.get_by_text("More about this run").click()
    alice.locator("#check-now").focus()
    alice.evaluate("getSelection().selectAllChildren(document.querySelector('h1'))")

    for _ in range(3):
        ask(alice)

    assert alice.locator("#run-known details").first.get_attribute("open") is not None
    expect(alice.locator(":focus")).to_have_attribute("id", "check-now")
    assert alice.evaluate("String(getSelection())").strip() == run_id


def test_checks_can_be_paused_and_somebody_can_check_now(alice: Page, demo: Demo) -> None:
    run_id = unseen("run_live200spausedfaultlatencyof")
    look_up(alice, run_id)
    alice.get_by_role("button", name="Pause").click()
    expect(alice.locator("#run-progress")).to_contain_text("paused")
    alice.wait_for_timeout(3_000)
    before = calls(demo, run_id)

    alice.get_by_role("button", name="Check now").click()

    expect(alice.get_by_role("button", name="Resume")).to_be_visible()
    wait_until_asked(alice, demo, run_id, before)
    # The answer to what was asked by hand is brought, and then the page rests again.
    expect(alice.locator("#run-progress[data-asking]")).to_have_count(0, timeout=30_000)
    expect(alice.locator("#run-progress")).to_contain_text("paused")


def test_a_lost_connection_is_waited_out_and_ends_with_one_question(
    alice: Page, context: BrowserContext
) -> None:
    look_up(alice, unseen("run_live9slostconnection"))
    context.set_offline(True)
    expect(alice.locator("#run-progress")).to_contain_text("no connection", timeout=20_000)

    asked: list[str] = []
    alice.on("request", lambda request: asked.append(request.url))
    context.set_offline(False)

    expect(alice.locator("#run-panel .badge").first).to_have_text("Succeeded", timeout=40_000)
    assert len([url for url in asked if "/panel/" in url]) <= 6


def test_an_expired_sign_in_shows_a_link_and_never_a_form(
    alice: Page, context: BrowserContext
) -> None:
    look_up(alice, unseen("run_live200ssignedout"))
    expect(alice.locator("#run-progress")).to_contain_text("next in")
    context.clear_cookies()

    ask(alice)

    expect(alice.locator("#run-body")).to_contain_text("You are signed out")
    assert alice.locator("input[type=password]").count() == 0
    stopped = alice.title()
    alice.wait_for_timeout(2_500)
    assert alice.title() == stopped
    expect(alice.get_by_role("link", name="Sign in")).to_be_visible()


def test_a_check_with_the_form_of_an_earlier_sign_in_is_sent_anew(alice: Page) -> None:
    look_up(alice, unseen("run_live200soutdated"))
    expect(alice.locator("#run-progress")).to_contain_text("next in")
    # Signing in anew in another tab makes this page's form one of an earlier sign-in.
    alice.locator("#run-progress [name=csrfmiddlewaretoken]").evaluate("field => { field.value = 'x'.repeat(32); }")  # fmt: skip
    answered: list[int] = []
    alice.on("response", lambda answer: answered.append(answer.status) if "/check/" in answer.url else None)  # fmt: skip

    with alice.expect_response(lambda answer: "/check/" in answer.url and answer.ok):
        alice.get_by_role("button", name="Check now").click()

    assert answered == [403, 200]
    expect(alice.locator("[data-words]")).to_contain_text("next in")
    expect(alice.locator("[data-words]")).not_to_contain_text("reload")


def test_a_pause_that_the_api_asks_for_is_told_beside_the_button(alice: Page) -> None:
    look_up(alice, "run_fault42920spause")

    expect(alice.locator("[data-words]")).to_contain_text(
        re.compile(r"Rate limited · Trigger.dev is not asked before \d\d:\d\d:\d\d UTC")
    )


def test_a_page_of_several_runs_fills_in_by_itself(alice: Page) -> None:
    alice.goto("/")
    box = alice.get_by_label("Run id, or anything that holds one")
    first, second = unseen("run_live6sseveral"), unseen("run_live8sseveral")
    box.fill(f"{first}\n{second}\nrun_nobodysseveral")
    box.press("Enter")
    alice.wait_for_url("**/runs/?ids=*")
    alice.evaluate("window.sameDocument = true")

    alice.locator(f"#row-{first} a").first.focus()

    expect(alice.locator("[data-summary]")).to_contain_text("2 succeeded, 1 not known", timeout=40_000)  # fmt: skip

    assert alice.evaluate("window.sameDocument") is True
    row = alice.locator(f"#row-{first}")
    expect(row.locator("a").first).to_be_focused()
    expect(row.locator(".badge")).to_have_text("Succeeded")
    expect(row.locator("td")).to_have_count(5)
    alice.get_by_role("link", name="Not known 1").click()
    expect(alice.locator(".several tbody tr")).to_have_count(1)
