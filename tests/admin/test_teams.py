"""Teams and members in the operators' site: made with a data key, changed through the services."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from results.models import AuditEvent, Membership, ProjectKey, StoredResult, Team
from results.services import sealing
from tests import make

ADD = "/admin/results/team/add/"


def rows(prefix: str, given: list[dict[str, Any]], *, initial: int = 0) -> dict[str, Any]:
    """An inline form's fields."""
    fields: dict[str, Any] = {
        f"{prefix}-TOTAL_FORMS": len(given),
        f"{prefix}-INITIAL_FORMS": initial,
    }
    for number, row in enumerate(given):
        fields |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return fields


def posted(name: str, there: list[dict[str, Any]], new: list[dict[str, Any]]) -> dict[str, Any]:
    return (
        {"name": name} | rows("memberships", there, initial=len(there)) | rows("memberships-2", new)
    )


def test_a_new_team_has_a_data_key_and_its_members(as_dora: Client, alice: User) -> None:
    response = as_dora.post(ADD, posted("Beta", [], [{"user": alice.pk, "role": "owner"}]))

    assert response.status_code == 302, response.context["errors"]
    team = Team.objects.get()
    assert team.slug == "beta"
    assert sealing.data_key(team)
    assert [m.role for m in team.memberships.all()] == ["owner"]
    events = AuditEvent.objects.filter(actor="dora", team_id=team.pk)
    assert [event.action for event in events.order_by("sequence")] == [
        "team.created",
        "member.added",
    ]


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x00b"])
def test_a_team_needs_a_name(as_dora: Client, name: str) -> None:
    response = as_dora.post(ADD, posted(name, [], []))

    assert response.status_code == 200
    assert response.context["errors"]
    assert not Team.objects.exists()


@pytest.mark.parametrize("name", ["🎉", "Новая команда", "-", "<b>x</b>"])
def test_a_team_of_any_name_has_an_address(as_dora: Client, name: str) -> None:
    as_dora.post(ADD, posted(name, [], []))
    as_dora.post(ADD, posted(name, [], []))

    assert len({team.slug for team in Team.objects.all()}) == 2


def test_a_broken_ring_makes_no_team_and_says_so(as_dora: Client, settings: Any) -> None:
    settings.VAULT_KEYS = "nonsense"

    response = as_dora.post(ADD, posted("Beta", [], []), follow=True)

    assert response.status_code == 200
    assert b"No team was made" in response.content
    assert not Team.objects.exists()
    assert not AuditEvent.objects.filter(action__startswith="team.").exists()


def test_only_the_name_of_a_team_changes(as_dora: Client, team: Team) -> None:
    before = Team.objects.values().get()
    there = [{"id": m.pk, "role": m.role, "team": team.pk} for m in team.memberships.all()]
    forged = {"slug": "forged", "ring_key_id": "forged", "wrapped_key": "forged"}

    as_dora.post(f"/admin/results/team/{team.pk}/change/", posted("Renamed", there, []) | forged)

    assert Team.objects.values().get() == before | {"name": "Renamed"}
    event = AuditEvent.objects.get(action="team.renamed")
    assert (event.actor, event.subject) == ("dora", "Acme → Renamed")


def test_roles_change_through_the_service(
    as_dora: Client, team: Team, bob: User, charlie: User
) -> None:
    there = [
        {
            "id": m.pk,
            "team": team.pk,
            "role": "member" if m.user == bob else m.role,
            "user": charlie.pk,
        }
        for m in team.memberships.all()
    ]
    new = [{"user": charlie.pk, "role": "viewer"}]

    as_dora.post(f"/admin/results/team/{team.pk}/change/", posted("Acme", there, new))

    roles = {m.user.username: m.role for m in Membership.objects.select_related("user")}
    assert roles == {"alice": "owner", "bob": "member", "charlie": "viewer"}
    events = AuditEvent.objects.filter(actor="dora", team_id=team.pk).order_by("sequence")
    assert list(events.values_list("action", "subject")) == [
        ("member.changed", "bob viewer → member"),
        ("member.added", "charlie viewer"),
    ]


def test_a_member_can_be_taken_out(as_dora: Client, team: Team, bob: User) -> None:
    there = [
        {"id": m.pk, "team": team.pk, "role": m.role, "DELETE": "on" if m.user == bob else ""}
        for m in team.memberships.all()
    ]

    as_dora.post(f"/admin/results/team/{team.pk}/change/", posted("Acme", there, []))

    assert not bob.memberships.exists()
    assert Membership.objects.count() == 1
    event = AuditEvent.objects.get(action="member.removed")
    assert (event.actor, event.subject) == ("dora", "bob viewer")


def test_adding_somebody_twice_breaks_nothing(as_dora: Client, team: Team, bob: User) -> None:
    there = [{"id": m.pk, "team": team.pk, "role": m.role} for m in team.memberships.all()]
    new = [{"user": bob.pk, "role": "owner"}]

    response = as_dora.post(f"/admin/results/team/{team.pk}/change/", posted("Acme", there, new))

    assert response.status_code in (200, 302)
    assert Membership.objects.filter(team=team, user=bob).count() == 1


def test_a_membership_of_its_own_page_keeps_its_person(
    as_dora: Client, team: Team, bob: User, charlie: User
) -> None:
    row = team.memberships.get(user=bob)

    as_dora.post(
        f"/admin/results/membership/{row.pk}/change/",
        {"user": charlie.pk, "team": team.pk, "role": "owner"},
    )

    row.refresh_from_db()
    assert (row.user, row.role) == (bob, "owner")
    assert AuditEvent.objects.filter(subject="bob viewer → owner", actor="dora").exists()


def test_deleting_a_team_takes_all_of_it_and_keeps_its_history(as_dora: Client, team: Team) -> None:
    make.make_key(team=team)
    make.make_result(team=team)
    other = make.make_team(name="Other")
    make.make_result(team=other)

    response = as_dora.post(f"/admin/results/team/{team.pk}/delete/", {"post": "yes"})

    assert response.status_code == 302
    assert list(Team.objects.all()) == [other]
    assert not ProjectKey.objects.exists()
    assert StoredResult.objects.get().team == other
    events = AuditEvent.objects.filter(team_id=team.pk).order_by("-sequence")
    assert [(e.action, e.actor) for e in events[:1]] == [("team.deleted", "dora")]


@pytest.mark.parametrize("in_bulk", [False, True])
def test_a_membership_that_ends_is_written_down(
    as_dora: Client, team: Team, bob: User, *, in_bulk: bool
) -> None:
    row = team.memberships.get(user=bob)
    chosen: dict[str, Any] = {"action": "delete_selected", "_selected_action": [str(row.pk)]}
    address = "/admin/results/membership/" + ("" if in_bulk else f"{row.pk}/delete/")

    as_dora.post(address, (chosen if in_bulk else {}) | {"post": "yes"})

    assert not bob.memberships.exists()
    assert AuditEvent.objects.get(action="member.removed").subject == "bob viewer"


@pytest.mark.parametrize("way", ["one", "many"])
def test_t26_deleting_a_team_destroys_its_data_key_first(
    as_dora: Client, team: Team, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.make_key(team=team)
    make.make_result(team=team)
    page, chosen = "/admin/results/team/", {"post": "yes"}
    if way == "one":
        page += f"{team.pk}/delete/"
        asked = as_dora.get(page).content.decode()
    else:
        chosen |= {"action": "delete_selected", "_selected_action": str(team.pk)}
        asked = as_dora.post(page, chosen | {"post": ""}).content.decode()
    assert "its data key is destroyed first" in asked
    assert "Results: 1" in asked
    assert "run_stored1" not in asked
    seen: list[bool] = []
    delete = Team.delete

    def watched(row: Team) -> Any:
        seen.append(Team.objects.get().is_shredded)
        return delete(row)

    monkeypatch.setattr(Team, "delete", watched)

    as_dora.post(page, chosen)

    assert seen == [True]
    assert not Team.objects.exists()
    assert AuditEvent.objects.get(action="team.deleted").actor == "dora"
