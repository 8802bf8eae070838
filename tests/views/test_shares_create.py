"""Making a share link: for members, for finished runs of their team, and never by opening a page."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client
from django.utils import timezone

from results.domain.status import State
from results.models import AuditEvent, ShareLink, Team
from tests import make
from tests.views.sharing import KEY, OUTSIDE, WITHHELD, rich_result
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

SHARE = "/t/acme/runs/run_stored1/share/"
WHOLE = {"scope": "whole", "expires": "7d"}


def test_it_works(as_alice: Client, team: Team) -> None:
    make.make_result(team=team)

    response = as_alice.post(SHARE, WHOLE | {"make": ""}, follow=True)

    assert response.redirect_chain == [("/t/acme/shares/", 302)]
    assert b"The link to run_stored1 is made" in response.content
    link = ShareLink.objects.get()
    assert link.expires_at is not None
    assert link.expires_at - timezone.now() > timedelta(days=6)
    assert len(link.digest) == 32
    assert AuditEvent.objects.filter(action="share.created", actor="alice").count() == 1


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    make.make_result(team=team)

    assert_hidden(as_charlie, SHARE, method="post")
    assert not ShareLink.objects.exists()


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, SHARE, method="post", back="/")


def test_a_viewer_may_not(as_bob: Client, team: Team) -> None:
    make.make_result(team=team)

    assert as_bob.post(SHARE).status_code == 403
    assert not ShareLink.objects.exists()


def test_opening_its_address_shares_nothing(as_alice: Client, team: Team) -> None:
    make.make_result(team=team)

    assert as_alice.get(SHARE).status_code == 200
    assert as_alice.post(SHARE, WHOLE | {"preview": ""}).status_code == 200
    assert not ShareLink.objects.exists()


def test_only_what_is_finished_and_ours_can_be_shared(as_alice: Client, team: Team) -> None:
    make.make_result(team=make.make_team(name="Elsewhere"))
    make.make_sighting(team=team, run_id="run_stored1", state=State.PENDING, status="QUEUED")

    assert as_alice.post(SHARE).status_code == 404
    assert not ShareLink.objects.exists()


def test_a_wrong_ring_shares_nothing_and_says_so(
    as_alice: Client, team: Team, settings: Any
) -> None:
    make.make_result(team=team)
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="

    response = as_alice.post(SHARE, WHOLE | {"make": ""}, follow=True)

    assert response.redirect_chain == [("/t/acme/runs/run_stored1/", 302)]
    assert b"no link was made" in response.content
    assert not ShareLink.objects.exists()


def make_link(client: Client, **told: Any) -> ShareLink:
    response = client.post(SHARE, WHOLE | {"make": ""} | told)
    assert response.status_code == 302, response.context["page"].form.errors
    return ShareLink.objects.latest("created_at")


def test_what_was_chosen_is_what_is_opened(as_alice: Client, client: Client, team: Team) -> None:
    rich_result(team)
    row = make_link(as_alice, scope="part", pointer="/part", label="Jane at Foo", payload="on")

    listed = as_alice.get("/t/acme/shares/").context["page"].live[0]
    page = client.get(listed.url.removeprefix("http://testserver")).content.decode()

    assert "in the part" in page
    assert not any(secret in page for secret in (*OUTSIDE, *WITHHELD))
    assert (row.label, row.scope, row.found_count, row.shown_count) == ("Jane at Foo", "part", 1, 0)
    event = AuditEvent.objects.get(action="share.created")
    assert event.subject.startswith("run_stored1: one part of the output, until ")
    assert "/part" not in str(list(AuditEvent.objects.values()))


def test_t9_no_row_names_the_part(as_alice: Client, team: Team) -> None:
    rich_result(team)
    make_link(as_alice, scope="part", pointer="/CANARYNAME/deep")

    assert "CANARYNAME" not in str(list(ShareLink.objects.values()))


@pytest.mark.parametrize(
    ("expires", "days"), [("1h", 1 / 24), ("1d", 1), ("7d", 7), ("30d", 30), ("90d", 90)]
)
def test_it_ends_when_it_was_chosen_to(
    as_alice: Client, team: Team, expires: str, days: float
) -> None:
    make.make_result(team=team)
    row = make_link(as_alice, expires=expires)

    assert row.expires_at is not None
    assert row.expires_at - row.created_at == timedelta(days=days)


def test_it_may_end_with_a_day(as_alice: Client, team: Team) -> None:
    make.make_result(team=team)
    day = (timezone.now() + timedelta(days=3)).date()

    row = make_link(as_alice, expires="date", date=day.isoformat())

    assert row.expires_at is not None
    assert (row.expires_at.date(), row.expires_at.hour) == (day, 23)


def test_only_never_means_never(as_alice: Client, client: Client, team: Team) -> None:
    make.make_result(team=team)
    assert b"never: it stays open until somebody revokes it" in as_alice.get(SHARE).content

    row = make_link(as_alice, expires="never")

    assert (row.expires_at, row.never_expires) == (None, True)
    assert b"never expires" in as_alice.get("/t/acme/shares/").content
    assert AuditEvent.objects.get(action="share.created").subject.endswith("never expires")


@pytest.mark.parametrize(
    "told",
    [
        {"scope": "everything"},
        {"scope": "error"},
        {"scope": "part", "pointer": ""},
        {"scope": "part", "pointer": "/nope"},
        {"scope": "part", "pointer": "/" + "x" * 3_000},
        {"expires": ""},
        {"expires": "8d"},
        {"expires": "date"},
        {"expires": "date", "date": "2001-01-01"},
        {"expires": "date", "date": "9999-12-31"},
        {"asks_passcode": "on"},
        {"asks_passcode": "on", "passcode": "12345"},
        {"label": "x" * 81},
        {"label": "a\x00b"},
    ],
)
def test_what_cannot_be_meant_makes_no_link(
    as_alice: Client, team: Team, told: dict[str, str]
) -> None:
    make.make_result(team=team)

    response = as_alice.post(SHARE, WHOLE | {"make": ""} | told)

    assert response.status_code == 400
    assert b'role="alert"' in response.content
    assert not ShareLink.objects.exists()


def test_a_passcode_is_kept_as_a_hash_and_never_said_again(as_alice: Client, team: Team) -> None:
    make.make_result(team=team)
    told = {"asks_passcode": "on", "passcode": "CANARYCODE"}

    preview = as_alice.post(SHARE, WHOLE | told | {"preview": ""})
    row = make_link(as_alice, **told)

    assert b"CANARYCODE" not in preview.content + as_alice.get("/t/acme/shares/").content
    assert check_password("CANARYCODE", row.passcode)
    assert "CANARYCODE" not in str(
        [list(ShareLink.objects.values()), list(AuditEvent.objects.values())]
    )
    assert "passcode" in AuditEvent.objects.get(action="share.created").subject


def test_a_passcode_that_was_typed_without_the_tick_is_not_lost_in_silence(
    as_alice: Client, team: Team
) -> None:
    make.make_result(team=team)

    response = as_alice.post(SHARE, WHOLE | {"make": "", "passcode": "open sesame"})

    assert response.status_code == 400
    assert b"Tick" in response.content
    assert not ShareLink.objects.exists()


def test_each_secret_is_offered_and_masked_unless_its_tick_is_taken_away(
    as_alice: Client, client: Client, team: Team
) -> None:
    output = json.dumps({"a": KEY, "password": "CANARYPASSWORD"}).encode()
    make.make_result(team=team, output=output)
    rows = as_alice.get(SHARE).context["page"].found
    ids = [row.finding.id for row in rows]

    assert [(row.what, row.where) for row in rows] == [
        ("an API key", "in the output, a"),
        ("the value of “password”", "in the output, password"),
    ]
    chosen = {"offered": ids, "mask": ids[1:]}
    preview = as_alice.post(SHARE, WHOLE | chosen | {"preview": ""}).content.decode()
    assert KEY in preview
    assert "CANARYPASSWORD" not in preview
    row = make_link(as_alice, **chosen)
    assert (row.found_count, row.shown_count) == (2, 1)
    url = as_alice.get("/t/acme/shares/").context["page"].live[0].url
    for place in ("", "output?as=raw", "output?as=json", "branch/?as=text", "branch/?view=text"):
        told = client.get(url.removeprefix("http://testserver") + place).content.decode()
        assert KEY in told, place
        assert "CANARYPASSWORD" not in told, place
    assert "not masked: 1" in AuditEvent.objects.get(action="share.created").subject


def test_what_was_not_offered_is_masked_all_the_same(
    as_alice: Client, client: Client, team: Team
) -> None:
    make.make_result(team=team, output=json.dumps({"a": KEY}).encode())

    for forged in ({}, {"offered": ["A" * 16]}, {"offered": ["x"], "mask": []}):
        make_link(as_alice, **forged)
        url = as_alice.get("/t/acme/shares/").context["page"].live[0].url
        assert KEY not in client.get(url.removeprefix("http://testserver")).content.decode()


def test_the_preview_follows_a_part_that_an_address_names(as_alice: Client, team: Team) -> None:
    rich_result(team)

    page = as_alice.get(SHARE, {"scope": "part", "pointer": "/part"})

    shown = page.context["page"].preview.output.tree.children
    assert {each.node.pointer: each.node.text for each in shown}["/said"] == "in the part"
    assert b'value="/part"' in page.content


def test_t6_names_in_an_output_are_only_text(as_alice: Client, team: Team) -> None:
    output = {"<img src=x>": {"password\u202e<script>": "hunter2xyz"}}
    make.make_result(team=team, output=json.dumps(output).encode())

    page = as_alice.get(SHARE).content.decode()

    assert "<img src=x>" not in page
    assert "<script>" not in page
    assert "\u202e" not in re.sub(r'="[^"]*"', "", page)
    assert "hunter2xyz" not in page
    assert "password" in page
