"""Walks a tree by its links alone and puts the value together again; it must not see the document."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from results.domain.document import Document
from results.pages.tree import TreeNode, branch, branch_address

ADDRESS = branch_address("/b", of="output")
Follow = Callable[[str], TreeNode]


def asked_by(url: str) -> tuple[str, int]:
    """The pointer and the number to skip that a link asks for."""
    path, query = urlsplit(url).path, parse_qs(urlsplit(url).query, keep_blank_values=True)
    assert path == "/b"
    assert query["of"] == ["output"]
    return query["at"][0], int(query.get("after", ["0"])[0])


def follower(document: Document) -> Follow:
    """What answers to links of this document."""

    def follow(url: str) -> TreeNode:
        pointer, after = asked_by(url)
        return branch(document, pointer, after, ADDRESS)

    return follow


def children(drawn: TreeNode, follow: Follow) -> list[TreeNode]:
    """All children of a node, those that have to be asked for too."""
    if not drawn.is_loaded:
        drawn = follow(drawn.url)
    found = list(drawn.children)
    while drawn.more_url:
        drawn = follow(drawn.more_url)
        found += drawn.children
    assert len(found) == drawn.node.count
    return found


def value_of(drawn: TreeNode, follow: Follow) -> Any:
    """The value as `spelt` would give it: names repeated, numbers as they are spelt."""
    node = drawn.node
    match node.type:
        case "object":
            below = children(drawn, follow) if node.count else []
            return ("object", [(child.node.key, value_of(child, follow)) for child in below])
        case "array":
            below = children(drawn, follow) if node.count else []
            return [value_of(child, follow) for child in below]
        case "string":
            return (follow(drawn.url) if drawn.is_cut else drawn).text
        case "number":
            return ("number", node.text)
        case _:
            return json.loads(node.text)


def spelt(text: bytes | str) -> Any:
    """The value of JSON, read by the standard library."""
    return json.loads(
        text,
        object_pairs_hook=lambda pairs: ("object", pairs),
        parse_int=lambda digits: ("number", digits),
        parse_float=lambda digits: ("number", digits),
    )


def count(drawn: TreeNode) -> int:
    """How many nodes came along."""
    return 1 + sum(map(count, drawn.children))
