"""The operators' pages keep the strict policy: nothing inline, nothing from elsewhere."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from results.models import Team
from tests.guards.stage import set_stage

VIOLATIONS = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>|<style\b|\sstyle=|\son[a-z]+="
    r"|javascript:|(?:src|action)=\"(?:https?:)?//",
    re.IGNORECASE,
)


def test_no_page_breaks_the_policy(as_dora: Client, alice: Any, team: Team) -> None:
    for name, address in set_stage(team=team, by=alice).admin_pages.items():
        page = as_dora.get(address).content.decode()
        assert VIOLATIONS.findall(page) == [], name
