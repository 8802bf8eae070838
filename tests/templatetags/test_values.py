"""Drawn values: what hides is shown, what is open, closed or cut is a link away, types are named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from results.domain.document import Document
from results.domain.outputs import decode
from results.domain.packet import Packet
from results.pages.tree import branch, branch_address, whole_tree
from results.templatetags.values import column_name, column_option, tree, tree_items, visible_text
from tests.templatetags.drawn import Element, read

ADDRESS = branch_address("/b", of="output")
CUT = 300


def document(value: object) -> Document:
    return decode(Packet(json.dumps(value).encode(), "application/json"))


def superjson(value: object, **types: Any) -> Document:
    sent = {"json": value, "meta": {"values": types}}
    return decode(Packet(json.dumps(sent).encode(), "application/super+json"))


def drawn(value: object) -> Element:
    return read(tree(whole_tree(document(value), ADDRESS)))


@pytest.mark.parametrize(
    ("hidden", "sign"),
    [
        ("\x00", "␀"),
        ("\x1b[2J", "␛[2J"),
        ("\x7f", "␡"),
        ("\x85", "U+0085"),
        ("\u202e", "U+202E"),
        ("\u2066", "U+2066"),
        ("\u200b", "U+200B"),
        ("\ufeff", "U+FEFF"),
        ("\u2028", "U+2028"),
    ],
)
def test_what_hides_is_shown_and_named(hidden: str, sign: str) -> None:
    page = drawn({f"k{hidden}": f"a{hidden}b"})

    assert page.texts("hidden-mark") == [sign] * len(page.all(of="hidden-mark"))
    assert page.texts("key") == [f"k{sign}"]
    assert page.texts("value") == [f"a{sign}b"]
    code = " ".join(f"U+{ord(each):04X}" for each in hidden)
    assert {mark.attributes["title"] for mark in page.all(of="hidden-mark")} == {code}


def test_terminal_colours_become_styles() -> None:
    page = read(visible_text("\x1b[1;31mred\x1b[0m plain"))

    assert page.text == "red plain"
    assert [(each.classes, each.text) for each in page.inside] == [(["bold", "red"], "red")]


@pytest.mark.parametrize("hidden", ["\u202e", "a\u202e", "\x1b[31ma\x1b[32mb"])
def test_a_text_full_of_what_hides_does_not_swell_the_page(hidden: str) -> None:
    page = drawn([hidden * 600] * 200)

    assert len(page.all()) < 200 * 60
    assert "\u202e" not in page.text
    assert len(read(visible_text(hidden * 50_000)).all()) <= 5_000


def test_emoji_made_of_several_characters_are_left_whole() -> None:
    assert drawn(["👩‍👩‍👧 هند"]).texts("value") == ["👩‍👩‍👧 هند"]


def test_the_first_levels_are_open_and_the_rest_is_not() -> None:
    page = drawn({"a": {"b": {"c": {"d": 1}}}})

    folds = page.all("details")
    assert ["open" in each.attributes for each in folds] == [True, True, False]
    assert [each.attributes.get("data-branch") for each in folds] == [
        None,
        None,
        "/b?of=output&at=/a/b",
    ]
    assert [link.attributes["href"] for link in folds[2].all("a")] == ["/b?of=output&at=/a/b"]
    assert folds[2].all("a")[0].text == "Show what is inside"


def test_a_range_names_the_next_one() -> None:
    page = drawn(list(range(250)))

    more, end = page.all("a")
    assert end.text == "the last ones"
    assert end.attributes == {
        "data-more": None,
        "data-last": None,
        "href": "/b?of=output&at=&after=200",
    }
    assert more.text == "Show 100–199 of 250"
    assert more.attributes == {"data-more": None, "href": "/b?of=output&at=&after=100"}

    last = read(tree_items(branch(document(list(range(250))), "", 100, ADDRESS)))
    assert [way.text for way in last.all("a")] == ["Show what comes before", "Show 200–249 of 250"]
    end = read(tree_items(branch(document(list(range(250))), "", 200, ADDRESS)))
    assert [way.text for way in end.all("a")] == ["Show what comes before"]


def test_a_range_beyond_the_end_leads_back() -> None:
    items = read(tree_items(branch(document([1, 2]), "", 99, ADDRESS)))

    assert [link.attributes["href"] for link in items.all("a")] == ["/b?of=output&at="]


def test_a_branch_that_is_a_leaf_shows_itself() -> None:
    found = document({"a": "x", "empty": {}})

    assert read(tree_items(branch(found, "/a", 0, ADDRESS))).texts("value") == ["x"]
    assert read(tree_items(branch(found, "/empty", 0, ADDRESS))).texts("value") == ["{}"]


def test_a_long_text_is_clamped_and_all_of_it_a_link_away() -> None:
    found = document({"a": "x" * 3_000})

    page = read(tree(whole_tree(found, ADDRESS)))
    (link,) = page.all("a")
    assert page.texts("value") == ["x" * 400]
    assert "3,000 characters" in page.text
    assert (link.text, link.attributes["href"]) == ("Show all", "/b?of=output&at=/a")

    whole = read(tree_items(branch(found, "/a", 0, ADDRESS)))
    assert whole.texts("value") == ["x" * 3_000]
    assert not whole.all("a")


def test_a_text_without_end_is_clamped_even_when_asked_for() -> None:
    whole = read(tree_items(branch(document("x" * 1_000_000), "", 0, ADDRESS)))

    assert len(whole.texts("value")[0]) == 256 * 1024
    assert "1,000,000 characters" in whole.text


def test_long_names_are_cut() -> None:
    page = drawn({"k" * 5_000: 1})

    assert page.texts("key") == ["k" * CUT + "…"]


def test_what_no_address_can_name_says_so() -> None:
    page = drawn({"k" * 5_000: {"a": {"b": 1}}})

    assert not page.all("a")
    assert not [each for each in page.all("details") if "data-branch" in each.attributes]
    assert "Too deep to be shown here" in page.text


def test_an_empty_name_can_be_seen() -> None:
    page = drawn({"": 1})

    assert page.texts("key") == []
    assert page.texts("chip")[-1] == "empty name"


@pytest.mark.parametrize(
    ("name", "signs"),
    [
        ("\t", "␉"),
        ("\n", "␊"),
        ("\r\n", "␍␊"),
        (" ", "␠"),
        ("\xa0\u3000", "U+00A0U+3000"),
        ("\u2028", "U+2028"),
        (" " * 5_000, "␠" * 40 + "…"),
    ],
)
def test_a_name_of_nothing_but_space_can_be_seen(name: str, signs: str) -> None:
    page = drawn({name: 1, f"a{name[:2]}b": 2})

    assert page.texts("key")[0] == signs
    # Between words a space is one.
    assert "␉" not in page.texts("key")[1]


@pytest.mark.parametrize(("name", "shown"), [("", "empty name"), (" ", "␠"), ("id", "id")])
def test_a_column_is_headed_as_the_tree_names_the_member(name: str, shown: str) -> None:
    assert read(column_name(name)).text == shown


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ({}, "object", "{}"),
        ([], "array", "[]"),
        (None, "null", "null"),
        (True, "boolean", "true"),
        ("", "string", ""),
        (3, "number", "3"),
    ],
)
def test_a_root_without_children_is_a_leaf(value: object, kind: str, text: str) -> None:
    page = drawn(value)

    assert not page.all("details")
    assert page.texts(kind) == [text]


def test_numbers_keep_their_spelling_and_large_ones_are_marked() -> None:
    found = decode(Packet(b"[1.10,1e400,-0,3544790567247868102]", "application/json"))

    page = read(tree(whole_tree(found, ADDRESS)))

    assert page.texts("value") == ["1.10", "1e400", "-0", "3544790567247868102"]
    assert page.texts("chip") == ["4 items", "exact"]


def test_types_are_chips() -> None:
    found = superjson(
        {"when": "2026-01-01T00:00:00.000Z", "big": "7", "nan": "NaN", "gone": None, "same": [1]},
        when=["Date"],
        big=["bigint"],
        nan=["number"],
        gone=["undefined"],
        same=["set"],
    )

    page = read(tree(whole_tree(found, ADDRESS)))

    # What the value itself says needs no chip.
    assert page.texts("chip") == ["5 members", "Date", "bigint", "Set(1)"]
    assert page.texts("value") == ["2026-01-01T00:00:00.000Z", "7", "NaN", "undefined", "1"]


def test_a_key_of_a_map_that_is_no_text_names_its_type() -> None:
    sent = b'{"json":[[1,"one"],["1","text"]],"meta":{"values":["map"]}}'
    found = decode(Packet(sent, "application/super+json"))

    page = read(tree(whole_tree(found, ADDRESS)))

    assert page.texts("key") == ["1", "1"]
    assert page.texts("chip") == ["Map(2)", "number"]


def test_a_circle_ends() -> None:
    sent = b'{"json":{"a":{"self":null}},"meta":{"referentialEqualities":{"a":["a.self"]}}}'
    found = decode(Packet(sent, "application/super+json"))

    page = read(tree(whole_tree(found, ADDRESS)))

    assert "circular → /a" in page.texts("chip")


def test_a_list_of_objects_inside_a_value_is_a_click_away_as_a_table() -> None:
    page = drawn({"items": [{"a": 1}, {"a": 2}], "one": [{"a": 1}], "texts": ["{", "[{"]})

    links = [each for each in page.all("a") if "data-table" in each.attributes]
    assert [each.attributes["href"] for each in links] == ["/b?of=output&at=/items&view=table"]


def test_the_whole_output_is_offered_as_a_table_in_one_place() -> None:
    page = drawn([{"a": 1}, {"a": 2}])

    assert not [each for each in page.all("a") if "data-table" in each.attributes]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("", "empty name"),
        (" ", "␠"),
        ("id", "id"),
        ("<b>", "&lt;b&gt;"),
        ("x" * 99, "x" * 60 + "…"),
    ],
)
def test_a_column_is_named_in_a_list_of_choices_by_text_alone(name: str, shown: str) -> None:
    assert column_option(name) == shown
