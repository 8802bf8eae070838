"""What stands beside a value that is probably more than it looks: never fetched, never executed."""

from __future__ import annotations

import json

import pytest

from results.domain.outputs import decode
from results.domain.packet import Packet
from results.templatetags.previews import drawn_preview
from tests.hostile import HOSTILE


def beside(value: object) -> str:
    packet = Packet(json.dumps(value).encode(), "application/json")
    return drawn_preview(decode(packet).root)


def test_a_web_address_is_a_link_that_tells_nobody_where_it_was_followed() -> None:
    assert beside("https://example.com/a?b=1&c=2") == (
        ' <a class=chip href="https://example.com/a?b=1&amp;c=2" target="_blank" '
        'rel="noreferrer noopener">open</a>'
    )


def test_an_image_is_opened_by_a_click_and_never_by_itself() -> None:
    html = beside("https://example.com/cat.png")

    assert "open the image" in html
    assert "<img" not in html


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "ftp://example.com",
        "//example.com",
        "https://u:p@example.com/",
        "http://",
    ],
)
def test_what_is_no_plain_web_address_is_no_link(text: str) -> None:
    assert "<a" not in beside(text)


def test_a_colour_is_a_swatch_drawn_without_a_style() -> None:
    html = beside("#f0a")

    assert 'fill="#ff00aa"' in html
    assert "style" not in html


def test_a_number_that_may_be_a_moment_is_said_to_be_a_guess() -> None:
    html = beside(1795434125161)

    assert 'datetime="2026-11-23T11:42:05.161000Z"' in html
    assert "Mon 2026-11-23 11:42:05 UTC?" in html
    assert "guess" in html


def test_a_moment_is_told_in_utc_on_hover_and_on_focus() -> None:
    html = beside("2026-11-23T11:42:05+05:45")

    assert "tabindex=0" in html
    assert 'data-tip="Looks like a date (a guess) · Mon 2026-11-23 05:57:05 UTC"' in html


@pytest.mark.parametrize("value", ["plain", "", 3, True, None, {"a": 1}, "two\nlines", '{"a":1}'])
def test_most_values_have_nothing_beside_them(value: object) -> None:
    assert beside(value) == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_has_at_most_a_safe_link_beside_it(text: str) -> None:
    for value in (text, f"https://example.com/{text}", f"#{text}", f"2026-01-01{text}"):
        html = beside(value)
        assert "<script" not in html
        assert 'href="javascript:' not in html
        assert "onerror=hit" not in html or "&" in html
