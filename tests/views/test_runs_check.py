"""Asking at once because somebody wants to know now: it waits for nobody and never asks too often."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from results import courier
from results.domain.status import State
from results.models import ProjectKey, Sighting, Team
from results.sandbox.scenarios import scenario
from results.sandbox.server import Sandbox
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

RUN = scenario("dequeued").run_id
ADDRESS = f"/t/acme/runs/{RUN}/check/"
HX = {"HX-Request": "true"}


def sighted(team: Team, **facts: Any) -> Sighting:
    now = timezone.now()
    sighting = make.make_sighting(
        team=team, run_id=RUN, state=State.PENDING, status="QUEUED", now=now
    )
    later = {"due_at": now + timedelta(seconds=30), "checked_at": now - timedelta(seconds=30)}
    Sighting.objects.filter(pk=sighting.pk).update(**later | facts)
    return sighting


def answered(sighting: Sighting) -> Sighting:
    """Wait for whatever is being asked: recorders work in the order in which they are given work."""
    deadline = time.monotonic() + 60
    while True:
        courier.courier().on_recorders(lambda: None)
        found = Sighting.objects.get(pk=sighting.pk)
        if found.lease_until is None:
            return found
        assert time.monotonic() < deadline, "the question was never answered"
        time.sleep(0.01)


def test_it_works(as_bob: Client, dev_key: ProjectKey, live: Sandbox, team: Team) -> None:
    sighting = sighted(team)

    response = as_bob.post(ADDRESS, headers=HX)

    assert response.status_code == 200
    assert b'id="run-progress"' in response.content
    assert b"data-asking" in response.content
    assert response.context["page"].refresh.after_s == 1
    assert answered(sighting).status == "DEQUEUED"


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    sighted(team)

    assert_hidden(as_charlie, ADDRESS, method="post")
    assert_hidden(as_charlie, ADDRESS, method="post", headers=HX)


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, ADDRESS, method="post", back="/")


def test_without_script_it_leads_back_to_the_page(
    as_bob: Client, dev_key: ProjectKey, live: Sandbox, team: Team
) -> None:
    sighting = sighted(team)

    response = as_bob.post(ADDRESS)

    assert response.status_code == 302
    assert response["Location"] == f"/t/acme/runs/{RUN}/"
    answered(sighting)


def test_a_page_that_does_not_look_by_itself_stays_so_and_says_that_it_asks(
    as_bob: Client, dev_key: ProjectKey, live: Sandbox, team: Team
) -> None:
    sighting = sighted(team)
    page = as_bob.get(f"/t/acme/runs/{RUN}/?refresh=off")
    assert f'action="{ADDRESS}?refresh=off"' in page.text
    answered(sighting)
    Sighting.objects.update(
        checked_at=None, claim=None, lease_until=timezone.now() + timedelta(seconds=20)
    )

    response = as_bob.post(f"{ADDRESS}?refresh=off")

    assert response["Location"] == f"/t/acme/runs/{RUN}/?refresh=off"
    page = as_bob.get(response["Location"])
    assert b"http-equiv" not in page.content
    assert b"Trigger.dev is being asked: reload this page for the answer" in page.content


def test_it_resumes_what_was_given_up(
    as_bob: Client, dev_key: ProjectKey, live: Sandbox, team: Team
) -> None:
    over = timezone.now() - timedelta(minutes=1)
    sighting = sighted(team, give_up_at=over)

    response = as_bob.post(ADDRESS, headers=HX)

    assert response.context["page"].refresh is not None
    assert answered(sighting).give_up_at > timezone.now() + timedelta(minutes=29)


def test_what_was_given_up_with_its_last_answer_is_resumed_at_once(
    as_bob: Client, dev_key: ProjectKey, live: Sandbox, team: Team
) -> None:
    now = timezone.now()
    sighting = sighted(team, give_up_at=now, checked_at=now)

    response = as_bob.post(ADDRESS, headers=HX)

    assert response.context["page"].refresh is not None
    answered(sighting)


@pytest.mark.usefixtures("one_moment")
def test_pressing_again_and_again_asks_once(
    as_bob: Client, dev_key: ProjectKey, live: Sandbox, team: Team
) -> None:
    sighting = sighted(team)
    as_bob.post(ADDRESS, headers=HX)
    answered(sighting)
    calls = live.count()

    for _ in range(5):
        as_bob.post(ADDRESS, headers=HX)

    assert live.count() == calls


def test_a_pause_that_the_api_asked_for_is_kept(
    as_bob: Client, dev_key: ProjectKey, live: Sandbox, team: Team
) -> None:
    sighted(team, pause_until=timezone.now() + timedelta(minutes=1))

    response = as_bob.post(ADDRESS, headers=HX)

    assert live.count() == 0
    assert b"Trigger.dev is not asked before" in response.content


def test_a_finished_run_is_brought_and_nobody_is_asked(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, run_id=RUN)

    response = as_bob.post(ADDRESS, headers=HX)

    assert response["HX-Retarget"] == "#run-body"
    assert b"Succeeded" in response.content


def test_a_run_that_nobody_ever_looked_at_is_not_there(as_bob: Client, team: Team) -> None:
    assert as_bob.post(ADDRESS, headers=HX).status_code == 404
    assert not Sighting.objects.exists()
