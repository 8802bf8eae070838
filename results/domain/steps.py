"""One step from a value to one inside it, and how it is written in each language; it must not know documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

StepKind = Literal["member", "index", "element", "byte", "entry"]

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_JAVASCRIPT_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_MARKS = {"'": "\\'", "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}

_quoted = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Step:
    """One step down.

    * member: ``name`` in an object; ``occurrence`` counts from 1 where the object repeats it.
    * index: ``index`` in a list.
    * element: ``index`` in a Set, or the row ``index`` of a Map that has no simple key; these have
      no position in JavaScript until they are spread into a list.
    * byte: ``index`` in a Buffer, whose clean JSON keeps the bytes under ``data``.
    * entry: the value of row ``index`` of a Map under the key ``name``. ``literal`` is that key as
      JavaScript writes it, None where it cannot be written. ``is_named`` when the Map is an object in clean
      JSON; it is a list of pairs as soon as one of its keys is no text.
    """

    kind: StepKind
    name: str = ""
    index: int = 0
    occurrence: int = 1
    literal: str | None = None
    is_named: bool = False


def readable(steps: Iterable[Step]) -> str:
    """``items[3].price``; "" for the root. Only to be read: it names Map entries by their key."""
    path = ""
    for step in steps:
        path += segment(step, first=not path)
    return path


def segment(step: Step, *, first: bool = False) -> str:
    """What one step adds to the readable path: ``.price``, ``[3]``, ``["odd key"]``."""
    if step.kind not in ("member", "entry"):
        return f"[{step.index}]"
    if _PLAIN_NAME.fullmatch(step.name):
        return step.name if first else f".{step.name}"
    return f"[{_quoted(step.name)}]"


def jsonpath(steps: Iterable[Step]) -> str:
    """``$.items[3]['odd key']``, as in RFC 9535, through the clean JSON."""
    path = "$"
    for part in _clean(steps):
        if isinstance(part, int):
            path += f"[{part}]"
        elif _PLAIN_NAME.fullmatch(part):
            path += f".{part}"
        else:
            path += f"['{''.join(map(_in_single_quotes, part))}']"
    return path


def jq(steps: Iterable[Step]) -> str:
    """``.items[3]["odd key"]``, through the clean JSON."""
    path = ""
    for part in _clean(steps):
        if isinstance(part, int):
            path += f"[{part}]" if path else f".[{part}]"
        elif _PLAIN_NAME.fullmatch(part):
            path += f".{part}"
        else:
            path += f"[{_quoted(part)}]" if path else f".[{_quoted(part)}]"
    return path or "."


def javascript(steps: Iterable[Step], name: str) -> str:
    """``output.items[3]["odd key"]``, through the typed value: ``.get("key")`` for the entry of a Map."""
    path = name
    for step in steps:
        if step.kind == "member":
            plain = _JAVASCRIPT_NAME.fullmatch(step.name)
            path += f".{step.name}" if plain else f"[{_quoted(step.name)}]"
        elif step.kind == "entry" and step.literal is not None:
            path += f".get({step.literal})"
        elif step.kind == "entry":
            path = f"[...{path}][{step.index}][1]"
        elif step.kind == "element":
            path = f"[...{path}][{step.index}]"
        else:
            path += f"[{step.index}]"
    return path


def python(steps: Iterable[Step], name: str) -> str:
    """``output["items"][3]``, through the clean JSON."""
    return name + "".join(
        f"[{part}]" if isinstance(part, int) else f"[{_quoted(part)}]" for part in _clean(steps)
    )


def _clean(steps: Iterable[Step]) -> Iterable[str | int]:
    """The way through clean JSON: names and positions."""
    for step in steps:
        if step.kind == "member" or (step.kind == "entry" and step.is_named):
            yield step.name
        elif step.kind == "entry":
            yield from (step.index, 1)
        elif step.kind == "byte":
            yield from ("data", step.index)
        else:
            yield step.index


def _in_single_quotes(character: str) -> str:
    if character in _MARKS:
        return _MARKS[character]
    return f"\\u{ord(character):04x}" if character < " " else character
