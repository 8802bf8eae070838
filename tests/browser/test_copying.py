"""What is copied is what was sent, character by character, also on plain http, and a failure is said."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, BrowserContext, Page, expect

from results.sandbox.world import Run, with_attempts
from tests.browser.conftest import INSECURE_HOST, sign_in
from tests.browser.stage import Stage, raised

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SUPERJSON = "application/super+json"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, stores: dict[str, str]) -> Iterator[Stage]:
    with raised(tmp_path_factory.mktemp("copying"), stores) as running:
        yield running


@pytest.fixture
def reader(browser: Browser, stage: Stage) -> Iterator[Page]:
    """A page on which alice is signed in, and that may read what was copied."""
    context = browser.new_context(
        base_url=stage.url, permissions=["clipboard-read", "clipboard-write"]
    )
    page = context.new_page()
    sign_in(page, "alice")
    yield page
    context.close()


_numbers = 0


def show(page: Page, stage: Stage, output: str, output_type: str = SUPERJSON) -> None:
    """Open the page of a new run that returned this."""
    global _numbers
    _numbers += 1
    run: dict[str, Any] = {
        "status": "COMPLETED_SUCCESSFULLY",
        "created_ms": 1_795_000_000_000,
        "started_ms": 1_795_000_001_000,
        "finished_ms": 1_795_000_005_000,
        "output": output,
        "output_type": output_type,
    }
    stage.sandbox.world.add_run(with_attempts(Run(id=f"run_copied{_numbers}", **run)))
    page.goto(f"/t/acme/runs/run_copied{_numbers}/?view=tree")
    expect(page.locator("#output .tree")).to_be_visible()


def copied(page: Page, pointer: str) -> str:
    """Copy the node at a pointer with the key for it, and read the clipboard."""
    page.evaluate("document.querySelector('#announcer').textContent = ''")
    page.locator(f"#output .tree li[data-at={json.dumps(pointer)}]").first.focus()
    page.keyboard.press("y")
    expect(page.locator("#announcer")).to_have_text("Value copied")
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


# As JSON spells them: (what is sent, what copying gives, the type of super+json).
integers = st.integers(min_value=-(10**30), max_value=10**30).map(str)
decimals = st.from_regex(
    re.compile(r"-?(0|[1-9][0-9]{0,20})\.[0-9]{1,20}([eE][+-]?[0-9]{1,3})?"), fullmatch=True
)
# Line ends are the one thing that a clipboard may spell in its own way.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=60)
leaves = st.one_of(
    (integers | decimals).map(lambda number: (number, number, None)),
    texts.map(lambda text: (json.dumps(text), text, None)),
    texts.map(lambda text: (json.dumps(text, ensure_ascii=False), text, None)),
    integers.map(lambda number: (f'"{number}"', number, "bigint")),
    st.datetimes()
    .map(lambda at: f"{at:%Y-%m-%dT%H:%M:%S}.000Z".zfill(24))
    .map(lambda text: (f'"{text}"', text, "Date")),
    st.sampled_from(["NaN", "Infinity", "-Infinity", "-0"]).map(
        lambda word: (f'"{word}"', word, "number")
    ),
    st.sampled_from(["true", "false", "null"]).map(lambda word: (word, word, None)),
    st.just(("null", "undefined", "undefined")),
    st.just((r'"/^a\\/b$/gi"', "/^a\\/b$/gi", "regexp")),
    st.just(('"https://example.com/?a=1&b=%20#c"', "https://example.com/?a=1&b=%20#c", "URL")),
)


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(values=st.lists(leaves, min_size=12, max_size=12))
def test_every_value_copied_from_the_tree_is_its_source_text(
    reader: Page, stage: Stage, values: list[tuple[str, str, str | None]]
) -> None:
    notes = {str(at): [kind] for at, (_, _, kind) in enumerate(values) if kind}
    sent = ",".join(text for text, _, _ in values)
    show(reader, stage, f'{{"json":[{sent}],"meta":{{"values":{json.dumps(notes)}}}}}')

    assert [copied(reader, f"/{at}") for at in range(len(values))] == [
        want for _, want, _ in values
    ]


def test_a_copied_part_is_clean_json_with_exact_numbers(reader: Page, stage: Stage) -> None:
    show(reader, stage, '{"json":{"a":{"big":12345678901234567890,"rate":1.10,"e":1E400}}}')

    assert (
        copied(reader, "/a")
        == '{\n  "big": 12345678901234567890,\n  "rate": 1.10,\n  "e": 1E400\n}'
    )


def test_a_clamped_text_is_copied_whole(reader: Page, stage: Stage) -> None:
    text = "0123456789 " * 5_000
    show(reader, stage, json.dumps({"json": {"long": text}}))

    assert copied(reader, "/long") == text


def test_a_text_that_is_shown_whole_keeps_its_place_in_the_list(reader: Page, stage: Stage) -> None:
    show(reader, stage, json.dumps({"json": ["x" * 1_000] * 250}))
    last = reader.locator('li[data-at="/99"]')
    last.get_by_role("link", name="Show all").click()
    expect(last).to_contain_text("x" * 1_000)

    reader.get_by_role("link", name="Show 100–199").click()

    expect(reader.locator('li[data-at="/199"]')).to_be_visible()
    expect(reader.get_by_role("link", name="Show what comes before")).to_have_count(0)
    expect(last).to_have_attribute("aria-posinset", "100")
    expect(last).to_have_attribute("aria-setsize", "250")


def test_json_inside_a_text_is_copied_from_inside(reader: Page, stage: Stage) -> None:
    show(reader, stage, json.dumps({"json": {"reply": '{"id":9223372036854775808}'}}))
    reader.locator('li[data-at="/reply"]').focus()
    reader.keyboard.press("ArrowRight")
    expect(reader.locator('li[data-at="/id"]')).to_be_visible()

    assert copied(reader, "/id") == "9223372036854775808"


def test_a_path_that_begins_inside_a_text_says_so(reader: Page, stage: Stage) -> None:
    show(reader, stage, json.dumps({"json": {"reply": '{"id":1}'}}))
    reader.locator('li[data-at="/reply"] summary').click()
    reader.locator('li[data-at="/id"]').focus()
    tools = reader.get_by_role("toolbar", name="This value")

    reader.keyboard.press("p")

    expect(tools).to_contain_text("JSONPath begins in the JSON that is the text at reply.")
    reader.locator('li[data-at="/reply"]').focus()
    expect(tools).not_to_contain_text("begins")


def test_a_link_leads_into_json_inside_texts_also_where_nothing_was_loaded(
    reader: Page, stage: Stage
) -> None:
    inner = json.dumps({"a#b/c": {"deep": [7, {"x": 8}]}, "rest": "." * 500})
    show(reader, stage, json.dumps({"json": {"reply": json.dumps({"body": inner})}}))
    tree = reader.locator("#output .tree")
    for _ in range(2):
        tree.locator("details.inside:not([open]) > summary").last.click()
    tree.locator('li[data-at="/a#b~1c"] > details > summary').click()
    tree.locator('li[data-at="/a#b~1c/deep"] > details > summary').click()
    tree.locator('li[data-at="/a#b~1c/deep/0"]').focus()
    tools = reader.get_by_role("toolbar", name="This value")
    tools.hover()
    tools.get_by_role("button", name="Link", exact=True).click()
    expect(reader.locator("#announcer")).to_have_text("Link copied")
    link = reader.evaluate("navigator.clipboard.readText()")
    assert link.endswith("/#/reply#/body#/a%23b~1c/deep/0")

    reader.goto("about:blank")
    reader.goto(link)

    expect(tree.locator('li[data-at="/a#b~1c/deep/0"]')).to_be_focused()
    expect(tree.locator("li.marked")).to_have_count(1)
    reader.keyboard.press("ArrowDown")
    expect(reader.locator(":focus")).to_have_attribute("data-at", "/a#b~1c/deep/1")
    reader.keyboard.press("ArrowRight")
    expect(tree.locator('li[data-at="/a#b~1c/deep/1/x"]')).to_be_visible()


@pytest.mark.parametrize("end", ["#/reply#/nothing", "#/plain#/id", "#/nothing#/id"])
def test_a_link_to_nothing_inside_a_text_says_so(reader: Page, stage: Stage, end: str) -> None:
    show(reader, stage, json.dumps({"json": {"reply": '{"id":1}', "plain": "text"}}))

    reader.goto(reader.url + end)

    expect(reader.get_by_text("That part of the value is not there.").first).to_be_visible()


@pytest.fixture
def insecure(browser: Browser, stage: Stage) -> Iterator[tuple[Page, BrowserContext]]:
    """A page on plain http at a name that is not this machine's own: browsers give it no clipboard."""
    url = stage.url.replace("localhost", INSECURE_HOST)
    context = browser.new_context(base_url=url)
    page = context.new_page()
    sign_in(page, "alice")
    assert page.evaluate("isSecureContext === false && navigator.clipboard === undefined")
    yield page, context
    context.close()


def test_copying_works_on_plain_http_and_keeps_the_focus(
    insecure: tuple[Page, BrowserContext], reader: Page, stage: Stage
) -> None:
    page, _ = insecure
    show(page, stage, '{"json":{"a":12345678901234567890}}')
    page.locator('li[data-at="/a"]').focus()

    page.keyboard.press("y")

    expect(page.locator("#announcer")).to_have_text("Value copied")
    expect(page.locator(":focus")).to_have_attribute("data-at", "/a")
    reader.bring_to_front()
    assert reader.evaluate("navigator.clipboard.readText()") == "12345678901234567890"
    page.bring_to_front()
    page.get_by_role("button", name="Copy as JSON").click()
    expect(page.locator("#output .part-head button", has_text="Copied")).to_be_visible()


def test_a_refused_copy_says_so(insecure: tuple[Page, BrowserContext], stage: Stage) -> None:
    page, _ = insecure
    show(page, stage, '{"json":{"a":1}}')
    page.evaluate("document.execCommand = () => false")
    page.locator('li[data-at="/a"]').focus()

    page.keyboard.press("y")
    expect(page.locator("#announcer")).to_have_text("Copying failed")
    page.get_by_role("button", name="Copy as JSON").click()

    expect(page.get_by_role("button", name="Copying failed")).to_be_visible()
