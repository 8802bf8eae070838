"""What changes something needs a token and a POST; opening a page changes nothing of the team."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from results.models import AuditEvent, Team
from tests.guards.addresses import PARTS, addresses
from tests.guards.stage import Stage, set_stage

UNSAFE = ("post", "put", "patch", "delete")
# What looking may write: who looked and saw, what is seen of a run, how often a link was opened.
TRACES = {
    *("lookup", "teamlookup", "sighting", "sharelink", "session", "watch"),
    *("auditevent", "audithead"),
}
# What leaves the house is written down, although nothing of the team changes.
LEAVING = ("output.downloaded", "share.opened", "share.downloaded")


def state_of_everything() -> dict[str, list[Any]]:
    state = {
        model._meta.model_name or "": list(model._default_manager.order_by("pk").values())
        for model in apps.get_models()
        if model._meta.model_name not in TRACES
    }
    return state | {"events": list(AuditEvent.objects.exclude(action__in=LEAVING).values("action"))}


def owners_pages(stage: Stage) -> list[str]:
    """Every kind of page of the owners' site."""
    rows = {
        "team": stage.team.pk,
        "membership": stage.team.memberships.get(user__username="bob").pk,
        "projectkey": stage.key.pk,
        "sharelink": stage.link.pk,
    }
    site = "/team-admin/results"
    pages = ["/team-admin/", f"{site}/", f"{site}/projectkey/add/"]
    pages += [f"{site}/{name}/" for name in rows]
    for part in ("change", "delete", "history"):
        pages += [f"{site}/{name}/{pk}/{part}/" for name, pk in rows.items()]
    return pages


@pytest.mark.parametrize("method", UNSAFE)
def test_without_a_token_nothing_is_accepted(
    method: str, alice: Any, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = set_stage(team=team, by=alice)
    ours = {
        "key_id": stage.key,
        "share_id": stage.link,
        "delivery_id": stage.delivery,
        "note_id": stage.note,
    }
    for name, value in ((name, row.pk) for name, row in ours.items()):
        monkeypatch.setitem(PARTS, name, value)
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    before = state_of_everything()

    for address in addresses():
        response = getattr(client, method)(address.path)
        assert response.status_code == 403, address.name
        assert b"out of date" in response.content

    assert state_of_everything() == before


def test_t15_the_administrations_need_a_token_too(dora: Any, alice: Any, team: Team) -> None:
    stage = set_stage(team=team, by=alice)
    client = Client(enforce_csrf_checks=True)
    client.force_login(dora)
    owner = Client(enforce_csrf_checks=True)
    owner.force_login(alice)
    before = state_of_everything()

    for page in stage.admin_pages.values():
        assert client.post(page).status_code == 403
    for page in owners_pages(stage):
        assert owner.post(page).status_code == 403

    assert state_of_everything() == before


def test_a_token_from_elsewhere_is_refused(alice: Any, team: Team) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    page = client.get("/").content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    values = {"csrfmiddlewaretoken": found[1], "text": "run_abc", "team": "acme"}

    assert client.post("/", values).status_code == 302
    for origin in ("https://evil.example", "null", "http://testserver.evil.example"):
        assert client.post("/", values, headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_opening_every_page_changes_nothing_of_the_team(
    method: str, as_alice: Client, alice: Any, dora: Any, team: Team
) -> None:
    stage = set_stage(team=team, by=alice)
    as_dora = Client()
    as_dora.force_login(dora)
    before = state_of_everything()

    for address in addresses():
        getattr(as_alice, method)(address.path)
    for page in (stage.member_pages | stage.pages_for_roles | stage.open_pages).values():
        getattr(as_alice, method)(page)
    for page in stage.admin_pages.values():
        getattr(as_dora, method)(page)
    for page in owners_pages(stage):
        getattr(as_alice, method)(page)

    assert state_of_everything() == before


def test_t24_reading_writes_no_event(as_alice: Client, alice: Any, team: Team) -> None:
    stage = set_stage(team=team, by=alice)
    before = AuditEvent.objects.count()

    for name, page in stage.member_pages.items():
        if name != "runs-output":
            assert as_alice.get(page).status_code in (200, 302), name

    assert AuditEvent.objects.count() == before
