"""Authenticator apps and recovery codes: asked for, limited, sealed, and written down without values."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client

from results.models import AuditEvent, Team
from results.services import ring_report, rotation, second_factors
from tests import make
from tests.accounts.codes import code_of, prove, signed_in, with_app

STEP = "/accounts/second-step/"


@pytest.fixture
def secret(alice: User) -> str:
    """The secret of alice's authenticator app."""
    return with_app(signed_in(alice))


def is_in(client: Client) -> bool:
    return client.get("/accounts/").status_code == 200


def test_a_password_alone_is_not_enough_any_more(alice: User, secret: str) -> None:
    client = signed_in(alice)
    assert not is_in(client)
    page = client.get(STEP).content.decode()
    assert "Second step" in page
    assert "Use a passkey" not in page, "there is none"

    with time_machine.travel(make.NOW + timedelta(days=9000)):
        later = signed_in(alice)
        assert later.post(STEP, {"code": code_of(secret)})["Location"] == "/"
        assert is_in(later)


def test_the_way_back_survives_the_second_step(alice: User, secret: str) -> None:
    with time_machine.travel(make.NOW + timedelta(days=9000)):
        client = Client()
        values = {"username": "alice", "password": "password", "next": "/t/acme/keys/"}
        client.post("/accounts/login/", values)

        assert client.post(STEP, {"code": code_of(secret)})["Location"] == "/t/acme/keys/"


def test_a_code_works_once(alice: User, secret: str) -> None:
    with time_machine.travel(make.NOW + timedelta(days=9000), tick=False):
        code = code_of(secret)
        assert signed_in(alice).post(STEP, {"code": code}).status_code == 302

        assert "Incorrect code" in signed_in(alice).post(STEP, {"code": code}).content.decode()


def test_nobody_comes_to_the_second_step_without_the_first(client: Client, secret: str) -> None:
    for ask in (client.get, client.post):
        assert ask(STEP, {"code": code_of(secret)})["Location"] == "/accounts/login/"


def test_t13_the_sixth_wrong_code_is_refused_unread(alice: User, secret: str, team: Team) -> None:
    with time_machine.travel(make.NOW + timedelta(days=9000), tick=False) as clock:
        clients = [signed_in(alice), signed_in(alice)]
        for number in range(5):
            wrong = clients[number % 2].post(STEP, {"code": f"{number:06}"})
            assert "Incorrect code" in wrong.content.decode()

        for client in clients:
            refused = client.post(STEP, {"code": code_of(secret)})
            assert "Too many wrong codes" in refused.content.decode()
        assert AuditEvent.objects.filter(action="account.sign_in_limited").count() == 1

        clock.shift(timedelta(minutes=5))
        assert clients[0].post(STEP, {"code": code_of(secret)}).status_code == 302


def test_each_recovery_code_works_once(alice: User, secret: str) -> None:
    with time_machine.travel(make.NOW + timedelta(days=9000)):
        client = signed_in(alice)
        client.post(STEP, {"code": code_of(secret)})
        prove(client)
        page = client.get("/accounts/recovery/").content.decode()
        codes = re.findall(
            r"^[0-9a-f]{8,}$", page.partition("<pre")[2].partition(">")[2], re.MULTILINE
        )
        assert len(codes) >= 8
        assert codes[0] in client.get("/accounts/recovery/codes.txt").content.decode()

        assert signed_in(alice).post(STEP, {"code": codes[0]}).status_code == 302
        again = signed_in(alice).post(STEP, {"code": codes[0]})
        assert "Incorrect code" in again.content.decode()


def test_what_matters_asks_for_the_password_again(alice: User) -> None:
    client = signed_in(alice)

    for page in ("app/add/", "passkeys/add/", "recovery/new/"):
        asked = client.get(f"/accounts/{page}")
        assert asked["Location"].startswith("/accounts/reauthenticate/?next="), page
    wrong = client.post("/accounts/reauthenticate/", {"password": "CANARYWRONG"})
    assert b"CANARYWRONG" not in wrong.content
    assert client.get("/accounts/app/add/").status_code == 302


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_t16_proving_who_one_is_never_leads_elsewhere(alice: User, target: str) -> None:
    client = signed_in(alice)

    done = client.post("/accounts/reauthenticate/", {"password": "password", "next": target})

    assert done["Location"] == "/"


def test_the_picture_shows_the_secret_to_its_owner_alone(alice: User, bob: User) -> None:
    client = signed_in(alice)
    prove(client)
    client.get("/accounts/app/add/")

    picture = client.get("/accounts/app/picture.svg")

    assert picture["Content-Type"] == "image/svg+xml"
    assert b"<svg" in picture.content
    assert b"style" not in picture.content
    assert "no-store" in picture["Cache-Control"]
    assert Client().get("/accounts/app/picture.svg").status_code == 302


def test_removing_the_app_ends_the_second_step(alice: User, secret: str) -> None:
    with time_machine.travel(make.NOW + timedelta(days=9000)):
        client = signed_in(alice)
        client.post(STEP, {"code": code_of(secret)})
        prove(client)

        client.post("/accounts/app/remove/")

        assert is_in(signed_in(alice))
        assert not Authenticator.objects.exists()


def test_t24_changes_are_written_down_by_name(
    alice: User, team: Team, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        secret = with_app(signed_in(alice))

    told = AuditEvent.objects.filter(action="account.changed").order_by("pk")
    assert [event.subject for event in told] == [
        "alice: added authenticator app",
        "alice: added recovery codes",
    ]
    assert secret not in str(list(AuditEvent.objects.values()))


def test_t9_no_secret_is_in_the_clear(alice: User, secret: str, caplog: Any) -> None:
    rows = list(Authenticator.objects.values())
    assert len(rows) == 2
    assert secret not in str(rows)
    for row in rows:
        text = row["data"].get("secret") or row["data"].get("seed")
        assert text.startswith("k1.")
        assert second_factors.open_sealed(text)


def two_keys(first: str = "k2") -> str:
    ring = {"k1": bytes(range(32)), "k2": bytes(range(32, 64))}
    ids = [first, "k1" if first == "k2" else "k2"]
    return ",".join(f"{name}:{base64.b64encode(ring[name]).decode()}" for name in ids)


def test_t10_a_new_master_key_seals_second_factors_anew(
    alice: User, secret: str, settings: Any
) -> None:
    settings.VAULT_KEYS = two_keys()
    by_id = {key.key_id: key for key in ring_report.status().master_keys}
    assert by_id["k1"].factors == 2
    assert not by_id["k1"].can_be_dropped

    assert rotation.rewrap(by=None, now=make.NOW).factors == 2
    assert rotation.rewrap(by=None, now=make.NOW).factors == 0

    by_id = {key.key_id: key for key in ring_report.status().master_keys}
    assert by_id["k1"].can_be_dropped
    settings.VAULT_KEYS = two_keys().split(",")[0]
    with time_machine.travel(make.NOW + timedelta(days=9000)):
        assert signed_in(alice).post(STEP, {"code": code_of(secret)}).status_code == 302


def test_t10_a_wrong_ring_is_said_and_lets_nobody_past(
    alice: User, secret: str, settings: Any
) -> None:
    before = list(Authenticator.objects.values("data"))
    settings.VAULT_KEYS = two_keys().split(",")[0]

    refused = signed_in(alice).post(STEP, {"code": code_of(secret)})

    assert "cannot be opened with this instance" in refused.content.decode()
    assert rotation.rewrap(by=None, now=make.NOW).factors == 0
    assert [
        row["data"]["secret"] for row in Authenticator.objects.filter(type="totp").values()
    ] == [row["data"]["secret"] for row in before if "secret" in row["data"]]
    assert ring_report.status().master_keys[-1].is_missing


def test_an_operator_helps_somebody_who_lost_them(
    as_dora: Client, alice: User, secret: str, team: Team
) -> None:
    chosen = {"action": "remove_second_factors", "_selected_action": [str(alice.pk)]}

    page = as_dora.post("/admin/auth/user/", chosen, follow=True)

    assert "Second factors were removed from alice." in page.content.decode()
    assert is_in(signed_in(alice))
    told = AuditEvent.objects.get(actor="dora", action="account.changed")
    assert (told.team_id, told.subject) == (team.pk, "alice: removed all second factors")


@pytest.mark.parametrize(
    "credential",
    ["", "{", "[]", "1", "null", '"x"', "{}", '{"id": 1}', '{"response": {"userHandle": 7}}'],
)
def test_what_is_no_passkey_lets_nobody_in(client: Client, alice: User, credential: str) -> None:
    client.get("/accounts/passkeys/login/", headers={"Accept": "application/json"})

    response = client.post("/accounts/passkeys/login/", {"credential": credential})

    assert response["Location"] == "/accounts/login/"
    assert client.get("/accounts/").status_code == 302


def test_t17_a_passkey_is_for_the_host_of_this_instance(client: Client, db: None) -> None:
    response = client.get(
        "/accounts/passkeys/login/", headers={"Accept": "application/json", "Host": "localhost"}
    )

    assert response.json()["request_options"]["publicKey"]["rpId"] == "testserver"
