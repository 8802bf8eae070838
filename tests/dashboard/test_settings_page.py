"""docs/settings.md says what the code reads, no more and no less."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard import settings_page
from dashboard.env import Told

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_the_one_that_the_code_makes() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dashboard.settings_page"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    kept = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert done.stdout == kept, "make settings-page"
    assert str(ROOT) not in kept


def test_every_setting_that_the_code_names_is_in_it() -> None:
    source = (ROOT / "dashboard" / "settings.py").read_text(encoding="utf-8")
    read = re.findall(r"(?:env|server_urls)\.\w+\(\s*\"([A-Z_]+)\"", source)

    named = [name for meanings in settings_page.MEANINGS.values() for name in meanings]
    assert sorted(named) == sorted(set(read))


def test_a_setting_without_its_meaning_is_missed() -> None:
    told = [
        Told(name, "", "", "default") for part in settings_page.MEANINGS.values() for name in part
    ]

    settings_page.page(told)
    with pytest.raises(KeyError, match="NEW_ONE"):
        settings_page.page([*told, Told("NEW_ONE", "1", "1", "default")])
    with pytest.raises(KeyError):
        settings_page.page(told[1:])
