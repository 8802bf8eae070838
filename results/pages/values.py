"""The values that a result holds and how a page shows one: tree, text or as sent; it asks nobody."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import Self

from results.domain.details import read_details
from results.domain.document import Document, DocumentKind, Node
from results.domain.outputs import decode
from results.domain.packet import Packet
from results.pages.lines import LinesPart, lines_part
from results.pages.readings import failure_of, message_packet
from results.pages.tables import (
    FIRST_ROWS,
    AskedTable,
    TablePart,
    TablePlace,
    looks_like_a_table,
    table_part,
)
from results.pages.tree import BUDGET, TreeNode, branch_address, whole_tree
from results.right_of_way import give_way
from results.services.lookup import OpenedResult

# What a page shows of a text that has no lines of its own; the rest is a download away.
_SHOWN_BYTES = 256 * 1024
# What is folded at first may hold less, so that a page of several trees stays small.
_FOLDED_BUDGET = 100


class Held(enum.StrEnum):
    """The values that a stored result can hold, by the name that addresses use."""

    OUTPUT = "output"
    INNER = "inner"
    ERROR = "error"
    METADATA = "metadata"
    PAYLOAD = "payload"


class View(enum.StrEnum):
    """How a value is shown."""

    TREE = "tree"
    TABLE = "table"
    TEXT = "text"
    WIRE = "wire"

    @property
    def label(self) -> str:
        """What the link to it says."""
        return {"tree": "Tree", "table": "Table", "text": "Text", "wire": "As sent"}[self.value]


@dataclass(frozen=True, slots=True)
class Choice:
    """A link to another way of showing the same value."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ValueFacts:
    """What a page tells of a value beside showing it (see ``Document``); ``size`` in bytes as sent.

    A page lives on after its answer until Python looks for circles, so it must not hold the value.
    """

    kind: DocumentKind
    size: int
    is_text: bool
    has_inner: bool
    sentence: str | None
    notes: tuple[str, ...]

    @classmethod
    def of(cls, document: Document) -> Self:
        """The facts of a value."""
        return cls(
            document.kind,
            len(document.raw),
            document.is_text,
            document.inner is not None,
            document.sentence,
            document.notes,
        )


@dataclass(frozen=True, slots=True)
class ValuePart:
    """A value as the page shows it: a tree, a table, lines, or text that may be only the beginning.

    ``branches`` is the address of its parts, to which a script adds a pointer; it is empty when
    there is no tree of it.
    """

    facts: ValueFacts
    type: str
    tree: TreeNode | None = None
    branches: str = ""
    table: TablePart | None = None
    lines: LinesPart | None = None
    text: str = ""
    cut: bool = False
    choices: tuple[Choice, ...] = ()
    raw_url: str = ""
    json_url: str = ""

    @property
    def name(self) -> str:
        """By which name addresses know what the tree shows."""
        return Held.INNER if self.facts.has_inner else Held.OUTPUT

    @property
    def is_one_text(self) -> bool:
        """Whether it is searched as a text, which has neither keys nor paths."""
        return self.facts.is_text and not self.facts.has_inner

    @property
    def text_url(self) -> str:
        """Where the text itself is, when the value is one."""
        return self.raw_url.removesuffix("raw") + "text"

    @property
    def size(self) -> int:
        """How long it is as sent, in bytes."""
        return self.facts.size


def held_packet(opened: OpenedResult, name: str) -> Packet | None:
    """Return the packet that holds one of the values of a result; None when it has none of that name."""
    match name:
        case Held.OUTPUT | Held.INNER:
            return opened.output
        case Held.ERROR:
            return message_packet(failure_of(opened))
        case Held.METADATA | Held.PAYLOAD:
            details = read_details(opened.details)
            return details.metadata if name == Held.METADATA else details.payload
    return None


def held_value(opened: OpenedResult, name: str) -> Document | None:
    """Return one of the values of a result, decoded; None when it has none of that name."""
    packet = held_packet(opened, name)
    if packet is None:
        return None
    document = decode(packet)
    return document.inner if name == Held.INNER else document


def tree_part(document: Document, name: Held, *, branch_url: str) -> ValuePart:
    """A value that has no views of its own: always a tree."""
    address = branch_address(branch_url, of=name)
    budget = BUDGET if name is Held.ERROR else _FOLDED_BUDGET
    return ValuePart(
        ValueFacts.of(document),
        "JSON",
        tree=whole_tree(document, address, budget=budget),
        branches=f"{branch_url}?of={name}",
    )


def text_part(document: Document) -> ValuePart:
    """A value that changes while it is looked at, so that no branch of it has an address."""
    text, cut = document.text(_SHOWN_BYTES)
    return ValuePart(ValueFacts.of(document), "JSON", text=text, cut=cut)


def output_part(
    packet: Packet,
    *,
    view: str,
    branch_url: str,
    raw_url: str,
    json_url: str,
    rows: AskedTable = FIRST_ROWS,
) -> ValuePart:
    """The output in the view that was asked for, or in the one that suits it best."""
    document = decode(packet)
    give_way()
    views = _views(document)
    shown = View(view) if view in views else views[0]
    choices = tuple(Choice(each.label, f"?view={each.value}", each is shown) for each in views)
    part = ValuePart(
        ValueFacts.of(document),
        packet.type or ("JSON" if packet.flattened else "no type was sent"),
        choices=choices if len(choices) > 1 else (),
        raw_url=raw_url,
        # JSON cannot say undefined.
        json_url="" if document.root.type == "undefined" else json_url,
    )
    # A text that is JSON is text in the first place; its tree is of what is inside.
    name = Held.INNER if document.inner else Held.OUTPUT
    address = branch_address(branch_url, of=name)
    part = replace(part, branches=address.base if View.TREE in views else "")
    match shown:
        case View.TABLE if table := _table(document, rows, raw_url):
            return replace(part, table=table)
        case View.TREE | View.TABLE:
            return replace(part, tree=whole_tree(document.inner or document, address))
        case _ if document.kind != "nothing":
            sent = shown is View.WIRE
            lines = lines_part(document, url=branch_url, of=Held.OUTPUT, as_sent=sent)
            return replace(part, lines=lines)
    return part


def _table(document: Document, rows: AskedTable, raw_url: str) -> TablePart | None:
    return table_part(document, rows, place=TablePlace(download_url=raw_url.partition("?")[0]))


def _views(document: Document) -> tuple[View, ...]:
    if document.inner is not None:
        # It is a text in the first place, even where it arrived as a JSON string.
        return (View.TEXT, View.TREE)
    table = (View.TABLE,) if looks_like_a_table(document) else ()
    if document.kind in ("json", "superjson") and _is_to_be_read(document.root):
        wire = (View.WIRE,) if document.kind == "superjson" else ()
        return (View.TEXT, View.TREE, *wire)
    match document.kind:
        case "superjson":
            return (View.TREE, *table, View.TEXT, View.WIRE)
        case "json":
            return (View.TREE, *table, View.TEXT)
        case _:
            return (View.TEXT,)


def _is_to_be_read(root: Node) -> bool:
    """Whether the whole value is a text of more than a line."""
    return root.type == "string" and (root.cut or "\n" in root.text)
