"""Search in large outputs: interruptible, frugal, and not to be stalled by strange ones."""

import json
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from results.domain.document import Document
from results.domain.outputs import decode, scanner, tokens
from results.domain.packet import Packet
from results.domain.search import MOST_MATCHES, Query, search
from tests.domain.test_outputs_properties import JSON_TEXT, parsed
from tests.domain.test_search import hits, walked
from tests.large.test_outputs import RECORD, SHAPES, peak_of


def as_json(text: str) -> Document:
    return decode(Packet(text.encode(), "application/json"))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_search_takes_less_memory_than_twice_the_text(shape: str) -> None:
    text = SHAPES[shape]()
    # It needs nearly as much as that, and now and then another thread holds something beside it.
    documents = [as_json(text) for _ in range(3)]
    peaks = [peak_of(partial(search, one, Query("1", "values"))) for one in documents]
    assert min(peaks) < 2 * len(text), peaks


@pytest.mark.parametrize("index", [0, 3, 17, 255, 256, 257, 70_000, 149_999])
def test_a_value_deep_in_a_crowded_list_is_found_in_its_place(index: int) -> None:
    ones = ["1"] * 150_000
    ones[index] = "27"
    (match,) = search(as_json(f'{{"a":[{",".join(ones)}]}}'), Query("27")).matches
    assert match.pointer == f"/a/{index}"


def test_the_last_of_many_members_is_found() -> None:
    members = ",".join(f'"k{n}":{{"x":[{n}]}}' for n in range(20_000))
    (match,) = search(as_json(f"{{{members}}}"), Query("19999", "values")).matches
    assert (match.pointer, match.ancestors) == ("/k19999/x/0", ("", "/k19999", "/k19999/x"))


def test_the_caller_can_give_up() -> None:
    class EnoughError(Exception):
        pass

    def give_up() -> None:
        raise EnoughError

    document = as_json(json.dumps([RECORD] * 2_000))
    for query in (Query("absent"), Query("x", under="$[*].n"), Query("[5]", "paths")):
        with pytest.raises(EnoughError):
            search(document, query, checkpoint=give_up)


def test_the_caller_is_asked_many_times() -> None:
    calls: list[None] = []
    document = as_json(json.dumps([RECORD] * 5_000))
    search(document, Query("absent"), checkpoint=lambda: calls.append(None))
    assert len(calls) >= 3


@pytest.mark.parametrize("depth", [900, 20_000])
def test_deep_nesting_is_searched_as_far_as_pages_reach(depth: int) -> None:
    document = as_json("[" * depth + '"needle"' + "]" * depth)
    found = search(document, Query("needle", "values"))
    assert found.total == 1
    assert found.matches[0].pointer.startswith("/0/0")
    limited = search(document, Query("needle", under="$..[0]"))
    assert limited.is_complete == (depth < 1_000)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(JSON_TEXT, min_size=1, max_size=6), st.sampled_from(["a", "1", "e", "0", "\\"]))
def test_text_is_cut_into_windows_without_losing_anything(
    monkeypatch: pytest.MonkeyPatch, texts: list[str], needle: str
) -> None:
    monkeypatch.setattr(tokens, "_WINDOW", 5)
    monkeypatch.setattr(scanner, "_WINDOW", 7)
    monkeypatch.setattr(scanner, "_EASY_SIZE", 6)
    monkeypatch.setattr(scanner, "_SMALL", 20)
    text = f"[{','.join(texts)}]"
    found = search(as_json(text), Query(needle), limit=MOST_MATCHES)
    assert [hit for hit in hits(found) if hit[1] != "path"] == walked(parsed(text), needle)


@settings(max_examples=10, deadline=None)
@given(st.lists(JSON_TEXT, min_size=1, max_size=8), st.integers(30, 120), st.booleans())
def test_long_containers_are_counted_as_a_plain_walk_counts_them(
    texts: list[str], times: int, named: bool
) -> None:
    children = [f'"k{n % 300}":{text}' if named else text for n, text in enumerate(texts * times)]
    text = f"{{{','.join(children)}}}" if named else f"[{','.join(children)}]"
    found = search(as_json(text), Query("1", "values"), limit=MOST_MATCHES)
    expected = [hit for hit in walked(parsed(text), "1") if hit[1] == "value"]
    assert hits(found) == expected[:MOST_MATCHES]
