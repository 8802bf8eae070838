"""Adding a key: tried once, kept sealed, and never in any answer again."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import Client

from results.models import AuditEvent, ProjectKey, Team
from results.models.keys import KeyAnswer
from results.sandbox.scenarios import PREVIEW_BRANCH, SANDBOX_KEYS
from results.sandbox.server import Sandbox
from results.services import keys
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

ADD = "/t/acme/keys/add/"
GOOD = SANDBOX_KEYS["dev"]


def add(client: Client, url: str, **values: str) -> Any:
    given = {"project": "Shop", "secret": GOOD, "branch": "", "api_url": url, **values}
    return client.post(ADD, given, follow=True)


def test_it_works(as_alice: Client, team: Team, api: Sandbox) -> None:
    response = add(as_alice, api.url + "/")

    assert response.redirect_chain == [("/t/acme/keys/#main", 302)]
    assert b"that is a development key. Trigger.dev accepted it" in response.content
    row = ProjectKey.objects.get()
    assert (row.team, row.environment, row.api_url) == (team, "dev", api.url)
    assert (row.prefix, row.last_four, row.last_answer) == ("tr_dev_", "0001", "accepted")
    assert GOOD.encode() not in bytes(row.sealed_secret)
    assert AuditEvent.objects.filter(actor="alice", action="key.stored").count() == 1
    assert GOOD not in response.content.decode()


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    assert_hidden(as_charlie, ADD, method="post")
    assert not ProjectKey.objects.exists()


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, ADD, method="post", back="/")


def test_after_signing_in_one_is_back_at_the_form(client: Client, team: Team) -> None:
    sender = "http://testserver/t/acme/keys/"
    response = client.post(ADD, headers={"Referer": sender})
    assert response["Location"] == "/accounts/login/?next=/t/acme/keys/"

    for elsewhere in ("https://evil.example/t/acme/keys/", "javascript:alert(1)", "//evil.example"):
        response = client.post(ADD, headers={"Referer": elsewhere})
        assert response["Location"] == "/accounts/login/?next=/"


def test_a_viewer_may_not(as_bob: Client, team: Team, api: Sandbox) -> None:
    response = add(as_bob, api.url)

    assert response.status_code == 403
    assert b"Ask an owner of the team" in response.content
    assert GOOD.encode() not in response.content
    assert api.count() == 0
    assert not ProjectKey.objects.exists()


def test_it_cannot_be_opened_by_address(as_alice: Client, team: Team) -> None:
    assert as_alice.get(ADD).status_code == 405


@pytest.mark.parametrize(
    ("secret", "place"),
    [
        (SANDBOX_KEYS["prod"], "production"),
        (SANDBOX_KEYS["stg"], "staging"),
        (f"  {GOOD}\n", "development"),
    ],
)
def test_the_environment_is_said_back(
    as_alice: Client, team: Team, api: Sandbox, secret: str, place: str
) -> None:
    response = add(as_alice, api.url, secret=secret)

    assert f"that is a {place} key" in response.content.decode()


def test_a_preview_key_needs_its_branch(as_alice: Client, team: Team, api: Sandbox) -> None:
    secret = SANDBOX_KEYS["preview"]

    without = add(as_alice, api.url, secret=secret, branch="  ")
    assert without.status_code == 400
    assert b"needs the name of its branch" in without.content
    assert api.count() == 0

    add(as_alice, api.url, secret=secret, branch=PREVIEW_BRANCH)
    assert ProjectKey.objects.get().branch == PREVIEW_BRANCH


def test_a_production_key_has_no_branch(as_alice: Client, team: Team, api: Sandbox) -> None:
    response = add(as_alice, api.url, secret=SANDBOX_KEYS["prod"], branch="main")

    assert response.status_code == 400
    assert b"has no branches" in response.content


def test_a_key_that_is_refused_is_not_stored(as_alice: Client, team: Team, api: Sandbox) -> None:
    secret = "tr_dev_CANARYkeyAAAAAAAAAAAAAA"

    response = add(as_alice, api.url, secret=secret)

    assert response.status_code == 400
    assert b"Trigger.dev refused this key, so it was not stored" in response.content
    assert secret.encode() not in response.content
    assert b'value="Shop"' in response.content
    assert not ProjectKey.objects.exists()


@pytest.mark.parametrize("fault", ["html502", "garbage", "reset", "429", "redirect"])
def test_a_key_that_could_not_be_tried_is_kept_with_a_warning(
    as_alice: Client, team: Team, api: Sandbox, fault: Any
) -> None:
    api.faults.add(fault)

    response = add(as_alice, api.url)

    assert b"It is stored, but could not be tried" in response.content
    assert ProjectKey.objects.get().last_answer == KeyAnswer.NOT_ASKED


def test_an_api_that_is_down_is_named(as_alice: Client, team: Team, api: Sandbox) -> None:
    response = add(as_alice, "http://127.0.0.1:1")

    assert b"the API refused the connection" in response.content


@pytest.mark.parametrize(
    ("secret", "says"),
    [
        ("", "This field is required"),
        ("   ", "This field is required"),
        ("CANARY", "not spelt like a secret key"),
        ("tr_dev_short", "not spelt like a secret key"),
        ("pk_dev_CANARYCANARYCANARY", "public key or token"),
        ("eyJCANARYCANARY.CANARYCANARY.CANARY", "public key or token"),
        ("tr_pat_CANARYCANARYCANARY", "personal or organisation token"),
        ("tr_dev_CANARYCANARY\x00CANARY", "Null characters"),
        ("tr_dev_" + "CANARY" * 10_000, "at most 200 characters"),
        ("tr_dev_CANARYCANARY CANARYCANARY", "not spelt like a secret key"),
        ("tr_dev_CANARYCANARYÄCANARY", "not spelt like a secret key"),
    ],
)
def test_what_is_no_key_is_explained_and_never_repeated(
    as_alice: Client,
    team: Team,
    api: Sandbox,
    secret: str,
    says: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    response = add(as_alice, api.url, secret=secret)

    assert response.status_code == 400
    assert says in response.content.decode()
    assert "CANARY" not in response.content.decode()
    assert "CANARY" not in caplog.text
    assert api.count() == 0
    assert not ProjectKey.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("project", ""),
        ("project", "   "),
        ("project", "a\x00b"),
        ("project", "x" * 81),
        ("branch", "a\x00b"),
        ("branch", "x" * 256),
        ("api_url", ""),
        ("api_url", "a\x00b"),
        ("api_url", "https://x" * 100),
    ],
)
def test_other_fields_are_checked_before_anything_is_sent(
    as_alice: Client, team: Team, api: Sandbox, field: str, value: str
) -> None:
    given = {"project": "Shop", "secret": GOOD, "branch": "", "api_url": api.url, field: value}

    response = as_alice.post(ADD, given)

    assert response.status_code == 400
    assert response.context["page"].form.errors[field]
    assert GOOD not in response.content.decode()
    assert api.count() == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254",
        "http://localhost:1",
        "http://2130706433",
        "http://[::1]",
        "https://127.1",
        "https://api.trigger.dev.evil.example",
        "https://api.trigger.dev@127.0.0.1",
        "https://user:secret@127.0.0.1",
        "http://api.trigger.dev",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "127.0.0.1",
        "https://127.0.0.1:99999",
        "https://[",
        "https://ａpi.trigger.dev",
        "https://api.trigger.dev\\@127.0.0.1",
    ],
)
def test_a_key_is_sent_only_where_an_operator_allows(
    as_alice: Client, team: Team, api: Sandbox, url: str
) -> None:
    response = add(as_alice, url)

    assert response.status_code == 400
    assert "Nothing was sent" in response.content.decode()
    assert response.context["page"].form.errors["api_url"]
    assert api.count() == 0
    assert not ProjectKey.objects.exists()


def test_nothing_but_the_fields_of_the_form_counts(
    as_alice: Client, team: Team, api: Sandbox
) -> None:
    forged = {"team": "elsewhere", "environment": "prod", "last_answer": "accepted", "id": "1"}

    add(as_alice, api.url, **forged)

    row = ProjectKey.objects.get()
    assert (row.team, row.environment) == (team, "dev")


def test_a_wrong_ring_stores_nothing_and_sends_nothing(
    as_alice: Client, team: Team, api: Sandbox, settings: Any
) -> None:
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="

    response = add(as_alice, api.url)

    assert response.status_code == 400
    assert b"cannot be opened with this instance" in response.content
    assert api.count() == 0
    assert not ProjectKey.objects.exists()


def test_what_most_projects_need_not_say_is_folded_unless_it_is_wrong(
    as_alice: Client, team: Team
) -> None:
    told = {"project": "Shop", "secret": "no key", "branch": ""}
    usual = as_alice.post(ADD, told | {"api_url": keys.default_api_url()})
    special = as_alice.post(ADD, told | {"api_url": "http://10.0.0.1"})

    assert '<details class="more">' in usual.text
    assert '<details class="more" open>' in special.text
