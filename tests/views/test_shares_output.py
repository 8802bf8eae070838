"""The download of a shared output: the same bytes, for whoever holds the link."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from results.domain.status import State
from results.models import Team
from results.services import sharing
from tests import make
from tests.views.strangers import body


def shared(team: Team, by: Any, **facts: Any) -> str:
    result = make.make_result(team=team, **facts)
    return f"/s/{sharing.share(result=result, by=by, now=timezone.now()).token}/output"


@pytest.mark.parametrize("sent", [b"a\x00b", b"\xed\xa0\x80", b"x" * 1_000_000])
def test_it_works(client: Client, alice: Any, team: Team, sent: bytes) -> None:
    address = shared(team, alice, output=sent, output_type="text/plain")

    response = client.get(address, {"as": "raw"})

    assert response.content == sent
    assert response["Content-Disposition"] == 'attachment; filename="run_stored1.output.txt"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "private, no-store"


def test_it_hides_what_was_never_shared(client: Client, db: None) -> None:
    assert client.get(f"/s/{'A' * 43}/output?as=raw").status_code == 404


def test_it_asks_nobody_to_sign_in(client: Client, alice: Any, team: Team) -> None:
    assert client.get(shared(team, alice)).status_code == 200


def test_a_failure_has_none(client: Client, alice: Any, team: Team) -> None:
    address = shared(team, alice, state=State.FAILED, error=b"{}")

    answer = client.get(address)

    assert answer.status_code == 404
    assert body(answer) == body(client.get(f"/s/{'A' * 43}/output"))


def test_a_wrong_ring_is_no_download(client: Client, alice: Any, team: Team, settings: Any) -> None:
    address = shared(team, alice)
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="

    assert client.get(address).status_code == 404


def test_what_is_masked_is_neither_in_a_list_as_csv_nor_found_in_one(
    client: Client, alice: Any, team: Team
) -> None:
    secret = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"
    items = [{"who": "A", "token": secret}, {"who": "B", "token": "x"}]
    output = json.dumps({"items": items}).encode()
    address = shared(team, alice, output=output)

    everything = client.get(address, {"as": "csv", "at": "/items"}).content.decode()
    found = client.get(address, {"as": "csv", "at": "/items", "rows": secret}).content.decode()

    assert "who,token" in everything
    assert secret not in everything
    assert found.splitlines()[1:] == []
