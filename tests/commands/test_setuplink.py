"""`setuplink`: a way in while nobody runs the instance, and silence or one line afterwards."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from results.models import SetupLink

pytestmark = pytest.mark.django_db

WORDS = "correct horse battery staple"


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("setuplink", *arguments, stdout=out)
    return out.getvalue()


def link(text: str) -> str:
    found = re.search(r"http://testserver(/setup/[A-Za-z0-9_-]{43}/)\n", text)
    assert found, text
    return found[1]


def test_it_works(client: Client) -> None:
    assert client.get(link(said())).status_code == 200


def test_t25_a_second_call_ends_the_first_link(client: Client) -> None:
    first, second = link(said("--at-start")), link(said())

    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200


def test_t25_the_links_of_servers_that_start_side_by_side_open_until_one_is_used(
    client: Client,
) -> None:
    first, second = link(said("--at-start")), link(said("--at-start"))
    told = {"username": "erin", "password": WORDS, "again": WORDS, "team": "Acme"}

    assert client.get(second).status_code == 200
    assert client.post(first, told).status_code == 302
    assert client.get(second).status_code == 404


def test_where_there_is_an_operator_it_says_so_and_at_the_start_nothing(dora: User) -> None:
    with pytest.raises(CommandError, match="has an operator already"):
        said()

    assert said("--at-start") == ""
    assert not SetupLink.objects.exists()


def test_t25_the_environment_names_the_operator(settings: Any) -> None:
    settings.ADMIN_USERNAME, settings.ADMIN_PASSWORD = "erin", WORDS

    text = said("--at-start")

    assert text == "erin runs this instance now, with the password of ADMIN_PASSWORD.\n"
    assert User.objects.get().check_password(WORDS)
    assert said("--at-start") == ""


@pytest.mark.parametrize("password", ["admin", "hunter2", "qwertyuiop123"])
def test_t25_a_weak_password_makes_nobody_and_is_not_repeated(settings: Any, password: str) -> None:
    settings.ADMIN_USERNAME, settings.ADMIN_PASSWORD = "erin", password

    with pytest.raises(CommandError) as refused:
        said("--at-start")

    assert "ADMIN_PASSWORD" in str(refused.value)
    assert f" {password}" not in str(refused.value)
    assert not User.objects.exists()


def test_t25_an_account_that_is_there_is_not_raised(settings: Any, bob: User) -> None:
    settings.ADMIN_USERNAME, settings.ADMIN_PASSWORD = "bob", WORDS

    with pytest.raises(CommandError, match="is no operator"):
        said("--at-start")

    bob.refresh_from_db()
    assert bob.check_password("password")
