"""What only the program writes: operators read it, without outputs, errors or tokens, and change none."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from results.models import (
    AuditEvent,
    Lookup,
    ProjectKey,
    ResultBody,
    ShareLink,
    Sighting,
    StoredResult,
    Team,
    Webhook,
)
from tests import make
from tests.guards.stage import Stage, set_stage

READ_ONLY = (
    *("storedresult", "sighting", "sharelink", "lookup", "auditevent"),
    *("watch", "webhook", "webhookdelivery", "apicircuit"),
    *("teamlookup", "pin", "note"),
)


@pytest.fixture
def stage(team: Team, alice: Any) -> Stage:
    return set_stage(team=team, by=alice, output=b'"CANARYOUTPUT"')


def first(name: str) -> Any:
    return apps.get_model("results", name)._default_manager.order_by("pk").first()


@pytest.mark.parametrize("name", READ_ONLY)
def test_nobody_writes_them_by_hand(as_dora: Client, stage: Stage, name: str) -> None:
    model = apps.get_model("results", name)
    before = list(model._default_manager.order_by("pk").values())
    row = first(name)
    forged = {"run_id": "run_forged", "state": "failed", "task": "forged", "action": "x"}

    assert as_dora.get(f"/admin/results/{name}/add/").status_code == 403
    assert as_dora.post(f"/admin/results/{name}/add/", forged).status_code == 403
    assert as_dora.post(f"/admin/results/{name}/{row.pk}/change/", forged).status_code == 403

    assert list(model._default_manager.order_by("pk").values()) == before


@pytest.mark.parametrize("name", READ_ONLY)
def test_their_pages_show_no_output_error_or_token(
    as_dora: Client, stage: Stage, name: str
) -> None:
    for row in apps.get_model("results", name)._default_manager.all():
        for part in ("change", "history"):
            page = as_dora.get(f"/admin/results/{name}/{row.pk}/{part}/").content.decode()
            for secret in (
                "CANARYOUTPUT",
                "CANARYERROR",
                "CANARYNOTE",
                stage.token,
                make.KEY,
                "sealed",
            ):
                assert secret not in page


def test_bodies_have_no_page(as_dora: Client, stage: Stage) -> None:
    assert as_dora.get("/admin/results/resultbody/").status_code == 404


def test_history_is_never_deleted(as_dora: Client, stage: Stage) -> None:
    row = first("auditevent")
    before = AuditEvent.objects.count()

    one = as_dora.post(f"/admin/results/auditevent/{row.pk}/delete/", {"post": "yes"})
    chosen: dict[str, Any] = {"action": "delete_selected", "_selected_action": [str(row.pk)]}
    as_dora.post("/admin/results/auditevent/", chosen | {"post": "yes"})

    assert one.status_code == 403
    assert AuditEvent.objects.count() == before


def test_deleting_a_result_takes_its_body_and_its_links(as_dora: Client, stage: Stage) -> None:
    row = stage.result

    response = as_dora.post(f"/admin/results/storedresult/{row.pk}/delete/", {"post": "yes"})

    assert response.status_code == 302
    assert not StoredResult.objects.filter(pk=row.pk).exists()
    assert not ResultBody.objects.filter(pk=row.pk).exists()
    assert not ShareLink.objects.exists()
    assert Client().get(f"/s/{stage.token}/").status_code == 404
    event = AuditEvent.objects.get(action="result.deleted")
    assert (event.actor, event.subject) == ("dora", row.run_id)


@pytest.mark.parametrize("in_bulk", [False, True])
def test_a_deleted_link_is_written_down(as_dora: Client, stage: Stage, *, in_bulk: bool) -> None:
    row = stage.link
    chosen: dict[str, Any] = {"action": "delete_selected", "_selected_action": [str(row.pk)]}
    address = "/admin/results/sharelink/" + ("" if in_bulk else f"{row.pk}/delete/")

    as_dora.post(address, (chosen if in_bulk else {}) | {"post": "yes"})

    assert not ShareLink.objects.exists()
    event = AuditEvent.objects.get(action="share.deleted")
    assert (event.actor, event.subject) == ("dora", "run_stored1")


@pytest.mark.parametrize("in_bulk", [False, True])
def test_a_removed_webhook_is_written_down(as_dora: Client, stage: Stage, *, in_bulk: bool) -> None:
    row = stage.delivery.webhook
    chosen: dict[str, Any] = {"action": "delete_selected", "_selected_action": [str(row.pk)]}
    address = "/admin/results/webhook/" + ("" if in_bulk else f"{row.pk}/delete/")

    as_dora.post(address, (chosen if in_bulk else {}) | {"post": "yes"})

    assert not Webhook.objects.exists()
    event = AuditEvent.objects.get(action="webhook.removed")
    assert (event.actor, event.subject) == ("dora", row.host)


@pytest.mark.parametrize("name", ["sighting", "lookup"])
def test_sightings_and_lookups_can_be_deleted(as_dora: Client, stage: Stage, name: str) -> None:
    row = first(name)

    as_dora.post(f"/admin/results/{name}/{row.pk}/delete/", {"post": "yes"})

    model: Any = {"sighting": Sighting, "lookup": Lookup}[name]
    assert not model.objects.filter(pk=row.pk).exists()


def test_an_operator_sees_the_pause_and_the_calls_of_a_key_and_what_failed(
    as_dora: Client, stage: Stage
) -> None:
    ProjectKey.objects.update(paused_until=make.NOW.replace(year=2031))

    key = as_dora.get(f"/admin/results/projectkey/{stage.key.pk}/change/").content.decode()
    circuits = as_dora.get("/admin/results/apicircuit/").content.decode()

    assert "2031" in key
    assert ">300<" in key, "calls left"
    assert stage.key.api_url in circuits
    assert "refused the connection" in circuits


def test_an_operator_can_end_links(as_dora: Client, stage: Stage) -> None:
    chosen: dict[str, Any] = {"action": "revoke", "_selected_action": [str(stage.link.pk)]}

    as_dora.post("/admin/results/sharelink/", chosen)
    as_dora.post("/admin/results/sharelink/", chosen)

    assert Client().get(f"/s/{stage.token}/").status_code == 404
    assert AuditEvent.objects.filter(action="share.revoked", actor="dora").count() == 1


def test_an_operator_who_deletes_a_note_or_a_pin_is_written_down(
    as_dora: Client, stage: Stage
) -> None:
    for name, action in (("note", "note.deleted"), ("pin", "run.unpinned")):
        row = first(name)
        chosen = {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
        as_dora.post(f"/admin/results/{name}/", chosen)

        assert first(name) is None
        assert AuditEvent.objects.get(action=action).actor == "dora"


@pytest.mark.parametrize("part", ["", "{pk}/change/"])
def test_moments_are_to_the_second_and_say_that_they_are_in_utc(
    as_dora: Client, stage: Stage, part: str
) -> None:
    row = first("storedresult")

    page = as_dora.get(f"/admin/results/storedresult/{part.format(pk=row.pk)}").content.decode()

    assert f"{row.stored_at:%b %Y, %H:%M:%S} UTC" in page
