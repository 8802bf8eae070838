"""Keeping outputs from viewers: owners decide, and viewers see no value of any run from then on."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from results.domain.status import State
from results.models import AuditEvent, Role, Sighting, StoredResult, Team
from results.services import members, sealing
from tests import make
from tests.guards.stage import set_stage
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

SAVE = "/t/acme/settings/viewers/"
SENTENCE = b"Your team&#x27;s owners keep outputs from viewers."
OUTPUT = b'[{"said":"CANARYOUTPUT"},{"said":"CANARYOUTPUT"}]'
ERROR = (
    b'{"type":"BUILT_IN_ERROR","name":"TypeError","message":"CANARYMESSAGE",'
    b'"stackTrace":"TypeError: CANARYMESSAGE\\n    at CANARYFRAME (/app/src/canary.ts:1:1)"}'
)


def shown() -> bool:
    return Team.objects.get(slug="acme").viewers_see_outputs


@pytest.fixture
def _withheld(team: Team, alice: Any) -> None:
    members.show_outputs_to_viewers(team=team, shown=False, by=alice, now=make.NOW)


def test_it_works(as_alice: Client, team: Team) -> None:
    response = as_alice.post(SAVE, {"hidden": "on"}, follow=True)

    assert b"Outputs are kept from viewers." in response.content
    assert b'name="hidden" checked' in response.content
    assert not shown()
    assert AuditEvent.objects.get(action="viewers.limited").subject == "acme"

    as_alice.post(SAVE)

    assert shown()
    assert AuditEvent.objects.filter(action="viewers.allowed").count() == 1


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    assert_hidden(as_charlie, SAVE, method="post", data={"hidden": "on"})
    assert shown()


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, SAVE, method="post", back="/")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER])
def test_only_owners_may(as_bob: Client, bob: Any, team: Team, role: Role) -> None:
    members.add_member(team=team, user=bob, role=role, by=None, now=make.NOW)

    assert as_bob.post(SAVE, {"hidden": "on"}).status_code == 403
    assert shown()


def test_the_same_again_is_not_written_down(as_alice: Client, team: Team) -> None:
    for _ in range(2):
        as_alice.post(SAVE, {"hidden": "on"})

    assert AuditEvent.objects.filter(action__startswith="viewers.").count() == 1


@pytest.mark.usefixtures("_withheld")
def test_a_viewer_reads_one_sentence_instead(as_bob: Client, alice: Any, team: Team) -> None:
    stage = set_stage(team=team, by=alice, output=OUTPUT)
    pages = stage.member_pages

    for name in ("runs-show", "runs-branch", "runs-search", "runs-output", "runs-compare"):
        response = as_bob.get(pages[name])
        assert SENTENCE in response.content, name
        assert response.status_code == (200 if name in ("runs-show", "runs-compare") else 403)
    assert b"keep outputs from viewers" in as_bob.get(pages["runs-ticket"]).content
    document = as_bob.get(pages["runs-document"]).json()
    assert document["withheld"] is True
    assert (document["output"], document["output_type"], document["has_output"]) == (None,) * 3
    assert document["state"] == "succeeded"


@pytest.mark.usefixtures("_withheld")
def test_a_viewer_learns_the_kind_of_an_error_and_none_of_its_words(
    as_bob: Client, as_alice: Client, team: Team
) -> None:
    make.make_result(team=team, run_id="run_failed1", state=State.FAILED, error=ERROR)
    run = "/t/acme/runs/run_failed1"
    pages = (f"{run}/", f"{run}/ticket/", f"{run}.json", "/t/acme/runs/?ids=run_failed1")

    for address in (*pages, f"{pages[-1]}&as=csv"):
        told = as_bob.get(address).content
        assert b"TypeError" in told, address
        assert b"CANARY" not in told, address
        assert b"CANARYMESSAGE" in as_alice.get(address).content, address
    for asked in ("message", "stack"):
        assert as_bob.get(f"{run}.json").json()["error"][asked] is None


@pytest.mark.usefixtures("_withheld")
def test_members_and_link_holders_see_what_they_saw(
    as_bob: Client, client: Client, bob: Any, alice: Any, team: Team
) -> None:
    stage = set_stage(team=team, by=alice, output=OUTPUT)
    members.add_member(team=team, user=bob, role=Role.MEMBER, by=None, now=make.NOW)

    page = as_bob.get(stage.member_pages["runs-show"]).content
    assert b"CANARYOUTPUT" in page
    assert b"CANARYPAYLOAD" in page
    assert b"CANARYOUTPUT" in client.get(f"/s/{stage.token}/output?as=raw").content


@pytest.mark.usefixtures("_withheld")
def test_metadata_of_an_unfinished_run_is_withheld(
    as_bob: Client, as_alice: Client, team: Team
) -> None:
    sighting = make.make_sighting(
        team=team, state=State.PENDING, status="EXECUTING", now=timezone.now()
    )
    told = b'{"metadata":{"step":"CANARYSTEP"},"tags":["CANARYTAG"],"attemptCount":2}'
    sealed = sealing.data_key(team).seal(told, purpose=sealing.PROGRESS, row=str(sighting.pk))
    Sighting.objects.update(sealed_details=sealed)

    panel, headers = "/t/acme/runs/run_pending1/panel/", {"HX-Request": "true"}
    assert b"CANARYSTEP" in as_alice.get(panel, headers=headers).content
    assert b"CANARY" not in as_bob.get(panel, headers=headers).content


def test_a_closed_vault_withholds_too(as_bob: Client, team: Team, settings: Any) -> None:
    make.make_result(team=team, output=OUTPUT)
    Team.objects.update(viewers_see_outputs=False)
    settings.VAULT_KEYS = "k9:" + "A" * 43 + "="

    page = as_bob.get("/t/acme/runs/run_stored1/")

    assert page.status_code == 200
    assert b"CANARY" not in page.content
    assert StoredResult.objects.exists()
