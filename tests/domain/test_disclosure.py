"""What a link shows: exactly what was chosen, masked, and nothing else of the result."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.domain.details import read_details
from results.domain.disclosure import Choices, Disclosed, Scope, disclose
from results.domain.outputs import decode
from results.domain.packet import Packet
from tests import examples

KEY = "tr_dev_abcdefgh12345678"
OUTPUT = Packet(b'{"a":{"b":"CANARYPART"},"c":"CANARYREST"}', "application/json")
ERROR = b'{"message":"CANARYERROR"}'
DETAILS = json.dumps(
    {
        "payload": {"p": "CANARYPAYLOAD"},
        "metadata": {"m": "CANARYMETADATA"},
        "tags": ["CANARYTAG"],
        "version": "CANARYVERSION",
    }
).encode()
EVERYTHING = ("PART", "REST", "ERROR", "PAYLOAD", "METADATA", "TAG", "VERSION")


def seen(choices: Choices, **facts: Any) -> Disclosed:
    sent: dict[str, Any] = {"output": OUTPUT, "error": ERROR, "details": DETAILS}
    return disclose(**sent | facts, choices=choices)


def canaries(shown: Disclosed) -> set[str]:
    output = shown.output.data if shown.output else b""
    held = b"".join((output or b"", shown.error or b"", shown.details or b"")).decode()
    return {name for name in EVERYTHING if f"CANARY{name}" in held}


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        (Choices(), {"PART", "REST", "ERROR"}),
        (Choices(payload=True), {"PART", "REST", "ERROR", "PAYLOAD"}),
        (Choices(metadata=True), {"PART", "REST", "ERROR", "METADATA"}),
        (Choices(tags=True), {"PART", "REST", "ERROR", "TAG"}),
        (Choices(Scope.PART, "/a"), {"PART"}),
        (Choices(Scope.PART, "/a", payload=True, metadata=True, tags=True), {"PART"}),
        (Choices(Scope.PART, "/nope"), set()),
        (Choices(Scope.ERROR), {"ERROR"}),
        (Choices(Scope.ERROR, tags=True), {"ERROR", "TAG"}),
        (Choices(Scope.ERROR, "/a"), {"ERROR"}),
    ],
)
def test_t5_only_what_was_ticked_is_there(choices: Choices, expected: set[str]) -> None:
    assert canaries(seen(choices)) == expected


def test_a_part_or_an_error_that_is_not_there_is_missing() -> None:
    assert seen(Choices(Scope.PART, "/nope")).is_missing
    assert seen(Choices(Scope.PART, "/a"), output=None).is_missing
    assert seen(Choices(Scope.ERROR), error=None).is_missing
    assert not seen(Choices(Scope.PART, "/a")).is_missing


def test_secrets_are_masked_in_every_part() -> None:
    secret = json.dumps({"k": KEY}).encode()
    details = json.dumps(
        {"payload": {"k": KEY}, "metadata": {"k": KEY}, "tags": [KEY, "vip"]}
    ).encode()
    shown = seen(
        Choices(payload=True, metadata=True, tags=True),
        output=Packet(secret, "application/json"),
        error=secret,
        details=details,
    )

    assert shown.masked_count == 5
    assert {finding.part for finding in shown.findings} == {
        "output",
        "error",
        "payload",
        "metadata",
        "tags",
    }
    for held in (shown.output and shown.output.data, shown.error, shown.details):
        assert held
        assert KEY.encode() not in held
    assert read_details(shown.details).tags == ("[masked]", "vip")


@pytest.mark.parametrize(
    ("pointer", "left"),
    [
        ("/user/password", "[masked]"),
        ("/user/pin", "[masked]"),
        ("/credentials", {"name": "[masked]", "tries": 3, "otp": "[masked]", "none": None}),
        ("/credentials/name", "[masked]"),
        ("/credentials/tries", 3),
        ("/headers/0/1", "[masked]"),
        ("/headers/0", ["Cookie", "[masked]"]),
        ("/user/name", "jane"),
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "application/super+json"])
def test_a_part_is_masked_for_the_name_that_it_is_cut_out_from_under(
    pointer: str, left: Any, kind: str
) -> None:
    value: Any = {
        "user": {"name": "jane", "password": "hunter2", "pin": 1234},
        "credentials": {"name": "jane", "tries": 3, "otp": 123456, "none": None},
        "headers": [["Cookie", "a=b"]],
    }
    sent = {"json": value, "meta": {}} if kind.endswith("super+json") else value
    output = Packet(json.dumps(sent).encode(), kind)

    shown = seen(Choices(Scope.PART, pointer), output=output)

    assert shown.output is not None
    assert json.loads(decode(shown.output).as_json()) == left
    # Whoever wants it to be seen says so.
    all_of_it = frozenset(finding.id for finding in shown.findings)
    as_sent = seen(Choices(Scope.PART, pointer, shown=all_of_it), output=output)
    assert as_sent.masked_count == 0
    assert as_sent.output is not None
    assert b"[masked]" not in (as_sent.output.data or b"")


NAMES = ["password", "pin", "auth", "token", "name", "value", "key", "a", "0", "1", "x/y"]
# Too short to be looked for elsewhere in the whole.
LEAVES = st.integers(1000, 9999) | st.sampled_from(["hunter2", "pin", "cookie", "", None, True])
VALUES = st.recursive(
    LEAVES | LEAVES.map(lambda leaf: json.dumps({"otp": leaf})),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)


def _places(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    yield pointer, value
    children: Any = value.items() if isinstance(value, dict) else ()
    for name, child in enumerate(value) if isinstance(value, list) else children:
        yield from _places(child, f"{pointer}/{str(name).replace('/', '~1')}")


@given(VALUES, st.booleans())
@examples.more(10)
def test_what_the_whole_masks_every_part_of_it_masks(value: Any, is_typed: bool) -> None:
    kind = "application/super+json" if is_typed else "application/json"
    sent = {"json": value, "meta": {}} if is_typed else value
    output = Packet(json.dumps(sent).encode(), kind)

    def shown(choices: Choices) -> dict[str, Any]:
        seen_output = seen(choices, output=output).output
        assert seen_output is not None
        return dict(_places(json.loads(decode(seen_output).as_json())))

    whole = shown(Choices())
    for pointer, _ in list(_places(value))[1:]:
        for inside, said in shown(Choices(Scope.PART, pointer)).items():
            at = whole[pointer + inside]
            assert said == at or "[masked]" in json.dumps(said), (pointer, inside)


def test_typed_values_stay_typed_where_something_is_masked() -> None:
    sent = {"json": {"password": "hunter2", "n": "7"}, "meta": {"values": {"n": ["bigint"]}}}
    shown = seen(Choices(), output=Packet(json.dumps(sent).encode(), "application/super+json"))

    assert shown.output is not None
    document = decode(shown.output)
    assert document.node_at("/n").type == "bigint"
    assert document.leaf_text("/password") == "[masked]"


@pytest.mark.parametrize("name", [KEY, "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVPmB92"])
def test_a_name_that_is_a_secret_is_gone_from_type_notes_too(name: str) -> None:
    path = name.replace(".", "\\.")
    sent = {"json": {name: "7", "x": "1"}, "meta": {"values": {path: ["bigint"], "x": ["bigint"]}}}
    shown = seen(Choices(), output=Packet(json.dumps(sent).encode(), "application/super+json"))

    assert shown.output is not None
    assert shown.output.data is not None
    for piece in (name, path, name[-12:]):
        assert piece.encode() not in shown.output.data


def test_no_spelling_hides_a_secret_in_type_notes() -> None:
    for name in (KEY, f"\\u{ord(KEY[0]):04x}{KEY[1:]}"):
        notes = f'{{"values":{{"x":[["custom","{name}"]]}}}}'
        sent = f'{{"json":{{"x":"1"}},"meta":{notes}}}'.encode()

        shown = seen(Choices(), output=Packet(sent, "application/super+json"))

        assert shown.output is not None
        assert KEY[1:].encode() not in (shown.output.data or b"")


def test_places_are_told_to_whoever_decides() -> None:
    output = Packet(json.dumps({"a": ["x", {"password": "hunter2"}]}).encode(), "application/json")
    found = disclose(output=output, error=None, details=None, choices=Choices(), with_places=True)

    assert [finding.place for finding in found.findings] == ["/a/1/password"]


@pytest.mark.parametrize(
    "choices",
    [
        Choices(),
        Choices(Scope.PART, "/a/ü~1/\x00"),
        Choices(Scope.ERROR, tags=True),
        Choices(payload=True, metadata=True, shown=frozenset({"A" * 16, "b-_" + "0" * 13})),
    ],
)
def test_choices_come_back_as_they_were_written(choices: Choices) -> None:
    assert Choices.read(choices.written) == choices
    assert Choices.from_address(choices.for_address) == choices


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "!!!", "ü", "e30", "bnVsbA", "A" * 43, "\x00"),
        Choices(Scope.PART, "/" + "x" * 3_000).for_address,
    ],
)
def test_anything_else_is_no_choice(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Choices.from_address(text)


def test_a_secret_that_was_found_is_masked_wherever_it_stands_again() -> None:
    output = {"password": "hunter2xyz", "log": "mysql -phunter2xyz", "n": 12345678, "pin": 12345678}
    shown = seen(
        Choices(metadata=True),
        output=Packet(json.dumps(output).encode(), "application/json"),
        error=b'{"message":"no hunter2xyz for you"}',
        details=b'{"metadata":{"hunter2xyz":1}}',
    )

    assert shown.output is not None
    assert json.loads(shown.output.data or b"") == {
        "password": "[masked]",
        "log": "mysql -p[masked]",
        # Digits may be a part of any number.
        "n": 12345678,
        "pin": "[masked]",
    }
    for held in (shown.error, shown.details):
        assert held
        assert b"hunter2xyz" not in held
        assert json.loads(held)
    assert (shown.masked_count, shown.repeated) == (2, 3)


def test_what_somebody_chose_to_show_is_shown_everywhere_else_too() -> None:
    text = json.dumps({"password": "hunter2xyz", "log": "mysql -phunter2xyz"}).encode()
    output = Packet(text, "application/json")
    (finding,) = seen(Choices(), output=output).findings

    shown = seen(Choices(shown=frozenset({finding.id})), output=output)

    assert shown.output == output


def test_half_a_character_in_one_value_takes_no_other_away() -> None:
    details = b'{"payload":{"p":"cut \\ud83d","password":"hunter2"},"tags":["CANARYTAG"]}'

    shown = seen(Choices(payload=True, tags=True), details=details)

    assert shown.details is not None
    assert b"hunter2" not in shown.details
    assert read_details(shown.details).tags == ("CANARYTAG",)
    assert read_details(shown.details).payload == Packet(
        b'{"p":"cut \\ud83d","password":"[masked]"}', None, flattened=True
    )


def test_a_secret_that_only_the_rest_gives_away_is_masked_in_a_part() -> None:
    text = b'{"password":"hunter2hunter2","log":"login with hunter2hunter2","n":1}'

    found = seen(Choices(Scope.PART, pointer="/log"), output=Packet(text, "application/json"))

    assert found.output is not None
    assert found.output.data == b'"login with [masked]"'
    assert found.repeated == 1


@pytest.mark.parametrize("choices", [Choices(Scope.PART, "/log"), Choices(Scope.ERROR)])
@pytest.mark.parametrize("tells", ["output", "error"])
def test_a_secret_of_the_output_is_masked_in_the_error_and_the_other_way_round(
    choices: Choices, tells: str
) -> None:
    said = {"log": "login with hunter2hunter2", "message": "no hunter2hunter2 here"}
    telling = said | {"password": "hunter2hunter2"}
    output = json.dumps(telling if tells == "output" else said).encode()
    error = json.dumps(telling if tells == "error" else said).encode()

    found = seen(choices, output=Packet(output, "application/json"), error=error)

    held = (found.output.data if found.output else found.error) or b""
    assert b"[masked]" in held
    assert b"hunter2" not in held
