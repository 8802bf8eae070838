"""Codes as an authenticator app makes them; it stores nothing."""

from __future__ import annotations

import re
from typing import Any

import time_machine
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

PASSWORD = "password"


def code_of(secret: str) -> str:
    """The code of this moment."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def signed_in(user: User, **more: Any) -> Client:
    """Somebody who has signed in at the form."""
    client = Client(**more)
    client.post("/accounts/login/", {"username": user.get_username(), "password": PASSWORD})
    return client


def prove(client: Client) -> None:
    """Type the password once more, which what matters asks for."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def with_app(client: Client) -> str:
    """Set an authenticator app up; returns its secret."""
    prove(client)
    page = client.get("/accounts/app/add/").content.decode()
    found = re.search(r'<span class="id">([A-Z2-7]{16,})</span>', page)
    assert found, page
    # A code is of one half minute, which must not end on the way.
    with time_machine.travel(timezone.now(), tick=False):
        done = client.post("/accounts/app/add/", {"code": code_of(found[1])})
    assert done.status_code == 302, done.content.decode()
    return found[1]
