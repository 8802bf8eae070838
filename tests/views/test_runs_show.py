"""The permalink of a run: the truth about it, whatever the API does."""

from __future__ import annotations

import gc
import json
import threading
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from results.domain.document import Document
from results.domain.packet import Packet
from results.domain.status import State
from results.models import Lookup, ProjectKey, Sighting, StoredResult, Team
from results.models.keys import KeyAnswer
from results.sandbox.faults import FaultKind
from results.sandbox.scenarios import SANDBOX_KEYS, scenario
from results.sandbox.server import Sandbox
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

PAGE = "/t/acme/runs/run_stored1/"


def show(client: Client, run_id: str, **query: str) -> Any:
    return client.get(f"/t/acme/runs/{run_id}/", query)


def text(response: Any) -> str:
    content: str = response.content.decode()
    return content


def test_it_works(as_alice: Client, team: Team) -> None:
    make.make_result(team=team)

    response = as_alice.get(PAGE)

    assert response.status_code == 200
    assert "Succeeded" in text(response)
    assert "<bdi class=key>sum</bdi>" in text(response)
    assert '<bdi class="value number">3</bdi>' in text(response)
    assert "hx-get" not in text(response)
    assert "http-equiv" not in text(response)


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    make.make_result(team=team)

    assert_hidden(as_charlie, PAGE)
    assert not Lookup.objects.exists()


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, PAGE)
    assert_asks_for_sign_in(client, PAGE + "?env=prod")


def test_an_operator_is_a_stranger_too(as_dora: Client, team: Team) -> None:
    assert_hidden(as_dora, PAGE)


def test_a_member_who_left_is_a_stranger(as_bob: Client, bob: Any, team: Team) -> None:
    make.make_result(team=team)
    assert as_bob.get(PAGE).status_code == 200

    bob.memberships.all().delete()

    assert_hidden(as_bob, PAGE)


def test_a_disabled_account_is_signed_out(as_bob: Client, bob: Any, team: Team) -> None:
    bob.is_active = False
    bob.save()

    assert_asks_for_sign_in(as_bob, PAGE)


@pytest.mark.parametrize(
    "address",
    [
        "/t/acme/runs/run_/",
        "/t/acme/runs/batch_abc/",
        "/t/acme/runs/run_a%00b/",
        "/t/acme/runs/run_a%0A/",
        f"/t/acme/runs/run_{'a' * 65}/",
        "/t/acme/runs/run_%ff/",
        "/t/ac%00me/runs/run_abc/",
    ],
)
def test_an_address_that_holds_no_id_leads_nowhere(
    as_alice: Client, team: Team, address: str
) -> None:
    assert as_alice.get(address).status_code == 404


def test_a_viewer_reads_but_is_not_offered_to_share(
    as_alice: Client, as_bob: Client, team: Team
) -> None:
    make.make_result(team=team)

    assert "Share this result" in text(as_alice.get(PAGE))
    assert "Share this result" not in text(as_bob.get(PAGE))


def test_a_team_without_a_key_is_told_what_to_do(
    as_alice: Client, team: Team, live: Sandbox
) -> None:
    response = show(as_alice, "run_abc123")

    assert response.status_code == 200
    assert "No key yet" in text(response)
    assert "Add the key of the project" in text(response)
    assert "hx-trigger" not in text(response)


def test_a_stored_result_is_served_without_asking(
    as_alice: Client, dev_key: ProjectKey, live: Sandbox, team: Team
) -> None:
    make.make_result(team=team, run_id="run_stored1")

    assert "Succeeded" in text(as_alice.get(PAGE))
    assert live.count() == 0


@pytest.mark.parametrize("name", ["every-type", "every-type-current"])
def test_a_finished_run_is_asked_for_once_and_kept(
    as_alice: Client, dev_key: ProjectKey, live: Sandbox, name: str
) -> None:
    run_id = scenario(name).run_id

    first = show(as_alice, run_id)
    calls = live.count()
    second = show(as_alice, run_id)

    assert "Succeeded" in text(first)
    assert "Succeeded" in text(second)
    assert live.count() == calls
    assert StoredResult.objects.get().run_id == run_id
    assert not Sighting.objects.exists()


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("expired", "Expired"),
        ("cancelled-without-reason", "Cancelled"),
        ("code-only", "System failure"),
        ("windows-stack", "Failed"),
        ("no-output", "Succeeded"),
        ("store-lost", "Succeeded"),
        ("deep", "Succeeded"),
        ("circular", "Succeeded"),
    ],
)
def test_every_end_is_final(
    as_alice: Client, dev_key: ProjectKey, live: Sandbox, name: str, label: str
) -> None:
    response = show(as_alice, scenario(name).run_id)

    assert response.context["page"].label == label
    assert response.context["page"].refresh is None
    assert "hx-get" not in text(response)


def test_hostile_text_is_only_text(as_alice: Client, live: Sandbox, team: Team) -> None:
    make.make_key(team=team, secret=SANDBOX_KEYS["stg"], environment="stg", api_url=live.url)

    response = show(as_alice, scenario("hostile").run_id)

    assert "<img src=x" not in text(response)
    assert "<script>alert" not in text(response)
    assert "&lt;img src=x onerror=alert(1)&gt;" in text(response)


def test_a_pending_run_refreshes_itself_with_and_without_script(
    as_alice: Client, dev_key: ProjectKey
) -> None:
    run_id = scenario("dequeued").run_id

    response = show(as_alice, run_id)

    assert f'hx-get="/t/acme/runs/{run_id}/panel/?seen=' in text(response)
    assert "<noscript><meta http-equiv=" in text(response)
    assert not StoredResult.objects.exists()


def test_a_reader_without_script_can_stop_the_refreshing(
    as_alice: Client, dev_key: ProjectKey
) -> None:
    run_id = scenario("dequeued").run_id
    assert 'href="?refresh=off"' in text(show(as_alice, run_id))

    response = show(as_alice, run_id, refresh="off")

    assert "http-equiv" not in text(response)
    assert "This page does not look again by itself." in text(response)
    assert '<a href="?">Look again by itself</a>' in text(response)


def test_the_tab_tells_the_state(as_alice: Client, dev_key: ProjectKey, team: Team) -> None:
    make.make_result(team=team)
    pending, done = show(as_alice, scenario("dequeued").run_id), as_alice.get(PAGE)

    assert "<title>⏳ run_" in text(pending)
    assert "/static/img/busy.svg" in text(pending)
    assert "<title>✓ run_stored1 · Succeeded · Runlens</title>" in text(done)
    assert "/static/img/good.svg" in text(done)


def test_a_run_that_no_key_knows_is_asked_about_for_a_while(
    as_alice: Client, dev_key: ProjectKey
) -> None:
    response = show(as_alice, "run_nobodysrun1")

    page = response.context["page"]
    assert page.state is State.UNKNOWN
    assert page.asks_until is not None
    assert "None of the team&#x27;s keys knows this run" in text(response)
    assert "upper and lower case matter" in text(response)


def test_a_wrong_key_is_named_and_the_way_out_too(
    as_alice: Client, live: Sandbox, team: Team
) -> None:
    make.make_key(team=team, api_url=live.url)

    response = show(as_alice, "run_abc123")

    assert response.context["page"].state is State.KEY_REFUSED
    assert "Replace the key on the keys page" in text(response)
    assert "Shop · development" in text(response)
    assert make.KEY not in text(response)
    assert ProjectKey.objects.get().last_answer == KeyAnswer.REFUSED


def test_a_refused_key_beside_others_is_told_once_and_never_asked(
    as_alice: Client, as_bob: Client, dev_key: ProjectKey, live: Sandbox, team: Team
) -> None:
    make.make_key(team=team, project="Old", api_url=live.url, answer=KeyAnswer.REFUSED)

    run_id = scenario("every-type").run_id
    page = text(show(as_alice, run_id))

    assert "Trigger.dev refuses Old · development" in page
    assert "Replace or test it" in page
    assert "Replace or test it" not in text(show(as_bob, run_id))
    assert {call.key for call in live.calls} == {"dev"}


def test_an_api_that_is_down_is_said_and_asked_again(
    as_alice: Client, live: Any, team: Team
) -> None:
    make.make_key(team=team, api_url="http://127.0.0.1:1")

    response = show(as_alice, "run_abc123")

    assert response.context["page"].state is State.UNREACHABLE
    assert "not yours" in text(response)
    assert "refused the connection" in text(response)
    assert response.context["page"].refresh is not None


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("html502", State.UNREACHABLE),
        ("500", State.UNREACHABLE),
        ("500text", State.UNREACHABLE),
        ("reset", State.UNREACHABLE),
        ("truncated", State.UNREADABLE),
        ("garbage", State.UNREADABLE),
        ("badjson", State.UNREADABLE),
        ("redirect", State.UNREADABLE),
        ("huge", State.UNREADABLE),
        ("gzipbomb", State.UNREADABLE),
        ("endless", State.UNREADABLE),
        ("429", State.RATE_LIMITED),
        ("429proxy", State.RATE_LIMITED),
    ],
)
def test_what_the_api_breaks_is_said_to_be_its_own(
    as_alice: Client,
    dev_key: ProjectKey,
    live: Sandbox,
    settings: Any,
    fault: FaultKind,
    state: State,
) -> None:
    settings.OUTPUT_MAX_BYTES = 256 * 1024
    live.faults.add(fault)

    response = show(as_alice, scenario("every-type").run_id)

    page = response.context["page"]
    assert response.status_code == 200
    assert page.state is state
    assert page.advice
    assert page.refresh is not None
    assert page.keys_asked
    assert "192.0.2.1" not in text(response)
    assert not StoredResult.objects.exists()


def test_a_slow_api_never_holds_the_page(
    as_alice: Client, dev_key: ProjectKey, held: threading.Event, settings: Any
) -> None:
    settings.FIRST_LOOK_WAIT_MS = 50

    response = show(as_alice, scenario("every-type").run_id)

    assert response.context["page"].label == "Looking"
    assert response.context["page"].refresh.after_s == 1
    held.set()
    _until_stored()


def test_an_address_only_hints_at_environments_that_exist(
    as_alice: Client, team: Team, live: Sandbox
) -> None:
    for number, hint in enumerate(["prod", "nonsense", "a\x00b", ""]):
        assert show(as_alice, f"run_hint{number}", env=hint).status_code == 200

    hints = Sighting.objects.order_by("run_id").values_list("environment_hint", flat=True)
    assert list(hints) == ["prod", "", "", ""]


def test_a_wrong_ring_is_said_and_nothing_is_sent_or_overwritten(
    as_alice: Client, dev_key: ProjectKey, live: Sandbox, team: Team, settings: Any
) -> None:
    make.make_result(team=team)
    before = list(ProjectKey.objects.values()) + list(StoredResult.objects.values())
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="

    stored = as_alice.get(PAGE)
    fresh = show(as_alice, scenario("every-type").run_id)

    assert "cannot be opened" in text(stored)
    assert "Share this result" not in text(stored)
    assert "cannot be opened" in text(fresh)
    assert live.count() == 0
    assert list(ProjectKey.objects.values()) + list(StoredResult.objects.values()) == before


def _until_stored() -> None:
    for _ in range(1_200):
        if StoredResult.objects.exists():
            return
        time.sleep(0.05)
    raise AssertionError("the answer was never recorded")


def test_the_view_chosen_last_is_the_view_of_the_next_result(as_alice: Client, team: Team) -> None:
    make.make_result(team=team)
    make.make_result(team=team, run_id="run_stored2")

    chosen = as_alice.get(PAGE, {"view": "text"})
    again = text(show(as_alice, "run_stored2"))

    assert chosen.cookies["view"]["httponly"]
    assert chosen.cookies["view"]["samesite"] == "Lax"
    assert "<ol class=lines" in again
    assert 'class="tree"' not in again
    assert "<ul class=tree" not in again


def test_a_chosen_view_is_of_one_person_and_costs_no_query(
    client: Client, alice: Any, bob: Any, team: Team, django_assert_num_queries: Any
) -> None:
    make.make_result(team=team)
    client.force_login(alice)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as before:
        client.get(PAGE)
    few = len(before)
    client.get(PAGE, {"view": "text"})
    with django_assert_num_queries(few):
        client.get(PAGE)

    client.force_login(bob)

    assert "<ul class=tree" in text(client.get(PAGE))


@pytest.mark.parametrize(
    "kept", ["", ":", "text", "1:nonsense", "x" * 4_000, "1:wire", "\x00:text"]
)
def test_a_view_that_nobody_chose_is_none(as_alice: Client, team: Team, kept: str) -> None:
    make.make_result(team=team)
    as_alice.cookies["view"] = kept

    assert "<ul class=tree" in text(as_alice.get(PAGE))
    assert "view" not in as_alice.get(PAGE, {"view": "wire"}).cookies


def test_the_last_good_run_of_the_task_is_one_click_away_unless_it_is_this_one(
    as_bob: Client, team: Team
) -> None:
    good, bad = "run_good", "run_bad"
    make.make_result(team=team, run_id=good, now=make.NOW)
    make.make_result(team=team, run_id=bad, state=State.FAILED, error=b"{}", now=make.NOW)

    failed = as_bob.get(f"/t/acme/runs/{bad}/").content
    succeeded = as_bob.get(f"/t/acme/runs/{good}/").content

    assert b"Last good run:" in failed
    assert b'href="/t/acme/runs/run_good/"' in failed
    assert b'href="/t/acme/runs/run_bad/compare/?with=run_good"' in failed
    assert b"Last good run:" not in succeeded


@pytest.mark.parametrize("view", ["tree", "text"])
def test_a_large_value_is_let_go_with_its_answer(as_bob: Client, team: Team, view: str) -> None:
    data = json.dumps({"items": list(range(50_000))}).encode()
    make.make_result(team=team, output=data)
    gc.disable()
    try:
        # Only looking for circles would free what a template's context holds.
        assert as_bob.get("/t/acme/runs/run_stored1/", {"view": view}).status_code == 200
        # Not isinstance, which would wake what is lazy.
        held = [each for each in gc.get_objects() if type(each) in (Document, Packet)]
    finally:
        gc.enable()

    assert data not in [getattr(each, "raw", None) or getattr(each, "data", None) for each in held]
