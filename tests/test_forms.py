"""What people type becomes a value of the domain or a kind sentence, never a secret in a page."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.http import QueryDict

from results.domain.identity import ApiKey
from results.forms import LONGEST_PASTE, FindForm, KeyForm, ReplaceKeyForm
from results.models import ProjectKey, Team

KEY = "tr_dev_CANARYkeyAAAAAAAAAAAAAA"


def pasted(user: Any, text: str, team: str = "acme") -> FindForm:
    data = QueryDict(mutable=True)
    data["text"], data["team"] = text, team
    return FindForm(data, user=user, initial={})


def key(**given: str) -> KeyForm:
    values = {"project": "Shop", "secret": KEY, "branch": "", "api_url": "https://api.trigger.dev"}
    return KeyForm(values | given)


def test_a_team_is_one_of_mine(alice: Any, team: Team) -> None:
    form = pasted(alice, "run_abc")

    assert form.is_valid()
    assert form.cleaned_data["team"] == team
    assert form.cleaned_data["text"].run_ids == ("run_abc",)


def test_a_team_of_others_and_none_at_all_are_one(alice: Any, charlie: Any, team: Team) -> None:
    assert pasted(charlie, "run_abc").errors == pasted(charlie, "run_abc", "never-was").errors
    # Its number is no way in either.
    assert "team" in pasted(alice, "run_abc", str(team.pk)).errors


def test_the_longest_text_is_read_and_one_more_is_not(alice: Any, team: Team) -> None:
    fits = "run_abc" + " " * (LONGEST_PASTE - 7)

    assert pasted(alice, fits).is_valid()
    assert "text" in pasted(alice, fits + " ").errors


@pytest.mark.parametrize(
    "text",
    [
        "x" * 65_000,
        "run_" * 16_000,
        "tr_a" * 16_000,
        "eyJ-" * 16_000,
        "eyJ." * 60_000,
        "\x00" * 65_000,
    ],
)
def test_no_text_takes_long_to_read(alice: Any, team: Team, text: str) -> None:
    began = time.thread_time()
    pasted(alice, text).is_valid()

    assert time.thread_time() - began < 0.5


def test_a_key_is_a_secret_from_the_first_moment() -> None:
    form = key()

    assert form.is_valid()
    assert isinstance(form.cleaned_data["secret"], ApiKey)
    assert KEY not in repr(form.cleaned_data)
    assert KEY not in form.as_p()


@pytest.mark.parametrize("url", ["https://h/", " https://h// ", "https://h"])
def test_an_address_loses_its_last_slash(url: str) -> None:
    form = key(api_url=url)

    assert form.is_valid()
    assert form.cleaned_data["api_url"] == "https://h"


@pytest.mark.parametrize(
    ("secret", "branch", "fine"),
    [
        ("tr_preview_aaaaaaaaaaaa", "", False),
        ("tr_preview_aaaaaaaaaaaa", "feature/x", True),
        ("tr_prod_aaaaaaaaaaaa", "feature/x", False),
        ("tr_stg_aaaaaaaaaaaa", "feature/x", False),
        ("tr_dev_aaaaaaaaaaaa", "feature/x", True),
        ("tr_dev_aaaaaaaaaaaa", "", True),
    ],
)
def test_a_branch_fits_its_key(secret: str, branch: str, *, fine: bool) -> None:
    assert key(secret=secret, branch=branch).is_valid() == fine


def test_another_secret_is_of_the_same_environment() -> None:
    row = ProjectKey(environment="prod")

    assert ReplaceKeyForm({"secret": "tr_prod_aaaaaaaaaaaa"}, row=row).is_valid()
    refused = ReplaceKeyForm({"secret": KEY}, row=row)
    assert "key of the development environment" in str(refused.errors)
    assert KEY not in str(refused)
