"""Pages for people: links lead somewhere, and every command that they name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def anchors(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", text_of(name))

    for target, anchor in links:
        led = ((ROOT / name).parent / target).resolve() if target else ROOT / name
        assert led.exists(), target
        if anchor:
            assert anchor in anchors(led.read_text(encoding="utf-8")), (target, anchor)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_exists(name: str) -> None:
    text = text_of(name)
    targets = set(re.findall(r"^([\w-]+):", text_of("Makefile"), re.MULTILINE))

    assert set(re.findall(r"\bmanage\.py ([a-z]+)", text)) <= set(get_commands())
    for module in re.findall(r"python -m (dashboard\.\w+)", text):
        assert (ROOT / f"{module.replace('.', '/')}.py").exists()
    for target in re.findall(r"`make ([a-z-]+)|^make ([a-z-]+)", text, re.MULTILINE):
        assert set(target) - {""} <= targets


def test_every_page_is_reached_from_the_first_one() -> None:
    seen, ahead = set(), ["README.md"]
    while ahead:
        name = ahead.pop()
        seen.add(name)
        for target in re.findall(r"\]\((?!https?:)([^)#]+\.md)", text_of(name)):
            led = ((ROOT / name).parent / target).resolve().relative_to(ROOT)
            if str(led) not in seen:
                ahead.append(str(led))

    assert set(NAMES) == seen
