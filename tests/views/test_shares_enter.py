"""Entering the passcode of a link: by form, a few times only, and for that link alone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from results.models import AuditEvent, ShareLink, Team
from results.services import sharing
from tests.views.sharing import PASSCODE, rich_result, shared
from tests.views.strangers import body, headers


@pytest.fixture
def address(team: Team, alice: Any) -> str:
    return shared(team, alice, passcode=PASSCODE)


def enter(client: Client, address: str, passcode: str = PASSCODE, **headers: Any) -> Any:
    return client.post(f"{address}enter/", {"passcode": passcode}, headers=headers or None)


def is_open(client: Client, address: str) -> bool:
    page = client.get(address)
    told = b"in the part" in page.content
    assert told == (client.get(f"{address}output?as=raw").status_code == 200)
    return told


def test_it_works(client: Client, address: str) -> None:
    assert not is_open(client, address)

    response = enter(client, address)

    assert (response.status_code, response["Location"]) == (302, address)
    assert is_open(client, address)


def test_it_hides_everything_until_the_passcode_is_entered(
    client: Client, as_alice: Client, address: str
) -> None:
    for reader in (client, as_alice):
        for part in ("branch/?at=/part", "search/?q=part", "output?as=json", "branch/?of=error"):
            there, never = reader.get(address + part), reader.get(f"/s/{'A' * 43}/{part}")
            assert there.status_code == never.status_code == 404
            assert body(there) == body(never)
            assert headers(there) == headers(never)
        page = reader.get(address).content.decode()
        for told in ("run_stored1", "part", "CANARY", "Acme", "alice", "report", "Succeeded"):
            assert told not in re.sub(r'value="[^"]*"|nonce="[^"]*"', "", page), told


def test_it_asks_for_the_passcode_and_for_no_account(client: Client, address: str) -> None:
    page = client.get(address)

    assert page.status_code == 200
    assert b'type="password"' in page.content
    assert b"/accounts/" not in page.content
    assert page["Cache-Control"] == "private, no-store"
    # Another policy would have browsers send the form with `Origin: null`.
    assert page["Referrer-Policy"] == "same-origin"
    assert ShareLink.objects.get().opened_count == 0


def test_every_link_asks_on_the_same_page(
    client: Client, address: str, alice: Any, team: Team
) -> None:
    other = shared(
        team, alice, passcode="another one", result=rich_result(team, run_id="run_other1")
    )
    pages = [body(client.get(one)).replace(one.encode(), b"") for one in (address, other)]

    assert pages[0] == pages[1]


def test_a_wrong_passcode_opens_nothing_and_is_written_down_once_an_hour(
    client: Client, address: str
) -> None:
    for wrong in ("wrong one", "", PASSCODE + " ", "x" * 5_000, "\x00"):
        response = enter(client, address, wrong)
        assert response.status_code == 403
        assert b"not the passcode" in response.content
        assert "runlens_share" not in response.cookies

    assert not is_open(client, address)
    event = AuditEvent.objects.get(action="share.passcode_refused")
    assert (event.actor, event.subject) == ("", "run_stored1")


def test_the_entry_is_kept_from_scripts_and_from_every_other_address(
    client: Client, address: str
) -> None:
    cookie = enter(client, address).cookies["runlens_share"]

    assert cookie["httponly"]
    assert (cookie["path"], cookie["samesite"], cookie["domain"]) == (address, "Lax", "")
    assert 0 < int(cookie["max-age"]) <= 12 * 3600
    assert PASSCODE not in cookie.value
    assert not Session.objects.exists()


def test_an_entry_opens_no_other_link(client: Client, address: str, alice: Any, team: Team) -> None:
    other = shared(team, alice, passcode=PASSCODE, result=rich_result(team, run_id="run_other1"))
    cookie = enter(client, address).cookies["runlens_share"].value
    stranger = Client()
    for forged in (cookie, cookie.partition(":")[0], "", "x:y:z"):
        stranger.cookies["runlens_share"] = forged
        assert not is_open(stranger, other)


@pytest.mark.parametrize("ending", ["passcode", "rotation", "revocation", "expiry"])
def test_what_changes_a_link_ends_what_was_entered(
    client: Client, address: str, alice: Any, ending: str
) -> None:
    enter(client, address)
    assert is_open(client, address)
    row, now = ShareLink.objects.select_related("team", "result").get(), timezone.now()

    if ending == "passcode":
        sharing.set_passcode(row=row, passcode="another one", by=alice, now=now)
    elif ending == "rotation":
        address = f"/s/{sharing.rotate(row=row, by=alice, now=now)}/"
        client.cookies["runlens_share"]["path"] = address
    elif ending == "revocation":
        sharing.revoke(row=row, by=alice, now=now)
    else:
        ShareLink.objects.update(expires_at=now, created_at=now - timedelta(days=1))

    assert not is_open(client, address)


def test_t4_the_21st_try_of_an_address_is_not_even_looked_at(
    client: Client, address: str, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = 1
    statuses = [
        enter(
            client, address, "wrong one", **{"X-Forwarded-For": f"1.2.3.{n}, 9.9.9.9"}
        ).status_code
        for n in range(21)
    ]

    assert statuses == [403] * 20 + [429]
    right = {"X-Forwarded-For": "9.9.9.9"}
    refused = enter(client, address, **right)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert not is_open(client, address)
    # Somebody else may still try.
    assert enter(client, address, **{"X-Forwarded-For": "8.8.8.8"}).status_code == 302


def test_t4_a_link_is_tried_thirty_times_an_hour_from_wherever(
    client: Client, address: str, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = 1
    statuses = [
        enter(client, address, "wrong one", **{"X-Forwarded-For": f"9.9.{n}.9"}).status_code
        for n in range(31)
    ]

    assert statuses == [403] * 30 + [429]


def test_t4_without_a_cache_nobody_enters(
    client: Client, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ConnectionError("the cache is down")

    monkeypatch.setattr(cache, "add", broken)

    assert enter(client, address).status_code == 429
    assert not is_open(client, address)


def test_the_form_needs_its_token(address: str) -> None:
    checking = Client(enforce_csrf_checks=True)

    assert enter(checking, address).status_code == 403
    found = re.search(
        r'csrfmiddlewaretoken" value="([^"]+)"', checking.get(address).content.decode()
    )
    assert found
    told = {"passcode": PASSCODE, "csrfmiddlewaretoken": found[1]}
    assert (
        checking.post(f"{address}enter/", told, headers={"Origin": "http://testserver"}).status_code
        == 302
    )


def test_a_link_without_a_passcode_needs_no_entry(client: Client, alice: Any, team: Team) -> None:
    address = shared(team, alice)

    response = enter(client, address, "anything")

    assert response["Location"] == address
    assert not response.cookies
