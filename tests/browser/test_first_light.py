"""From nothing to a result on the screen, as somebody does who follows the README."""

from __future__ import annotations

import json
import re
import urllib.request

import pytest
from playwright.sync_api import Browser, Page, expect

from results.sandbox.scenarios import SHOWCASE, scenario
from tests.browser.conftest import Demo, look_up, share, sign_in, unseen

pytestmark = pytest.mark.browser

# What each printed run has to show: its state, and something of what it holds.
PROMISED = {
    "succeeds-soon": ("Succeeded", None),
    "order-report": ("Succeeded", "Zoë Müller"),
    "every-type": ("Succeeded", None),
    "exact-numbers": ("Succeeded", "3544790567247868102"),
    "table": ("Succeeded", None),
    "strange-values": ("Succeeded", None),
    "ten-megabytes": ("Succeeded", None),
    "built-in-current": ("Failed", "failed with status 503"),
    "thrown-object": ("Failed", None),
    "out-of-memory": ("Crashed", None),
    "cancelled": ("Cancelled", "Superseded by a newer import"),
    "expired": ("Expired", "never started"),
    "waiting": ("Waiting", "paused"),
    "fails-soon": ("Failed", None),
}


def badge(page: Page) -> str:
    return page.locator("#run-panel .badge").first.inner_text()


def api_calls(demo: Demo, run_id: str) -> int:
    """How often the API was asked about this run; others on the stage may still be asked about."""
    with urllib.request.urlopen(f"{demo.sandbox_url}/_sandbox/calls") as answer:
        asked: dict[str, int] = json.load(answer)["runs"]
        return asked[run_id]


def test_the_demo_prints_an_address_two_people_and_runs_to_paste(demo: Demo) -> None:
    assert demo.url in demo.told
    assert re.search(r"alice \(owner\) .* browser tests only", demo.told)
    assert re.search(r"bob \(viewer\) .* browser tests only", demo.told)
    for shown in SHOWCASE:
        assert f"{shown.run_id}" in demo.told
        assert shown.title in demo.told


@pytest.mark.parametrize("name", PROMISED)
def test_every_printed_run_shows_what_was_promised(alice: Page, name: str) -> None:
    state, content = PROMISED[name]

    look_up(alice, scenario(name).run_id)

    expect(alice.locator("#run-panel .badge").first).to_have_text(state, timeout=30_000)
    expect(alice.locator("h1")).to_have_text(scenario(name).run_id)
    if content:
        expect(alice.locator("#run-panel")).to_contain_text(content)


def test_the_table_of_promises_covers_what_the_demo_prints() -> None:
    assert set(PROMISED) == {shown.name for shown in SHOWCASE}


def test_a_living_run_becomes_its_result_without_a_reload_and_then_all_is_quiet(
    alice: Page, demo: Demo
) -> None:
    run_id = unseen("run_live6sforthebrowser")
    look_up(alice, run_id)
    assert badge(alice) in ("Queued", "Dequeued", "Executing", "Looking")
    alice.evaluate("window.sameDocument = true")

    expect(alice.locator("#run-panel .badge").first).to_have_text("Succeeded", timeout=30_000)

    assert alice.evaluate("window.sameDocument") is True
    expect(alice).to_have_title(re.compile("^✓"))
    expect(alice.locator("#announcer")).to_have_text("The run is now: Succeeded")
    requests: list[str] = []
    alice.on("request", lambda request: requests.append(request.url))
    calls = api_calls(demo, run_id)
    alice.wait_for_timeout(6_000)
    assert requests == []
    assert api_calls(demo, run_id) == calls


def test_without_javascript_a_pending_page_refreshes_itself_and_becomes_the_result(
    browser: Browser, demo: Demo
) -> None:
    context = browser.new_context(base_url=demo.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "bob")

    look_up(page, unseen("run_live6swithoutscript"), by_button=True)
    # What only a script does is not offered.
    expect(page.get_by_role("button", name=re.compile("Pause|Copy"))).to_have_count(0)
    assert badge(page) in ("Queued", "Dequeued", "Executing", "Looking")

    expect(page.locator("#run-panel .badge").first).to_have_text("Succeeded", timeout=40_000)
    context.close()


def test_a_shared_result_opens_without_an_account_until_it_is_revoked(
    alice: Page, browser: Browser
) -> None:
    look_up(alice, scenario("order-report").run_id)
    link = share(alice)
    stranger = browser.new_context().new_page()
    requests: list[str] = []
    stranger.on("request", lambda request: requests.append(request.url))

    stranger.goto(link)

    expect(stranger.locator("#run-panel")).to_contain_text("Zoë Müller")
    assert "Acme" not in stranger.content()
    assert "Shop" not in stranger.content()
    assert all(url.startswith(link.partition("/s/")[0]) for url in requests)
    assert stranger.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    with alice.expect_navigation():
        alice.get_by_role("button", name="Revoke").first.click()
    answer = stranger.reload()
    assert answer is not None
    assert answer.status == 404
    stranger.context.close()


def test_pasting_a_key_warns_and_shows_nothing_of_it(alice: Page) -> None:
    look_up(alice, "tr_prod_abcdefghijklmnopqrstuvwx")

    expect(alice.get_by_role("alert")).to_contain_text("looks like an API key")
    assert "abcdefghijklmnop" not in alice.content()
    assert "abcdefghijklmnop" not in alice.url


def test_a_viewer_reads_results_and_is_offered_no_control(bob: Page) -> None:
    look_up(bob, scenario("order-report").run_id)

    expect(bob.locator("#run-panel")).to_contain_text("Zoë Müller")
    expect(bob.get_by_role("link", name="Share this result")).to_have_count(0)
    bob.get_by_role("link", name="Keys").click()
    expect(bob.get_by_role("button", name="Try it and add it")).to_have_count(0)


def test_nothing_is_wider_than_a_phone(alice: Page) -> None:
    alice.set_viewport_size({"width": 390, "height": 800})
    look_up(alice, scenario("process-exit").run_id)
    expect(alice.locator("#run-panel .badge").first).to_have_text("Crashed")
    pages = ["/", "/t/acme/keys/", "/t/acme/shares/"]
    pages += [
        f"/t/acme/runs/{scenario(name).run_id}/{page}"
        for name in ("every-type", "built-in-current", "process-exit")
        for page in ("", "share/")
    ]

    for path in pages:
        alice.goto(path)
        assert alice.evaluate("document.documentElement.scrollWidth") <= 390, path


# As if the team and its project had the longest names that people give them.
RENAME = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    text.data = text.data.replace(/Acme|Shop/g, "W".repeat(80));
  }
}"""


def test_the_moments_of_a_run_that_goes_on_stand_on_one_line(alice: Page) -> None:
    look_up(alice, scenario("waiting").run_id)

    created = alice.locator(".of-run dt", has_text="Created").bounding_box()
    started = alice.locator(".of-run dt", has_text="Started").bounding_box()

    assert created
    assert started
    assert created["y"] == started["y"]
    assert created["x"] < started["x"]


def test_names_without_a_space_make_nothing_wider_than_a_phone(alice: Page) -> None:
    alice.set_viewport_size({"width": 390, "height": 800})
    pages = ["keys/", "settings/", "activity/", "watches/", "webhook/", "members/", "history/"]
    pages += ["runs/run_nobodysnames/", f"runs/{scenario('order-report').run_id}/"]

    for path in pages:
        alice.goto(f"/t/acme/{path}")
        alice.evaluate(RENAME)
        assert alice.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_two_runs_are_compared_on_a_phone_without_scrolling_sideways(alice: Page) -> None:
    alice.set_viewport_size({"width": 390, "height": 800})
    names = ("every-type", "every-type-current")
    for name in names:
        look_up(alice, scenario(name).run_id)
        expect(alice.locator("#run-panel .badge").first).to_have_text("Succeeded")
    one, other = (scenario(name).run_id for name in names)

    alice.goto(f"/t/acme/runs/{one}/compare/?with={other}")

    expect(alice.get_by_role("columnheader", name="Difference")).to_be_in_viewport(ratio=1)
    frames = alice.locator(".table-frame").evaluate_all(
        "frames => frames.map(frame => frame.scrollWidth - frame.clientWidth)"
    )
    assert max(frames) <= 4
