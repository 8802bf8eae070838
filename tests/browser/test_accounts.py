"""Signing in with a passkey, by a device that Chromium plays, and the way from invitation to member."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD, Demo, sign_in, unseen

pytestmark = pytest.mark.browser

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
WORDS = "correct horse battery staple"


@pytest.fixture
def guest(browser: Browser, demo: Demo) -> Iterator[Page]:
    """A browser of somebody who was never here."""
    context = browser.new_context(base_url=demo.url)
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if "Policy" in said.text else None)
    yield page
    context.close()
    assert problems == []


def join(owner: Page, guest: Page, name: str) -> None:
    """Invite somebody, who makes an account and joins."""
    owner.goto("/t/acme/members/")
    owner.get_by_label("Role", exact=True).select_option("member")
    owner.get_by_role("button", name="Make a link").click()
    guest.goto(owner.get_by_label("Link of the invitation").input_value())
    guest.get_by_label("Username").fill(name)
    guest.get_by_label("Password", exact=True).fill(WORDS)
    guest.get_by_label("The same password again").fill(WORDS)
    guest.get_by_role("button", name="Make the account and join").click()
    guest.wait_for_url(lambda url: "/join/" not in url)


def test_an_owner_invites_and_somebody_joins(alice: Page, guest: Page) -> None:
    name = unseen("dan")
    join(alice, guest, name)

    expect(guest.get_by_text("Welcome to Acme.")).to_be_visible()
    guest.goto("/t/acme/keys/")
    expect(guest.get_by_role("heading", name="Project keys")).to_be_visible()
    expect(guest.get_by_role("link", name="Members")).to_have_count(0)
    alice.goto("/t/acme/members/")
    card = alice.locator(".person", has_text=name)
    card.get_by_text("Remove", exact=True).click()
    card.get_by_role("button", name=f"Remove {name}").click()
    expect(alice.get_by_text(f"{name} does not belong to Acme any more.")).to_be_visible()
    guest.goto("/t/acme/keys/")
    expect(guest.get_by_role("heading", name="There is nothing here")).to_be_visible()


def test_a_passkey_signs_in_without_name_and_password(alice: Page, guest: Page) -> None:
    name = unseen("erin")
    join(alice, guest, name)
    device = guest.context.new_cdp_session(guest)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    guest.goto("/accounts/passkeys/add/")
    guest.get_by_label("Password").fill(WORDS)
    guest.get_by_role("button", name="Go on").click()
    guest.get_by_role("button", name="Add it").click()
    expect(guest.get_by_role("heading", name="Recovery codes")).to_be_visible()
    guest.goto("/t/acme/keys/")
    guest.get_by_role("button", name="Sign out").click()

    guest.goto("/t/acme/keys/")
    guest.get_by_role("button", name="Use a passkey").click()

    expect(guest.get_by_role("heading", name="Project keys")).to_be_visible()
    expect(guest.get_by_role("link", name=name)).to_be_visible()
    kept = guest.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert "credential" not in kept

    # And a password alone is not enough any more.
    guest.get_by_role("button", name="Sign out").click()
    guest.get_by_label("Username").fill(name)
    guest.get_by_label("Password").fill(WORDS)
    guest.get_by_role("button", name="Sign in").click()
    expect(guest.get_by_role("heading", name="Second step")).to_be_visible()
    guest.get_by_role("button", name="Use a passkey").click()
    expect(guest.get_by_role("link", name=name)).to_be_visible()


def test_t13_all_workers_share_one_count(guest: Page) -> None:
    said, name = [], unseen("somebody")
    for _ in range(6):
        guest.goto("/accounts/login/")
        guest.get_by_label("Username").fill(name)
        guest.get_by_label("Password").fill("wrong")
        with guest.expect_navigation():
            guest.get_by_role("button", name="Sign in").click()
        said.append(guest.get_by_role("alert").first.inner_text())

    assert all("do not belong together" in words for words in said[:5])
    assert "Too many sign-ins failed" in said[5]


def test_a_device_without_a_passkey_is_said_in_words(guest: Page) -> None:
    device = guest.context.new_cdp_session(guest)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    guest.goto("/accounts/login/")

    guest.get_by_role("button", name="Use a passkey").click()

    expect(guest.get_by_role("alert")).to_contain_text("The device gave no passkey.")
    sign_in(guest, "bob")
    assert PASSWORD not in guest.content()
