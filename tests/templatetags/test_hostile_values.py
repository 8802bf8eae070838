"""Drawn values are text and nothing else, whatever they say and wherever they say it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from results.domain.document import Node
from results.domain.outputs.visible import has_hidden, parts
from results.pages.tree import TreeNode, branch, whole_tree
from results.templatetags.values import tree, visible_text
from tests.hostile import HOSTILE
from tests.templatetags.drawn import ANYWHERE, read
from tests.templatetags.test_values import ADDRESS, CUT, document, drawn, superjson

SHOWN_AT_ONCE = 400


def shown(text: str) -> str:
    """How a text looks once everything in it is visible."""
    return "".join(part.text for part in parts(text))


def shown_name(text: str) -> str:
    return shown(text if len(text) <= CUT else text[:CUT] + "…")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_value_is_only_text(text: str) -> None:
    page = drawn([text])

    assert page.texts("value") == [shown(text)]
    assert page.texts("string") == [shown(text)]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_is_only_text(text: str) -> None:
    page = drawn({text: {text: 1}})

    assert page.texts("key") == [shown_name(text)] * 2


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_preview_is_only_text(text: str) -> None:
    page = drawn({"closed": {"deep": [text, {text: text}]}})

    assert not any(has_hidden(preview) for preview in page.texts("preview"))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_type_is_only_a_chip(text: str) -> None:
    found = superjson({"a": "x", "b": {"c": 1}}, a=[["class", text]], b=[["custom", text]])

    page = read(tree(whole_tree(found, ADDRESS)))

    assert any(shown(text[:20]) in chip for chip in page.texts("chip"))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_in_every_place_of_a_node_are_only_text(text: str) -> None:
    # Made by hand, because no encoding brings such words to some of these places.
    address = ADDRESS(text, 0)
    leaf = Node(text, text, "string", text, text, len(text), None, text, True, text, text)
    full = Node(text, text, "map", text, "", 0, 3, text, False, text, text)
    top = TreeNode(
        full,
        url=address,
        is_open=True,
        children=[TreeNode(leaf, text=text), TreeNode(full, url=address)],
        more_url=address,
        more_label=text,
    )

    page = read(tree(top))

    assert page.texts("value") == [shown(text)]
    assert page.texts("key") == [shown_name(text)] * 3
    assert page.texts("preview") == [shown(text)] * 2
    # One chip is left out, because it says what the value says.
    assert page.texts("chip").count(shown_name(text)) == 5
    assert {link.attributes["href"] for link in page.all("a")} == {address}


@pytest.mark.parametrize("text", [*HOSTILE, "a b", "ä/ö~1%2F", "&amp;", "", "+", "?#"])
def test_a_hostile_pointer_stays_inside_its_address(text: str) -> None:
    value = {text: {"x": {"y": [1]}}}

    page = drawn(value)

    (closed,) = [each for each in page.all("details") if "data-branch" in each.attributes]
    asked = parse_qs(urlsplit(str(closed.attributes["data-branch"])).query, strict_parsing=True)
    assert set(asked) == {"of", "at"}
    assert branch(document(value), asked["at"][0], 0, ADDRESS).node.key == "x"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_a_text_view_is_only_text(text: str) -> None:
    assert read(visible_text(text)).text == shown(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_address_stays_inside_its_attribute(text: str) -> None:
    cut = Node("", "k", "string", None, "x", 9)
    closed = Node("", "k", "array", None, "", 0, 3)
    top = TreeNode(
        closed,
        children=[TreeNode(cut, url=text, text="x"), TreeNode(closed, url=text)],
        more_url=text,
    )

    page = read(tree(top), address=ANYWHERE)

    folds = [each.attributes["data-branch"] for each in page.all("details")[1:]]
    links = [each.attributes["href"] for each in page.all("a")]
    assert [*folds, *links] == [text.replace("\r\n", "\n")] * 4


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_behind_much_that_hides_is_only_text(text: str) -> None:
    behind = ("a\u202e" * 50) + text
    # A long text shows its beginning and a link to the rest.
    assert drawn([behind]).texts("value") == [shown(behind[:SHOWN_AT_ONCE])]
    long = ("a\u202e" * 3_000) + text
    assert read(visible_text(long)).text == shown(long)
