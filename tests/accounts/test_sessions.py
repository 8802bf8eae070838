"""Sessions begin anew at sign-in, end by time, by hand and with the account, and say so to the browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from results.models import Team
from results.services.housekeeping import Housekeeper
from tests import make
from tests.accounts.codes import PASSWORD, signed_in

COOKIE = settings.SESSION_COOKIE_NAME
HOUR = timedelta(hours=1)


def is_in(client: Client) -> bool:
    return client.get("/accounts/").status_code == 200


def test_t14_a_session_ends_after_twelve_idle_hours(alice: User) -> None:
    with time_machine.travel(make.NOW, tick=False) as clock:
        client = signed_in(alice)
        for _ in range(3):
            clock.shift(11 * HOUR)
            assert is_in(client)

        clock.shift(12 * HOUR)
        assert not is_in(client)
        assert not Session.objects.exists()


def test_t14_a_session_ends_after_fourteen_days_however_busy(alice: User) -> None:
    with time_machine.travel(make.NOW, tick=False) as clock:
        client = signed_in(alice)
        for _ in range(33):
            clock.shift(10 * HOUR)
            assert is_in(client)

        clock.shift(6 * HOUR)
        assert not is_in(client)


@pytest.mark.parametrize("asks", [{"Sec-Fetch-Mode": "cors"}, {"Sec-Fetch-Mode": "same-origin"}])
def test_what_a_page_asks_for_by_itself_keeps_no_session(
    alice: User, team: Team, asks: dict[str, str]
) -> None:
    with time_machine.travel(make.NOW, tick=False) as clock:
        client = signed_in(alice)
        clock.shift(11 * HOUR)
        assert client.get("/t/acme/watches/bell/", headers=asks).status_code == 200

        clock.shift(HOUR)
        assert client.get("/t/acme/watches/bell/", headers=asks).status_code == 302


def test_a_page_writes_the_session_once_in_ten_minutes(alice: User) -> None:
    with time_machine.travel(make.NOW, tick=False) as clock:
        client = signed_in(alice)
        before = Session.objects.get().session_data
        clock.shift(timedelta(minutes=9))
        client.get("/")
        assert Session.objects.get().session_data == before

        clock.shift(timedelta(minutes=1))
        client.get("/")
        assert Session.objects.get().session_data != before


def test_t14_the_old_cookie_opens_nothing_after_leaving(alice: User) -> None:
    client = signed_in(alice)
    old = client.cookies[COOKIE].value

    left = client.post("/accounts/logout/")

    assert left["Clear-Site-Data"] == '"cache"'
    client.cookies[COOKIE] = old
    assert not is_in(client)
    assert not Session.objects.filter(session_key=old).exists()


def test_the_browser_is_told_to_forget_only_when_a_session_ends(alice: User) -> None:
    client = signed_in(alice)

    assert "Clear-Site-Data" not in client.get("/")
    assert "Clear-Site-Data" not in Client().get("/accounts/login/")


def test_t14_each_session_is_listed_and_can_be_ended(alice: User, bob: User) -> None:
    firefox = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"
    here = signed_in(alice)
    there = signed_in(alice, headers={"User-Agent": firefox})
    others = signed_in(bob)
    page = here.get("/accounts/sessions/").content.decode()
    assert "(this one)" in page
    assert "Firefox on Windows" in page
    assert page.count("<li>") == 2

    row = UserSession.objects.exclude(session_key=here.session.session_key).get(user=alice)
    assert others.post(f"/accounts/sessions/{row.pk}/end/").status_code == 404
    assert is_in(there)
    here.post(f"/accounts/sessions/{row.pk}/end/")

    assert not is_in(there)
    assert is_in(here)
    assert is_in(others)


def test_t14_all_others_can_be_ended_at_once(alice: User, bob: User) -> None:
    here, there, far, others = (signed_in(one) for one in (alice, alice, alice, bob))

    here.post("/accounts/sessions/")

    assert [is_in(one) for one in (here, there, far, others)] == [True, False, False, True]
    assert here.get("/accounts/sessions/").content.decode().count("<li>") == 1


def test_t14_a_new_password_ends_the_other_sessions(alice: User) -> None:
    here, there = signed_in(alice), signed_in(alice)
    words = "correct horse battery staple"
    values = {"oldpassword": PASSWORD, "password1": words, "password2": words}

    changed = here.post("/accounts/password/change/", values, follow=True)

    assert "Your password is changed." in changed.content.decode()
    assert is_in(here)
    assert not is_in(there)
    alice.refresh_from_db()
    assert alice.check_password(words)


def test_t3_a_disabled_account_is_out_at_the_next_request(alice: User, team: Team) -> None:
    clients = [signed_in(alice), signed_in(alice)]
    User.objects.filter(pk=alice.pk).update(is_active=False)

    for client in clients:
        assert client.get("/t/acme/keys/").status_code == 302
    assert not is_in(signed_in(alice))


def test_t14_whoever_only_looks_has_no_session(client: Client, db: None) -> None:
    for page in ("/accounts/login/", "/accounts/password/reset/", f"/join/{'A' * 43}/", "/"):
        client.get(page)

    assert not Session.objects.exists()
    assert COOKIE not in client.cookies


def test_a_session_from_before_begins_to_count(alice: User) -> None:
    with time_machine.travel(make.NOW, tick=False) as clock:
        client = signed_in(alice)
        session: Any = client.session
        del session["signed_in_at"], session["seen_at"]
        session.save()

        assert is_in(client)
        clock.shift(12 * HOUR)
        assert not is_in(client)


def test_a_passkey_question_is_kept_for_minutes_and_so_many_a_minute(db: None) -> None:
    asks = {"Accept": "application/json"}
    with time_machine.travel(make.NOW, tick=False) as clock:
        answers = [
            Client().get("/accounts/passkeys/login/", headers=asks).status_code for _ in range(32)
        ]

        assert answers == [200] * 30 + [429] * 2
        assert Session.objects.count() == 30
        assert not Session.objects.filter(expire_date__gt=make.NOW + HOUR).exists()
        clock.shift(timedelta(minutes=1))
        assert Client().get("/accounts/passkeys/login/", headers=asks).status_code == 200


def test_t14_a_session_that_was_to_end_soon_begins_anew_at_sign_in(alice: User) -> None:
    with time_machine.travel(make.NOW, tick=False) as clock:
        client = Client()
        client.get("/accounts/passkeys/login/", headers={"Accept": "application/json"})
        before = client.cookies[COOKIE].value
        client.post("/accounts/login/", {"username": "alice", "password": PASSWORD})
        assert client.cookies[COOKIE].value != before

        clock.shift(11 * HOUR)
        assert is_in(client)


def test_what_has_ended_does_not_lie_about(alice: User) -> None:
    with time_machine.travel(make.NOW, tick=False) as clock:
        signed_in(alice)
        clock.shift(timedelta(days=15))
        housekeeper = Housekeeper()
        for _ in range(20):
            housekeeper.step(now=make.NOW + timedelta(days=15))

        assert not Session.objects.exists()
