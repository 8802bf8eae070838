"""Scripts: small files here, one for the browser there, with nothing left out on the way."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.core.management import call_command

from dashboard.scripts import JOINED, script_addresses

SOURCES = Path(live_settings.BASE_DIR) / "static" / "js"


@pytest.fixture
def collected(settings: Any, tmp_path: Path) -> Path:
    """Where the files are collected as at the start of a real instance."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = live_settings.STORAGES | {
        "staticfiles": {"BACKEND": "dashboard.scripts.JoinedScriptsStorage"}
    }
    call_command("collectstatic", verbosity=0, interactive=False)
    return tmp_path


@pytest.mark.parametrize("joined", JOINED)
def test_a_browser_loads_one_file_with_every_part_in_its_order(
    collected: Path, joined: str
) -> None:
    [address] = script_addresses(joined)
    sent = (collected / address.removeprefix("/static/")).read_text(encoding="utf-8")
    parts = [(collected / part).read_text(encoding="utf-8") for part in JOINED[joined]]
    places = [sent.index(part) for part in parts]

    assert re.fullmatch(r"/static/js/[a-z]+\.[0-9a-f]{12}\.js", address)
    assert places == sorted(places)
    assert sent.startswith('"use strict";')


def test_collecting_again_changes_no_address(collected: Path) -> None:
    before = [script_addresses(joined) for joined in JOINED]
    call_command("collectstatic", verbosity=0, interactive=False)

    assert [script_addresses(joined) for joined in JOINED] == before


@pytest.mark.parametrize("joined", JOINED)
def test_while_developing_each_part_comes_by_itself(joined: str) -> None:
    assert script_addresses(joined) == [f"/static/{part}" for part in JOINED[joined]]


def test_no_script_is_left_out() -> None:
    templates = Path(live_settings.BASE_DIR, "templates").rglob("*.html")
    named = {found for path in templates for found in re.findall(r"js/\w+\.js", path.read_text())}
    loaded = named | {part for parts in JOINED.values() for part in parts}

    assert {f"js/{path.name}" for path in SOURCES.glob("*.js")} - loaded == set()
