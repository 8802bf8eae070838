"""Who gets in: operators, and nobody who is only staff."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from results.models import Team
from tests.guards.stage import set_stage


def test_an_operator_sees_every_page(as_dora: Client, alice: Any, team: Team) -> None:
    for name, address in set_stage(team=team, by=alice).admin_pages.items():
        assert as_dora.get(address).status_code == 200, name


@pytest.mark.parametrize("is_staff", [True, False])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_owner_sees_none_even_as_staff(
    as_alice: Client, alice: Any, team: Team, method: str, *, is_staff: bool
) -> None:
    alice.is_staff = is_staff
    alice.save()

    for name, address in set_stage(team=team, by=alice).admin_pages.items():
        response = getattr(as_alice, method)(address)
        assert response.status_code == 302, name
        assert response["Location"].startswith("/admin/login/?next="), name


def test_a_disabled_operator_is_out(as_dora: Client, dora: Any) -> None:
    dora.is_active = False
    dora.save()

    assert as_dora.get("/admin/").status_code == 302


def test_t13_there_is_one_way_in_and_it_is_not_this_one(client: Client, dora: Any) -> None:
    page = "/admin/results/team/"

    asked = client.get(page, follow=True)
    assert asked.redirect_chain[-1] == (f"/accounts/login/?next={page}", 302)
    client.post("/admin/login/", {"username": "dora", "password": "password"})
    assert client.get("/admin/").status_code == 302

    values = {"username": "dora", "password": "password", "next": page}
    assert client.post("/accounts/login/", values)["Location"] == page
    assert client.get(page).status_code == 200
    assert client.get(f"/admin/login/?next={page}")["Location"] == page


def test_whoever_is_no_operator_is_told_so_and_not_sent_round(as_alice: Client, alice: Any) -> None:
    alice.is_staff = True
    alice.save()

    response = as_alice.get("/admin/", follow=True)

    assert response.status_code == 403
    assert len(response.redirect_chain) == 1


def test_leaving_there_is_leaving(as_dora: Client) -> None:
    assert as_dora.get("/admin/logout/").status_code == 302
    assert as_dora.get("/admin/").status_code == 200

    assert as_dora.post("/admin/logout/")["Location"] == "/accounts/login/"
    assert as_dora.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    "target", ["//evil.example", "https:///evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_elsewhere(client: Client, dora: Any, target: str) -> None:
    values = {"username": "dora", "password": "password", "next": target}

    at_the_door = client.post(f"/admin/login/?next={target}", values)
    response = client.post(f"/accounts/login/?next={target}", values)

    assert at_the_door["Location"] == "/accounts/login/?next=/admin/"
    assert response["Location"] == "/"


@pytest.mark.parametrize(
    "address",
    [
        "/admin/results/projectkey/?sealed_secret__startswith=x",
        "/admin/results/sharelink/?digest=x",
        "/admin/results/sharelink/?sealed_token__startswith=x",
        "/admin/results/team/?wrapped_key__startswith=x",
        "/admin/results/membership/?user__password__startswith=md5",
        "/admin/results/lookup/?user__password__startswith=md5",
        "/admin/auth/user/?password__startswith=md5",
        "/admin/results/storedresult/?body__sealed_output__startswith=x",
    ],
)
def test_what_is_sealed_cannot_be_filtered_by(as_dora: Client, address: str) -> None:
    assert as_dora.get(address).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "/admin/results/team/?q=%00",
        "/admin/results/storedresult/?q=%00",
        "/admin/results/storedresult/?state=nonsense&p=999999",
        "/admin/results/storedresult/?team__id__exact=nonsense",
        "/admin/results/storedresult/?o=99.-99",
        "/admin/results/team/nonsense/change/",
        "/admin/results/team/%00/change/",
        "/admin/results/projectkey/00000000-0000-0000-0000-000000000000/change/",
        "/admin/autocomplete/?app_label=results&model_name=team&field_name=x&term=a",
        "/admin/jsi18n/",
        "/admin/r/1/1/",
    ],
)
def test_odd_addresses_break_nothing(as_dora: Client, address: str) -> None:
    assert as_dora.get(address, follow=True).status_code < 500


@pytest.mark.parametrize("page", ["results/storedresult/", "auth/user/", "results/membership/add/"])
def test_an_address_with_a_nul_is_not_understood(as_dora: Client, page: str) -> None:
    response = as_dora.get(f"/admin/{page}?run_id=a%00b")

    assert response.status_code == 400
    assert "could not be understood" in response.text


@pytest.mark.parametrize("key", ["true", "-1", "9" * 30, "²", "a b"])
def test_a_row_that_cannot_be_is_not_chosen(as_dora: Client, team: Team, key: str) -> None:
    page = "/admin/results/membership/add/"

    assert as_dora.get(page, {"team": key, "user": key}).status_code == 200
    refused = as_dora.post(page, {"team": key, "user": key, "role": "viewer"})
    assert refused.status_code == 200
    assert "not one of the available choices" in refused.text
