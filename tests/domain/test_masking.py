"""Masked JSON: secrets gone at every depth and in every spelling, all else as it was, and choices by place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.domain import masking, repetitions
from results.domain.findings import Masked
from results.domain.masking import masked
from results.domain.pointing import pointers
from results.domain.repetitions import without_repetitions
from tests import examples

MASK = repetitions.MASK.decode()
KEY = "tr_dev_abcdefgh12345678"


def of(value: Any, **choices: Any) -> Any:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return json.loads(masked(text, part="output", **choices).data)


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ({"password": "hunter2", "a": "hunter2 b"}, {"password": MASK, "a": "hunter2 b"}),
        ({"pin": 1234, "tokens": 512, "ok": True}, {"pin": MASK, "tokens": 512, "ok": True}),
        ({"password": None, "secret": "", "has_token": True}, None),
        (
            {"token": {"a": ["b", {"c": 1}], "d": None}},
            {"token": {"a": [MASK, {"c": 1}], "d": None}},
        ),
        ({"a": [f"see {KEY} there"]}, {"a": [f"see {MASK} there"]}),
        (
            {"auth": {"pin": 1234, "tries": [3], "a": [{"cvv": [123], "n": 4}, 5], "b": 6}},
            {"auth": {"pin": MASK, "tries": [3], "a": [{"cvv": [MASK], "n": 4}, 5], "b": 6}},
        ),
        ({"auth": {"pin": None, "n": 1}}, None),
        ({f"key {KEY}": 1}, {f"key {MASK}": 1}),
        (
            {"headers": [["Authorization", "abc"], ["x", "y"]]},
            {"headers": [["Authorization", MASK], ["x", "y"]]},
        ),
        (
            {"l": [["password", {"a": ["x", 1], "b": None}], ["pin", [1234]], ["pin", [[5]], 6]]},
            {
                "l": [
                    ["password", {"a": [MASK, MASK], "b": None}],
                    ["pin", [MASK]],
                    ["pin", [[5]], 6],
                ]
            },
        ),
        (
            ["auth", ["pin", [1, ["otp", {"n": 2}]], None], ["jwt", ["x"]]],
            ["auth", ["pin", [1, ["otp", {"n": MASK}]], None], ["jwt", [MASK]]],
        ),
        ({"h": [{"name": "cookie", "value": "a=b"}]}, {"h": [{"name": "cookie", "value": MASK}]}),
        (["password", "email", "name"], None),
        ({"log": '{"password":"hunter2","n":[1]}'}, {"log": '{"password":"[masked]","n":[1]}'}),
        (
            {"log": json.dumps({"in": json.dumps({"token": "x y"})})},
            {"log": json.dumps({"in": '{"token": "[masked]"}'})},
        ),
        (
            {"log": json.dumps({"pin": 1234, "otp": "123456", "n": 5})},
            {"log": json.dumps({"pin": MASK, "otp": MASK, "n": 5})},
        ),
        ({"url": "https://a:b@host/"}, {"url": f"https://{MASK}@host/"}),
        (f"say {KEY}", f"say {MASK}"),
        ([], None),
        ("password", None),
        ({"note": "the password"}, None),
    ],
)
def test_what_is_left(value: Any, left: Any) -> None:
    assert of(value) == (value if left is None else left)


def test_without_a_secret_every_byte_stays() -> None:
    for text in (
        b'{ "a":1.10,\r\n"b" :"\\u0041\\/" }',
        b"\xff\xfe no json",
        b"",
        b'"\\ud800"',
        b"[1e400]",
    ):
        assert masked(text, part="output").data is text


@pytest.mark.parametrize(
    "text",
    [
        b'{"\\u0070assword":"hunter2"}',
        b'{"pass\\u0077ord" \n :\t "hunter2"}',
        b'{"a":"password=\\u0068unter2"}',
        b'{"a":"{\\"password\\":\\"hunter2\\"}"}',
        b'{"a":"postgres:\\/\\/u:hunter2@h"}',
        b'{"x":"\\\\","password":"hunter2"}',
        b'{"x":"\\\\\\"","password":"hunter2","y":"\\""}',
        b'\xef\xbb\xbf{"password":"hunter2"}',
        b'{"password":"hunter2","password":"hunter2"}',
        b'{"PASSWORD":["hunter2"]}',
        b'{"a":"\xff","password":"hunter2"}',
        b'{"a":"\\ud83d","password":"hunter2"}',
        b"[" * 1_500 + b'{"password":"hunter2"}' + b"]" * 1_500,
        b'{"password":"hunter2"',
        b"password: hunter2\n",
    ],
)
def test_no_spelling_hides_a_secret(text: bytes) -> None:
    data = masked(text, part="output").data

    assert b"hunter2" not in data
    assert b"u0068unter2" not in data
    assert MASK.encode() in data


@pytest.mark.parametrize(
    "value",
    [
        {"password": "hunter2"},
        {"auth": {"pin": "hunter2"}},
        [["jwt", "hunter2"]],
        {"name": "cookie", "value": "hunter2"},
        ["https://u:hunter2@host/"],
        ["\n\x1botp='hunter2'", '\x1bpin:\t"hunter2"', "{\n\t'jwt': \"hunter2\", pw: `hunter2`}"],
    ],
)
@pytest.mark.parametrize("times", range(12))
def test_no_number_of_texts_in_texts_hides_a_secret(value: Any, times: int) -> None:
    for _ in range(times):
        value = json.dumps(value)

    for text in (json.dumps(value), json.dumps({"log": value}), json.dumps([[value]])):
        data = masked(text.encode(), part="output").data
        assert b"hunter2" not in data
        json.loads(data)


def test_each_secret_is_shown_only_where_somebody_chose_so() -> None:
    text = json.dumps({"a": KEY, "b": KEY, "password": "hunter2"}).encode()
    first, second, third = masked(text, part="output").findings

    assert len({first.id, second.id, third.id}) == 3
    assert of(text, shown={second.id}) == {"a": MASK, "b": KEY, "password": MASK}
    assert masked(text, part="output", shown={first.id, second.id, third.id}).data is text


def test_a_choice_is_of_one_place_one_part_and_one_value() -> None:
    text = json.dumps({"a": KEY}).encode()
    (finding,) = masked(text, part="output").findings

    for other in ({"aa": KEY}, {"a": KEY + "x"}, {"a": [KEY]}):
        assert KEY not in json.dumps(of(other, shown={finding.id}))
    assert KEY.encode() not in masked(text, part="error", shown={finding.id}).data


def test_findings_tell_where_and_how_long_and_never_what() -> None:
    text = b'{"user":{"password":"hunter2"},"l":["x",{"k/~":"' + KEY.encode() + b'"}]}'
    found = masked(text, part="output").findings
    places = pointers(text, [one.at for one in found])

    assert [places[one.at] for one in found] == ["/user/password", "/l/1/k~1~0"]
    assert [(one.length, one.beginning, one.name) for one in found] == [
        (7, "", "password"),
        (len(KEY), "tr_d", ""),
    ]


def test_numbers_and_order_keep_their_spelling() -> None:
    text = b'{"z": 1.10, "password": "x", "a": 12345678901234567890123, "b": 1e400}'

    assert masked(text, part="output").data == text.replace(b'"x"', b'"[masked]"')


# Lone surrogates are no text; JSON of any other shape.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | TEXTS
    | st.sampled_from([KEY, "password", "token: abc"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            TEXTS | st.sampled_from(["password", "apiKey", "name", "value", KEY]), inner, max_size=4
        )
    ),
    max_leaves=25,
)


@given(JSON)
@examples.more(2.5)
def test_masked_json_is_json_of_the_same_shape_without_the_key(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False).encode()
    result = masked(text, part="output")
    left = json.loads(result.data)

    assert KEY.encode() not in result.data
    assert _leaves(left) <= _leaves(value)
    # What is masked once holds nothing more to mask.
    assert masked(result.data, part="output").data == result.data
    shown = {finding.id for finding in result.findings}
    assert masked(text, part="output", shown=shown).data is text


def _leaves(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(_leaves, value.values()))
    return sum(map(_leaves, value)) if isinstance(value, list) else 1


@pytest.mark.parametrize(
    ("text", "left", "count"),
    [
        (b'["x nabc1234 y"]', b'["x [masked] y"]', 1),
        (b'["\\nabc1234"]', b'["\\nabc1234"]', 0),
        (b'["\\\\nabc1234"]', b'["\\\\[masked]"]', 1),
        (b'["\\u00nabc1234"]', b'["\\u00nabc1234"]', 0),
        (b'["\\\\u00nabc1234"]', b'["\\\\u00[masked]"]', 1),
        (b"nabc1234nabc1234", b"[masked][masked]", 2),
        (b"short", b"short", 0),
    ],
)
def test_a_repetition_is_masked_only_where_it_says_the_same(
    text: bytes, left: bytes, count: int
) -> None:
    assert without_repetitions(text, {b"nabc1234", b"short", b"12345678", b'a"quoted"'}) == (
        left,
        count,
    )


@given(JSON)
def test_json_without_repetitions_is_json(value: Any) -> None:
    text = json.dumps(value).encode()

    json.loads(without_repetitions(text, {KEY.encode(), b"password", b"token: abc"})[0])


def test_a_large_text_is_masked_alike_each_time_it_is_asked_for() -> None:
    rows = [{"id": at, "note": "x" * 60} for at in range(2_000)]
    text = json.dumps(
        [*rows, {"password": "hunter2222", "a": [f"see {KEY} there"]}, *rows]
    ).encode()

    first, second = masked(text, part="output"), masked(text, part="output")

    assert len(first.findings) == 2
    assert second == first
    shown = {finding.id for finding in first.findings}
    assert masked(text, part="output", shown=shown).data is text
    assert MASK.encode() in masked(text, part="output").data


def _spelt(value: Any, how: int) -> bytes:
    """A value in one of many spellings: escapes, a byte order mark, types beside it, text in text, cut short."""
    text = json.dumps(value, ensure_ascii=bool(how & 1)).encode("utf-8", "surrogatepass")
    text = b'{"json":' + text + b',"meta":{"values":{"token":["Date"]}}}' if how & 2 else text
    text = json.dumps(text.decode("utf-8", "replace")).encode() if how & 4 else text
    text = (b"\xef\xbb\xbf" if how & 8 else b"") + (b" \n" if how & 16 else b"") + text
    return text[:-1] if how & 32 else text


ASKED = st.tuples(
    st.builds(_spelt, JSON, st.integers(0, 63)) | st.binary(max_size=40),
    st.sampled_from(["output", "error"]),
    st.sampled_from(["", "", "password"]),
    st.booleans(),
)


@given(st.lists(ASKED, min_size=1, max_size=4))
@examples.more(10)
def test_what_was_masked_before_changes_nothing_that_is_masked_later(
    asked: list[tuple[bytes, str, str, bool]],
) -> None:
    def fresh(data: bytes, part: str, **choices: Any) -> Masked:
        masking._known.clear()
        return masked(data, part=part, **choices)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(masking, "_LARGE", 0)
        wanted = []
        for data, part, name, shows in asked:
            found = fresh(data, "output", name=name).findings if shows else ()
            choices: dict[str, Any] = {"name": name, "shown": {one.id for one in found}}
            wanted.append((data, part, choices, fresh(data, part, **choices)))
        masking._known.clear()

        for data, part, choices, once in [*wanted, *wanted, *reversed(wanted)]:
            assert masked(data, part=part, **choices) == once


class Crowded(dict[bytes, Any]):
    """A memory in which another thread has something to forget while the oldest is looked for."""

    other: Thread | None = None
    inside = most_inside = 0

    def __iter__(self) -> Iterator[bytes]:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        if self.other is None:
            self.other = Thread(target=masked, args=(b'["another"]',), kwargs={"part": "output"})
            self.other.start()
            self.other.join(0.1)
        self.inside -= 1
        return super().__iter__()


def test_threads_that_mask_at_once_forget_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = Crowded()
    monkeypatch.setattr(masking, "_LARGE", 0)
    monkeypatch.setattr(masking, "_MOST_KNOWN", 1)
    monkeypatch.setattr(masking, "_known", known)

    for number in range(2):
        masked(b"[%d]" % number, part="output")

    assert known.other is not None
    known.other.join(60)
    assert (len(known), known.most_inside) == (1, 1)


@pytest.mark.parametrize(
    "value",
    [
        ["x" * 60] * 3_000,
        [f"see {KEY} there"] * 3_000,
        {"secrets": ["x" * 60] * 20_000},
    ],
)
def test_masking_large_texts_lets_others_run_in_between(value: Any) -> None:
    calls: list[None] = []
    text = json.dumps(value).encode()

    masked(text, part="output", checkpoint=lambda: calls.append(None))

    # Each reading of the text for one beginning is a step as well.
    assert len(calls) > (120 if "secrets" in value else 20)


@pytest.mark.parametrize("text", ['"pin":' * 20_000, "pin=abc " * 20_000, "sk_live_" * 20_000])
@pytest.mark.parametrize("is_json", [True, False])
def test_masking_one_huge_text_full_of_marks_lets_others_run_in_between(
    text: str, is_json: bool
) -> None:
    def calls(text: str) -> int:
        count = 0

        def checkpoint() -> None:
            nonlocal count
            count += 1

        text = json.dumps({"a": text}) if is_json else f"see {text}"
        masked(text.encode(), part="output", checkpoint=checkpoint)
        return count

    # The marks are looked for in the JSON, and then again in its text.
    assert calls(text) - calls("") >= (3 if is_json else 1) * 100
