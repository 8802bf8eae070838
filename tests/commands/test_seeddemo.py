"""`seeddemo`: people, team and keys of the demo, once, however often it runs."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from results.models import ProjectKey, Team
from results.sandbox.scenarios import SHOWCASE
from results.sandbox.server import Sandbox

PASSWORD = "a demo password"


def seed(password: str = PASSWORD) -> str:
    out = io.StringIO()
    call_command("seeddemo", password=password, stdout=out)
    return out.getvalue()


def test_it_works(api: Sandbox) -> None:
    said = seed()

    assert "alice (owner)" in said
    assert "bob (viewer)" in said
    assert all(scenario.run_id in said for scenario in SHOWCASE)
    places = ProjectKey.objects.order_by("environment").values_list("environment", flat=True)
    assert list(places) == ["dev", "prod", "stg"]
    assert Client().login(username="alice", password="a demo password")


def test_seeding_twice_changes_nothing_and_ends_no_session(api: Sandbox) -> None:
    seed()
    client = Client()
    client.login(username="bob", password="a demo password")
    before = list(ProjectKey.objects.order_by("pk").values()), list(User.objects.values("password"))

    seed()

    assert (
        list(ProjectKey.objects.order_by("pk").values()),
        list(User.objects.values("password")),
    ) == before
    assert Team.objects.count() == 1
    assert client.get("/").status_code == 200


def test_keys_follow_a_sandbox_that_moved_to_another_port(api: Sandbox) -> None:
    seed()
    ProjectKey.objects.update(api_url="http://127.0.0.1:1")

    seed()

    assert set(ProjectKey.objects.values_list("api_url", flat=True)) == {api.url}
    assert ProjectKey.objects.count() == 3


def test_a_key_that_somebody_stored_under_another_name_stands_in_nobodys_way(api: Sandbox) -> None:
    seed()
    ProjectKey.objects.filter(environment="prod").update(project="My shop")

    seed()

    assert ProjectKey.objects.count() == 3


def test_the_password_can_be_changed(api: Sandbox) -> None:
    seed()
    seed("another password")

    assert Client().login(username="alice", password="another password")


def test_nobody_who_is_seeded_is_an_operator(api: Sandbox) -> None:
    seed()

    assert not User.objects.filter(is_superuser=True).exists()
    assert not User.objects.filter(is_staff=True).exists()


def test_a_key_that_is_refused_ends_it_in_words(api: Sandbox) -> None:
    api.world.environments.clear()
    try:
        with pytest.raises(CommandError, match="were not stored"):
            seed()
    finally:
        from results.sandbox.scenarios import world

        api.world.environments.extend(world().environments)
