"""A decoded output as something to look at; it must not know how any encoding is read, nor how pages look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from results.domain.lines import MOST_BYTES, Lines, lines_at
from results.domain.matching import Found, Sought
from results.domain.steps import Step

DocumentKind = Literal["json", "superjson", "text", "raw", "pointer", "nothing"]

NodeType = Literal[
    "object",
    "array",
    "string",
    "number",
    "boolean",
    "null",
    "undefined",
    "bigint",
    "date",
    "regexp",
    "url",
    "error",
    "map",
    "set",
    "entry",
    "bytes",
    "symbol",
    "class",
    "custom",
    "reference",
]

MOST_CHILDREN = 1_000
"""No branch is longer than this, whatever is asked for."""


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a document, with all that a page needs to draw it closed.

    ``pointer`` is an RFC 6901 pointer into the value as it was sent (for super+json: into its
    ``json`` member), with two additions:

    * Map rows are pairs there, so the value of row 3 is ``…/3/1`` and its key ``…/3/0``; a member of
      a Set is its position.
    * When an object repeats a name, its second member of that name is ``name~.2``, the third
      ``name~.3``; the first is ``name``. (``~.`` cannot occur in a plain pointer.)

    ``key`` is the label beside the value: member name, index, key of a Map; None at the root.
    ``key_chip`` names the type of a Map key that is no text. ``text`` is the value of a leaf, at most
    ``LONGEST_TEXT`` characters, numbers spelt as sent; ``length`` its full length in characters.
    ``count`` is the number of children, None for a leaf. ``preview`` is a short text for a closed
    node. ``exact`` marks an integer beyond 2^53, which JavaScript could not have kept. ``same_as``
    is the pointer of the value that this one repeats, or, for a circular reference, leads back to.
    """

    pointer: str
    key: str | None
    type: NodeType
    chip: str | None = None
    text: str = ""
    length: int = 0
    count: int | None = None
    preview: str = ""
    exact: bool = False
    key_chip: str | None = None
    same_as: str | None = None

    @property
    def is_leaf(self) -> bool:
        """Whether there is nothing to open."""
        return self.count is None

    @property
    def cut(self) -> bool:
        """Whether ``text`` holds only the beginning of the value."""
        return self.length > len(self.text)


@dataclass(frozen=True, slots=True)
class Branch:
    """Some children of one node, in the order in which they were sent."""

    pointer: str
    nodes: tuple[Node, ...]
    after: int
    """How many children come before these."""
    total: int

    @property
    def next_after(self) -> int | None:
        """What to ask for next; None when these are the last."""
        end = self.after + len(self.nodes)
        return end if self.nodes and end < self.total else None


class Body(Protocol):
    """What a decoder hands over: the content behind the facade. Nothing in it raises on bad content."""

    def node_at(self, pointer: str) -> Node | None: ...

    def children_at(self, pointer: str, after: int, limit: int) -> Branch | None: ...

    def leaf_text(self, pointer: str) -> str | None: ...

    def json_at(self, pointer: str) -> bytes | None: ...

    def text(self, limit_bytes: int) -> tuple[str, bool]: ...

    def wire_text(self, limit_bytes: int) -> tuple[str, bool]: ...

    def printed(self, least: int, *, as_sent: bool) -> tuple[bytes, bool]: ...

    def search(self, sought: Sought) -> Found: ...

    def steps_to(self, pointer: str) -> tuple[Step, ...] | None: ...

    def steps_below(self, pointer: str, children: Sequence[str]) -> tuple[Step, ...] | None: ...


class PointerNotFound(LookupError):  # noqa: N818  it reads as what happened, and callers answer 404
    """The document has no value at this pointer."""


@dataclass(frozen=True, slots=True)
class Document:
    """A packet that was read, or kept as text where it could not be read.

    ``raw`` is always exactly the packet's bytes (``b""`` when there were none). ``notes`` are plain
    sentences about how it was read. ``sentence`` speaks when the value itself says little: nothing,
    null, empty text, empty object or list, a stored output that was not fetched; else None.
    ``inner`` is the document inside a text that is itself a JSON object or list.
    """

    kind: DocumentKind
    raw: bytes
    body: Body
    notes: tuple[str, ...] = ()
    sentence: str | None = None
    inner: Document | None = None

    @property
    def root(self) -> Node:
        """The whole value."""
        return self.node_at("")

    @property
    def is_text(self) -> bool:
        """Whether the whole value is one text, whatever it came as."""
        return self.root.type == "string"

    @property
    def wire(self) -> str:
        """The packet as text, not laid out; bytes that are no UTF-8 appear as U+FFFD."""
        return self.raw.decode("utf-8", "replace")

    def node_at(self, pointer: str) -> Node:
        """The value at ``pointer``; raises PointerNotFound."""
        node = self.body.node_at(pointer)
        if node is None:
            raise PointerNotFound(pointer)
        return node

    def children_at(self, pointer: str, after: int = 0, limit: int = 100) -> Branch:
        """At most ``limit`` children of the value at ``pointer``, the first ``after`` left out.

        ``limit`` is held between 1 and MOST_CHILDREN. A leaf has an empty branch. Raises PointerNotFound.
        """
        branch = self.body.children_at(pointer, max(0, after), min(max(1, limit), MOST_CHILDREN))
        if branch is None:
            raise PointerNotFound(pointer)
        return branch

    def leaf_text(self, pointer: str) -> str:
        """The complete text of a leaf, however long; "" for a node with children. Raises PointerNotFound."""
        text = self.body.leaf_text(pointer)
        if text is None:
            raise PointerNotFound(pointer)
        return text

    def as_json(self, pointer: str = "") -> bytes:
        """Clean JSON in UTF-8, laid out with two spaces: types folded into plain JSON, nothing lost.

        ``b""`` for undefined, which JSON cannot say; text becomes a JSON string. How this differs
        from Trigger.dev's own printer is listed in docs/output-differences.md. A document whose
        layout would swell it many times over (very deep nesting) is printed without line breaks.
        Raises PointerNotFound.
        """
        printed = self.body.json_at(pointer)
        if printed is None:
            raise PointerNotFound(pointer)
        return printed

    def search(self, sought: Sought) -> Found:
        """Where a text stands in keys, values or paths; ``results.domain.search`` asks this from what people type."""
        return self.body.search(sought)

    def steps_to(self, pointer: str) -> tuple[Step, ...]:
        """The steps from the root to the value at ``pointer``. Raises PointerNotFound."""
        steps = self.body.steps_to(pointer)
        if steps is None:
            raise PointerNotFound(pointer)
        return steps

    def steps_below(self, branch: Branch) -> tuple[Step, ...]:
        """The one step from the branch's own node to each of its nodes. Raises PointerNotFound."""
        steps = self.body.steps_below(branch.pointer, [node.pointer for node in branch.nodes])
        if steps is None:
            raise PointerNotFound(branch.pointer)
        return steps

    def text(self, limit_bytes: int) -> tuple[str, bool]:
        """The beginning of the pretty text, and whether it was cut; cheap however large the document.

        Never more than ``limit_bytes`` bytes of UTF-8. Text outputs are shown as they are, without quotes.
        """
        return self.body.text(max(0, limit_bytes))

    def wire_text(self, limit_bytes: int) -> tuple[str, bool]:
        """As ``text``, of the packet as it was sent: with the wrapper and type notes of super+json."""
        return self.body.wire_text(max(0, limit_bytes))

    def lines(self, after: int = 0, *, as_sent: bool = False) -> Lines:
        """A stretch of the lines of ``text``, or with ``as_sent`` of ``wire_text``, from ``after`` bytes on.

        A value that is one text is shown without quotes, line by line. Of JSON the first stretches
        cost what they hold; those far behind cost the laying out of all of it.
        """
        if self.is_text and not as_sent:
            return lines_at(self.leaf_text("").encode("utf-8", "replace"), after)
        printed, more = self.body.printed(after + MOST_BYTES, as_sent=as_sent)
        return lines_at(printed, after, more=more)
