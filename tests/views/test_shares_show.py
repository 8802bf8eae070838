"""The share links of a team: members find their addresses again, viewers only that they exist."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from results.domain.disclosure import Choices, Scope
from results.models import ShareLink, Team
from results.services import sharing
from results.services.sharing import Terms
from tests import make
from tests.views.sharing import rich_result
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

PAGE = "/t/acme/shares/"


def shared(team: Team, by: Any) -> str:
    result = make.make_result(team=team)
    link = sharing.share(result=result, by=by, now=timezone.now())
    assert link.token is not None
    return link.token


def test_it_works(as_alice: Client, alice: Any, team: Team, settings: Any) -> None:
    settings.SITE_URL = "https://runs.example"
    token = shared(team, alice)

    response = as_alice.get(PAGE, headers={"Host": "localhost"})

    assert response.status_code == 200
    assert f"https://runs.example/s/{token}/" in response.content.decode()
    assert b"expires on" in response.content


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    assert_hidden(as_charlie, PAGE)


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, PAGE)


def test_a_viewer_sees_no_token(as_bob: Client, alice: Any, team: Team) -> None:
    token = shared(team, alice)

    response = as_bob.get(PAGE)

    assert b"run_stored1" in response.content
    assert token.encode() not in response.content
    assert b"Revoke" not in response.content


def test_a_dead_link_shows_no_address(as_alice: Client, alice: Any, team: Team) -> None:
    token = shared(team, alice)
    created = timezone.now() - timedelta(days=9)
    ShareLink.objects.update(created_at=created, expires_at=created + timedelta(days=1))

    expired = as_alice.get(PAGE)
    ShareLink.objects.update(revoked_at=timezone.now())
    revoked = as_alice.get(PAGE)

    assert b"expired" in expired.content
    assert b"revoked on" in revoked.content
    assert token.encode() not in expired.content + revoked.content
    assert b"Revoke</button>" not in expired.content + revoked.content


def test_nothing_shared_is_said(as_alice: Client, team: Team) -> None:
    assert b"Nothing is shared" in as_alice.get(PAGE).content


def test_links_outlive_their_maker(as_alice: Client, team: Team) -> None:
    leaver = make.make_user(name="leaver")
    shared(team, leaver)
    leaver.delete()

    assert b"somebody who left" in as_alice.get(PAGE).content


def test_a_wrong_ring_lists_links_without_addresses(
    as_alice: Client, alice: Any, team: Team, settings: Any
) -> None:
    token = shared(team, alice)
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="

    response = as_alice.get(PAGE)

    assert response.status_code == 200
    assert b"run_stored1" in response.content
    assert token.encode() not in response.content


def test_links_of_other_teams_are_not_listed(as_alice: Client, alice: Any, team: Team) -> None:
    shared(make.make_team(name="Elsewhere"), alice)

    assert b"run_stored1" not in as_alice.get(PAGE).content


def test_each_link_says_what_it_opens_for_whom_and_how(
    as_alice: Client, as_bob: Client, alice: Any, team: Team
) -> None:
    result = rich_result(team)
    terms = Terms(never_expires=True, label="Jane at Foo", passcode="open sesame")
    choices = Choices(Scope.PART, "/part")
    sharing.share(result=result, choices=choices, terms=terms, by=alice, now=timezone.now())

    page = as_alice.get(PAGE).content.decode()

    for told in (
        "Jane at Foo",
        "one part of the output: part",
        "1 masked",
        "never expires",
        ">passcode<",
        "alice",
    ):
        assert told in page, told
    # Names in an output are part of it, and a viewer finds no link's choices.
    assert "one part of the output: part" not in as_bob.get(PAGE).content.decode()


def test_links_of_one_run_can_be_had_alone(as_alice: Client, alice: Any, team: Team) -> None:
    for number in (1, 2):
        result = make.make_result(team=team, run_id=f"run_stored{number}")
        sharing.share(result=result, by=alice, now=timezone.now())

    page = as_alice.get(PAGE, {"run": "run_stored2"}).context["page"]

    assert [row.link.row.result.run_id for row in page.links] == ["run_stored2"]
    for strange in ("run_never", "run_\x00x", "x" * 5_000):
        assert as_alice.get(PAGE, {"run": strange}).context["page"].links == []


def test_links_that_have_ended_are_folded_away(as_alice: Client, alice: Any, team: Team) -> None:
    result = rich_result(team)
    live = sharing.share(result=result, by=alice, now=timezone.now())
    gone = sharing.share(result=result, by=alice, now=timezone.now())
    sharing.revoke(row=gone.row, by=alice, now=timezone.now())

    page = as_alice.get(PAGE)

    assert [row.link.row.pk for row in page.context["page"].live] == [live.row.pk]
    assert [row.link.row.pk for row in page.context["page"].ended] == [gone.row.pk]
    assert b'<details class="ended">' in page.content
