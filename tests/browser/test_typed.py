"""What somebody has typed outlives the end of their sign-in, and is kept once they are back."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import look_up, sign_in

pytestmark = pytest.mark.browser

# Of no other test: a note stays.
RUN = "run_live200stypednote"
TYPED = "Refunded the customer after the call."


def test_a_note_is_kept_although_the_sign_in_ended_while_it_was_written(
    alice: Page, context: BrowserContext
) -> None:
    look_up(alice, RUN)
    alice.get_by_text("Write a note").click()
    alice.get_by_label("Note", exact=True).fill(TYPED)
    other = context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Sign out").click()
    add, told = alice.get_by_role("button", name="Add the note"), alice.locator("#typed-told")

    add.click()
    expect(told.get_by_role("alert")).to_contain_text("You are signed out")
    sign_in(other, "alice")
    add.click()
    expect(told.get_by_role("alert")).to_contain_text("press the button again")
    expect(alice.get_by_label("Note", exact=True)).to_have_value(TYPED)
    add.click()

    expect(alice.locator(".note-text").first).to_have_text(TYPED)


def test_a_note_that_cannot_be_sent_stays_where_it_is(alice: Page, context: BrowserContext) -> None:
    look_up(alice, RUN)
    alice.get_by_text("Write a note").click()
    alice.get_by_label("Note", exact=True).fill(TYPED)

    context.set_offline(True)
    alice.get_by_role("button", name="Add the note").click()

    expect(alice.locator("#typed-told")).to_contain_text("no connection to Runlens")
    expect(alice.get_by_label("Note", exact=True)).to_have_value(TYPED)
