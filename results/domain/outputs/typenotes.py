"""The type notes of super+json (``meta``): which type the value at a path had; it must not know the values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

_Tree = Mapping[str, Any]
_NOTHING: _Tree = {}
_LONGEST_PATH = 65_536


@dataclass(frozen=True, slots=True)
class Kind:
    """The type that a value had: a name, and for composite ones which ("typed-array", "Uint8Array")."""

    name: str
    detail: str | None = None
    known: bool = True


_SIMPLE = frozenset(
    {"undefined", "bigint", "Date", "regexp", "set", "map", "Error", "URL", "number"}
)
_COMPOSITE = frozenset({"typed-array", "custom", "class", "symbol"})
CHANGING = frozenset({"undefined", "map", "number", "custom"})
"""The kinds whose plain JSON differs from what is sent; the others are sent as they would be printed."""


def _kind(annotation: object) -> Kind | None:
    if isinstance(annotation, str):
        return Kind(annotation, known=annotation in _SIMPLE)
    if (
        isinstance(annotation, list)
        and len(annotation) == 2
        and annotation[0] in _COMPOSITE
        and isinstance(annotation[1], str)
    ):
        return Kind(annotation[0], annotation[1])
    if isinstance(annotation, list):
        return Kind(",".join(str(part) for part in annotation)[:100], known=False)
    return None


def _entry(entry: object) -> tuple[Kind | None, _Tree]:
    """What an entry of the tree says of its own value, and the entries of the values below."""
    if isinstance(entry, Mapping):
        return None, entry
    if isinstance(entry, list) and entry:
        below = entry[1] if len(entry) > 1 and isinstance(entry[1], Mapping) else _NOTHING
        return _kind(entry[0]), below
    return None, _NOTHING


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the value, as the type notes address it.

    ``path`` is its address from the root (None at the root), ``relative`` its address inside
    ``scope``, the entries that apply here; ``target`` the path of the value that it repeats.
    """

    path: str | None = None
    relative: str | None = None
    scope: _Tree = field(default_factory=dict)
    kind: Kind | None = None
    is_reference: bool = False
    target: str | None = None


class Types:
    """All type notes of one packet. They are looked up by address on the way down, so none costs before it is seen."""

    def __init__(
        self,
        values: object = None,
        references: Mapping[str, str | None] | None = None,
        *,
        doubles_backslashes: bool = False,
        may_change: bool = True,
    ) -> None:
        self._kind, self._scope = _entry(values)
        self._references = references or {}
        self._doubles_backslashes = doubles_backslashes
        self.empty = not self._scope and not self._references
        self.may_change = may_change

    @property
    def doubles_backslashes(self) -> bool:
        """Whether a backslash in a name is written twice in its path, as superjson does since 2.2.2."""
        return self._doubles_backslashes

    @property
    def reads_loosely(self) -> bool:
        """Whether a name may stand in a path with its dots not escaped."""
        return not self.empty and not self._doubles_backslashes

    @property
    def root(self) -> Position:
        """The whole value."""
        return Position(scope=self._scope, kind=self._kind)

    def below(self, parent: Position, token: str, *, loose: bool = False) -> Position:
        """The place one step down, by member name or index.

        ``loose`` also accepts the name as superjson up to 2.2.1 wrote it at the end of a path: with
        its dots not escaped. Only right when no other path could be meant.
        """
        step = self.step(token)
        path = step if parent.path is None else f"{parent.path}.{step}"
        if self.empty:
            return Position(path=path)
        relative = step if parent.relative is None else f"{parent.relative}.{step}"
        entry = parent.scope.get(relative)
        loose = loose and "." in token and not self._doubles_backslashes
        if entry is None and loose:
            entry = parent.scope.get(_joined(parent.relative, token))
        is_reference, target = path in self._references, self._references.get(path)
        if not is_reference and loose:
            unescaped = _joined(parent.path, token)
            is_reference, target = unescaped in self._references, self._references.get(unescaped)
        if entry is None:
            return Position(path, relative, parent.scope, None, is_reference, target)
        kind, below = _entry(entry)
        return Position(path, None, below, kind, is_reference, target)

    def step(self, token: str) -> str:
        """One member name or index as a path writes it."""
        if self._doubles_backslashes:
            token = token.replace("\\", "\\\\")
        return token.replace(".", "\\.")

    def steps(self, path: str | None) -> list[str]:
        """The member names and indexes of a path."""
        if path is None:
            return []
        path = path[:_LONGEST_PATH]
        steps, current, index = [], "", 0
        while index < len(path):
            character, pair = path[index], path[index : index + 2]
            if pair == "\\." or (pair == "\\\\" and self._doubles_backslashes):
                current += pair[1]
                index += 2
                continue
            if character == ".":
                steps.append(current)
                current = ""
            else:
                current += character
            index += 1
        return [*steps, current]

    def noted(self) -> Iterator[tuple[str, Kind]]:
        """Every path with a kind below the root, however the tree was folded."""
        pending: list[tuple[str, _Tree]] = [("", self._scope)]
        while pending:
            prefix, scope = pending.pop()
            for relative, entry in scope.items():
                kind, below = _entry(entry)
                path = prefix + relative
                if kind is not None:
                    yield path, kind
                if below:
                    pending.append((path + ".", below))

    @property
    def repeats(self) -> Mapping[str, str | None]:
        """Path of each repeated value -> path of the value that it repeats (None: the root)."""
        return self._references


def _joined(parent: str | None, name: str) -> str:
    return name if parent is None else f"{parent}.{name}"


def read(meta: bytes) -> tuple[Types, tuple[str, ...]]:
    """The type notes in the JSON text of ``meta``, and sentences on what of it made no sense."""
    try:
        content = msgspec.json.decode(meta)
    except (RecursionError, ValueError, msgspec.MsgspecError):
        return Types(), (
            "The type notes could not be read, so values are shown without their types.",
        )
    if content is None:
        return Types(), ()
    if not isinstance(content, dict):
        return Types(), ("The type notes are no object and are ignored.",)
    references, complaint = _references(content.get("referentialEqualities"))
    values = content.get("values")
    if not isinstance(values, dict | list | None):
        complaint = (*complaint, "The list of types is no object and is ignored.")
    version = content.get("v")
    return (
        Types(
            values,
            references,
            doubles_backslashes=isinstance(version, int) and version >= 1,
            # A look at the text spares a walk over a hundred thousand dates.
            may_change=bool(references) or any(f'"{name}"'.encode() in meta for name in CHANGING),
        ),
        complaint,
    )


def _references(content: object) -> tuple[dict[str, str | None], tuple[str, ...]]:
    """The three shapes: {path: [paths]}, [[paths of the root]], [[paths of the root], {path: [paths]}]."""
    to_root: object = None
    others: object = content
    if isinstance(content, list):
        to_root = content[0] if content else None
        others = content[1] if len(content) > 1 else None
    found: dict[str, str | None] = {}
    complete = isinstance(content, dict | list | None)
    if isinstance(others, dict):
        for target, paths in others.items():
            if isinstance(paths, list):
                found.update((path, target) for path in paths if isinstance(path, str))
    if isinstance(to_root, list):
        found.update((path, None) for path in to_root if isinstance(path, str))
    if complete:
        return found, ()
    return found, ("The list of repeated values has a shape that is not known and is ignored.",)
