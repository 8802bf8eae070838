"""How a page shows a value: which views a kind has, and never more of it than a page can hold."""

from __future__ import annotations

import json

import pytest

from results.domain.lines import MOST_BYTES, MOST_LINES
from results.domain.outputs import decode
from results.domain.packet import Packet
from results.domain.status import State
from results.models import StoredResult, Team
from results.pages.values import Held, ValuePart, held_value, output_part, tree_part
from results.services import lookup
from results.services.lookup import OpenedResult
from tests import make
from tests.pages.walks import count

UNDEFINED = b'{"json":null,"meta":{"values":["undefined"]}}'
TYPED = b'{"json":{"d":"2026-01-01T00:00:00.000Z"},"meta":{"values":{"d":["Date"]}}}'
DETAILS = b'{"metadata":{"step":7},"payload":{"card":"4242"},"tags":["t"]}'


def part(data: bytes | None, type_: str | None, view: str = "", **more: bool) -> ValuePart:
    packet = Packet(data, type_, **more)
    return output_part(packet, view=view, branch_url="/b", raw_url="/raw", json_url="/json")


def text_of(shown: ValuePart) -> str:
    assert shown.lines is not None
    return shown.lines.text


def opened(team: Team) -> OpenedResult:
    return lookup.open_result(result=StoredResult.objects.get(), team=team)


@pytest.mark.parametrize(
    ("data", "type_", "labels"),
    [
        (b'{"a":1}', "application/json", ["Tree", "Text"]),
        (b"3", "application/json", ["Tree", "Text"]),
        (TYPED, "application/super+json", ["Tree", "Text", "As sent"]),
        (b"hello", "text/plain", []),
        (b'{"a":1}', "text/plain", ["Text", "Tree"]),
        (b"3", "text/plain", []),
        (b'{"a":1}', "text/html", ["Text", "Tree"]),
        (b'{"a":1}', None, ["Text", "Tree"]),
        (b"<b>", "text/html", []),
        (b'{"a":', "application/json", []),
        (b"packets/x", "application/store", []),
        (None, None, []),
        (b"", "text/plain", []),
    ],
)
def test_each_kind_has_its_views(data: bytes | None, type_: str | None, labels: list[str]) -> None:
    shown = part(data, type_)

    assert [choice.label for choice in shown.choices] == labels
    assert [choice.is_current for choice in shown.choices] == [True, False, False][: len(labels)]


def test_json_in_a_text_that_arrived_as_a_json_string_can_be_opened() -> None:
    sent = json.dumps('{"a":[1]}').encode()

    shown = part(sent, None, flattened=True)
    tree = part(sent, None, "tree", flattened=True).tree

    assert [choice.label for choice in shown.choices] == ["Text", "Tree"]
    assert text_of(shown) == '{"a":[1]}'
    assert tree is not None
    assert tree.children[0].node.key == "a"


@pytest.mark.parametrize("view", ["", "nope", "TREE", "tree\x00", "inner", "x" * 9_999, "../wire"])
def test_a_view_that_is_not_known_is_the_first_one(view: str) -> None:
    shown = part(TYPED, "application/super+json", view)

    assert shown.tree is not None
    assert shown.choices[0].is_current


def test_a_view_that_another_kind_has_is_not_given() -> None:
    assert part(b'{"a":1}', "application/json", "wire").tree is not None
    assert part(b"hello", "text/plain", "tree").tree is None
    assert text_of(part(b"hello", "text/plain", "wire")) == "hello"


def test_the_views_of_a_typed_value_differ() -> None:
    kind = "application/super+json"

    tree, text, wire = (part(TYPED, kind, view) for view in ("tree", "text", "wire"))

    assert tree.tree is not None
    assert tree.lines is None
    assert json.loads(text_of(text)) == {"d": "2026-01-01T00:00:00.000Z"}
    assert json.loads(text_of(wire)) == json.loads(TYPED)
    assert text.tree is wire.tree is None
    assert [choice.url for choice in tree.choices] == ["?view=tree", "?view=text", "?view=wire"]


def test_the_branches_of_a_text_are_those_of_the_value_inside() -> None:
    sent = json.dumps({"crowd": list(range(200))}).encode()

    inner, plain = part(sent, "text/plain", "tree"), part(sent, "application/json", "tree")

    assert inner.tree is not None
    assert plain.tree is not None
    assert inner.tree.children[0].url == "/b?of=inner&at=/crowd"
    assert plain.tree.children[0].url == "/b?of=output&at=/crowd"


@pytest.mark.parametrize("view", ["text", "wire"])
@pytest.mark.parametrize(
    ("data", "type_"),
    [
        (b"x" * 1_000_000, "text/plain"),
        ("ä".encode() * 500_000, "text/plain"),
        (b'{"json":[' + b"1.5," * 300_000 + b"1]}", "application/super+json"),
        (b"\xff" * 1_000_000, "a/b"),
    ],
)
def test_the_lines_are_bounded_and_lead_to_more(data: bytes, type_: str, view: str) -> None:
    shown = part(data, type_, view)

    assert shown.lines is not None
    assert len(shown.lines.lines.lines) <= MOST_LINES
    assert len(text_of(shown).encode()) <= MOST_BYTES
    assert shown.lines.more_url.startswith("/b?of=output&view=")
    assert shown.size == len(data)


def test_a_short_text_is_whole() -> None:
    shown = part(b"hello", "text/plain")

    assert shown.lines is not None
    assert shown.lines.is_whole


@pytest.mark.parametrize("sent", ["one\ntwo", "x" * 3_000])
def test_a_text_of_more_than_a_line_is_shown_as_lines_however_it_came(sent: str) -> None:
    shown = part(json.dumps({"json": sent}).encode(), "application/super+json")

    assert [choice.label for choice in shown.choices] == ["Text", "Tree", "As sent"]
    assert text_of(shown) == sent


def test_what_json_cannot_say_offers_no_json() -> None:
    assert part(UNDEFINED, "application/super+json").json_url == ""
    assert part(None, None).json_url == ""
    assert part(b"null", "application/json").json_url == "/json"
    assert part(b"", "text/plain").json_url == "/json"


def test_the_type_is_named_as_it_was_sent_or_said_to_be_missing() -> None:
    assert part(b"{}", "Application/JSON; x=1").type == "Application/JSON; x=1"
    assert part(b"{}", None).type == "no type was sent"
    assert part(b"{}", None, flattened=True).type == "JSON"


def test_what_is_folded_at_first_holds_fewer_nodes() -> None:
    document = decode(Packet(json.dumps([[0] * 9] * 20).encode(), "application/json"))

    folded = tree_part(document, Held.PAYLOAD, branch_url="/b").tree
    whole = tree_part(document, Held.ERROR, branch_url="/b").tree

    assert folded is not None
    assert whole is not None
    assert count(folded) <= 101
    assert 101 < count(whole) <= 501


def test_a_result_holds_its_values_by_name(team: Team) -> None:
    make.make_result(team=team, details=DETAILS)
    found = opened(team)

    texts = {
        name: held.text(1_000)[0] for name in Held if (held := held_value(found, name)) is not None
    }

    assert {name: json.loads(text) for name, text in texts.items()} == {
        "output": {"sum": 3},
        "metadata": {"step": 7},
        "payload": {"card": "4242"},
    }


@pytest.mark.parametrize("name", ["", "OUTPUT", "details", "tags", "output ", "x" * 999])
def test_a_name_that_is_not_known_holds_nothing(team: Team, name: str) -> None:
    make.make_result(team=team, details=DETAILS)

    assert held_value(opened(team), name) is None


def test_an_old_result_without_details_holds_no_metadata_and_no_payload(team: Team) -> None:
    make.make_result(team=team)
    found = opened(team)

    assert held_value(found, "metadata") is None
    assert held_value(found, "payload") is None
    assert held_value(found, "inner") is None


@pytest.mark.parametrize("details", [b"", b"{", b"[]", b"null", b'{"metadata":', b"\xff"])
def test_details_that_cannot_be_read_hold_nothing(team: Team, details: bytes) -> None:
    make.make_result(team=team, details=details)

    assert held_value(opened(team), "metadata") is None


def test_the_message_of_an_error_is_a_value_when_it_is_json(team: Team) -> None:
    raw = json.dumps({"type": "STRING_ERROR", "raw": '{"why":["no"]}'}).encode()
    make.make_result(team=team, state=State.FAILED, error=raw)

    value = held_value(opened(team), "error")

    assert value is not None
    assert value.node_at("/why/0").text == "no"


def test_the_message_of_an_error_is_no_value_when_it_is_words(team: Team) -> None:
    make.make_result(
        team=team, state=State.FAILED, error=b'{"type":"STRING_ERROR","raw":"it broke"}'
    )

    assert held_value(opened(team), "error") is None
