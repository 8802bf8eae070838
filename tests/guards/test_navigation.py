"""A team's links are the same on every page that shows a team, and are those that the role may follow."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from results.models import Role, Team
from results.services import members
from tests import make
from tests.guards.stage import set_stage

_NAVIGATION = re.compile(r'<nav aria-label="Team">(.*?)</nav>', re.DOTALL)
_LINK = re.compile(r'<a [^>]*href="([^"]+)"')


def links(client: Client, address: str) -> list[str] | None:
    found = _NAVIGATION.search(client.get(address).content.decode("utf-8", "replace"))
    return _LINK.findall(found[1]) if found else None


@pytest.mark.parametrize("role", list(Role))
def test_every_page_of_a_team_leads_to_the_same_places(
    as_alice: Client, as_bob: Client, alice: Any, bob: Any, team: Team, role: Role
) -> None:
    stage = set_stage(team=team, by=alice)
    members.add_member(team=team, user=bob, role=role, by=None, now=make.NOW)
    pages = stage.member_pages | stage.pages_for_roles
    found = {name: told for name, page in pages.items() if (told := links(as_bob, page))}

    assert found["runs-find"] == found["runs-show"] == found["settings-show"]
    assert {tuple(told) for told in found.values()} == {tuple(found["runs-show"])}
    assert ("/t/acme/activity/" in found["runs-find"]) == (role is Role.OWNER)
    assert "/t/acme/settings/" in found["runs-find"]
    for place in found["runs-find"]:
        assert as_bob.get(place).status_code == 200, place


def test_the_links_say_which_page_one_is_on(as_alice: Client, team: Team) -> None:
    for place in links(as_alice, "/t/acme/keys/") or []:
        told = _NAVIGATION.search(as_alice.get(place).text)
        assert told
        here = re.findall(r'<a [^>]*href="([^"]+)"[^>]* aria-current="page"', told[1])
        assert here == [place]
