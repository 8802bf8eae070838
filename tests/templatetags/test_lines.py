"""Drawn lines are the text and nothing else: numbered, coloured, and hostile in vain."""

from __future__ import annotations

import json

import pytest

from results.domain.outputs import decode
from results.domain.packet import Packet
from results.pages.lines import lines_part
from results.templatetags.lines import numbered_lines
from tests.hostile import HOSTILE
from tests.templatetags.drawn import Element, read
from tests.templatetags.test_hostile_values import shown


def drawn(data: bytes, type_: str, after: int = 0) -> Element:
    part = lines_part(decode(Packet(data, type_)), url="/b", of="output", after=after)
    return read(numbered_lines(part))


def texts(page: Element) -> list[str]:
    return [line.text for line in page.all("li")]


def test_lines_carry_their_numbers_in_short_lists() -> None:
    page = drawn(b"line\n" * 450, "text/plain")

    assert [each.attributes["start"] for each in page.all("ol")] == ["1", "201", "401"]
    assert [line.attributes["id"] for line in page.all("li")] == [f"L{n}" for n in range(1, 451)]


def test_json_is_coloured_by_what_its_signs_are() -> None:
    page = drawn(b'{"a": [1.10, "x: \\"y\\"", true, null]}', "application/json")

    assert page.texts("key") == ['"a"']
    assert page.texts("string") == [r'"x: \"y\""']
    assert page.texts("number") == ["1.10"]
    assert page.texts("word") == ["true", "null"]
    assert json.loads("".join(texts(page))) == {"a": [1.1, 'x: "y"', True, None]}


def test_colours_of_a_terminal_go_on_from_line_to_line() -> None:
    page = drawn(b"\x1b[31mred\nstill red\x1b[0m\nplain", "text/plain")

    assert page.texts("red") == ["red", "still red"]
    assert texts(page) == ["red", "still red", "plain"]


def test_a_text_that_came_as_json_is_drawn_as_the_text_that_it_is() -> None:
    data = rb'"took 12 ms\n\u001b[31mfalse alarm\u001b[0m"'

    page = drawn(data, "application/json")

    assert texts(page) == ["took 12 ms", "false alarm"]
    assert page.texts("red") == ["false alarm"]
    assert page.texts("number") == page.texts("word") == []


def test_a_line_that_is_cut_says_so_on_both_sides() -> None:
    data = b"x" * 300_000

    first, second = drawn(data, "text/plain"), drawn(data, "text/plain", 262_144)

    assert first.all("li")[0].text.endswith("x …")
    assert second.all("li")[0].text.startswith("… x")
    assert "id" not in second.all("li")[0].attributes


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_lines_are_only_text(text: str) -> None:
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]

    page = drawn(text.encode("utf-8", "replace"), "text/plain")

    assert "\n".join(texts(page)) == shown("\n".join(lines))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_json_is_only_text(text: str) -> None:
    page = drawn(
        json.dumps({text: [text]}, ensure_ascii=False).encode("utf-8", "replace"),
        "application/json",
    )

    assert len(page.texts("key")) == 1
    assert len(page.texts("string")) == 1


def test_hidden_characters_swell_a_page_only_so_far() -> None:
    page = drawn("\u202e".encode() * 80_000, "text/plain")

    assert len(page.all("span", "hidden-mark")) <= 2_000
