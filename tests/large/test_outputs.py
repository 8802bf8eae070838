"""Large outputs: a page costs a page, and memory stays near the size of the text."""

import json
import tracemalloc
from collections.abc import Callable

import pytest

from results.domain.document import Document
from results.domain.outputs import decode
from results.domain.packet import Packet

MANY = 150_000
RECORD = {
    "id": 12345,
    "name": 'Zoë "q"\nline',
    "tags": ["a", "b", {"x": 1.5}],
    "at": "2026-01-01T00:00:00.000Z",
    "n": {"deep": [1, 2, 3], "t": None},
}
SHAPES: dict[str, Callable[[], str]] = {
    "records": lambda: json.dumps([RECORD] * 2_500),
    "named records": lambda: json.dumps({f"name {n}": RECORD for n in range(2_000)}),
    "ones": lambda: "[" + "1," * MANY + "1]",
    "short texts": lambda: "[" + '"a",' * (MANY // 2) + "1]",
    "empty objects": lambda: "[" + "{}," * (MANY * 2 // 3) + "1]",
    "members": lambda: "{" + ",".join(f'"k{n}":1' for n in range(25_000)) + "}",
    "one long text": lambda: '["' + "x" * 2 * MANY + '"]',
    "a list inside": lambda: '{"a":{"rows":[' + "1," * MANY + "1]}}",
}


def peak_of(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def first_page(data: bytes, type_: str) -> Document:
    document = decode(Packet(data, type_))
    shown = len(document.children_at("", 0, 100).nodes)
    for node in document.children_at("", 0, 100).nodes:
        if node.count and shown < 500:
            shown += len(document.children_at(node.pointer, 0, 100).nodes)
    document.text(10_000)
    return document


@pytest.mark.parametrize("shape", SHAPES)
def test_the_first_page_does_not_build_the_document(shape: str) -> None:
    data = SHAPES[shape]().encode()
    peak = peak_of(lambda: first_page(data, "application/json"))
    assert peak < 7 * len(data)


def test_the_first_page_of_records_takes_less_memory_than_the_text() -> None:
    data = SHAPES["records"]().encode()
    assert peak_of(lambda: first_page(data, "application/json")) < 2 * len(data)


def test_type_notes_are_looked_up_and_not_walked() -> None:
    values = {f"{n}.at": ["Date"] for n in range(3_000)}
    wrapper = {"json": [RECORD] * 3_000, "meta": {"values": values}}
    data = json.dumps(wrapper, separators=(",", ":")).encode()
    document: list[Document] = []
    peak = peak_of(lambda: document.append(first_page(data, "application/super+json")))
    assert peak < 6 * len(data)
    assert document[0].node_at("/2999/at").chip == "Date"


def test_printing_takes_a_small_multiple_of_the_text() -> None:
    data = SHAPES["records"]().encode()
    document = decode(Packet(data, "application/json"))
    assert peak_of(document.as_json) < 8 * len(data)


def test_the_last_page_is_the_last() -> None:
    document = decode(Packet(SHAPES["ones"]().encode(), "application/json"))
    branch = document.children_at("", MANY - 1, 100)
    assert [node.pointer for node in branch.nodes] == [f"/{MANY - 1}", f"/{MANY}"]
    assert branch.next_after is None
