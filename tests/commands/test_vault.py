"""`vault`: counts, rotates, checks; status 1 and one line when something does not open."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from results.models import FormerKey, ProjectKey, ResultBody, Team
from tests import make

K1, K2 = (
    f"{name}:" + base64.b64encode(byte * 32).decode() for name, byte in (("k1", b"1"), ("k2", b"2"))
)


@pytest.fixture(autouse=True)
def _first_ring(settings: Any) -> None:
    settings.VAULT_KEYS = K1


@pytest.fixture
def full(_first_ring: None, team: Team) -> Team:
    make.make_key(team=team)
    make.make_result(team=team)
    return team


def vault(*words: str) -> str:
    out = io.StringIO()
    call_command("vault", *words, stdout=out, stderr=out)
    return out.getvalue()


def rows(text: str) -> list[list[str]]:
    """The lines below the headings, cell by cell."""
    lines = [line.split(maxsplit=3) for line in text.splitlines() if line.strip()]
    return [line for line in lines if line[0] not in ("master", "generation")]


def test_status_counts_by_master_key_and_generation(full: Team, settings: Any) -> None:
    settings.VAULT_KEYS = f"{K2},{K1}"

    assert rows(vault("status")) == [
        ["k2", "0", "0", "in the ring, wraps"],
        ["k1", "1", "2", "in the ring, still needed: run vault rotate"],
        ["1", "1", "2", "k1"],
    ]

    assert "1 data keys were wrapped with k2." in vault("rotate")

    assert rows(vault("status"))[:2] == [
        ["k2", "1", "2", "in the ring, wraps"],
        ["k1", "0", "0", "can be dropped from the ring"],
    ]


def test_data_keys_are_replaced_and_every_value_sealed_anew(full: Team) -> None:
    said = vault("rotate", "--data-keys")

    assert "acme: 2 values sealed anew" in said
    assert "1 teams got a new data key; 2 values were sealed anew." in said
    assert rows(vault("status"))[1:] == [
        ["2", "1", "2", "k1"],
        ["1", "1", "0", "k1, replaced, kept while something needs it"],
    ]
    assert vault("check") == "2 values open.\n"
    assert FormerKey.objects.count() == 1


def test_t10_a_ring_without_the_key_is_said_and_changes_nothing(full: Team, settings: Any) -> None:
    settings.VAULT_KEYS = K2
    before = list(Team.objects.values()), list(ResultBody.objects.values())

    with pytest.raises(CommandError, match="The key ring lacks k1"):
        vault("status")
    for words in (("rotate",), ("rotate", "--data-keys"), ("check",), ("check", "--fingerprints")):
        with pytest.raises(CommandError, match="1 do not open"):
            vault(*words)

    assert (list(Team.objects.values()), list(ResultBody.objects.values())) == before


def test_t10_another_key_of_the_same_name_is_said(full: Team, settings: Any) -> None:
    settings.VAULT_KEYS = K2.replace("k2", "k1")
    out = io.StringIO()

    with pytest.raises(CommandError, match="The key ring lacks k1"):
        call_command("vault", "status", stdout=out)

    assert "WRONG: 1 data keys do not open" in out.getvalue()


@pytest.mark.parametrize("ring", ["", "CANARY", "k1:CANARY"])
def test_t10_a_malformed_ring_is_one_line_without_any_of_it(
    db: None, settings: Any, ring: str
) -> None:
    settings.VAULT_KEYS = ring

    with pytest.raises(CommandError, match="VAULT_KEYS is malformed") as said:
        vault("status")

    assert "CANARY" not in str(said.value)


def test_t10_check_names_what_does_not_open(full: Team) -> None:
    body = ResultBody.objects.get()
    ResultBody.objects.update(sealed_output=make.damaged(body.sealed_output))
    out = io.StringIO()

    with pytest.raises(CommandError, match="1 do not open; nothing of them was changed"):
        call_command("vault", "check", stdout=out, stderr=out)

    assert "1 values open." in out.getvalue()
    assert f"acme: results.output {body.pk}: the key does not fit" in out.getvalue()


def test_a_sample_opens_some_of_every_kind(full: Team) -> None:
    for number in range(5):
        make.make_result(team=full, run_id=f"run_{number}")

    assert vault("check") == "7 values open.\n"
    assert vault("check", "--sample", "2") == "3 values open.\n"
    with pytest.raises(CommandError, match="at least one"):
        vault("check", "--sample", "0")


def test_fingerprints_are_noted_on_demand_and_a_twin_keeps_none(full: Team) -> None:
    make.make_key(team=full, project="Twin")
    make.make_key(team=full, secret="tr_dev_AnotherKey0000000000A1")

    assert vault("check") == "4 values open.\n"
    assert not ProjectKey.objects.filter(fingerprint__isnull=False).exists()
    vault("check", "--fingerprints")
    vault("check", "--fingerprints")

    assert ProjectKey.objects.filter(fingerprint__isnull=False).count() == 2
