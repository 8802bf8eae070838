"""Links to one rich result, made as members make them; it asserts nothing."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone

from results.domain.disclosure import Choices
from results.models import StoredResult, Team
from results.services import sharing
from results.services.sharing import Terms
from tests import make

PASSCODE = "open sesame"
KEY = "tr_prod_CANARYKEY00000000A1b2"

PART = {"said": "in the part", "list": [{"x": 1}, {"x": 2}], "password": "CANARYPASSWORD"}
OUTPUT = {
    "CANARYNAME": {"deep": ["CANARYVALUE"]},
    "part": PART,
    "rows": [{"CANARYCOLUMN": 1}, {"CANARYCOLUMN": 2}],
}
DETAILS = {
    "payload": {"card": "CANARYPAYLOAD"},
    "metadata": {"step": "CANARYMETADATA"},
    "tags": ["CANARYTAG"],
    "version": "CANARYVERSION",
}
OUTSIDE = ("CANARYNAME", "CANARYVALUE", "CANARYCOLUMN")
WITHHELD = ("CANARYPASSWORD", "CANARYPAYLOAD", "CANARYMETADATA", "CANARYTAG", "CANARYVERSION")


def rich_result(team: Team, **facts: Any) -> StoredResult:
    """A result with something in every corner."""
    sent = {"output": json.dumps(OUTPUT).encode(), "details": json.dumps(DETAILS).encode()}
    return make.make_result(team=team, **sent | facts)


def shared(
    team: Team,
    by: Any,
    choices: Choices = sharing.WHOLE,
    *,
    passcode: str = "",
    result: StoredResult | None = None,
) -> str:
    """The address of a new link."""
    made = sharing.share(
        result=result or rich_result(team),
        choices=choices,
        terms=Terms(passcode=passcode),
        by=by,
        now=timezone.now(),
    )
    return f"/s/{made.token}/"
