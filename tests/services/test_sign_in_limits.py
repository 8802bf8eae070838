"""Limits of sign-in: counted before anything is checked, for an account and for an address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import get_hasher
from django.contrib.auth.models import User
from django.test import Client

from results.models import AuditEvent, Team, TryCount
from results.models.audit import INSTANCE
from tests import make

LOGIN = "/accounts/login/"
TOO_MANY = "Too many sign-ins failed"


def attempt(name: str = "alice", *, password: str = "", **more: Any) -> Any:
    return Client().post(LOGIN, {"username": name, "password": password or "wrong"}, **more)


def is_refused(response: Any) -> bool:
    return TOO_MANY in response.content.decode()


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names whose passwords were looked at."""
    names: list[str] = []

    def watched(request: Any = None, **credentials: Any) -> Any:
        names.append(credentials["username"])
        return authenticate(request, **credentials)

    monkeypatch.setattr("allauth.account.adapter.authenticate", watched)
    return names


def test_t13_the_sixth_try_is_refused_before_the_password_is_looked_at(
    team: Team, checked: list[str]
) -> None:
    with time_machine.travel(make.NOW, tick=False) as clock:
        assert [is_refused(attempt()) for _ in range(5)] == [False] * 5
        assert checked == ["alice"] * 5

        assert is_refused(attempt())
        assert is_refused(attempt(password="password"))
        assert checked == ["alice"] * 5

        clock.shift(timedelta(minutes=5))
        assert attempt(password="password").status_code == 302


def test_t13_another_spelling_is_the_same_account(team: Team) -> None:
    for name in ("alice", "ALICE", "Alice", "aLice", "alicE"):
        attempt(name)

    assert is_refused(attempt("alicE"))


def test_t13_an_address_that_tries_many_names_is_refused(team: Team) -> None:
    with time_machine.travel(make.NOW, tick=False) as clock:
        assert not any(is_refused(attempt(f"name{number}")) for number in range(10))
        assert is_refused(attempt("bob", password="password"))

        clock.shift(timedelta(minutes=1))
        assert attempt("bob", password="password").status_code == 302


@pytest.mark.parametrize("proxies", [0, 1])
def test_t13_what_a_client_says_of_its_address_gains_nothing(
    team: Team, settings: Any, proxies: int
) -> None:
    settings.TRUSTED_PROXIES = proxies
    for number in range(10):
        said = f"10.0.0.{number}" + (", 192.0.2.1" if proxies else "")
        attempt(f"name{number}", headers={"X-Forwarded-For": said})

    said = "10.0.0.99" + (", 192.0.2.1" if proxies else "")
    assert is_refused(attempt("bob", password="password", headers={"X-Forwarded-For": said}))


def test_t13_addresses_of_one_ipv6_network_are_one(team: Team) -> None:
    for number in range(10):
        attempt(f"name{number}", REMOTE_ADDR=f"2001:db8::{number:x}")

    assert is_refused(attempt("bob", password="password", REMOTE_ADDR="2001:db8::ffff:1"))
    assert attempt("bob", password="password", REMOTE_ADDR="2001:db8:0:1::1").status_code == 302


@pytest.mark.parametrize("name", ["alice", "nobody", "closed"])
def test_t13_whoever_it_is_one_password_is_hashed_and_the_answer_is_the_same(
    team: Team, bob: User, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    User.objects.filter(pk=bob.pk).update(username="closed", is_active=False)
    hashed: list[str] = []
    hasher = type(get_hasher())
    encode = hasher.encode

    def watched(self: Any, password: str, *args: Any, **more: Any) -> str:
        hashed.append(password)
        return str(encode(self, password, *args, **more))

    monkeypatch.setattr(hasher, "encode", watched)

    response = attempt(name)

    assert hashed == ["wrong"]
    assert response.status_code == 200
    assert "do not belong together" in response.content.decode()


def test_who_is_right_is_not_counted(team: Team) -> None:
    for _ in range(12):
        assert attempt(password="password").status_code == 302


def test_t13_knowing_one_password_helps_nobody_to_guess_another(team: Team) -> None:
    for number in range(10):
        attempt(f"name{number}")
        if number < 9:
            attempt("bob", password="password")

    assert is_refused(attempt("alice"))


def test_t13_a_session_that_is_there_goes_on(as_alice: Client, team: Team) -> None:
    for _ in range(6):
        attempt()

    assert as_alice.get("/").status_code == 200


def test_t24_a_limit_that_is_reached_is_written_down_once(team: Team) -> None:
    for _ in range(9):
        attempt()

    told = AuditEvent.objects.filter(action__startswith="account.").order_by("pk")
    assert [(event.action, event.subject) for event in told] == [
        *[("account.sign_in_failed", "alice")] * 5,
        ("account.sign_in_limited", "alice"),
    ]
    assert {event.team_id for event in told} == {team.pk}


def test_t24_names_that_nobody_has_cannot_fill_the_audit(db: None) -> None:
    with time_machine.travel(make.NOW, tick=False):
        for number in range(80):
            attempt(f"name{number}", REMOTE_ADDR=f"192.0.2.{number}")
        told = AuditEvent.objects.filter(team_id=INSTANCE)
        assert told.count() == 60

    with time_machine.travel(make.NOW + timedelta(hours=1), tick=False):
        attempt("another", REMOTE_ADDR="192.0.2.200")
    assert told.count() == 61


def test_what_was_typed_is_nowhere(team: Team) -> None:
    attempt("CANARYPASSWORD")

    assert "CANARY" not in str([*TryCount.objects.values(), *AuditEvent.objects.values()])


def test_t13_no_count_no_sign_in(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: Any) -> None:
        raise RuntimeError("the count cannot be kept")

    monkeypatch.setattr("results.services.tries.take", broken)
    client = Client(raise_request_exception=False)

    response = client.post(LOGIN, {"username": "alice", "password": "password"})

    assert response.status_code == 500
    assert client.get("/").status_code == 302


def test_t13_sign_in_is_limited_with_the_cache_away(team: Team, settings: Any) -> None:
    away = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
    }
    settings.CACHES = dict.fromkeys(settings.CACHES, away)
    for _ in range(5):
        attempt()

    assert is_refused(attempt(password="password"))
    bob = Client()
    bob.post(LOGIN, {"username": "bob", "password": "password"})
    assert bob.get("/accounts/").status_code == 200
