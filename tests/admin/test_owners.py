"""The owners' site: what owners do with their own teams, and that everything is written down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from results.models import AuditEvent, Membership, ProjectKey, Role, ShareLink, Team
from results.sandbox.scenarios import SANDBOX_KEYS
from results.sandbox.server import Sandbox
from results.services import members
from tests import make
from tests.admin.test_policy import VIOLATIONS
from tests.guards.stage import Stage, set_stage

SITE = "/team-admin/results"


@pytest.fixture
def stage(team: Team, alice: User) -> Stage:
    return set_stage(team=team, by=alice)


def of(team: Team, name: str) -> Membership:
    return Membership.objects.get(team=team, user__username=name)


def events() -> list[tuple[str, str]]:
    return list(AuditEvent.objects.order_by("-pk").values_list("action", "subject"))


def pages(stage: Stage) -> list[str]:
    rows = {
        "team": stage.team,
        "membership": of(stage.team, "bob"),
        "projectkey": stage.key,
        "sharelink": stage.link,
        "invitation": stage.invitation,
    }
    found = ["/team-admin/", f"{SITE}/", f"{SITE}/projectkey/add/", "/team-admin/jsi18n/"]
    for name, row in rows.items():
        found += [f"{SITE}/{name}/", f"{SITE}/{name}/{row.pk}/change/"]
        found += [] if name in ("team", "invitation") else [f"{SITE}/{name}/{row.pk}/delete/"]
    return found


def test_an_owner_sees_every_page_and_the_policy_holds(as_alice: Client, stage: Stage) -> None:
    for page in pages(stage):
        response = as_alice.get(page)
        assert response.status_code == 200, page
        assert VIOLATIONS.findall(response.text) == [], page
        for secret in (stage.token, make.KEY[8:20], "CANARY", "md5$"):
            assert secret not in response.text, (page, secret)


@pytest.mark.parametrize("who", ["as_bob", "as_charlie", "as_dora"])
def test_for_everybody_else_there_is_nothing(request: Any, who: str, stage: Stage) -> None:
    client = request.getfixturevalue(who)
    User.objects.update(is_staff=True)
    members.add_member(
        team=stage.team, user=User.objects.get(username="bob"), role=Role.MEMBER, by=None,
        now=make.NOW,
    )  # fmt: skip

    for page in pages(stage):
        assert client.get(page).status_code == 404, page
        assert client.post(page).status_code == 404, page


def test_nobody_is_asked_to_sign_in(client: Client, stage: Stage) -> None:
    for page in pages(stage):
        response = client.get(page)
        assert response.status_code == 302
        assert response["Location"] == f"/accounts/login/?next={page}"


def test_it_ends_with_the_role_at_the_next_request(
    as_alice: Client, stage: Stage, alice: User, bob: User
) -> None:
    assert as_alice.get("/team-admin/").status_code == 200
    members.add_member(team=stage.team, user=alice, role=Role.MEMBER, by=None, now=make.NOW)

    assert as_alice.get("/team-admin/").status_code == 404

    members.add_member(team=stage.team, user=alice, role=Role.OWNER, by=None, now=make.NOW)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert as_alice.get("/team-admin/").status_code == 302


def test_a_role_is_changed_through_the_service(as_alice: Client, team: Team) -> None:
    page = f"{SITE}/membership/{of(team, 'bob').pk}/change/"

    assert as_alice.post(page, {"role": "member"}).status_code == 302

    assert of(team, "bob").role == "member"
    assert events()[0] == ("member.changed", "bob viewer → member")


def test_a_member_is_removed_through_the_service(as_alice: Client, team: Team) -> None:
    page = f"{SITE}/membership/{of(team, 'bob').pk}/delete/"

    assert as_alice.post(page, {"post": "yes"}).status_code == 302

    assert list(Membership.objects.values_list("user__username", flat=True)) == ["alice"]
    assert events()[0] == ("member.removed", "bob viewer")


@pytest.mark.parametrize("role", ["member", "viewer"])
def test_the_last_owner_stays(as_alice: Client, team: Team, role: str) -> None:
    row = of(team, "alice")

    refused = as_alice.post(f"{SITE}/membership/{row.pk}/change/", {"role": role})
    assert "Make somebody else an owner first" in refused.text
    assert as_alice.post(f"{SITE}/membership/{row.pk}/delete/", {"post": "yes"}).status_code == 403

    assert of(team, "alice").role == "owner"
    assert Membership.objects.count() == 2


def test_an_owner_may_go_when_there_is_another(as_alice: Client, team: Team, bob: User) -> None:
    members.add_member(team=team, user=bob, role=Role.OWNER, by=None, now=make.NOW)

    as_alice.post(f"{SITE}/membership/{of(team, 'alice').pk}/change/", {"role": "viewer"})

    assert of(team, "alice").role == "viewer"
    assert as_alice.get("/team-admin/").status_code == 404


def test_settings_are_changed_through_their_services(as_alice: Client, team: Team) -> None:
    page = f"{SITE}/team/{team.pk}/change/"
    values = {"name": "Acme Ltd", "keep_days": "30", "hide_outputs": "on"}

    for _ in range(2):
        assert as_alice.post(page, values).status_code == 302

    team.refresh_from_db()
    assert (team.name, team.keep_days, team.viewers_see_outputs) == ("Acme Ltd", 30, False)
    assert events()[:3] == [
        ("viewers.limited", "acme"),
        ("retention.changed", "30 days"),
        ("team.renamed", "Acme → Acme Ltd"),
    ]
    told = as_alice.get(page).text
    assert 'value="30"' in told
    assert 'id="id_hide_outputs" checked' in told
    assert as_alice.post(page, {"name": "Acme Ltd"}).status_code == 302
    team.refresh_from_db()
    assert (team.keep_days, team.viewers_see_outputs) == (None, True)


def test_t26_what_would_be_deleted_is_told_first(as_alice: Client, team: Team) -> None:
    make.make_result(team=team, now=timezone.now() - timedelta(days=10))
    page, values = f"{SITE}/team/{team.pk}/change/", {"name": "Acme", "keep_days": "7"}

    refused = as_alice.post(page, values)

    assert "1 stored result is older than that" in refused.text
    assert Team.objects.get().keep_days is None
    assert as_alice.post(page, values | {"delete_older": "on"}).status_code == 302
    assert Team.objects.get().keep_days == 7


def test_a_key_is_added_replaced_and_forgotten_and_never_shown(
    as_alice: Client, team: Team, api: Sandbox
) -> None:
    secret, other = SANDBOX_KEYS["dev"], SANDBOX_KEYS["prod"]
    new = {"team": team.pk, "project": "Shop", "secret": secret, "api_url": api.url}

    assert as_alice.post(f"{SITE}/projectkey/add/", new).status_code == 302
    row = ProjectKey.objects.get()
    page = f"{SITE}/projectkey/{row.pk}"
    assert row.added_by is not None
    assert row.added_by.username == "alice"
    assert secret[8:] not in as_alice.get(f"{page}/change/").text
    refused = as_alice.post(f"{page}/change/", {"secret": other})
    assert "environment" in refused.text
    assert other[8:] not in refused.text
    assert as_alice.post(f"{page}/delete/", {"post": "yes"}).status_code == 302

    assert not ProjectKey.objects.exists()
    assert [action for action, _ in events()[:2]] == ["key.forgotten", "key.stored"]


def test_invitations_are_revoked(as_alice: Client, stage: Stage) -> None:
    marked = {"action": "revoke", "_selected_action": [str(stage.invitation.pk)]}

    assert as_alice.post(f"{SITE}/invitation/", marked).status_code == 302

    stage.invitation.refresh_from_db()
    assert stage.invitation.revoked_at is not None
    assert events()[0][0] == "invitation.revoked"
    assert as_alice.post(f"{SITE}/invitation/{stage.invitation.pk}/delete/").status_code == 403


def test_links_are_revoked_and_deleted(as_alice: Client, client: Client, stage: Stage) -> None:
    marked = {"action": "revoke", "_selected_action": [str(stage.link.pk)]}

    assert as_alice.post(f"{SITE}/sharelink/", marked).status_code == 302
    assert client.get(f"/s/{stage.token}/").status_code == 404
    assert events()[0] == ("share.revoked", stage.result.run_id)
    as_alice.post(f"{SITE}/sharelink/{stage.link.pk}/delete/", {"post": "yes"})

    assert not ShareLink.objects.exists()
    assert events()[0] == ("share.deleted", stage.result.run_id)


def test_the_history_of_a_row_is_the_activity_of_its_team(as_alice: Client, stage: Stage) -> None:
    for name, pk in (("team", stage.team.pk), ("projectkey", stage.key.pk)):
        response = as_alice.get(f"{SITE}/{name}/{pk}/history/")
        assert response["Location"] == "/t/acme/activity/"


def test_django_keeps_no_log_of_its_own(as_alice: Client, team: Team) -> None:
    as_alice.post(f"{SITE}/team/{team.pk}/change/", {"name": "Other"})
    as_alice.post(f"{SITE}/membership/{of(team, 'bob').pk}/delete/", {"post": "yes"})

    assert not LogEntry.objects.exists()


def test_the_settings_page_leads_owners_there_and_nobody_else(
    as_alice: Client, as_bob: Client, team: Team
) -> None:
    page = f"{SITE}/team/{team.pk}/change/"

    assert page in as_alice.get("/t/acme/settings/").text
    assert "team-admin" not in as_bob.get("/t/acme/settings/").text
