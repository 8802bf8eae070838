"""What the page shows beside a result: related runs, tags, metadata, payload; and a page without them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from results.domain.status import State
from results.models import StoredResult, Team
from results.services import sharing
from tests import make
from tests.hostile import HOSTILE

PAGE = "/t/acme/runs/run_stored1/"
HEADINGS = ("Related runs", "More about this run", "Metadata", "Payload")


def details(**members: object) -> bytes:
    return json.dumps(members).encode()


def run(run_id: str, *, task: str = "t", status: str = "COMPLETED") -> dict[str, str]:
    return {"id": run_id, "taskIdentifier": task, "status": status}


def page(client: Client, address: str = PAGE) -> str:
    response = client.get(address)
    assert response.status_code == 200
    content: str = response.content.decode()
    return content


def test_an_old_result_without_details_has_a_page_without_them(
    as_alice: Client, team: Team
) -> None:
    make.make_result(team=team)

    shown = page(as_alice)

    assert "<bdi class=key>sum</bdi>" in shown
    assert not [heading for heading in HEADINGS if heading in shown]


@pytest.mark.parametrize("sent", [b"", b"{", b"[]", b"null", b"{}", b'{"tags":7,"relatedRuns":[]}'])
def test_details_that_say_nothing_are_not_mentioned(
    as_alice: Client, team: Team, sent: bytes
) -> None:
    make.make_result(team=team, details=sent)

    shown = page(as_alice)

    assert not [heading for heading in HEADINGS if heading in shown]


def test_related_runs_lead_into_our_own_lookup(as_bob: Client, team: Team) -> None:
    sent = details(
        relatedRuns={
            "root": run("run_root1"),
            "parent": run("run_parent1", status="EXECUTING"),
            "children": [run("run_child1"), run("../../evil"), run("batch_1"), run("run_child2")],
        }
    )
    make.make_result(team=team, details=sent)

    shown = page(as_bob)

    for run_id in ("run_root1", "run_parent1", "run_child1", "run_child2"):
        assert f'href="/t/acme/runs/{run_id}/"' in shown
    assert "evil" not in shown
    assert "batch_1" not in shown


def test_looking_at_a_run_looks_up_none_of_its_relatives(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, details=details(relatedRuns={"root": run("run_root1")}))

    page(as_bob)

    assert list(StoredResult.objects.values_list("run_id", flat=True)) == ["run_stored1"]
    assert not team.sightings.exists()


def test_tags_and_facts_are_shown(as_bob: Client, team: Team) -> None:
    make.make_result(
        team=team,
        details=details(tags=["vip", "user:7"], attemptCount=3, costInCents=0.5, isTest=True),
    )

    shown = page(as_bob)

    for said in ("vip", "user:7", "<dt>Attempts</dt>", "0.5 US cents", "a test run"):
        assert said in shown


@pytest.mark.parametrize("field", ["metadata", "payload"])
@pytest.mark.parametrize("value", [{}, [], None, "", 0, False])
def test_a_value_that_is_nothing_is_not_the_same_as_none(
    as_alice: Client, team: Team, field: str, value: object
) -> None:
    make.make_result(team=team, details=details(**{field: value}))

    assert f"<h2>{field.capitalize()}</h2>" in page(as_alice)


def test_the_payload_is_folded_and_only_for_members(
    as_alice: Client, as_bob: Client, team: Team
) -> None:
    make.make_result(team=team, details=details(payload={"card": "4242"}, metadata={"step": 7}))

    owner, viewer = page(as_alice), page(as_bob)

    assert "4242" in owner
    folded = owner.partition("<summary><h2>Payload</h2>")[0].rpartition("<details")[2]
    assert "open" not in folded
    assert "4242" not in viewer
    assert "Payload" not in viewer
    assert "Metadata" in viewer


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.FAILED])
def test_a_shared_page_has_none_of_it(
    client: Client, as_alice: Client, alice: Any, team: Team, state: State
) -> None:
    sent = details(
        metadata={"step": "META"},
        payload={"card": "4242"},
        tags=["vip"],
        version="20260101.1",
        relatedRuns={"root": run("run_root1", task="TASKOFROOT")},
    )
    result = make.make_result(team=team, details=sent, state=state, error=b'{"message":"no"}')
    token = sharing.share(result=result, by=alice, now=timezone.now()).token

    for reader in (client, as_alice):
        for view in ("", "?view=text", "?view=payload", "?of=metadata"):
            shown = page(reader, f"/s/{token}/{view}")
            for ours in ("META", "4242", "vip", "20260101", "run_root1", "TASKOFROOT", *HEADINGS):
                assert ours not in shown


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_details_are_only_text(as_alice: Client, team: Team, text: str) -> None:
    said = dict.fromkeys(("version", "ttl", "region", "triggerFunction", "batchId"), text)
    said |= {"idempotencyKey": text, "expiredAt": text, "delayedUntil": text}
    sent = details(
        **said,
        tags=[text],
        metadata={text: text},
        payload=[text],
        schedule={"id": text, "generator": {"description": text, "expression": text}},
        relatedRuns={"parent": run("run_a1", task=text, status=text)},
    )
    make.make_result(team=team, details=sent)

    main = page(as_alice).partition("<main")[2].partition("</main>")[0].lower()

    for forbidden in ("<script", "<img", "<svg", "<iframe", "<style", "<b ", "<a href=j", "<meta"):
        assert forbidden not in main
