"""Setting how long results are kept: by owners, and what would be deleted is asked for twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from results.models import AuditEvent, StoredResult, Team
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

SAVE = "/t/acme/settings/retention/"


def kept() -> int | None:
    return Team.objects.get(slug="acme").keep_days


def test_it_works(as_alice: Client, team: Team) -> None:
    response = as_alice.post(SAVE, {"keep_days": "90"}, follow=True)

    assert b"Results are kept for 90 days." in response.content
    assert kept() == 90
    assert AuditEvent.objects.get(action="retention.changed").subject == "90 days"

    response = as_alice.post(SAVE, {"keep_days": ""}, follow=True)

    assert b"Results are kept for ever." in response.content
    assert kept() is None


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    assert_hidden(as_charlie, SAVE, method="post", data={"keep_days": "1"})
    assert kept() is None


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, SAVE, method="post", back="/")


def test_a_viewer_may_not(as_bob: Client, team: Team) -> None:
    assert as_bob.post(SAVE, {"keep_days": "1"}).status_code == 403
    assert kept() is None


@pytest.mark.parametrize("typed", ["0", "-1", "1.5", "many", "3651", "1e9", "٣x"])
def test_what_is_no_number_of_days_is_refused_and_kept_in_the_form(
    as_alice: Client, team: Team, typed: str
) -> None:
    response = as_alice.post(SAVE, {"keep_days": typed})

    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    assert kept() is None


def test_t26_what_would_be_deleted_is_told_before_anything_is_saved(
    as_alice: Client, team: Team
) -> None:
    for number in range(3):
        stored_at = timezone.now() - timedelta(days=number * 10)
        make.make_result(team=team, run_id=f"run_{number}", now=stored_at)

    asked = as_alice.post(SAVE, {"keep_days": "7"})

    assert b"2 stored results are older than that." in asked.content
    assert kept() is None
    again = as_alice.post(SAVE, {"keep_days": "5", "confirmed": "7"})
    assert b"2 stored results are older than that." in again.content
    assert kept() is None

    as_alice.post(SAVE, {"keep_days": "7", "confirmed": "7"})

    assert kept() == 7
    assert StoredResult.objects.count() == 3, "the rounds delete them, not the form"


def test_saving_the_same_again_is_not_written_down(as_alice: Client, team: Team) -> None:
    for _ in range(2):
        as_alice.post(SAVE, {"keep_days": "7"})

    assert AuditEvent.objects.filter(action="retention.changed").count() == 1


def test_another_team_is_not_touched(as_alice: Client, alice: Any, team: Team) -> None:
    make.make_team(name="Other", owner=alice)

    as_alice.post(SAVE, {"keep_days": "7"})

    assert Team.objects.get(slug="other").keep_days is None
