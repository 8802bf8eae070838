"""Owners who forge what they send reach nothing of another team, on either administration."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLResolver, get_resolver

from results.models import Membership, Role, Team
from results.services import members
from tests import make
from tests.guards.stage import Stage, set_stage
from tests.guards.test_matrix import rows_of
from tests.views.strangers import body

SITE = "/team-admin/results"
MODELS = ("team", "membership", "projectkey", "sharelink")
# Kinds of rows that only operators have pages of.
OPERATORS = (
    "auth/user",
    "auth/group",
    "results/storedresult",
    "results/note",
    "results/auditevent",
)


@pytest.fixture
def ours(team: Team, alice: User) -> Stage:
    return set_stage(team=team, by=alice)


@pytest.fixture
def theirs(db: None) -> Stage:
    erin = make.make_user(name="erin-canarytheirs")
    bravo = make.make_team(name="CANARYTHEIRS", owner=erin)
    Team.objects.filter(pk=bravo.pk).update(slug="bravo")
    bravo.refresh_from_db()
    return set_stage(team=bravo, by=erin, canary="CANARYTHEIRS")


def rows(stage: Stage) -> dict[str, Any]:
    return {
        "team": stage.team.pk,
        "membership": Membership.objects.filter(team=stage.team).order_by("pk")[0].pk,
        "projectkey": stage.key.pk,
        "sharelink": stage.link.pk,
    }


def nothing_like(pk: Any) -> Any:
    return uuid.uuid4() if isinstance(pk, uuid.UUID) else 987_654


def everybody() -> list[dict[str, Any]]:
    return [dict(one) for one in User.objects.order_by("pk").values()]


FORGED = {
    "post": "yes",
    "team": "",
    "user": "",
    "role": "owner",
    "name": "stolen",
    "project": "stolen",
    "secret": "tr_dev_FORGEDforgedFORGEDforged01",
    "is_superuser": "1",
    "is_staff": "1",
    "slug": "stolen",
    "viewers_see_outputs": "0",
    "_saveasnew": "1",
    "_popup": "1",
}


@pytest.mark.parametrize("ending", ["change/", "delete/", "history/", ""])
@pytest.mark.parametrize("model", MODELS)
def test_t23_another_teams_row_is_one_that_never_was(
    as_alice: Client, ours: Stage, theirs: Stage, model: str, ending: str
) -> None:
    pk, before, people = rows(theirs)[model], rows_of(theirs.team), everybody()
    never = nothing_like(pk)

    for query in ("", "?_popup=1", "?_to_field=id", f"?_changelist_filters=team%3D{pk}"):
        for method in ("get", "post", "put", "delete"):
            ask = getattr(as_alice, method)
            extra = {"data": FORGED} if method == "post" else {}
            there = ask(f"{SITE}/{model}/{pk}/{ending}{query}", **extra, follow=True)
            nowhere = ask(f"{SITE}/{model}/{never}/{ending}{query}", **extra, follow=True)
            assert there.status_code == nowhere.status_code
            assert there.status_code in (400, 403, 404, 405), (method, query)
            assert body(there) == body(nowhere)
            assert "CANARYTHEIRS" not in there.text

    assert rows_of(theirs.team) == before
    assert everybody() == people


@pytest.mark.parametrize("model", MODELS)
def test_t23_lists_and_choices_hold_ones_own_rows_alone(
    as_alice: Client, ours: Stage, theirs: Stage, model: str
) -> None:
    team = theirs.team.pk
    asked = ["", f"?team__id__exact={team}", "?q=CANARYTHEIR", "?q=erin", "?all=", "?o=1.-2.3"]
    asked += ["?p=0", "?_facets=True", "?e=1", f"?_changelist_filters=x&team__id__exact={team}"]
    for query in asked:
        page = as_alice.get(f"{SITE}/{model}/{query}", follow=True)
        assert page.status_code in (200, 400), query
        assert "CANARYTHEIRS" not in page.text, query
        assert "erin-canary" not in page.text, query
        assert page.status_code == 400 or f"{SITE}/{model}/{rows(theirs)[model]}/" not in page.text
    new = as_alice.get(f"{SITE}/projectkey/add/?team={team}").text
    assert str(team) not in new
    assert "CANARYTHEIRS" not in new


@pytest.mark.parametrize(
    "query",
    [
        *("user__password__startswith=md5", "team__wrapped_key__startswith=x", "user__is_staff=1"),
        *("sealed_secret__startswith=x", "fingerprint__isnull=0", "digest=x", "opening_noted_at=x"),
        *(
            "sealed_token__startswith=x",
            "result__body__sealed_output=x",
            "wrapped_key__startswith=x",
        ),
        *("team__memberships__user__username=erin", "created_by__password__startswith=md5"),
        *("_to_field=password", "_to_field=sealed_secret", "_to_field=slug", "_to_field=id"),
        *("team__in=1", "team__slug=bravo", "team__id__in=1", "pk=1", "id__exact=1", "role__gt=a"),
        "_to_field=team",
    ],
)
@pytest.mark.parametrize("model", MODELS)
def test_t23_no_list_is_filtered_by_what_it_does_not_offer(
    as_alice: Client, ours: Stage, theirs: Stage, model: str, query: str
) -> None:
    assert as_alice.get(f"{SITE}/{model}/?{query}").status_code == 400


def test_t23_what_a_field_could_name_is_named_only_among_ones_own(
    as_alice: Client, ours: Stage, theirs: Stage
) -> None:
    before = rows_of(theirs.team)
    values = FORGED | {"team": theirs.team.pk, "api_url": "http://127.0.0.1:1"}
    del values["_saveasnew"]

    refused = as_alice.post(f"{SITE}/projectkey/add/", values)

    assert refused.status_code == 200
    assert "not one of the available choices" in refused.text
    assert FORGED["secret"][8:] not in refused.text
    assert rows_of(theirs.team) == before


def test_t23_what_no_form_has_is_not_taken(as_alice: Client, ours: Stage, theirs: Stage) -> None:
    before, people = rows_of(theirs.team), everybody()
    forged = FORGED | {"team": str(theirs.team.pk), "user": str(people[-1]["id"])}
    mine = Membership.objects.get(team=ours.team, user__username="bob")
    plain = {name: value for name, value in forged.items() if not name.startswith("_")}

    as_alice.post(f"{SITE}/membership/{mine.pk}/change/", plain | {"role": "member"})
    as_alice.post(f"{SITE}/team/{ours.team.pk}/change/", plain | {"wrapped_key": "x"})
    as_alice.post(
        f"{SITE}/projectkey/{ours.key.pk}/change/", plain | {"secret": "", "api_url": "http://e"}
    )

    mine.refresh_from_db()
    assert (mine.team, mine.user.username, mine.role) == (ours.team, "bob", "member")
    ours.team.refresh_from_db()
    assert (ours.team.name, ours.team.slug) == ("stolen", "acme")
    assert ours.team.wrapped_key
    ours.key.refresh_from_db()
    assert (ours.key.project, ours.key.api_url, ours.key.team) == (
        "Shop",
        "http://127.0.0.1:1",
        ours.team,
    )
    assert rows_of(theirs.team) == before
    assert everybody() == people


def formset(model: str, pk: Any) -> dict[str, Any]:
    """What a list that can be edited, or rows inside a form, would send."""
    told = {"_save": "Save", "form-0-id": pk, "form-0-role": "owner", "form-0-name": "stolen"}
    for prefix in ("form", "memberships", "memberships-2", "keys", "shares"):
        told |= {f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "1"}
        told |= {f"{prefix}-0-id": pk, f"{prefix}-0-DELETE": "on", f"{prefix}-0-role": "owner"}
    return told


@pytest.mark.parametrize("model", MODELS)
def test_t23_numbers_of_rows_in_lists_are_not_followed(
    as_alice: Client, ours: Stage, theirs: Stage, model: str
) -> None:
    before, pk = rows_of(theirs.team), rows(theirs)[model]
    chosen = {"_selected_action": [str(pk)], "post": "yes", "index": "0"}

    for action in ("delete_selected", "revoke", "nothing", ""):
        for extra in ({}, {"select_across": "1"}):
            as_alice.post(f"{SITE}/{model}/", {"action": action} | chosen | extra)
    as_alice.post(f"{SITE}/{model}/", formset(model, pk))
    as_alice.post(f"{SITE}/team/{ours.team.pk}/change/", {"name": "Acme"} | formset(model, pk))
    as_alice.post(f"{SITE}/{model}/add/", FORGED | {"team": str(theirs.team.pk)})

    assert rows_of(theirs.team) == before
    assert Team.objects.count() == 2


def test_t23_names_are_never_completed_and_no_other_page_is_there(
    as_alice: Client, ours: Stage, theirs: Stage
) -> None:
    alike = as_alice.get("/team-admin/never-was/")
    asked = "app_label=results&model_name=membership&field_name=user&term=e"
    pages = [f"/team-admin/autocomplete/?{asked}", "/team-admin/password_change/"]
    pages += ["/team-admin/login/", "/team-admin/logout/", f"/team-admin/r/1/{theirs.team.pk}/"]
    pages += [f"/team-admin/{name}/" for name in (*OPERATORS, "admin/logentry", "sessions/session")]
    pages += [f"/team-admin/auth/user/{ours.link.created_by_id}/password/"]

    for page in pages:
        for method in ("get", "post"):
            response = getattr(as_alice, method)(page)
            assert response.status_code == 404, page
            assert body(response) == body(alike), page
    for model in ("team", "membership", "sharelink"):
        assert as_alice.get(f"{SITE}/{model}/add/").status_code == 403
    assert as_alice.post(f"{SITE}/team/{ours.team.pk}/delete/", {"post": "yes"}).status_code == 403


def test_t23_no_page_of_the_operators_opens_for_an_owner(
    as_alice: Client, alice: User, ours: Stage, theirs: Stage
) -> None:
    alice.is_staff = True
    alice.save()
    before, people = rows_of(theirs.team), everybody()
    site: Any
    [site] = [
        one for one in get_resolver().url_patterns if getattr(one, "namespace", "") == "admin"
    ]
    names = [one for one in site.url_patterns if isinstance(one, URLResolver)]
    pages = [f"/admin/{one.pattern}{end}" for one in names for end in ("", "add/")]
    for stage in (ours, theirs):
        pages += stage.admin_pages.values()
    pages += ["/admin/autocomplete/?app_label=results&model_name=membership&field_name=user&term="]

    for page in pages:
        for method in ("get", "post"):
            response = getattr(as_alice, method)(page, FORGED)
            assert response.status_code == 302, page
            assert response["Location"].startswith("/admin/login/?next="), page

    assert rows_of(theirs.team) == before
    assert everybody() == [
        one | {"last_login": after["last_login"]}
        for one, after in zip(people, everybody(), strict=True)
    ]


def test_t23_a_member_of_one_team_and_owner_of_another_gets_the_other_alone(
    as_alice: Client, alice: User, ours: Stage, theirs: Stage
) -> None:
    members.add_member(team=theirs.team, user=alice, role=Role.MEMBER, by=None, now=make.NOW)
    pk = rows(theirs)["projectkey"]

    assert as_alice.get("/t/bravo/keys/").status_code == 200
    assert as_alice.get(f"{SITE}/projectkey/{pk}/change/").status_code == 404
    assert "CANARYTHEIRS" not in as_alice.get(f"{SITE}/team/").text
    members.add_member(team=theirs.team, user=alice, role=Role.OWNER, by=None, now=make.NOW)
    assert as_alice.get(f"{SITE}/projectkey/{pk}/change/").status_code == 200


@pytest.mark.parametrize("page", ["team/?q=a%00b", "membership/?q=%00", "projectkey/?q=%00"])
def test_an_address_with_a_nul_is_not_understood(as_alice: Client, ours: Stage, page: str) -> None:
    assert as_alice.get(f"{SITE}/{page}").status_code == 400


@pytest.mark.parametrize("key", ["nonsense", "-1", "9" * 30, "%00", "a b", "_3F", "1/2"])
@pytest.mark.parametrize("model", MODELS)
def test_what_is_no_key_of_a_row_is_not_there(
    as_alice: Client, ours: Stage, model: str, key: str
) -> None:
    for ending in ("change/", "delete/", "history/"):
        assert as_alice.get(f"{SITE}/{model}/{key}/{ending}").status_code in (400, 404)
