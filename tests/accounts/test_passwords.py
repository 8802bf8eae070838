"""Changing a password and getting a new one by mail; nobody learns who has an account."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.test import Client

from results.models import AuditEvent, Team
from results.services.mail import THREAD
from tests import make
from tests.accounts.codes import PASSWORD, prove, signed_in

RESET = "/accounts/password/reset/"
WORDS = "correct horse battery staple"
NEW = {"password1": WORDS, "password2": WORDS}


@pytest.fixture(autouse=True)
def _no_limit_left() -> None:
    cache.clear()


@pytest.fixture
def mailed(settings: Any, alice: User) -> User:
    """alice, whose mail address an operator has set, on an instance that sends mail."""
    settings.MAIL_URL = "smtp://127.0.0.1"
    alice.email = "alice@x.example"
    alice.save()
    return alice


def delivered() -> None:
    """Wait for the mails that are on their way."""
    for thread in threading.enumerate():
        if thread.name == THREAD:
            thread.join(timeout=60)


def link(**headers: str) -> str:
    """The path in the mail that alice gets."""
    Client().post(RESET, {"email": "alice@x.example"}, headers=headers)
    delivered()
    (sent,) = mail.outbox
    found = re.search(r"http://testserver(/accounts/password/reset/key/\S+/)", str(sent.body))
    assert found, sent.body
    return found[1]


def test_t17_the_mail_names_this_instance_whatever_host_was_asked(mailed: User) -> None:
    assert link(Host="localhost")


def test_a_link_sets_a_new_password_once(mailed: User, team: Team) -> None:
    old = signed_in(mailed)
    path, client = link(), Client()

    form = client.get(path, follow=True)
    assert "A new password" in form.content.decode()
    assert path.rpartition("-")[2] not in form.redirect_chain[-1][0]
    done = client.post(form.redirect_chain[-1][0], NEW, follow=True)

    assert "The password is set" in done.content.decode()
    mailed.refresh_from_db()
    assert mailed.check_password(WORDS)
    assert old.get("/accounts/").status_code == 302
    assert "This link is old" in Client().get(path, follow=True).content.decode()
    told = AuditEvent.objects.get(action="account.changed")
    assert (told.team_id, told.subject) == (team.pk, "alice: reset password by mail")


def test_whoever_sets_a_new_password_is_told_what_ends_with_it(mailed: User) -> None:
    by_mail = Client().get(link(), follow=True).content.decode()
    signed = signed_in(mailed)
    prove(signed)
    changed = signed.get("/accounts/password/change/").content.decode()

    assert "All your sessions and personal tokens end with it." in by_mail
    assert "All your other sessions and your personal tokens end with it." in changed


def test_a_link_ends(mailed: User, settings: Any) -> None:
    with time_machine.travel(make.NOW, tick=False) as clock:
        path = link()
        clock.shift(timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT + 1))
        assert "This link is old" in Client().get(path, follow=True).content.decode()


@pytest.mark.parametrize("key", ["x-y", "1-set-password", "zzzzzzzzzzzzzz-1-2", "1-" + "a" * 500])
def test_what_is_no_link_sets_nothing(client: Client, mailed: User, key: str) -> None:
    page = client.get(f"/accounts/password/reset/key/{key}/")
    client.post(f"/accounts/password/reset/key/{key}/", NEW)

    assert "This link is old" in page.content.decode()
    mailed.refresh_from_db()
    assert mailed.check_password(PASSWORD)


def test_t13_an_address_that_nobody_has_gets_the_same_answer_and_no_mail(mailed: User) -> None:
    answers = [
        Client().post(RESET, {"email": email}, follow=True)
        for email in ("alice@x.example", "nobody@x.example")
    ]

    assert answers[0].content == answers[1].content
    delivered()
    assert answers[0].redirect_chain == answers[1].redirect_chain
    assert [sent.to for sent in mail.outbox] == [["alice@x.example"]]


def test_asking_again_and_again_is_limited(mailed: User) -> None:
    for _ in range(5):
        last = Client().post(RESET, {"email": "alice@x.example"})

    delivered()
    assert last.status_code == 429
    assert "too often" in last.content.decode()
    assert len(mail.outbox) == 3


def test_without_mail_the_page_says_who_can_help(client: Client, alice: User) -> None:
    page = client.get(RESET).content.decode()

    assert "This instance sends no mail" in page
    assert "<form" not in page.partition("<main")[2]
    assert client.post(RESET, {"email": "alice@x.example"}).status_code == 200
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"oldpassword": "wrong"}, "type your current password"),
        ({"password1": "short", "password2": "short"}, "at least 12 characters"),
        ({"password1": "qwertyuiop123", "password2": "qwertyuiop123"}, "too common"),
        ({"password2": "something else entirely"}, "same password"),
    ],
)
def test_a_change_that_cannot_be_is_said_and_repeats_nothing(
    alice: User, changed: dict[str, str], says: str
) -> None:
    client = signed_in(alice)

    page = client.post(
        "/accounts/password/change/", NEW | {"oldpassword": PASSWORD} | changed
    ).content.decode()

    assert says in page
    assert WORDS not in page
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_t13_the_present_password_cannot_be_guessed_in_a_session(alice: User) -> None:
    client = signed_in(alice)
    for _ in range(5):
        client.post("/accounts/password/change/", NEW | {"oldpassword": "wrong"})

    refused = client.post("/accounts/password/change/", NEW | {"oldpassword": PASSWORD})
    again = client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    assert "Too many wrong passwords" in refused.content.decode()
    assert "Too many sign-ins failed" in again.content.decode()
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_t24_a_change_is_written_down(alice: User, team: Team) -> None:
    client = signed_in(alice)
    client.post("/accounts/password/change/", NEW | {"oldpassword": PASSWORD})

    told = AuditEvent.objects.get(action="account.changed")
    assert (told.team_id, told.actor, told.subject) == (team.pk, "alice", "alice: changed password")
    assert WORDS not in str(list(AuditEvent.objects.values()))


def test_the_reset_link_is_not_logged(mailed: User) -> None:
    from logging import INFO, LogRecord

    from dashboard.log_lines import TextLine

    for path in (link(), f"/s/{'A' * 43}/", f"/join/{'A' * 43}/", f"/setup/{'A' * 43}/"):
        record = LogRecord("x", INFO, "", 0, "Not Found: %s", (path,), None)
        line = TextLine().format(record)
        assert "[masked]" in line
        assert path not in line
