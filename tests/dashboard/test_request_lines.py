"""Each answer is one log line: what was asked, by whom, how it ended; never a query, a token or a form."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboard.log_lines import JsonLine, OriginFilter
from results.models import Team
from results.services import personal_tokens, sharing
from tests import make


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """What the log of requests says, as the instance writes it."""
    caplog.set_level(logging.DEBUG)
    caplog.handler.addFilter(only := OriginFilter())
    formatter = JsonLine()

    def read() -> list[dict[str, Any]]:
        records = [r for r in caplog.records if r.name == "runlens.requests"]
        return [json.loads(formatter.format(record)) for record in records]

    yield read
    caplog.handler.removeFilter(only)


def test_a_line_tells_who_asked_for_what_and_how_it_ended(
    as_alice: Client, alice: Any, team: Team, lines: Any
) -> None:
    make.make_result(team=team)

    response = as_alice.get("/t/acme/runs/run_stored1/?q=CANARY")

    [line] = lines()
    assert line.pop("ms") > 0
    del line["at"]
    assert line == {
        "level": "INFO",
        "logger": "runlens.requests",
        "request_id": response["X-Request-ID"],
        "message": "answered",
        "method": "GET",
        "path": "/t/acme/runs/run_stored1/",
        "page": "runs-show",
        "status": 200,
        "user": alice.pk,
        "team": "acme",
    }


def test_a_script_is_told_by_whose_token_it_comes(
    client: Client, alice: Any, team: Team, lines: Any
) -> None:
    more: dict[str, Any] = {"lasts": timedelta(days=3_650), "by": alice, "now": make.NOW}
    made = personal_tokens.make(membership=team.memberships.get(user=alice), label="x", **more)

    client.get("/t/acme/runs/run_1.json", headers={"Authorization": f"Bearer {made.token}"})

    [line] = lines()
    assert (line["user"], line["page"], line["status"]) == (alice.pk, "runs-document", 200)
    assert made.token.removeprefix("runlens_") not in json.dumps(line)


def test_t4_a_share_link_is_not_in_it(client: Client, alice: Any, team: Team, lines: Any) -> None:
    made = sharing.share(result=make.make_result(team=team), by=alice, now=make.NOW)
    token = str(made.token)

    client.get(f"/s/{token}/")

    [line] = lines()
    assert (line["path"], line["page"]) == ("/s/[masked]/", "shares-read")
    assert token not in json.dumps(line)


def test_t9_a_form_and_a_key_in_an_address_are_not_in_it(
    as_alice: Client, team: Team, lines: Any
) -> None:
    as_alice.post("/", {"text": make.KEY})
    as_alice.get(f"/?q={make.KEY}")
    as_alice.get(f"/{make.KEY}/")

    assert len(lines()) == 3
    assert make.KEY not in json.dumps(lines())


def test_t24_an_address_with_line_ends_stays_one_line(client: Client, db: None, lines: Any) -> None:
    client.get("/nothing%0d%0a%1b[31mhere/")

    [line] = lines()
    assert line["path"] == "/nothing\\x0d\\x0a\\x1b[31mhere/"
    assert line["status"] == 404


@pytest.mark.parametrize("address", ["/health/live", "/health/ready", "/static/never.css"])
def test_probes_and_files_are_told_only_while_debugging(
    client: Client, db: None, lines: Any, address: str
) -> None:
    client.get(address)

    assert [line["level"] for line in lines()] == ["DEBUG"]


def test_a_line_costs_no_query(client: Client, db: None, lines: Any) -> None:
    with CaptureQueriesContext(connection) as queries:
        client.get("/never/was/")

    assert len(lines()) == 1
    assert len(queries) == 0
