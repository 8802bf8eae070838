"""What is offered beside a value, and above all what is not."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.domain.document import Node, NodeType
from results.domain.outputs import decode
from results.domain.packet import Packet
from results.domain.previews import Preview, preview_of


def of(value: object) -> Preview | None:
    return preview_of(decode(Packet(json.dumps(value).encode(), "application/json")).root)


def leaf(text: str, type_: NodeType) -> Node:
    return Node("", None, type_, text=text, length=len(text))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T12:00:00Z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01T12:00:00.123Z", datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)),
        ("2026-03-01T12:00:00.123456789Z", datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)),
        ("2026-03-01 12:00+05:45", datetime(2026, 3, 1, 6, 15, tzinfo=UTC)),
        ("2026-03-01T12:00:00-0800", datetime(2026, 3, 1, 20, tzinfo=UTC)),
    ],
)
def test_a_date_with_a_zone_is_a_moment(text: str, moment: datetime) -> None:
    preview = of(text)
    assert preview is not None
    assert (preview.kind, preview.moment, preview.is_guess) == ("date", moment, True)


@pytest.mark.parametrize("text", ["2026-03-01T12:00:00", "2026-03-01 12:00", "2026-03-01"])
def test_a_date_without_a_zone_is_no_moment_and_says_so(text: str) -> None:
    preview = of(text)
    assert preview is not None
    assert (preview.kind, preview.moment) == ("date", None)
    assert "zone" in preview.label


@pytest.mark.parametrize(
    "text",
    ["2026", "20260301", "2026-13-01", "2026-02-30T00:00:00Z", "2026-03-01T25:00:00Z", "12:00:00",
     "2026-W10-1", " 2026-03-01", "2026-03-01T12:00:00Z!", "0000-00-00", "٢٠٢٦-٠٣-٠١", "2026-03-01T12"],
)  # fmt: skip
def test_what_is_no_date_is_left_alone(text: str) -> None:
    assert of(text) is None


def test_a_date_that_was_sent_as_a_date_is_no_guess() -> None:
    preview = preview_of(leaf("2026-03-01T12:00:00.000Z", "date"))
    assert preview == Preview("date", "Date", moment=datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert preview_of(leaf("+012026-03-01T12:00:00.000Z", "date")) is None


@pytest.mark.parametrize(
    ("number", "unit"),
    [(1_772_366_400, "seconds"), (1_772_366_400_000, "milliseconds"), (1_772_366_400_000_000, "microseconds")],
)  # fmt: skip
def test_a_plausible_count_since_1970_is_a_guess(number: int, unit: str) -> None:
    preview = of(number)
    assert preview is not None
    assert (preview.kind, preview.is_guess) == ("epoch", True)
    assert preview.moment == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert unit in preview.label
    assert "guess" in preview.label


@pytest.mark.parametrize(
    "number", [0, -1_772_366_400, 12, 946_684_799, 4_102_444_800, 1_772_366_400.5, 946_684_799_999,
               4_102_444_800_000_000, 2**63, True, None]
)  # fmt: skip
def test_other_numbers_are_only_numbers(number: object) -> None:
    assert of(number) is None


def test_digits_in_a_text_are_no_moment() -> None:
    assert of("1772366400") is None
    assert preview_of(leaf("1772366400", "bigint")) is not None


@pytest.mark.parametrize(
    "url",
    ["https://example.com", "http://localhost:3000/x", "HTTPS://Example.com/a?b=c&d[]=1#e",
     "https://example.com/%E2%9C%93", "http://127.0.0.1/", "http://[::1]:80/x", "https://xn--bcher-kva.example/"],
)  # fmt: skip
def test_a_plain_web_address_can_be_a_link(url: str) -> None:
    assert of(url) == Preview("url", "Web address", url=url)


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "https://user@example.com/", "https://user:pw@example.com", "//example.com",
     "https:example.com", "https://", "https:///x", "ftp://example.com", "https://exa mple.com",
     "https://example.com/\n", "\thttps://example.com", "https://example.com/\u202egpj.exe",
     "https://bücher.example/", "https://example.com\\@evil.example", "https://example.com/<b>",
     "https://example.com/%zz", "https://-a.example", "see https://example.com", "data:image/png;base64,AA",
     "https://example.com:999999/", "https://example.com/" + "a" * 3_000, "https://example.com/\"x"],
)  # fmt: skip
def test_anything_else_is_no_link(url: str) -> None:
    assert of(url) is None or of(url) == Preview("multiline", "2 lines", count=2)


def test_an_address_of_an_image_is_told_apart_by_its_path() -> None:
    for url in ("https://x.example/a.png", "https://x.example/a/B.JPEG?size=2#x"):
        assert of(url) == Preview("image-url", "Address of an image", url=url)
    for url in ("https://x.example/?a.png", "https://x.png", "https://x.example/a.png/"):
        assert of(url) == Preview("url", "Web address", url=url)


def test_a_url_that_was_sent_as_a_url_is_looked_at_as_strictly() -> None:
    assert preview_of(leaf("https://x.example/", "url")) is not None
    assert preview_of(leaf("javascript:alert(1)", "url")) is None


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#FA0", "#ffaa00"),
        ("#fa08", "#ffaa0088"),
        ("#12aBcD", "#12abcd"),
        ("#12abcd80", "#12abcd80"),
        ("rgb(255, 0, 128)", "#ff0080"),
        ("RGB(1 2 3)", "#010203"),
        ("rgba(255,0,128,0.5)", "#ff008080"),
        ("rgb(255 0 128 / 50%)", "#ff008080"),
    ],
)
def test_a_colour_becomes_hexadecimal(text: str, colour: str) -> None:
    preview = of(text)
    assert preview is not None
    assert (preview.kind, preview.colour) == ("colour", colour)


@pytest.mark.parametrize(
    "text", ["#12", "#12345", "#1234567", "#ggg", "#", "fa0", "rgb(256,0,0)", "rgb(1,2)", "rgb(1,2 3)",
             "rgba(1,2,3,2)", "rgb(1,2,3,200%)", "red", "url(#fff)", "#fff;}", "#123\n"]
)  # fmt: skip
def test_what_is_no_colour_gets_no_swatch(text: str) -> None:
    assert of(text) is None


def test_json_inside_a_text_is_counted() -> None:
    for text, count in (('{"a":1,"b":[2]}', 2), (" [1,2,3]\n", 3)):
        preview = of(text)
        assert preview is not None
        assert (preview.kind, preview.count) == ("json", count)
    for text in (
        "{}",
        "[]",
        "[x]",
        "{a:1}",
        '{"a":1',
        '"a"',
        "12",
        "[1]x",
        "[" * 2_000 + "]" * 2_000,
    ):
        assert of(text) is None


def test_line_breaks_are_counted() -> None:
    assert of("one\ntwo\r\nthree\n") == Preview("multiline", "3 lines", count=3)
    assert of("one\n") is None
    assert of("one") is None


def test_a_long_text_is_judged_only_by_its_lines() -> None:
    node = decode(
        Packet(json.dumps('["x",' + "\n1," * 5_000 + "1]").encode(), "application/json")
    ).root
    preview = preview_of(node)
    assert preview is not None
    assert preview.kind == "multiline"
    assert "or more" in preview.label
    assert of("https://example.com/" + "a" * 10_000) is None


def test_what_can_be_opened_has_no_preview() -> None:
    assert of({"a": 1}) is None
    assert of([]) is None


@given(st.text(max_size=40), st.sampled_from(["string", "number", "date", "url", "bigint", "null"]))
def test_a_preview_of_anything_is_safe_to_show(text: str, type_: NodeType) -> None:
    preview = preview_of(leaf(text, type_))
    if preview is not None and preview.url is not None:
        assert preview.url.isascii()
        assert preview.url.lower().startswith(("http://", "https://"))
        assert not set(preview.url) & set(" \"'<>\\\n\r\t") - {"'"}
