"""Every recorded output, held against what Trigger.dev's own printer made of it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from results.domain.document import Document
from results.domain.outputs import decode
from results.domain.packet import Packet

ROOT = Path(__file__).resolve().parents[2]
CASES: dict[str, dict[str, Any]] = {
    case["name"]: case
    for line in (ROOT / "tests/data/result-cases.jsonl").read_text().splitlines()
    if "pretty" in (case := json.loads(line)) and isinstance(case["body"], dict)
}

RETRIEVED: dict[str, Any] = {
    case["name"]: case["body"]["output"]
    for line in (ROOT / "tests/data/result-cases.jsonl").read_text().splitlines()
    if "/v3/" in (case := json.loads(line))["endpoint"]
    and isinstance(case["body"], dict)
    and "output" in case["body"]
}


def packet_of(body: dict[str, Any]) -> Packet:
    output = body.get("output")
    if "output" not in body:
        return Packet(None, body.get("outputType"))
    if isinstance(output, str):
        return Packet(output.encode("utf-8", "surrogatepass"), body.get("outputType"))
    return Packet(json.dumps(output).encode(), body.get("outputType"), flattened=True)


def printed(document: Document) -> str:
    if document.kind in ("json", "superjson", "nothing"):
        return document.as_json().decode()
    return document.text(10_000_000)[0]


def listed_differences() -> set[str]:
    page = (ROOT / "docs/output-differences.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    return {name for row in rows for name in re.findall(r"`([a-z-]+/[\w.-]+)`", row.split("|")[-2])}


def test_the_cases_that_print_differently_are_exactly_those_that_the_page_lists() -> None:
    differing = {
        name
        for name, case in CASES.items()
        if printed(decode(packet_of(case["body"]))) != case["pretty"]
    }
    assert differing == listed_differences()


def test_every_recorded_output_is_read_and_kept(subtests: pytest.Subtests) -> None:
    for name, case in CASES.items():
        with subtests.test(case=name):
            packet = packet_of(case["body"])
            document = decode(packet)
            assert document.raw == (packet.data or b"")
            assert document.root.pointer == ""
            if (clean := document.as_json()) != b"":
                json.loads(clean)


def test_every_node_of_a_recorded_output_is_found_again_by_its_pointer() -> None:
    for case in CASES.values():
        document = decode(packet_of(case["body"]))
        pending = [document.root]
        seen = 0
        while pending and seen < 100:
            node = pending.pop()
            seen += 1
            assert document.node_at(node.pointer) == node
            if node.count:
                branch = document.children_at(node.pointer, 0, 100)
                assert branch.total == node.count
                pending += branch.nodes


def test_outputs_of_the_retrieving_route_are_read_as_the_json_they_are(
    subtests: pytest.Subtests,
) -> None:
    for name, output in RETRIEVED.items():
        with subtests.test(case=name):
            document = decode(Packet(json.dumps(output).encode(), None, flattened=True))
            assert document.kind == "json"
            assert json.loads(document.as_json()) == output
