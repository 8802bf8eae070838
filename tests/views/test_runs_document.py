"""The JSON document of a run: stable members, exact numbers, and null for what nobody said."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from results.domain.result import RunTimes
from results.domain.status import State
from results.models import ProjectKey, StoredResult, Team
from results.sandbox.scenarios import scenario
from results.sandbox.server import Sandbox
from results.services import members
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

DOCUMENT = "/t/acme/runs/run_stored1.json"
MEMBERS = {
    "run_id",
    "state",
    "status",
    "is_final",
    "sentence",
    "task",
    "project",
    "environment",
    "source",
    "output_type",
    "has_output",
    "output",
    "output_trouble",
    "error",
    "compute_ms",
    "created_at",
    "started_at",
    "finished_at",
    "keys_asked",
    "next_check_s",
    "withheld",
}


def read(client: Client, address: str = DOCUMENT) -> dict[str, Any]:
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    read: dict[str, Any] = json.loads(response.content, parse_float=Decimal)
    assert set(read) == MEMBERS
    return read


def test_it_works(as_bob: Client, team: Team) -> None:
    make.make_result(team=team)

    assert read(as_bob) == {
        "run_id": "run_stored1",
        "state": "succeeded",
        "status": None,
        "is_final": True,
        "sentence": "The run finished and returned its result.",
        "task": "report",
        "project": None,
        "environment": None,
        "source": "result",
        "output_type": "application/json",
        "has_output": True,
        "output": {"sum": 3},
        "output_trouble": None,
        "error": None,
        "compute_ms": 3750,
        "created_at": "2026-11-23T11:59:50Z",
        "started_at": "2026-11-23T11:59:52Z",
        "finished_at": "2026-11-23T11:59:56Z",
        "keys_asked": [],
        "next_check_s": None,
        "withheld": False,
    }


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    make.make_result(team=team)

    assert_hidden(as_charlie, DOCUMENT)


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, DOCUMENT)


def test_every_number_keeps_its_spelling(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, output=b'{"price":1.10,"id":12345678901234567890123,"x":1e400}')

    body = as_bob.get(DOCUMENT).content

    for spelling in (b"1.10", b"12345678901234567890123", b"1e400"):
        assert spelling in body
    assert read(as_bob)["output"]["price"].as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("sent", "kind", "output"),
    [
        (b"null", "application/json", None),
        (b"false", "application/json", False),
        (b"0", "application/json", 0),
        (b'""', "application/json", ""),
        (b"", "text/plain", ""),
        (b"a\x00b", "text/plain", "a\x00b"),
        (b"1.10", "text/plain", "1.10"),
        (rb'{"a":"\ud83d"}', "application/json", {"a": "\ud83d"}),
        (b'{"json":', "application/super+json", '{"json":'),
        (b"\xff", "text/plain", "\ufffd"),
        (b'{"json":{"n":"12"},"meta":{"values":{"n":["bigint"]}}}', "application/super+json", None),
    ],
)
def test_an_output_is_its_clean_value(
    as_bob: Client, team: Team, sent: bytes, kind: str, output: object
) -> None:
    make.make_result(team=team, output=sent, output_type=kind)

    document = read(as_bob)

    assert document["has_output"] is True
    assert document["output_type"] == kind
    if kind != "application/super+json" or isinstance(output, str):
        assert document["output"] == output
    else:
        assert document["output"]["n"] in (12, "12")


@pytest.mark.parametrize(
    ("sent", "kind"),
    [(None, None), (b'{"json":null,"meta":{"values":["undefined"]}}', "application/super+json")],
)
def test_nothing_returned_is_no_output(
    as_bob: Client, team: Team, sent: bytes | None, kind: str | None
) -> None:
    make.make_result(team=team, output=sent, output_type=kind)

    document = read(as_bob)

    assert (document["has_output"], document["output"]) == (False, None)


def test_very_deep_json_is_still_a_document(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, output=b"[" * 3_000 + b"]" * 3_000)

    body = as_bob.get(DOCUMENT).content

    assert body.count(b"[") >= 3_000


def test_a_failure_has_its_error_and_no_output(as_bob: Client, team: Team) -> None:
    error = rb'{"type":"BUILT_IN_ERROR","name":"E","message":"a\ud800","stackTrace":"E: a\n at f (x:1)"}'
    make.make_result(team=team, state=State.FAILED, error=error)

    document = read(as_bob)

    assert document["state"] == "failed"
    assert (document["has_output"], document["output"], document["output_type"]) == (
        False,
        None,
        None,
    )
    assert set(document["error"]) == {"headline", "kind", "code", "message", "stack"}
    assert document["error"]["kind"] == "BUILT_IN_ERROR"
    assert document["error"]["message"] == "a\ufffd"
    assert document["error"]["code"] is None
    assert "at f (x:1)" in document["error"]["stack"]


def test_what_was_not_reported_is_null_and_never_zero(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, state=State.EXPIRED)
    nothing = RunTimes()
    StoredResult.objects.update(
        compute_ms=nothing.compute_ms, created_at=None, started_at=None, finished_at=None, task=""
    )

    document = read(as_bob)

    for name in ("compute_ms", "created_at", "started_at", "finished_at", "task", "error"):
        assert document[name] is None


def test_zero_is_zero(as_bob: Client, team: Team) -> None:
    make.make_result(team=team)
    StoredResult.objects.update(compute_ms=0)

    assert read(as_bob)["compute_ms"] == 0


def test_an_output_that_could_not_be_fetched_is_unknown(
    as_bob: Client, dev_key: ProjectKey
) -> None:
    document = read(as_bob, f"/t/acme/runs/{scenario('store-lost').run_id}.json")

    assert document["state"] == "succeeded"
    assert (document["has_output"], document["output"]) == (None, None)
    assert document["output_trouble"] == "the object store answered with status 404"


def test_a_wrong_ring_leaves_the_unknown_null(as_bob: Client, team: Team, settings: Any) -> None:
    make.make_result(team=team)
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="

    document = read(as_bob)

    assert (document["state"], document["has_output"], document["output"]) == (
        "succeeded",
        None,
        None,
    )
    assert "key ring" in document["output_trouble"]


def test_whoever_does_not_see_the_output_is_not_told_what_is_the_matter_with_it(
    as_bob: Client, team: Team, alice: User
) -> None:
    make.make_result(team=team)
    StoredResult.objects.update(output_trouble="CANARY")
    members.show_outputs_to_viewers(team=team, shown=False, by=alice, now=make.NOW)

    document = read(as_bob)

    assert (document["withheld"], document["output_trouble"]) == (True, None)


def test_a_pending_run_says_its_status_and_when_to_look_again(
    as_bob: Client, dev_key: ProjectKey
) -> None:
    document = read(as_bob, f"/t/acme/runs/{scenario('dequeued').run_id}.json")

    assert (document["state"], document["status"], document["is_final"]) == (
        "pending",
        "DEQUEUED",
        False,
    )
    assert document["next_check_s"] >= 1
    assert document["environment"] == "development"
    assert document["project"] == "Shop"
    assert document["source"] is None
    assert [set(said) for said in document["keys_asked"]] == [{"key", "state", "said"}]


@pytest.mark.parametrize(
    ("secret", "fault", "state"),
    [
        (make.KEY, None, "key_refused"),
        (None, "429", "rate_limited"),
        (None, "html502", "unreachable"),
        (None, "garbage", "unreadable"),
        (None, None, "unknown"),
    ],
)
def test_why_nobody_could_tell_is_a_state(
    as_bob: Client,
    dev_key: ProjectKey,
    live: Sandbox,
    team: Team,
    secret: str | None,
    fault: Any,
    state: str,
) -> None:
    if secret:
        dev_key.delete()
        make.make_key(team=team, secret=secret, api_url=live.url)
    if fault:
        live.faults.add(fault)

    document = read(as_bob, "/t/acme/runs/run_nobodys1.json")

    assert document["state"] == state
    assert document["is_final"] is False
    assert document["keys_asked"][0]["state"] == state


def test_a_team_without_keys_asks_nobody(as_bob: Client, team: Team, live: Sandbox) -> None:
    document = read(as_bob, "/t/acme/runs/run_nobodys1.json")

    assert document["next_check_s"] is None
    assert document["keys_asked"] == []
    assert "no project key" in document["sentence"]


def test_looking_again_starts_the_asking_anew(as_bob: Client, team: Team, live: Sandbox) -> None:
    make.make_key(team=team)
    over = timezone.now() - timedelta(hours=1)
    sighting = make.make_sighting(team=team, state=State.UNREACHABLE, now=over)

    document = read(as_bob, f"/t/acme/runs/{sighting.run_id}.json")

    assert document["next_check_s"] is not None
