"""Text, pointers, unknown types, nothing at all, and how a type is recognised."""

import json

import pytest

from results.domain.outputs import decode
from results.domain.outputs.visible import Part, has_hidden, parts, without_colours
from results.domain.packet import Packet


def test_text_is_shown_as_it_is() -> None:
    text = "line 1\nline 2\r\n{{ x }} <b> \x00 \u2028"
    document = decode(Packet(text.encode(), "text/plain"))
    assert (document.kind, document.sentence, document.notes) == ("text", None, ())
    assert document.text(1_000) == (text, False)
    assert document.leaf_text("") == text
    assert json.loads(document.as_json()) == text


def test_text_that_is_itself_json_says_so_and_offers_it() -> None:
    document = decode(Packet(b' {"a":[1,2]}', "text/plain"))
    assert document.notes == ("This text is itself JSON (an object, 1 inside).",)
    assert document.inner is not None
    assert document.inner.node_at("/a/1").text == "2"
    assert document.text(100)[0] == ' {"a":[1,2]}'


@pytest.mark.parametrize("text", ["5", '"x"', "null", "{a}", "[1,", "[x]", ""])
def test_other_text_offers_no_json(text: str) -> None:
    assert decode(Packet(text.encode(), "text/plain")).inner is None


@pytest.mark.parametrize("limit", range(12))
def test_text_is_cut_between_characters(limit: int) -> None:
    text, cut = decode(Packet("aé😀\x00bc".encode(), "text/plain")).text(limit)
    assert "aé😀\x00bc".startswith(text)
    assert len(text.encode()) <= limit
    assert cut == (limit < 10)


def test_bytes_that_are_no_text_are_kept_and_marked() -> None:
    document = decode(Packet(b"a\xff\xfeb", "text/plain"))
    assert document.raw == b"a\xff\xfeb"
    assert document.text(100) == ("a\ufffd\ufffdb", False)
    assert "not valid UTF-8" in document.notes[0]
    assert len(document.text(5)[0].encode()) <= 5


def test_a_stored_output_says_that_it_was_not_fetched() -> None:
    document = decode(Packet(b"run_a-1/output.json", "application/store"))
    assert document.kind == "pointer"
    assert "has not been fetched" in (document.sentence or "")
    assert document.root.text == "run_a-1/output.json"


@pytest.mark.parametrize(
    ("type_", "words"),
    [
        (None, "No type was sent"),
        ("", "No type was sent"),
        ("application/xml", "The type “application/xml” is not known here"),
        ("application/superjson", "is not known here"),
        ("x" * 500, "…”"),
    ],
)
def test_an_unknown_type_is_named_and_the_text_kept(type_: str | None, words: str) -> None:
    document = decode(Packet(b'{"a":1}', type_))
    assert document.kind == "raw"
    assert words in document.notes[0]
    assert len(document.notes[0]) < 250
    assert document.text(100) == ('{"a":1}', False)
    assert document.inner is not None


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("application/json; charset=utf-8", "json"),
        ("APPLICATION/JSON", "json"),
        (" application/super+json ;v=1", "superjson"),
        ("Text/Plain; charset=UTF-8", "text"),
        ("application/store;x", "pointer"),
    ],
)
def test_a_type_with_parameters_or_in_capitals_is_read_and_noted(type_: str, kind: str) -> None:
    document = decode(Packet(b'{"json":1}', type_))
    assert document.kind == kind
    assert f"The type was sent as “{type_}”" in document.notes[-1]


@pytest.mark.parametrize(
    ("packet", "sentence"),
    [
        (Packet(None, "application/json"), "The task returned nothing (undefined)."),
        (Packet(b"null", "application/json"), "The task returned null."),
        (Packet(b"", "text/plain"), "The task returned an empty text."),
        (Packet(b"{}", "application/json"), "The task returned an empty object."),
    ],
)
def test_nothing_null_empty_text_and_empty_object_are_four_different_answers(
    packet: Packet, sentence: str
) -> None:
    assert decode(packet).sentence == sentence


def test_the_flattening_route_cannot_tell_nothing_from_empty_text_and_does_not_pretend_to() -> None:
    sentence = decode(Packet(None, None, flattened=True)).sentence or ""
    assert "nothing (undefined) or an empty text" in sentence


@pytest.mark.parametrize("type_", [None, "application/super+json", "text/plain"])
def test_a_flattened_packet_is_json_whatever_its_type_and_says_so_once(type_: str | None) -> None:
    document = decode(Packet(b'{"json":{"a":1}}', type_, flattened=True))
    assert document.kind == "json"
    assert document.node_at("/json/a").text == "1"
    assert [note for note in document.notes if note.startswith("Types were flattened")] == [
        "Types were flattened by the API: dates, big integers, maps and sets arrive as plain JSON."
    ]


@pytest.mark.parametrize(("text", "told"), [(b'"2026-11-20"', True), (b'"one\\ntwo"', False)])
def test_a_text_of_several_lines_was_never_another_type(text: bytes, *, told: bool) -> None:
    notes = decode(Packet(text, None, flattened=True)).notes

    assert any(note.startswith("Types were flattened") for note in notes) is told


def test_a_flattened_text_that_is_itself_json_offers_it_too() -> None:
    document = decode(Packet(b'"{\\"a\\":[1]}"', None, flattened=True))
    assert (document.kind, document.root.text) == ("json", '{"a":[1]}')
    assert document.inner is not None
    assert document.inner.node_at("/a/0").text == "1"


def test_hidden_characters_are_made_visible() -> None:
    assert list(parts("a\x00b\x7f\x85\u202ec\u200bd\n\te\r\nf\r")) == [
        Part("text", "a"),
        Part("control", "\u2400", "U+0000"),
        Part("text", "b"),
        Part("control", "\u2421", "U+007F"),
        Part("control", "U+0085", "U+0085"),
        Part("bidi", "U+202E", "U+202E"),
        Part("text", "c"),
        Part("invisible", "U+200B", "U+200B"),
        Part("text", "d\n\te\nf"),
        Part("control", "\u240d", "U+000D"),
    ]


@pytest.mark.parametrize(
    "text", ["", "plain", "a\nb\tc\r\n", "👩\u200d👩\u200d👧 🏳️\u200d🌈", "שלום"]
)
def test_ordinary_text_has_nothing_hidden(text: str) -> None:
    assert not has_hidden(text)
    assert "".join(part.text for part in parts(text)) == text.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("codes", "styles"),
    [
        ("31", ("red",)),
        ("1;4;33", ("bold", "underline", "yellow")),
        ("97;40", ("bright-white", "on-black")),
        ("105", ("on-bright-magenta",)),
        ("38;5;9", ("bright-red",)),
        ("38;5;200", ()),
        ("38;2;1;2;3;1", ("bold",)),
        ("31;32", ("green",)),
        ("31;39", ()),
        ("1;22", ()),
        ("0", ()),
        ("", ()),
        ("999999999999", ()),
        (";;31;;", ()),
        ("38", ()),
        ("38;5", ()),
    ],
)
def test_terminal_colours_become_styles(codes: str, styles: tuple[str, ...]) -> None:
    assert list(parts(f"\x1b[{codes}mx")) == [Part("text", "x", styles=styles)]


def test_colours_end_where_they_are_reset_and_leave_the_text() -> None:
    text = "a\x1b[31mred\x1b[0mb\x9b1mc"
    assert [(part.text, part.styles) for part in parts(text)] == [
        ("a", ()),
        ("red", ("red",)),
        ("b", ()),
        ("c", ("bold",)),
    ]
    assert without_colours(text) == "aredbc"


def test_other_terminal_commands_are_shown_and_not_obeyed() -> None:
    assert list(parts("\x1b[2Jx\x1b]0;t\x07")) == [
        Part("control", "\u241b[2J", "U+001B U+005B U+0032 U+004A"),
        Part("text", "x"),
        Part("control", "\u241b", "U+001B"),
        Part("text", "]0;t"),
        Part("control", "\u2407", "U+0007"),
    ]
