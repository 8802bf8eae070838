"""The way to a node, spelt for the tools in which people use it, and read back; it must not know pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from results.domain import steps as spelling
from results.domain.document import Branch, Document, Node, PointerNotFound
from results.domain.pathfilter import unescaped
from results.domain.steps import Step

_REPEATED = "This object repeats a name. These tools see only the last member of that name."
_LONGEST = 10_000
_MOST_STEPS = 500
_MOST_ENTRIES = 10_000
_PAGE = 1_000

_POINTER = re.compile(r"(?:/(?:[^~/]|~[01]|~\.[1-9][0-9]{0,8}(?=/|\Z))*)+", re.DOTALL)
_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")
_STEP = re.compile(
    r"\s*(?:(?P<close>\](?=\[))"
    r"|\?{0,1}\.\s*get\(\s*(?P<get>[^()\"'`\[\]]{1,100}|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')\s*\)"
    r"|(?:\?\.|\.)?\[\s*(?P<index>[0-9]{1,18})\s*\]"
    r"|(?:\?\.|\.)?\[?(?P<quoted>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')\]?"
    r"|(?:\?\.|\.)?(?P<name>[^\s.?\[\]\"'`(){}|,;:*/\\]+))\??",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Paths:
    """One way, spelt five times.

    JSONPath, jq and Python lead through the clean JSON (the download), JavaScript through the typed
    value; ``readable`` is for people only. ``note`` is a sentence when a tool would see another value.
    """

    jsonpath: str
    jq: str
    javascript: str
    python: str
    readable: str
    note: str | None = None


def paths_to(document: Document, pointer: str, *, name: str = "output") -> Paths:
    """The way to the node at ``pointer``; ``name`` is the variable that holds the whole value.

    Raises PointerNotFound.
    """
    return _spelt(document.steps_to(pointer), name)


def paths_through(way: Sequence[tuple[Document, str]], *, name: str = "output") -> Paths:
    """The way through JSON in texts: each pointer but the last leads to the text that the next document is.

    JSONPath cannot read a text as JSON, so that it begins in the last one. Raises PointerNotFound.
    """
    (first, pointer), *others = way
    found = paths_to(first, pointer, name=name)
    for document, below in others:
        steps = document.steps_to(below)
        found = Paths(
            jsonpath=spelling.jsonpath(steps),
            jq=f"{found.jq} | fromjson | {spelling.jq(steps)}",
            javascript=spelling.javascript(steps, f"JSON.parse({found.javascript})"),
            python=spelling.python(steps, f"json.loads({found.python})"),
            readable=f"{found.readable} → {spelling.readable(steps) or 'its JSON'}",
            note=f"JSONPath begins in the JSON that is the text at {found.readable or 'the root'}.",
        )
    return found


def paths_in(document: Document, branch: Branch, *, name: str = "output") -> tuple[Paths, ...]:
    """The ways to all nodes of a branch, in their order; much cheaper than one by one.

    Raises PointerNotFound.
    """
    above = document.steps_to(branch.pointer)
    return tuple(_spelt((*above, step), name) for step in document.steps_below(branch))


def _spelt(steps: tuple[Step, ...], name: str) -> Paths:
    return Paths(
        jsonpath=spelling.jsonpath(steps),
        jq=spelling.jq(steps),
        javascript=spelling.javascript(steps, name),
        python=spelling.python(steps, name),
        readable=spelling.readable(steps),
        note=_REPEATED if any(step.occurrence > 1 for step in steps) else None,
    )


def readable(pointer: str) -> str:
    """``items[3].price`` for ``/items/3/price``; "" for the root.

    Digits are taken for a position, since a pointer does not tell; ``paths_to`` asks the document.
    """
    steps = []
    for token in pointer.split("/")[1:]:
        name, mark, occurrence = token.rpartition("~.")
        if not (mark and occurrence.isdecimal()):
            name = token
        name = name.replace("~1", "/").replace("~0", "~")
        is_index = _INDEX.fullmatch(name) is not None
        steps.append(Step("index", index=int(name)) if is_index else Step("member", name))
    return spelling.readable(steps)


def parse_path(document: Document, text: str, *, name: str = "output") -> str | None:
    """The pointer that a pasted JSONPath, jq path, JavaScript path or JSON pointer means; None if none.

    A best effort: filters, slices and wildcards are not understood. What is in the document wins
    over what is not; when nothing fits, the pointer is what the path says, and leads nowhere.
    """
    text = text.strip().rstrip(";")
    if not text or len(text) > _LONGEST:
        return None
    if text.startswith("/"):
        return text if _POINTER.fullmatch(text) else None
    first: str | None = None
    for rest in _without_root(text, name):
        steps = _tokens(rest)
        if steps is not None:
            pointer, exists = _pointer(document, steps)
            if exists:
                return pointer
            first = pointer if first is None else first
    return first


def _without_root(text: str, name: str) -> Iterable[str]:
    """The path after whatever stands for the whole value; more than one when that is not clear."""
    spread = len(text)
    text = text.lstrip("[") if text.startswith("[...") else text
    text = re.sub(r"^(?:\.\.\.\[*)+", "", text)
    if spread != len(text) and not text.startswith(name):
        return
    root = text.removeprefix(name)
    if root != text and root[:1] in ("", ".", "[", "?", "]"):
        yield root
    if text == "." or (text.startswith("$") and text[1:2] in ("", ".", "[")):
        yield text[1:]
    else:
        yield text


def _tokens(text: str) -> list[str | int] | None:
    """Names and positions; None when the text is no path."""
    found: list[str | int] = []
    position = 0
    while position < len(text):
        step = _STEP.match(text, position)
        if step is None or step.end() == position or len(found) >= _MOST_STEPS:
            return None
        position = step.end()
        if step["index"] is not None:
            found.append(int(step["index"]))
        elif step["name"] is not None:
            found.append(step["name"])
        elif (quoted := step["quoted"] or step["get"]) is not None:
            is_text = quoted[0] in "\"'"
            found.append(unescaped(quoted[1:-1]) if is_text else quoted.strip().removesuffix("n"))
    return found


def _pointer(document: Document, steps: list[str | int]) -> tuple[str, bool]:
    """The pointer that the steps lead to, and whether it exists."""
    pointer = ""
    node: Node | None = document.root
    skipped = False
    for step in steps:
        if node is not None and node.type == "bytes" and step == "data" and not skipped:
            skipped = True  # the clean JSON of a Buffer keeps its bytes there
            continue
        skipped = False
        child = None if node is None else _child(document, node, step)
        token = str(step).replace("~", "~0").replace("/", "~1")
        pointer = child.pointer if child is not None else f"{pointer}/{token}"
        node = child
    return pointer, node is not None


def _child(document: Document, node: Node, step: str | int) -> Node | None:
    if node.type == "map" and isinstance(step, str):
        return _entry(document, node, step)
    token = str(step).replace("~", "~0").replace("/", "~1")
    try:
        return document.node_at(f"{node.pointer}/{token}")
    except PointerNotFound:
        return None


def _entry(document: Document, node: Node, key: str) -> Node | None:
    """The first entry of a Map with this key, as far as one looks."""
    for after in range(0, min(node.count or 0, _MOST_ENTRIES), _PAGE):
        for child in document.children_at(node.pointer, after, _PAGE).nodes:
            if child.key == key and child.type != "entry":
                return child
    return None
