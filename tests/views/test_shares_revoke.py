"""Revoking a share link: at once, by members of its team only."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from results.models import AuditEvent, ShareLink, Team
from results.services import sharing
from results.services.sharing import ListedLink
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden


@pytest.fixture
def link(team: Team, alice: Any) -> ListedLink:
    return sharing.share(result=make.make_result(team=team), by=alice, now=timezone.now())


def address(link: ListedLink) -> str:
    return f"/t/acme/shares/{link.row.pk}/revoke/"


def test_it_works(as_alice: Client, client: Client, link: ListedLink) -> None:
    shared = f"/s/{link.token}/"
    assert client.get(shared).status_code == 200

    response = as_alice.post(address(link), follow=True)

    assert b"opens nothing any more" in response.content
    assert client.get(shared).status_code == 404
    assert client.get(shared + "output?as=raw").status_code == 404


def test_it_hides_from_strangers(as_charlie: Client, link: ListedLink) -> None:
    assert_hidden(as_charlie, address(link), method="post")
    assert ShareLink.objects.get().revoked_at is None


def test_it_asks_for_sign_in(client: Client, link: ListedLink) -> None:
    assert_asks_for_sign_in(client, address(link), method="post", back="/")


def test_a_viewer_may_not(as_bob: Client, link: ListedLink) -> None:
    assert as_bob.post(address(link)).status_code == 403
    assert ShareLink.objects.get().revoked_at is None


def test_a_link_of_another_team_is_not_there(as_alice: Client, alice: Any, team: Team) -> None:
    result = make.make_result(team=make.make_team(name="Elsewhere"))
    foreign = sharing.share(result=result, by=alice, now=timezone.now())

    assert as_alice.post(address(foreign)).status_code == 404
    assert ShareLink.objects.get().revoked_at is None


def test_revoking_twice_is_written_down_once(as_alice: Client, link: ListedLink) -> None:
    as_alice.post(address(link))
    as_alice.post(address(link))

    assert AuditEvent.objects.filter(action="share.revoked", actor="alice").count() == 1
